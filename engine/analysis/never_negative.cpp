#include "engine/analysis/never_negative.h"

#include "engine/layers/layer.h"
#include "engine/layers/messages.h"

#include <algorithm>
#include <cmath>

namespace convarium::engine
{

namespace
{

enum class Lowest { Any, Zero, ZeroIfInputs };

/// What the layer gives for these inputs, each filled by value(place).
std::vector<double> outputOf(const LayerDescriptor& layer, const Params& params, const std::vector<Shape>& shapes,
                             double (*value)(std::size_t place))
{
    ReferenceCall<double> call;
    call.params = &params;
    std::vector<std::vector<double>> inputs;
    std::size_t place = 0;
    for (const Shape& shape : shapes) {
        inputs.emplace_back(static_cast<std::size_t>(shape.elements()));
        for (double& x : inputs.back())
            x = value(place++);
    }
    for (std::size_t i = 0; i < shapes.size(); ++i)
        call.inputs.push_back(TensorView<const double>(inputs[i].data(), 1, shapes[i]));
    Shape shape;
    for (const Checked& size : layer.formulas(formulaContext<Checked>(params, shapes)).output.sizes)
        shape.append(size.value);
    std::vector<double> output(static_cast<std::size_t>(shape.elements()));
    call.output = TensorView<double>(output.data(), 1, shape);
    const std::uint32_t image = 0;
    call.random.imageIndices = std::span(&image, 1);
    layer.referenceDouble.forward(call);
    return output;
}

/// -4 .. 4 without a pattern; all of them below zero; all of them above.
double mixed(std::size_t place)
{
    return static_cast<double>((place * 37 + 11) % 81) / 10 - 4.05;
}
double below(std::size_t place)
{
    return -std::abs(mixed(place));
}
double above(std::size_t place)
{
    return std::abs(mixed(place));
}

/// Found by trying: the layer, with these settings, on its samples. Layers with weights may give anything.
Lowest lowestOf(const Node& node)
{
    const LayerDescriptor* layer = findLayer(node.type);
    const auto params = layer ? completeParams(*layer, node.params) : Result<Params>(Error());
    if (!params || layer->maxInputs == 0)
        return Lowest::Any;
    const auto isNegative = [](double x) { return !(x >= 0); };
    bool tried = false, zero = true;
    for (const LayerSample& sample : layer->samples) {
        if (!layer->check(sample.inputs, *params))
            continue;
        if (!layer->tensors(sample.inputs, *params).empty())
            return Lowest::Any;
        tried = true;
        const auto holds = [&](double (*value)(std::size_t)) {
            const auto output = outputOf(*layer, *params, sample.inputs, value);
            return std::none_of(output.begin(), output.end(), isNegative);
        };
        if (!holds(above))
            return Lowest::Any;
        zero = zero && holds(mixed) && holds(below);
    }
    return !tried ? Lowest::Any : zero ? Lowest::Zero : Lowest::ZeroIfInputs;
}

} // namespace

std::set<NodeId> neverNegative(const GraphSpec& graph)
{
    std::set<NodeId> found, waiting; // for what feeds them: nodes stand in any order
    for (const Node& node : graph.nodes)
        if (const Lowest lowest = lowestOf(node); lowest != Lowest::Any)
            (lowest == Lowest::Zero ? found : waiting).insert(node.id);
    for (bool more = true; more;) {
        more = false;
        for (auto id = waiting.begin(); id != waiting.end();) {
            const auto into = graph.edgesInto(*id);
            const bool holds = !into.empty() && std::all_of(into.begin(), into.end(),
                                                            [&](const Edge& e) { return found.contains(e.from); });
            more = more || holds;
            if (holds)
                found.insert(*id);
            id = holds ? waiting.erase(id) : std::next(id);
        }
    }
    return found;
}

} // namespace convarium::engine
