// Arithmetic of several values, with the broadcasting of the operator set, and biases that are added one node later.
#include "engine/io/onnx/import/converters.h"

#include "engine/layers/layer.h"

#include <algorithm>

namespace convarium::engine
{

namespace
{

/// A value with as many axes as its partners: sizes of 1 come in front.
Result<Wire> operand(Importer& importer, const NodeView& node, int input, int rank, const Shape& partner)
{
    if (importer.constant(node, input) && importer.opset() < 7 && input == 1 && node.integer("broadcast", 0) == 1 &&
        node.has("axis")) {
        // Before operator set 7 the second value starts at an axis of the first.
        const HostTensor& tensor = *importer.constant(node, 1);
        std::vector<std::int64_t> sizes = tensor.sizes;
        const std::int64_t axis = node.integer("axis", 0);
        const std::int64_t behind = rank - (axis < 0 ? axis + rank : axis) - static_cast<std::int64_t>(sizes.size());
        if (behind < 0 || behind > kMaxRank)
            return refused("Its axis " + std::to_string(axis) + " leaves no room for the second value.",
                           "Export the model again.");
        sizes.insert(sizes.end(), static_cast<std::size_t>(behind), 1);
        return importer.constantWire(node, 1, sizes, rank);
    }
    auto value = importer.wire(node, input, rank);
    if (!value)
        return value;
    if (importer.rankOf(*value) == rank)
        return value;
    if (importer.batched())
        return importer.batchTrouble("It joins values with different numbers of axes.");
    const std::int64_t start =
        importer.opset() < 7 && node.has("axis") && input == 1 ? node.integer("axis", 0) : rank - value->shape.rank();
    Shape shape;
    for (int d = 0; d < partner.rank(); ++d) {
        const std::int64_t own = d - start;
        shape.append(own >= 0 && own < value->shape.rank() ? value->shape[static_cast<int>(own)] : 1);
    }
    if (shape.elements() != value->shape.elements())
        return refused("Its values do not fit together.", "Export the model again.");
    return Importer::reshaped(*value, shape);
}

int rankOfInput(Importer& importer, const NodeView& node, int input, Shape& widest)
{
    if (const HostTensorPtr known = importer.constant(node, input))
        return static_cast<int>(known->sizes.size());
    const auto wire = importer.wire(node, input);
    if (!wire)
        return 0;
    if (wire->shape.rank() >= widest.rank())
        widest = wire->shape;
    return importer.rankOf(*wire);
}

Result<void> joined(Importer& importer, const NodeView& node, const std::string& layer)
{
    if (node.inputs() == 1)
        return importer.pass(node);
    int rank = 0;
    Shape widest;
    for (int i = 0; i < node.inputs(); ++i)
        rank = std::max(rank, rankOfInput(importer, node, i, widest));
    if (rank > kMaxRank + (importer.batched() ? 1 : 0))
        return refused("Its values have " + std::to_string(rank) + " axes, but at most " + std::to_string(kMaxRank) +
                       " are read.");
    while (widest.rank() < rank - (importer.batched() ? 1 : 0))
        widest.append(1); // only its rank counts from here on
    std::vector<Wire> values;
    for (int i = 0; i < node.inputs(); ++i) {
        auto value = operand(importer, node, i, rank, widest);
        if (!value)
            return value.error();
        values.push_back(*std::move(value));
    }
    const bool equal =
        std::all_of(values.begin(), values.end(), [&](const Wire& w) { return w.shape == values[0].shape; });
    const Params params = layer == "add" && !equal ? Params{{"broadcast", true}} : Params{};
    // More values than the layer takes are joined in steps.
    const auto most = static_cast<std::size_t>(findLayer(layer) ? findLayer(layer)->maxInputs : 2);
    while (values.size() > most) {
        auto part = importer.addLayer(
            layer, params, {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(most)}, node.name() + " part");
        if (!part)
            return part.error();
        values.erase(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(most));
        values.insert(values.begin(), *part);
    }
    const auto out = importer.addLayer(layer, params, values, node.name());
    if (!out)
        return out.error();
    importer.give(node, *out);
    return {};
}

/// One number per map, or per unit of a Dense layer, whatever sizes of 1 stand around it?
bool isPerMap(const Importer& importer, const HostTensor& tensor, std::int64_t count, int rank, std::int64_t axis)
{
    if (tensor.isInteger || tensor.elements() != count || static_cast<int>(tensor.sizes.size()) > rank)
        return false;
    // Where the numbers run along: the map axis is 1, counted as the graph does.
    const std::int64_t first = axis >= 0 ? axis : rank - static_cast<std::int64_t>(tensor.sizes.size());
    for (std::size_t i = 0; i < tensor.sizes.size(); ++i)
        if (tensor.sizes[i] != 1 && first + static_cast<std::int64_t>(i) != 1)
            return false;
    return importer.batched() || rank > 1;
}

/// Convolution or Dense without a bias, then a constant per map: the constant is the bias. True where that was so.
Result<bool> foldedBias(Importer& importer, const NodeView& node)
{
    for (const int known : {1, 0}) {
        const HostTensorPtr tensor = importer.constant(node, known);
        Node* layer = tensor && node.inputs() == 2 ? importer.soleProducer(node, 1 - known) : nullptr;
        if (!layer || (layer->type != "conv2d" && layer->type != "conv_transpose2d" && layer->type != "dense") ||
            layer->params.flag("bias"))
            continue;
        auto wire = importer.wire(node, 1 - known);
        if (!wire)
            return wire.error();
        const std::int64_t count = layer->params.integer(layer->type == "dense" ? "units" : "filters");
        const bool aligned = importer.opset() < 7 && node.has("axis") && known == 1;
        if (!isPerMap(importer, *tensor, count, importer.rankOf(*wire), aligned ? node.integer("axis", 0) : -1))
            continue;
        layer->params.set("bias", true);
        if (auto set = importer.setTensor(*wire, "bias", TensorRole::Weight, {count}, *tensor); !set)
            return set.error();
        importer.give(node, *wire);
        return true;
    }
    return false;
}

Result<void> add(Importer& importer, const NodeView& node)
{
    const auto folded = foldedBias(importer, node);
    if (!folded)
        return folded.error();
    return *folded ? Result<void>() : joined(importer, node, "add");
}
Result<void> subtract(Importer& i, const NodeView& n)
{
    return joined(i, n, "subtract");
}
Result<void> multiply(Importer& i, const NodeView& n)
{
    return joined(i, n, "multiply");
}
Result<void> divide(Importer& i, const NodeView& n)
{
    if (i.readsIntegers())
        return refused("It may divide whole numbers, which the network computes as real ones.");
    return joined(i, n, "divide");
}
Result<void> maximum(Importer& i, const NodeView& n)
{
    return joined(i, n, "maximum");
}
Result<void> minimum(Importer& i, const NodeView& n)
{
    return joined(i, n, "minimum");
}

Result<void> negate(Importer& importer, const NodeView& node)
{
    const auto in = importer.wire(node, 0);
    if (!in)
        return in.error();
    Shape ones;
    for (int d = 0; d < in->shape.rank(); ++d)
        ones.append(1);
    const auto factor = importer.fixedNumber(-1, ones, node.name() + " factor");
    if (!factor)
        return factor.error();
    const auto out = importer.addLayer("multiply", {}, {*in, *factor}, node.name());
    if (!out)
        return out.error();
    importer.give(node, *out);
    return {};
}

} // namespace

std::vector<ConverterEntry> arithmeticConverters()
{
    return {{"Add", add},      {"Div", divide}, {"Max", maximum},  {"Min", minimum},
            {"Mul", multiply}, {"Neg", negate}, {"Sub", subtract}, {"Sum", add}};
}

} // namespace convarium::engine
