#include "engine/layers/convolution_reference.h"
#include "engine/layers/settings.h"

namespace convarium::engine
{
namespace
{

struct Formulas {
    template <class I>
    static LayerFormulas<I> eval(const FormulaContext<I>& c)
    {
        const I mapsOut = repeatedMaps(c);
        LayerFormulas<I> f;
        f.output.sizes = {mapsOut, windowOutput(c, true), windowOutput(c, false)};
        f.weights = (c.params->flag("bias") ? kernelArea(c) + I(1) : kernelArea(c)) * mapsOut;
        f.macs = renamed(f.output.sizes[1], "height") * renamed(f.output.sizes[2], "width") * kernelArea(c) * mapsOut;
        return f;
    }
};

/// The window with one group per map.
WindowGeometry geometry(const Params& params, const Shape& input)
{
    WindowGeometry g = windowGeometry(params, input);
    g.groups = input[0];
    return g;
}

struct Reference {
    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        convolutionForward(geometry(*call.params, call.inputs[0].shape()), call);
    }
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        convolutionBackward(geometry(*call.params, call.inputs[0].shape()), call);
    }
};

std::vector<TensorInfo> tensors(std::span<const Shape> inputs, const Params& params)
{
    const std::int64_t maps = inputs[0][0] * params.integer("multiplier");
    const std::int64_t area = params.integer("kernelHeight") * params.integer("kernelWidth");
    TensorInfo weight;
    weight.key = "weight";
    weight.shape = {maps, 1, params.integer("kernelHeight"), params.integer("kernelWidth")};
    weight.initializer = Initializer::HeNormal;
    weight.fanIn = area;
    weight.fanOut = params.integer("multiplier") * area;
    weight.decay = true;
    if (!params.flag("bias"))
        return {weight};
    TensorInfo bias;
    bias.key = "bias";
    bias.shape = {maps};
    return {weight, bias};
}

std::vector<LayerSample> samples()
{
    const auto with = [](Params p, std::initializer_list<std::pair<const std::string, ParamValue>> more) {
        for (const auto& [key, value] : more)
            p.set(key, value);
        return p;
    };
    const std::int64_t two = 2, three = 3;
    return {
        {"3x3 same, 17 maps", {{17, 5, 6}}, squareWindow(3, 1, "same")},
        {"one map", {{1, 4, 5}}, with(squareWindow(3, 1, "valid"), {{"bias", false}})},
        {"stride 2 same", {{5, 6, 7}}, squareWindow(3, 2, "same")},
        {"stride 3 without bias, gaps", {{3, 8, 7}}, with(squareWindow(2, 3, "valid"), {{"bias", false}})},
        {"5x5, padding 2", {{9, 6, 9}}, squareWindow(5, 1, "explicit", 2)},
        {"dilation 2x3",
         {{4, 7, 9}},
         with(squareWindow(3, 1, "same"), {{"dilationHeight", two}, {"dilationWidth", three}})},
        {"stride 1x2, dilation 2",
         {{6, 7, 8}},
         with(squareWindow(3, 1, "same"), {{"strideWidth", two}, {"dilationHeight", two}})},
        {"multiplier 2", {{5, 4, 6}}, with(squareWindow(3, 1, "same"), {{"multiplier", two}})},
        {"multiplier 3, stride 2, padding on two sides",
         {{3, 5, 6}},
         with(withPads(squareWindow(2, 2, ""), {1, 0, 0, 1}), {{"multiplier", three}})},
        {"multiplier 2, gaps", {{3, 5, 7}}, with(squareWindow(1, 2, "valid"), {{"multiplier", two}, {"bias", false}})}};
}

} // namespace

LayerDescriptor describe_depthwise_conv2d()
{
    LayerDescriptor d;
    d.id = "depthwise_conv2d";
    d.icon = "depthwise";
    d.title = "DepthwiseConv2D";
    d.family = "convolution";
    d.shortName = "Dw";
    d.help = "Gives every map kernels of its own: it looks at one map at a time and never mixes them. Cheap; a 1×1 "
             "convolution behind it mixes the maps.";
    d.paper =
        "Howard et al., MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications, 2017, "
        "arXiv 1704.04861; first in Sifre, Rigid-Motion Scattering for Image Classification, PhD thesis, 2014";
    d.parameters = windowParameters(3, 1, "same");
    for (ParamInfo& info : dilationParameters("kernel"))
        d.parameters.push_back(info);
    d.parameters.push_back(multiplierParameter());
    d.parameters.push_back(flagParameter(
        "bias", "Bias", true, "One number per map that is added everywhere. Not needed before a BatchNorm."));
    d.summary = [](const Params& p) {
        const std::int64_t multiplier = p.integer("multiplier");
        return windowSummary(p, 1, "") +
               (multiplier == 1 ? std::string() : ", " + std::to_string(multiplier) + " per map");
    };
    d.check = [](std::span<const Shape> inputs, const Params& p) {
        return checkWindow("DepthwiseConv2D", inputs[0], p);
    };
    d.tensors = tensors;
    d.hasKernels = true;
    d.seen = seenWindow;
    setFormulas<Formulas>(d);
    setReference<Reference>(d);
    d.lower = [](const LowerCall& call) {
        return call.builder->depthwise(call, call.inputs[0], geometry(*call.params, call.inputShapes[0]));
    };
    d.onnx = [](const OnnxCall& call) {
        std::vector<OnnxAttribute> attributes = onnxWindow(call);
        attributes.push_back({"group", call.inputShapes[0][0]});
        std::vector<std::string> inputs{call.inputs[0], call.builder->tensor("weight")};
        if (call.params->flag("bias"))
            inputs.push_back(call.builder->tensor("bias"));
        return call.builder->add("Conv", inputs, attributes);
    };
    d.torch = [](const TorchCall& call) {
        const Params& p = *call.params;
        const std::int64_t maps = call.inputShapes[0][0];
        TorchCode code;
        code.module = "nn.Conv2d(" + std::to_string(maps) + ", " + std::to_string(call.outputShape[0]) + ", " +
                      torchTuple({p.integer("kernelHeight"), p.integer("kernelWidth")}) + torchWindow(call) +
                      ", groups=" + std::to_string(maps) + (p.flag("bias") ? ")" : ", bias=False)");
        code.call = "{self}(" + torchPadded(call) + ")";
        code.tensors = {{"weight", "weight"}};
        if (p.flag("bias"))
            code.tensors.emplace_back("bias", "bias");
        return code;
    };
    d.samples = samples();
    return d;
}

} // namespace convarium::engine
