// From layers to operations.
#pragma once

#include "engine/ops/op_graph.h"

namespace convarium::engine
{

struct LowerOptions {
    bool training = true;
    bool keepAll = false; ///< every node's output (and gradient) must stay readable
    bool eachByItself = false; ///< PlanOptions::eachByItself
    /// More than one Input layer is allowed: for Executor::inferValues(), which alone can feed them.
    bool severalInputs = false;
};

/// Lowers a network without faults. With training, adds the loss on the output.
Result<std::unique_ptr<OpGraph>> lower(const GraphSpec& graph, const kernels::KernelTable& table,
                                       const LowerOptions& options);

} // namespace convarium::engine
