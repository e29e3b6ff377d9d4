#include "engine/train/kept_weights.h"

#include "engine/graph/graph_order.h"
#include "engine/layers/initialize.h"

#include <algorithm>

namespace convarium::engine
{

namespace
{

struct Needed {
    NodeId layer;
    std::vector<TensorInfo> tensors;
};

/// Of all layers whose shapes are known, in the order of the network.
std::vector<Needed> neededTensors(const GraphSpec& graph, const ShapedGraph& shaped)
{
    std::vector<Needed> needed;
    for (const NodeId id : shaped.order) {
        const Node& node = *graph.node(id);
        const LayerDescriptor* layer = findLayer(node.type);
        if (!layer || !layer->tensors || !shaped.shapes.contains(id))
            continue;
        const auto params = completeParams(*layer, node.params);
        if (!params)
            continue;
        auto tensors = layer->tensors(shaped.inputShapes(graph, id), *params);
        if (!tensors.empty())
            needed.push_back({id, std::move(tensors)});
    }
    return needed;
}

/// While its input is missing a layer needs nothing; what it has learnt waits for it.
bool waits(const GraphSpec& graph, const ShapedGraph& shaped, NodeId id)
{
    return graph.node(id) && !shaped.shapes.contains(id);
}

bool holds(const WeightMap& weights, const Needed& needed)
{
    return std::ranges::all_of(needed.tensors, [&](const TensorInfo& info) {
        const auto found = weights.find({needed.layer, info.key});
        return found != weights.end() && found->second.shape() == info.shape;
    });
}

/// All that is needed, and nothing else but what waits.
bool fits(const GraphSpec& graph, const ShapedGraph& shaped, const std::vector<Needed>& needed,
          const WeightMap& weights)
{
    std::size_t tensors = 0;
    for (const Needed& layer : needed) {
        if (!holds(weights, layer))
            return false;
        tensors += layer.tensors.size();
    }
    return std::ranges::count_if(weights, [&](const auto& entry) {
               return !waits(graph, shaped, entry.first.first);
           }) == static_cast<std::ptrdiff_t>(tensors);
}

/// A run leaves out the layers its output does not depend on, and so does its state.
bool isTrained(const GraphSpec& graph, NodeId id)
{
    return graph.outputs.empty() ||
           std::ranges::any_of(graph.outputs, [&](const OutputSpec& o) { return reaches(graph, id, o.node); });
}

} // namespace

KeptLayers keptLayers(const GraphSpec& graph, const WeightMap& weights)
{
    KeptLayers layers;
    const ShapedGraph shaped = inferShapes(graph);
    for (const Needed& layer : neededTensors(graph, shaped))
        (holds(weights, layer) ? layers.kept : layers.anew).push_back(layer.layer);
    for (const auto& [key, tensor] : weights)
        if (waits(graph, shaped, key.first) && (layers.waiting.empty() || layers.waiting.back() != key.first))
            layers.waiting.push_back(key.first);
    return layers;
}

WeightsPtr startWeights(const GraphSpec& graph, std::uint64_t seed, const WeightsPtr& kept)
{
    const ShapedGraph shaped = inferShapes(graph);
    const std::vector<Needed> needed = neededTensors(graph, shaped);
    if (kept && fits(graph, shaped, needed, *kept))
        return kept;
    auto out = std::make_shared<WeightMap>();
    for (const Needed& layer : needed) {
        const bool stays = kept && holds(*kept, layer);
        for (const TensorInfo& info : layer.tensors) {
            const TensorKey key{layer.layer, info.key};
            if (stays) {
                out->emplace(key, kept->at(key));
                continue;
            }
            Tensor t(info.shape);
            fillInitial(info, seed, layer.layer, t.data());
            out->emplace(key, std::move(t));
        }
    }
    if (kept)
        for (const auto& [key, tensor] : *kept)
            if (waits(graph, shaped, key.first))
                out->emplace(key, tensor);
    return out;
}

std::shared_ptr<const TrainingState> newRun(WeightsPtr weights, std::uint64_t seed)
{
    TrainingState state;
    state.weights = std::move(weights);
    state.seed = seed;
    return std::make_shared<const TrainingState>(std::move(state));
}

bool goesOn(const GraphSpec& graph, const TrainingState& state)
{
    const ShapedGraph shaped = inferShapes(graph);
    std::vector<Needed> needed = neededTensors(graph, shaped);
    std::erase_if(needed,
                  [&](const Needed& layer) { return !holds(*state.weights, layer) && !isTrained(graph, layer.layer); });
    return fits(graph, shaped, needed, *state.weights);
}

std::shared_ptr<const TrainingState> startState(const GraphSpec& graph,
                                                const std::shared_ptr<const TrainingState>& state)
{
    if (!state || goesOn(graph, *state))
        return state;
    return newRun(startWeights(graph, state->seed, state->resultWeights()), state->seed);
}

} // namespace convarium::engine
