// Docking: which layers are drawn as rows below the card of their producer.
#pragma once

#include "ui/document/document_state.h"

#include <map>
#include <vector>

namespace convarium::ui
{

/// A card with its docked rows, or with the layers of a folded block.
struct Stack {
    NodeId head = engine::kNoNode;
    std::vector<NodeId> rows;
    std::int64_t block = -1; ///< the folded block that the card stands for; its last row is what leaves it
    /// The layer whose output leaves the card.
    [[nodiscard]] NodeId tail() const { return rows.empty() ? head : rows.back(); }
    [[nodiscard]] bool isFolded() const { return block != -1; }
    /// The rows that are drawn below the card.
    [[nodiscard]] const std::vector<NodeId>& docked() const;
    friend bool operator==(const Stack&, const Stack&) = default;
};

struct Stacks {
    std::vector<Stack> all;              ///< in the order of the heads in the graph
    std::map<NodeId, std::size_t> index; ///< of every node, into `all`
    /// Null when the node is unknown.
    [[nodiscard]] const Stack* of(NodeId id) const;
    [[nodiscard]] NodeId headOf(NodeId id) const;
    [[nodiscard]] bool isRow(NodeId id) const { return headOf(id) != id; }
    /// Not drawn: within a folded block, whose card its first layer stands for.
    [[nodiscard]] bool isHidden(NodeId id) const;
};

/// A layer that docks (activation, BatchNorm, Dropout) sits below its producer when it is that one's only consumer and
/// the producer is not an input and of the same group. All layers of a folded block, the outermost where several lie in
/// one another, are one card. Layout only: nothing of it is stored.
[[nodiscard]] Stacks dockedStacks(const engine::GraphSpec& graph, const FoldedGroups& folded = {});
[[nodiscard]] Stacks stacksOf(const DocumentState& state);
/// The outermost folded block around a layer; -1 when it can be seen.
[[nodiscard]] std::int64_t foldedAround(const DocumentState& state, NodeId id);

} // namespace convarium::ui
