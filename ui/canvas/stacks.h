// Docking: which layers are drawn as rows below the card of their producer.
#pragma once

#include "engine/graph/graph_spec.h"

#include <map>
#include <vector>

namespace convarium::ui
{

using engine::NodeId;

/// A card with its docked rows.
struct Stack {
    NodeId head = engine::kNoNode;
    std::vector<NodeId> rows;
    /// The layer whose output leaves the card.
    [[nodiscard]] NodeId tail() const { return rows.empty() ? head : rows.back(); }
    friend bool operator==(const Stack&, const Stack&) = default;
};

struct Stacks {
    std::vector<Stack> all;              ///< in the order of the heads in the graph
    std::map<NodeId, std::size_t> index; ///< of every node, into `all`
    /// Null when the node is unknown.
    [[nodiscard]] const Stack* of(NodeId id) const;
    [[nodiscard]] NodeId headOf(NodeId id) const;
    [[nodiscard]] bool isRow(NodeId id) const { return headOf(id) != id; }
};

/// A layer that docks (activation, BatchNorm, Dropout) sits below its producer when it is that one's only consumer and
/// the producer is not an input and of the same group. Layout only: nothing of it is stored.
[[nodiscard]] Stacks dockedStacks(const engine::GraphSpec& graph);

} // namespace convarium::ui
