// What a training step computes in another way than an evaluation. Found by running the layers' references both ways: a
// new layer needs nothing for it.
#pragma once

#include "engine/graph/graph_spec.h"

namespace convarium::engine
{

struct TrainingDifferences {
    bool statistics = false; ///< some layer takes those of the batch
    bool masks = false;      ///< some layer draws what it keeps
    [[nodiscard]] bool any() const { return statistics || masks; }
};

/// upTo: only of what this layer's output depends on; kNoNode: of the whole network. Layers whose statistics are frozen
/// are the same in both.
TrainingDifferences trainingDifferences(const GraphSpec& graph, NodeId upTo = kNoNode);

} // namespace convarium::engine
