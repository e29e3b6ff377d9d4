// Takes the whole gradient of one number apart: what every layer that reads it sends back, and the loss where that
// reads it.
#pragma once

#include "engine/explain/network_numbers.h"

namespace convarium::engine
{

/// What one reader sends back to the number.
struct GradientShare {
    ValueReader reader;
    Explanation explanation;
};

/// Their sum is the gradient.
struct GradientExplanation {
    double value = 0, magnitude = 0;
    std::vector<GradientShare> shares; ///< none: no gradient reaches the number
};

/// Number `element` (logical order) of the output of `node` for image `image` of the batch; of numbers with gradients.
Result<GradientExplanation> explainGradient(const NetworkNumbers& numbers, NodeId node, std::int64_t image,
                                            std::int64_t element);

} // namespace convarium::engine
