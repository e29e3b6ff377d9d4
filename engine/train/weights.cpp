#include "engine/layers/initialize.h"
#include "engine/train/trainer.h"

namespace convarium::engine
{

WeightsPtr initialWeights(const GraphSpec& graph, std::uint64_t seed)
{
    auto out = std::make_shared<WeightMap>();
    const ShapedGraph shaped = inferShapes(graph);
    for (NodeId id : shaped.order) {
        const Node& node = *graph.node(id);
        const LayerDescriptor* layer = findLayer(node.type);
        if (!layer || !shaped.shapes.contains(id))
            continue;
        const auto params = completeParams(*layer, node.params);
        if (!params)
            continue;
        const auto inputs = shaped.inputShapes(graph, id);
        for (const TensorInfo& info : layer->tensors(inputs, *params)) {
            Tensor t(info.shape);
            fillInitial(info, seed, id, t.data());
            out->emplace(TensorKey{id, info.key}, std::move(t));
        }
    }
    return out;
}

} // namespace convarium::engine
