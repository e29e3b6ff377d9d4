#include "engine/graph/unfinished.h"

#include "engine/layers/layer.h"

#include <algorithm>

namespace convarium::engine
{

bool isUnfinished(const GraphSpec& graph, const ShapedGraph& shaped, const Problem& problem)
{
    const Error& error = problem.error;
    if (problem.warning || !error.place.port.empty())
        return false;
    if (error.place.node == kNoNode)
        return std::none_of(graph.nodes.begin(), graph.nodes.end(), [](const Node& node) {
            const LayerDescriptor* layer = findLayer(node.type);
            return layer && layer->isInput;
        });
    const Node* node = graph.node(error.place.node);
    const LayerDescriptor* layer = node ? findLayer(node->type) : nullptr;
    if (!layer)
        return false;
    if (error.code == ErrorCode::InvalidGraph)
        return graph.edgesInto(node->id).size() < static_cast<std::size_t>(layer->minInputs);
    // The last layer computes well, but not what the classes need. Nobody means to add one behind a Softmax.
    return error.code == ErrorCode::ShapeMismatch && shaped.shapes.contains(node->id) && graph.outputs.empty() &&
           !layer->belongsAtEnd;
}

} // namespace convarium::engine
