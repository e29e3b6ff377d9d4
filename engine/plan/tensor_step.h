// What one training step did to one tensor.
#pragma once

#include "engine/graph/graph_spec.h"

#include <string>

namespace convarium::engine
{

/// Sums of squares over the numbers of a trained tensor in one step.
struct TensorStep {
    NodeId node = kNoNode;
    std::string key;
    std::int64_t numbers = 0;
    double weights = 0;  ///< before the step
    double gradient = 0; ///< as the optimizer got it
    double change = 0;   ///< of the weights by the step
};

} // namespace convarium::engine
