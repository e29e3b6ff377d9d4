#include "engine/layers/image_norm_reference.h"
#include "engine/layers/settings.h"
#include "engine/ops/op_graph_builder.h"

namespace convarium::engine
{
namespace
{

const char* const kWholeImage = "the whole image";
const char* const kMapsAtAPlace = "the maps at each place";

bool atEachPlace(const Params& params)
{
    return params.text("over") == kMapsAtAPlace;
}

std::int64_t area(const Shape& shape)
{
    return shape.elements() / shape.channels();
}

struct Formulas {
    template <class I>
    static LayerFormulas<I> eval(const FormulaContext<I>& c)
    {
        LayerFormulas<I> f;
        f.output = c.inputs[0];
        if (!c.params->flag("affine"))
            return f;
        f.weights = I(2) * f.output.sizes[0];
        if (!atEachPlace(*c.params))
            for (std::size_t i = 1; i < f.output.sizes.size(); ++i)
                f.weights = f.weights * f.output.sizes[i];
        return f;
    }
};

struct Sets {
    static std::int64_t count(const Params& p, const Shape& shape) { return atEachPlace(p) ? area(shape) : 1; }
    static std::int64_t setOf(const Params& p, const Shape& shape, std::int64_t i)
    {
        return atEachPlace(p) ? i % area(shape) : 0;
    }
    static std::int64_t scaleOf(const Params& p, const Shape& shape, std::int64_t i)
    {
        return atEachPlace(p) ? i / area(shape) : i;
    }
};

Result<void> check(std::span<const Shape> inputs, const Params&)
{
    if (inputs[0].isMaps() || inputs[0].isList())
        return {};
    return Error{ErrorCode::ShapeMismatch,
                 "LayerNorm needs maps or a list of numbers. It gets a tensor of rank " +
                     std::to_string(inputs[0].rank()) + ".",
                 "Put it before the layer that changes the shape.",
                 {}};
}

} // namespace

LayerDescriptor describe_layer_norm()
{
    LayerDescriptor d;
    d.id = "layer_norm";
    d.icon = "layernorm";
    d.title = "LayerNorm";
    d.family = "normalise";
    d.shortName = "Ln";
    d.help =
        "Shifts and scales the numbers of each image to mean 0 and deviation 1, whatever the rest of the batch, then "
        "by learned numbers: one pair for each number (over the whole image) or for each map (at each place).";
    d.paper =
        "Ba, Kiros and Hinton, Layer Normalization, 2016, arXiv 1607.06450; at each place: Liu et al., A ConvNet for "
        "the 2020s, CVPR 2022, arXiv 2201.03545";
    d.parameters = {
        choiceParameter("over", "Over", {kWholeImage, kMapsAtAPlace},
                        "Which numbers share a mean and a deviation: all of an image, or those of all maps at "
                        "one place. For a list it is the same."),
        realParameter("epsilon", "Epsilon", 1e-5, 1e-12, 0.1,
                      "Added to the variance so that equal numbers do no harm."),
        flagParameter("affine", "Scale and shift", true, "Learned numbers scale and shift the result.")};
    d.summary = [](const Params& p) { return "over " + p.text("over"); };
    d.check = check;
    d.tensors = [](std::span<const Shape> inputs, const Params& p) {
        if (!p.flag("affine"))
            return std::vector<TensorInfo>{};
        return scaleAndShift(atEachPlace(p) ? Shape{inputs[0].channels()} : inputs[0]);
    };
    d.seen = [](std::span<const Shape>, const Params& p) {
        SeenWindow window;
        window.everything = !atEachPlace(p);
        return window;
    };
    d.docks = true;
    setFormulas<Formulas>(d);
    setReference<ImageNormReference<Sets>>(d);
    d.lower = [](const LowerCall& call) {
        const double epsilon = call.params->real("epsilon");
        return atEachPlace(*call.params) || call.outputShape.isList()
                   ? call.builder->placeNorm(call, call.inputs[0], epsilon)
                   : call.builder->imageNorm(call, call.inputs[0], epsilon, 1);
    };
    d.onnx = [](const OnnxCall& call) {
        const Params& p = *call.params;
        OnnxBuilder& b = *call.builder;
        const Shape& in = call.inputShapes[0];
        const bool place = atEachPlace(p) && in.isMaps();
        const Shape scale = place ? Shape{in[0]} : in;
        using List = std::vector<std::int64_t>;
        const auto channelsLast = [&](const std::string& x, const List& order) {
            return place ? b.add("Transpose", {x}, {{"perm", order}}) : x;
        };
        const auto scales = [&](const char* key, float value) {
            return p.flag("affine")
                       ? b.tensor(key)
                       : b.constant(scale, std::vector<float>(static_cast<std::size_t>(scale.elements()), value));
        };
        const std::string normal =
            b.add("LayerNormalization",
                  {channelsLast(call.inputs[0], {0, 2, 3, 1}), scales("gamma", 1.0f), scales("beta", 0.0f)},
                  {{"axis", std::int64_t{place ? 3 : 1}}, {"epsilon", p.real("epsilon")}});
        return channelsLast(normal, {0, 3, 1, 2});
    };
    d.torch = [](const TorchCall& call) {
        const Params& p = *call.params;
        const Shape& in = call.inputShapes[0];
        const bool place = atEachPlace(p) && in.isMaps();
        std::string shape = std::to_string(in[0]);
        for (int i = 1; i < in.rank() && !place; ++i)
            shape += ", " + std::to_string(in[i]);
        TorchCode code;
        code.module = "nn.LayerNorm([" + shape + "], eps=" + paramText(p.real("epsilon")) +
                      (p.flag("affine") ? ")" : ", elementwise_affine=False)");
        if (place)
            code.call = "{self}({0}.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)";
        if (p.flag("affine"))
            code.tensors = {{"gamma", "weight"}, {"beta", "bias"}};
        return code;
    };
    const auto sample = [](const char* over, double epsilon = 1e-5, bool affine = true) {
        return Params{{"over", std::string(over)}, {"epsilon", epsilon}, {"affine", affine}};
    };
    d.samples = {{"whole image", {{3, 4, 5}}, sample(kWholeImage)},
                 {"whole image, 17 maps, without scale", {{17, 2, 3}}, sample(kWholeImage, 0.01, false)},
                 {"maps at each place", {{5, 3, 4}}, sample(kMapsAtAPlace)},
                 {"17 maps at each place, without scale", {{17, 2, 2}}, sample(kMapsAtAPlace, 0.05, false)},
                 {"list", {{6}}, sample(kWholeImage)},
                 {"list, over maps", {{19}}, sample(kMapsAtAPlace)},
                 {"one map", {{1, 3, 3}}, sample(kWholeImage)}};
    return d;
}

} // namespace convarium::engine
