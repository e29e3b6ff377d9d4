// What every analysis needs to know of a node before it can ask its layer.
#pragma once

#include "engine/layers/messages.h"

#include <optional>

namespace convarium::engine
{

struct NodeContext {
    const LayerDescriptor* layer = nullptr;
    Params params; ///< complete
    std::vector<Shape> inputs;
    Shape output;
};

/// Nothing for a node without a shape.
inline std::optional<NodeContext> nodeContext(const GraphSpec& graph, const ShapedGraph& shapes, NodeId id)
{
    const Node* node = graph.node(id);
    const auto shape = shapes.shapes.find(id);
    if (!node || shape == shapes.shapes.end())
        return std::nullopt;
    const LayerDescriptor* layer = findLayer(node->type);
    auto params = completeParams(*layer, node->params);
    if (!params)
        return std::nullopt;
    return NodeContext{layer, *std::move(params), shapes.inputShapes(graph, id), shape->second};
}

} // namespace convarium::engine
