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
        const I filters = c.integer("filters", "filters");
        const I maps = repeatedMaps(c);
        LayerFormulas<I> f;
        f.output.sizes = {filters, windowOutput(c, true), windowOutput(c, false)};
        const I products = kernelArea(c) * maps + maps * filters;
        f.weights = c.params->flag("bias") ? products + filters : products;
        f.macs = renamed(f.output.sizes[1], "height") * renamed(f.output.sizes[2], "width") * grouped(products);
        return f;
    }
};

enum Tensors { Depthwise, Pointwise, Bias };

WindowGeometry geometry(const Params& params, const Shape& input)
{
    WindowGeometry g = windowGeometry(params, input);
    g.groups = input[0];
    return g;
}

/// What stands between the two convolutions.
Shape between(const Params& params, const Shape& input, const Shape& output)
{
    return {input[0] * params.integer("multiplier"), output[1], output[2]};
}

/// A depthwise convolution, then a 1x1 convolution of its output; nothing between.
struct Reference {
    template <class T>
    struct Middle {
        Shape shape;
        std::vector<T> values;
        TensorView<T> view;
        explicit Middle(const ReferenceCall<T>& call)
            : shape(between(*call.params, call.inputs[0].shape(), call.output.shape())),
              values(static_cast<std::size_t>(shape.elements() * call.inputs[0].batch())),
              view(values.data(), call.inputs[0].batch(), shape)
        {
        }
        void nameValues()
        {
            for (T& value : values)
                value = called(value, "between");
        }
    };

    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        Middle<T> middle(call);
        gatherWindows<T>(geometry(*call.params, call.inputs[0].shape()), call.inputs[0], call.tensors[Depthwise],
                         nullptr, middle.view);
        middle.nameValues();
        gatherWindows<T>({}, middle.view, call.tensors[Pointwise],
                         call.tensors.size() > Bias ? &call.tensors[Bias] : nullptr, call.output, false,
                         call.only(Focus::Of::Output));
    }
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        const WindowGeometry g = geometry(*call.params, call.inputs[0].shape());
        const Only only = call.only(Focus::Of::TensorGradient);
        if (wanted(call.tensorGradients, Bias))
            addBiasGradient<T>(call.outputGradient, call.tensorGradients[Bias], only);
        if (wanted(call.tensorGradients, Pointwise)) {
            Middle<T> middle(call);
            gatherWindows<T>(g, call.inputs[0], call.tensors[Depthwise], nullptr, middle.view);
            middle.nameValues();
            addWeightGradient<T>({}, middle.view, call.outputGradient, call.tensorGradients[Pointwise], only);
        }
        Middle<T> gradient(call);
        scatterWindows<T>({}, call.outputGradient, call.tensors[Pointwise], nullptr, gradient.view, false);
        gradient.nameValues();
        if (wanted(call.tensorGradients, Depthwise))
            addWeightGradient<T>(g, call.inputs[0], gradient.view, call.tensorGradients[Depthwise], only);
        if (wanted(call.inputGradients, 0))
            scatterWindows<T>(g, gradient.view, call.tensors[Depthwise], nullptr, call.inputGradients[0], true,
                              call.only(Focus::Of::InputGradient));
    }
};

std::vector<TensorInfo> tensors(std::span<const Shape> inputs, const Params& params)
{
    const std::int64_t filters = params.integer("filters");
    const std::int64_t maps = inputs[0][0] * params.integer("multiplier");
    const std::int64_t area = params.integer("kernelHeight") * params.integer("kernelWidth");
    const auto weight = [](const char* key, const Shape& shape, std::int64_t fanIn, std::int64_t fanOut) {
        TensorInfo t;
        t.key = key;
        t.shape = shape;
        t.initializer = Initializer::HeNormal;
        t.fanIn = fanIn;
        t.fanOut = fanOut;
        t.decay = true;
        return t;
    };
    std::vector<TensorInfo> list{weight("depthwise",
                                        {maps, 1, params.integer("kernelHeight"), params.integer("kernelWidth")}, area,
                                        params.integer("multiplier") * area),
                                 weight("pointwise", {filters, maps, 1, 1}, maps, filters)};
    if (params.flag("bias")) {
        TensorInfo bias;
        bias.key = "bias";
        bias.shape = {filters};
        list.push_back(bias);
    }
    return list;
}

