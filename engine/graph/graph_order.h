// Order, circles and parts of a graph: what can be said without knowing the layers.
#pragma once

#include "engine/graph/graph_spec.h"

#include <vector>

namespace convarium::engine
{

struct GraphOrder {
    std::vector<NodeId> order; ///< producers before consumers, else as in the graph; without nodes that lie on a circle
    std::vector<NodeId> cycle; ///< one circle in the direction of its wires; empty when there is none
    [[nodiscard]] bool contains(NodeId id) const;
};

/// Wires to unknown nodes are passed over. A node behind a circle is in the order.
GraphOrder orderOf(const GraphSpec& graph);

/// Nodes that wires join, whatever their direction: one list per part, in the graph's order.
std::vector<std::vector<NodeId>> partsOf(const GraphSpec& graph);

/// Can one walk along wires from one node to the other? A node reaches itself.
bool reaches(const GraphSpec& graph, NodeId from, NodeId to);

} // namespace convarium::engine
