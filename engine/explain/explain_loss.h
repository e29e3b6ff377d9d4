// Takes a loss apart, and the gradient that it sends into the network.
#pragma once

#include "engine/explain/explanation.h"
#include "engine/losses/loss.h"
#include "engine/tensor/shape.h"

#include <vector>

namespace convarium::engine
{

/// What a loss has read for some images.
struct LossNumbers {
    Loss loss;
    Shape shape;                      ///< of the logits of an image
    std::vector<float> logits;        ///< logical order, image after image
    std::vector<std::int32_t> labels; ///< of every place of every image; below 0: does not count
    double divisor = 1;               ///< of the mean
};

/// What one place of an image (of a list: 0) adds to the mean loss. Its operands: Input, the logits, and Target.
Explanation explainLoss(const LossNumbers& numbers, std::int64_t image, std::int64_t place);
/// The mean loss that the places of all images add up to.
double meanLoss(const LossNumbers& numbers);
/// Number `element` (logical order) of the gradient by the logits of an image. Operands as above.
Explanation explainLossGradient(const LossNumbers& numbers, std::int64_t image, std::int64_t element);

} // namespace convarium::engine
