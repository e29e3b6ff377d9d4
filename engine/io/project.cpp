#include "engine/io/project.h"

#include "engine/layers/layer.h"

#include <algorithm>

namespace convarium::engine
{

std::vector<HistoryStep> thinned(const std::vector<HistoryStep>& steps, std::size_t limit)
{
    if (steps.size() <= limit || limit < 4)
        return steps;
    std::vector<HistoryStep> kept{steps.front()};
    const auto byLoss = [](const HistoryStep& a, const HistoryStep& b) { return a.loss < b.loss; };
    const std::size_t inner = steps.size() - 2;
    const std::size_t stretches = (limit - 2) / 2;
    for (std::size_t i = 0; i < stretches; ++i) {
        const auto from = steps.begin() + 1 + static_cast<std::ptrdiff_t>(i * inner / stretches);
        const auto to = steps.begin() + 1 + static_cast<std::ptrdiff_t>((i + 1) * inner / stretches);
        auto [low, high] = std::minmax_element(from, to, byLoss);
        if (high < low)
            std::swap(low, high);
        kept.push_back(*low);
        if (low != high)
            kept.push_back(*high);
    }
    kept.push_back(steps.back());
    return kept;
}

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
