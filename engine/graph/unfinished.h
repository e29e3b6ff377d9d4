// Faults of a network that somebody is still building.
#pragma once

#include "engine/graph/graph_spec.h"

namespace convarium::engine
{

/// Is nothing wrong yet, only something still to be added: an input, a layer behind the last one? Training waits all
/// the same. shaped: what inferShapes() found, with the problem.
[[nodiscard]] bool isUnfinished(const GraphSpec& graph, const ShapedGraph& shaped, const Problem& problem);

/// Wrong as it stands: neither that nor a warning.
[[nodiscard]] inline bool isFault(const GraphSpec& graph, const ShapedGraph& shaped, const Problem& problem)
{
    return !problem.warning && !isUnfinished(graph, shaped, problem);
}

} // namespace convarium::engine
