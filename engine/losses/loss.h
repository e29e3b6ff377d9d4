// The losses, described and registered like layers: one file each, one line in CMakeLists.txt. All read logits: the
// softmax or sigmoid is part of the loss, which keeps it finite for any size of logits.
#pragma once

#include "engine/core/result.h"
#include "engine/core/traced_real.h"
#include "engine/data/dataset.h"
#include "engine/kernels/kernel_table.h"

#include <cstdint>
#include <string>
#include <vector>

namespace convarium::engine
{

/// Everything anyone needs to know about a loss. The loss op and the evaluation act on these traits alone.
struct LossInfo {
    std::string id, title, help, paper;
    std::string formula;                   ///< for people
    TargetKind target = TargetKind::Class; ///< Mask: one row of logits for every pixel of the image
    bool meanOverClasses = false; ///< the mean is over images and classes (PyTorch), else over images or pixels
    bool takesSmoothing = false;  ///< "id:0.1" is label smoothing
    /// Rows of logits against their labels; the fast path.
    void (*kernels::KernelTable::*kernel)(const kernels::LossArgs&) = nullptr;
    /// One row in double, the model the kernels are compared with: the loss before any mean, and its gradient (may be
    /// null) by the logits.
    double (*reference)(const double* logits, int label, std::int64_t classes, double smoothing,
                        double* gradient) = nullptr;
    /// Its gradient by the logit `at` (-1: the loss itself), on numbers that remember their way; target: of every
    /// class.
    TracedReal (*gradientTraced)(const TracedReal* logits, const TracedReal* target, std::int64_t classes,
                                 std::int64_t at) = nullptr;
};

/// What a class should have: onehot is 1 for the right one, else 0; smoothing spreads a share of it over all.
template <class T>
T smoothedTarget(const T& onehot, std::int64_t classes, double smoothing)
{
    return smoothing > 0
               ? called((1 - smoothing) * onehot + smoothing / static_cast<double>(classes), "smoothed target")
               : onehot;
}

const std::vector<LossInfo>& lossRegistry();
const LossInfo* findLoss(const std::string& id);

/// A loss with its setting.
struct Loss {
    const LossInfo* info = nullptr;
    double smoothing = 0; ///< share of the target that is spread over all classes

    /// The sum of the rows is divided by this to give the loss of so many images or pixels.
    [[nodiscard]] double divisor(std::int64_t targets, std::int64_t classes) const
    {
        const auto n = static_cast<double>(targets > 0 ? targets : 1);
        return info->meanOverClasses ? n * static_cast<double>(classes) : n;
    }
};

/// "cross-entropy", "cross-entropy:0.1". The number is the label smoothing, from 0 to below 1.
Result<Loss> parseLoss(const std::string& text);
/// The text that parseLoss() reads back.
std::string lossText(const Loss& loss);

/// The loss of a network that ends in this many places: of two that differ only in their targets (cross-entropy of a
/// list, cross-entropy of every pixel) the one that fits. `text` empty: cross-entropy.
Result<Loss> lossFor(const std::string& text, bool endsInMaps);

} // namespace convarium::engine
