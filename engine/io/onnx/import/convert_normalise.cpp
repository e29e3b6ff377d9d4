// Normalisation.
#include "engine/io/onnx/import/converters.h"

#include <algorithm>

namespace convarium::engine
{

namespace
{

/// Anything with maps in front, as maps: layers that normalise map by map do not care what a map looks like.
Wire asMaps(const Wire& in)
{
    if (in.shape.rank() == 3 || in.shape.rank() <= 1)
        return in;
    const std::int64_t maps = in.shape[0];
    return Importer::reshaped(in, {maps, 1, in.shape.elements() / maps});
}

/// Operator set 14 says it in words; before it, the outputs for the new statistics tell (in set 6 unless is_test is
/// set).
bool isTraining(const Importer& importer, const NodeView& node)
{
    if (importer.opset() >= 14)
        return node.integer("training_mode", 0) != 0;
    bool statistics = false;
    for (int i = 1; i < node.proto().output_size(); ++i)
        statistics = statistics || !node.output(i).empty();
    return statistics && (importer.opset() >= 7 || node.integer("is_test", 0) == 0);
}

Result<void> batchNormalization(Importer& importer, const NodeView& node)
{
    const auto in = importer.sample(node, 0);
    if (!in)
        return in.error();
    if (isTraining(importer, node))
        return refused("It normalises with the statistics of the batch.", "Export the model for inference.");
    if (node.integer("spatial", 1) == 0)
        return refused("It normalises each place by itself.", "Export the model with spatial=1.");
    const Params params{{"epsilon", node.real("epsilon", 1e-5)}, {"share", 1 - node.real("momentum", 0.9)}};
    const auto out = importer.addLayer("batch_norm", params, {asMaps(*in)}, node.name());
    if (!out)
        return out.error();
    const std::int64_t maps = in->shape.rank() == 0 ? 1 : in->shape[0];
    const std::tuple<const char*, const char*, TensorRole> parts[] = {
        {"gamma", "its scale", TensorRole::Weight},
        {"beta", "its shift", TensorRole::Weight},
        {"runningMean", "its mean", TensorRole::Statistic},
        {"runningVariance", "its variance", TensorRole::Statistic}};
    int input = 1;
    for (const auto& [key, words, role] : parts) {
        const auto tensor = importer.needConstant(node, input++, words);
        if (!tensor)
            return tensor.error();
        if (auto set = importer.setTensor(*out, key, role, {maps}, **tensor); !set)
            return set;
    }
    importer.giveSample(node, Importer::reshaped(*out, in->shape));
    return {};
}

/// A layer that normalises, with its scale and shift: inputs 1 and 2, which have the shape `numbers` in the layer. The
/// layer's own pair is learned; a pair that is not, or not whole, follows it as Constant layers where it does anything.
Result<Wire> normalised(Importer& importer, const NodeView& node, const std::string& layer, Params params,
                        const Wire& in, const Shape& numbers)
{
    struct Part {
        const char *key, *join;
        float neutral;
        HostTensorPtr values = {};
    };
    Part parts[] = {{"gamma", "multiply", 1}, {"beta", "add", 0}};
    bool own = true;
    for (int i = 0; i < 2; ++i) {
        Part& part = parts[i];
        part.values = importer.constant(node, 1 + i);
        if (!part.values && !node.input(1 + i).empty())
            return refused("The network computes its scale or shift, but they must be constants.",
                           "Export the model with constants.");
        own = own && part.values && importer.isLearned(*part.values);
    }
    params.set("affine", own);
    auto out = importer.addLayer(layer, params, {in}, node.name());
    for (int i = 0; i < 2 && out; ++i) {
        const Part& part = parts[i];
        if (own) {
            if (auto set = importer.setTensor(*out, part.key, TensorRole::Weight, numbers, *part.values); !set)
                return set.error();
            continue;
        }
        if (!part.values ||
            (!importer.isLearned(*part.values) && std::all_of(part.values->reals.begin(), part.values->reals.end(),
                                                              [&](float value) { return value == part.neutral; })))
            continue;
        // One number per map, or as many as the layer gives.
        std::vector<std::int64_t> sizes;
        if (importer.batched())
            sizes.push_back(1);
        for (int d = 0; d < out->shape.rank(); ++d)
            sizes.push_back(d < numbers.rank() ? numbers[d] : 1);
        const auto constant = importer.constantWire(node, 1 + i, sizes, 0);
        if (!constant)
            return constant;
        const bool stretched = !(constant->shape == out->shape);
        const Params merge = i == 1 && stretched ? Params{{"broadcast", true}} : Params{};
        out = importer.addLayer(part.join, merge, {*out, *constant}, node.name() + (i == 0 ? " scale" : " shift"));
    }
    return out;
}

Result<void> instanceNormalization(Importer& importer, const NodeView& node)
{
    const auto in = importer.sample(node, 0);
    if (!in)
        return in.error();
    if (in->shape.rank() < 2)
        return refused("It needs maps, but its input is " + in->shape.text() + ".", "Export the model again.");
    const auto out = normalised(importer, node, "instance_norm", {{"epsilon", node.real("epsilon", 1e-5)}}, asMaps(*in),
                                {in->shape[0]});
    if (!out)
        return out.error();
    importer.giveSample(node, Importer::reshaped(*out, in->shape));
    return {};
}

/// Over the axes from `axis` on. Numbers before them are rows, those behind are maps at each place of a column.
Result<void> layerNormalization(Importer& importer, const NodeView& node)
{
    const auto in = importer.wire(node, 0);
    if (!in)
        return in.error();
    const auto axis = importer.axisOf(*in, node.integer("axis", -1));
    if (!axis)
        return axis.error();
    std::int64_t rows = 1, numbers = 1;
    for (int d = 0; d < in->shape.rank(); ++d)
        (d < *axis ? rows : numbers) *= in->shape[d];
    Wire maps = *in;
    const bool whole = rows == 1;
    if (whole) {
        // Maps stay maps; anything else is one list.
        if (!in->shape.isMaps())
            maps = Importer::reshaped(maps, {numbers});
    } else {
        auto turned = importer.addLayer("permute", {{"order", std::string("2,1")}},
                                        {Importer::reshaped(maps, {rows, numbers})}, node.name() + " order");
        if (!turned)
            return turned.error();
        maps = Importer::reshaped(*turned, {numbers, rows, 1});
    }
    const Shape scaleShape = whole ? maps.shape : Shape{numbers};
    const Params params{{"over", std::string(whole ? "the whole image" : "the maps at each place")},
                        {"epsilon", node.real("epsilon", 1e-5)}};
    auto out = normalised(importer, node, "layer_norm", params, maps, scaleShape);
    if (!out)
        return out.error();
    if (!whole) {
        out = importer.addLayer("permute", {{"order", std::string("2,1")}}, {Importer::reshaped(*out, {numbers, rows})},
                                node.name() + " order back");
        if (!out)
            return out.error();
    }
    importer.give(node, Importer::reshaped(*out, in->shape));
    return {};
}

Result<void> localResponse(Importer& importer, const NodeView& node)
{
    const auto in = importer.sample(node, 0);
    if (!in)
        return in.error();
    const Params params{{"size", node.integer("size", 0)},
                        {"alpha", node.real("alpha", 1e-4)},
                        {"beta", node.real("beta", 0.75)},
                        {"k", node.real("bias", 1.0)}};
    const auto out = importer.addLayer("lrn", params, {*in}, node.name());
    if (!out)
        return out.error();
    importer.giveSample(node, *out);
    return {};
}

} // namespace

std::vector<ConverterEntry> normaliseConverters()
{
    return {{"BatchNormalization", batchNormalization},
            {"InstanceNormalization", instanceNormalization},
            {"LayerNormalization", layerNormalization},
            {"LRN", localResponse}};
}

} // namespace convarium::engine
