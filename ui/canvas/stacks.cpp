#include "ui/canvas/stacks.h"

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

Stacks dockedStacks(const engine::GraphSpec& graph)
{
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
        if (!kind || kind->maxInputs == 0 || kind->family == "data" || producer->group != node.group)
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
        if (above.contains(node.id))
            continue;
        Stack stack{node.id, {}};
        for (auto it = below.find(node.id); it != below.end(); it = below.find(it->second))
            stack.rows.push_back(it->second);
        result.index[node.id] = result.all.size();
        for (NodeId row : stack.rows)
            result.index[row] = result.all.size();
        result.all.push_back(std::move(stack));
    }
    return result;
}

} // namespace convarium::ui
