#include "engine/losses/loss.h"

#include <cmath>

namespace convarium::engine
{

/// PyTorch's BCEWithLogitsLoss against one-hot targets.
LossInfo describe_binary_cross_entropy()
{
    LossInfo d;
    d.id = "binary-cross-entropy";
    d.title = "Binary cross-entropy";
    d.help = "Each output is a yes or no of its own behind a sigmoid; the right class should say yes, all others no.";
    d.paper = "Bishop, Pattern Recognition and Machine Learning, 2006, section 4.3";
    d.formula = "\u2212y log \u03c3(z) \u2212 (1 \u2212 y) log(1 \u2212 \u03c3(z)), mean over images and classes";
    d.meanOverClasses = true;
    d.kernel = &kernels::KernelTable::sigmoidCrossEntropy;
    d.reference = [](const double* logits, int label, std::int64_t classes, double, double* gradient) {
        double loss = 0;
        for (std::int64_t c = 0; c < classes; ++c) {
            const double z = logits[c], y = c == label ? 1 : 0;
            loss += std::max(z, 0.0) - y * z + std::log1p(std::exp(-std::abs(z)));
            if (gradient)
                gradient[c] = (z >= 0 ? 1 / (1 + std::exp(-z)) : std::exp(z) / (1 + std::exp(z))) - y;
        }
        return loss;
    };
    return d;
}

} // namespace convarium::engine
