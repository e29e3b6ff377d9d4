#include "engine/io/project.h"

#include "engine/layers/layer.h"

#include <algorithm>

namespace convarium::engine
{

Result<void> matchWeights(const GraphSpec& graph, const WeightMap& weights)
{
    const ShapedGraph shaped = inferShapes(graph);
    for (const Node& node : graph.nodes) {
        const LayerDescriptor* layer = findLayer(node.type);
        if (!layer || !layer->tensors || !shaped.shapes.contains(node.id))
            continue;
        for (const TensorInfo& tensor : layer->tensors(shaped.inputShapes(graph, node.id), node.params)) {
            const auto it = weights.find({node.id, tensor.key});
            std::string found;
            if (it == weights.end())
                found = "are missing";
            else if (it->second.shape() != tensor.shape)
                found = "have the shape " + it->second.shape().text();
            else
                continue;
            return Error{ErrorCode::ShapeMismatch,
                         "The saved values '" + tensor.key + "' of " + graph.label(node.id) + " " + found +
                             ", but the network needs " + tensor.shape.text() + ".",
                         "Train the network as it is now, or open the version that was trained.",
                         {node.id, tensor.key, {}, -1}};
        }
    }
    return {};
}

} // namespace convarium::engine
