#include "engine/explain/training_differences.h"

#include "engine/layers/messages.h"

#include <algorithm>
#include <set>

namespace convarium::engine
{

namespace
{

/// The reference on a sample of the layer, two images of it.
std::vector<double> outputOf(const LayerDescriptor& layer, const LayerSample& sample, bool training)
{
    constexpr std::int64_t kImages = 2;
    const std::vector<std::uint32_t> images{0, 1};
    const Params params = completeParams(layer, sample.params).value();
    Shape output;
    for (const Checked& size : layer.formulas(formulaContext<Checked>(params, sample.inputs)).output.sizes)
        output.append(size.value);
    std::vector<std::vector<double>> memory;
    const auto numbers = [&](const Shape& shape, std::int64_t batch) {
        auto& values = memory.emplace_back();
        for (std::int64_t i = 0; i < shape.elements() * batch; ++i)
            values.push_back(1 + static_cast<double>(i * 7 % 11) / 8); // also where only positive ones are allowed
        return TensorView<double>(values.data(), batch, shape);
    };
    ReferenceCall<double> call;
    call.params = &params;
    call.training = training;
    call.random = {1, 1, 0, images};
    for (const Shape& shape : sample.inputs)
        call.inputs.push_back(numbers(shape, kImages));
    for (const TensorInfo& info : layer.tensors(sample.inputs, params))
        call.tensors.push_back(numbers(info.shape, 1));
    call.output = numbers(output, kImages);
    layer.referenceDouble.forward(call);
    return memory.back();
}

bool differs(const LayerDescriptor& layer)
{
    return std::any_of(layer.samples.begin(), layer.samples.end(), [&](const LayerSample& sample) {
        return outputOf(layer, sample, true) != outputOf(layer, sample, false);
    });
}

/// The ids of those that do; worked out once.
const std::set<std::string>& layersThatDiffer()
{
    static const std::set<std::string> ids = [] {
        std::set<std::string> found;
        for (const LayerDescriptor& layer : layerRegistry())
            if (layer.maxInputs > 0 && differs(layer))
                found.insert(layer.id);
        return found;
    }();
    return ids;
}

} // namespace

TrainingDifferences trainingDifferences(const GraphSpec& graph, NodeId upTo)
{
    TrainingDifferences differences;
    const ShapedGraph shaped = inferShapes(graph);
    std::set<NodeId> matters{upTo};
    for (auto id = shaped.order.rbegin(); id != shaped.order.rend(); ++id)
        if (matters.contains(*id))
            for (const Edge& edge : graph.edgesInto(*id))
                matters.insert(edge.from);
    for (const auto& [id, shape] : shaped.shapes) {
        const Node& node = *graph.node(id);
        if ((upTo != kNoNode && !matters.contains(id)) || !layersThatDiffer().contains(node.type))
            continue;
        const LayerDescriptor& layer = *findLayer(node.type);
        const auto tensors = layer.tensors(shaped.inputShapes(graph, id), completeParams(layer, node.params).value());
        const bool statistics = std::any_of(tensors.begin(), tensors.end(),
                                            [](const TensorInfo& t) { return t.role == TensorRole::Statistic; });
        if (!node.frozen || tensors.empty())
            (statistics ? differences.statistics : differences.masks) = true;
    }
    return differences;
}

} // namespace convarium::engine