std::vector<LayerSample> samples()
{
    const auto with = [](Params p, std::initializer_list<std::pair<const std::string, ParamValue>> more) {
        for (const auto& [key, value] : more)
            p.set(key, value);
        return p;
    };
    const std::int64_t two = 2, three = 3, nine = 9;
    return {{"3x3 same", {{5, 4, 6}}, with(squareWindow(3, 1, "same"), {{"filters", nine}})},
            {"17 maps, stride 2, without bias",
             {{17, 5, 6}},
             with(squareWindow(3, 2, "same"), {{"filters", three}, {"bias", false}})},
            {"one map, valid", {{1, 5, 4}}, with(squareWindow(3, 1, "valid"), {{"filters", three}})},
            {"two kernels per map, padding on three sides, dilation 2",
             {{3, 7, 6}},
             with(withPads(squareWindow(2, 1, ""), {1, 0, 2, 1}),
                  {{"filters", two}, {"multiplier", two}, {"dilationWidth", two}})}};
}

} // namespace

LayerDescriptor describe_separable_conv2d()
{
    LayerDescriptor d;
    d.id = "separable_conv2d";
    d.icon = "separable";
    d.title = "SeparableConv2D";
    d.family = "convolution";
    d.shortName = "Sep";
    d.help = "A convolution in two cheap steps: a depthwise one looks around in every map, a 1×1 one mixes the maps. "
             "Nothing stands between the two.";
    d.paper = "Chollet, Xception: Deep Learning with Depthwise Separable Convolutions, CVPR 2017, arXiv 1610.02357";
    d.parameters = {integerParameter("filters", "Filters", 16, 1, 4096, "maps",
                                     "Number of kernels of the 1×1 convolution. Each makes one map.")};
    for (ParamInfo& info : windowParameters(3, 1, "same"))
        d.parameters.push_back(info);
    for (ParamInfo& info : dilationParameters("kernel"))
        d.parameters.push_back(info);
    d.parameters.push_back(multiplierParameter());
    d.parameters.push_back(flagParameter(
        "bias", "Bias", true, "One number per filter that is added everywhere. Not needed before a BatchNorm."));
    d.summary = [](const Params& p) {
        const std::int64_t filters = p.integer("filters"), multiplier = p.integer("multiplier");
        return std::to_string(filters) + (filters == 1 ? " filter " : " filters ") + windowSummary(p, 1, "") +
               (multiplier == 1 ? std::string() : ", " + std::to_string(multiplier) + " per map");
    };
    d.check = [](std::span<const Shape> inputs, const Params& p) {
        return checkWindow("SeparableConv2D", inputs[0], p);
    };
    d.tensors = tensors;
    d.seen = seenWindow;
    setFormulas<Formulas>(d);
    setReference<Reference>(d);
    d.lower = [](const LowerCall& call) {
        LowerCall first = call;
        first.outputShape = between(*call.params, call.inputShapes[0], call.outputShape);
        const int middle = call.builder->depthwise(first, call.inputs[0], geometry(*call.params, call.inputShapes[0]),
                                                   {"depthwise", ""});
        return call.builder->convolution(call, middle, {}, {"pointwise", "bias"});
    };
    d.onnx = [](const OnnxCall& call) {
        std::vector<OnnxAttribute> attributes = onnxWindow(call);
        attributes.push_back({"group", call.inputShapes[0][0]});
        std::vector<std::string> inputs{
            call.builder->add("Conv", {call.inputs[0], call.builder->tensor("depthwise")}, attributes),
            call.builder->tensor("pointwise")};
        if (call.params->flag("bias"))
            inputs.push_back(call.builder->tensor("bias"));
        return call.builder->add("Conv", inputs, {{"kernel_shape", std::vector<std::int64_t>{1, 1}}});
    };
    d.torch = [](const TorchCall& call) {
        const Params& p = *call.params;
        const std::string maps = std::to_string(call.inputShapes[0][0]);
        const std::string middle = std::to_string(call.inputShapes[0][0] * p.integer("multiplier"));
        TorchCode code;
        code.module = "nn.Sequential(nn.Conv2d(" + maps + ", " + middle + ", " +
                      torchTuple({p.integer("kernelHeight"), p.integer("kernelWidth")}) + torchWindow(call) +
                      ", groups=" + maps + ", bias=False), nn.Conv2d(" + middle + ", " +
                      std::to_string(p.integer("filters")) + ", 1" + (p.flag("bias") ? "))" : ", bias=False))");
        code.call = "{self}(" + torchPadded(call) + ")";
        code.tensors = {{"depthwise", "0.weight"}, {"pointwise", "1.weight"}};
        if (p.flag("bias"))
            code.tensors.emplace_back("bias", "1.bias");
        return code;
    };
    d.samples = samples();
    return d;
}

} // namespace convarium::engine
