#include "ui/canvas/stacks.h"

#include "engine/blocks/groups.h"
#include "engine/layers/layer.h"

namespace convarium::ui
{

const Stack* Stacks::of(NodeId id) const
{
    const auto it = index.find(id);
    return it == index.end() ? nullptr : &all[it->second];
}

NodeId Stacks::headOf(NodeId id) const
{
    const Stack* stack = of(id);
    return stack ? stack->head : id;
}

bool Stacks::isHidden(NodeId id) const
{
    const Stack* stack = of(id);
    return stack && stack->isFolded() && stack->head != id;
}

const std::vector<NodeId>& Stack::docked() const
{
    static const std::vector<NodeId> none;
    return isFolded() ? none : rows;
}

namespace
{

/// The card of a folded block: first the layer that is fed from outside, last the one that leaves it.
Stack foldedStack(const engine::GraphSpec& graph, std::int64_t block)
{
    Stack stack{engine::kNoNode, engine::membersOf(graph, block), block};
    const std::set<NodeId> members(stack.rows.begin(), stack.rows.end());
    NodeId entry = engine::kNoNode, exit = engine::kNoNode, end = engine::kNoNode;
    std::set<NodeId> feeding;
    for (const engine::Edge& edge : graph.edges) {
        const bool from = members.contains(edge.from), to = members.contains(edge.to);
        if (from)
            feeding.insert(edge.from);
        if (to && !from && entry == engine::kNoNode)
            entry = edge.to;
        if (from && !to && exit == engine::kNoNode)
            exit = edge.from;
    }
    for (const NodeId id : stack.rows)
        if (!feeding.contains(id))
            end = id;
    exit = exit != engine::kNoNode ? exit : end != engine::kNoNode ? end : stack.rows.back();
    std::erase(stack.rows, exit);
    stack.head = entry != engine::kNoNode && entry != exit ? entry : stack.rows.empty() ? exit : stack.rows.front();
    std::erase(stack.rows, stack.head);
    if (stack.head != exit)
        stack.rows.push_back(exit);
    return stack;
}

} // namespace

std::int64_t foldedAround(const DocumentState& state, NodeId id)
{
    const engine::Node* node = state.blocks.empty() ? nullptr : state.graph.node(id);
    std::int64_t found = -1;
    if (node && node->group != -1)
        for (const std::int64_t group : engine::groupPath(state.graph, node->group))
            if (const engine::BlockCard* card = findBlockCard(state.blocks, group); card && card->folded)
                found = group;
    return found;
}

Stacks stacksOf(const DocumentState& state)
{
    return dockedStacks(state.graph, foldedGroups(state));
}

Stacks dockedStacks(const engine::GraphSpec& graph, const FoldedGroups& folded)
{
    std::map<NodeId, std::int64_t> foldedIn; // layer -> the outermost folded block around it
    for (const engine::Node& node : graph.nodes)
        if (!folded.empty() && node.group != -1)
            for (const std::int64_t group : engine::groupPath(graph, node.group))
                if (folded.contains(group))
                    foldedIn[node.id] = group;
    std::set<std::int64_t> drawn;
    std::map<NodeId, int> consumers;
    std::map<NodeId, std::vector<NodeId>> producers;
    for (const engine::Edge& edge : graph.edges) {
        ++consumers[edge.from];
        producers[edge.to].push_back(edge.from);
    }
    std::map<NodeId, NodeId> above; // docked row -> the node right above it
    std::map<NodeId, NodeId> below;
    for (const engine::Node& node : graph.nodes) {
        const engine::LayerDescriptor* layer = engine::findLayer(node.type);
        const auto& from = producers[node.id];
        if (!layer || !layer->docks || from.size() != 1 || consumers[from.front()] != 1 || from.front() == node.id)
            continue;
        const engine::Node* producer = graph.node(from.front());
        const engine::LayerDescriptor* kind = producer ? engine::findLayer(producer->type) : nullptr;
        if (!kind || kind->maxInputs == 0 || kind->family == "data" || producer->group != node.group ||
            foldedIn.contains(node.id))
            continue;
        above[node.id] = from.front();
        below[from.front()] = node.id;
    }
    // A ring of docking layers (a cycle, drawn by a faulty file) has no card to dock to: cut it open.
    for (const engine::Node& node : graph.nodes) {
        NodeId walk = node.id;
        for (std::size_t n = 0; above.contains(walk); ++n) {
            walk = above.at(walk);
            if (walk == node.id || n > graph.nodes.size()) {
                below.erase(above.at(node.id));
                above.erase(node.id);
                break;
            }
        }
    }
    Stacks result;
    for (const engine::Node& node : graph.nodes) {
        const auto block = foldedIn.find(node.id);
        if (above.contains(node.id) || (block != foldedIn.end() && !drawn.insert(block->second).second))
            continue;
        Stack stack = block != foldedIn.end() ? foldedStack(graph, block->second) : Stack{node.id, {}, -1};
        for (auto it = below.find(node.id); it != below.end(); it = below.find(it->second))
            stack.rows.push_back(it->second);
        result.index[stack.head] = result.all.size();
        for (NodeId row : stack.rows)
            result.index[row] = result.all.size();
        result.all.push_back(std::move(stack));
    }
    return result;
}

} // namespace convarium::ui
