#include "engine/graph/shape_text.h"
#include "engine/layers/convolution_reference.h"
#include "engine/layers/messages.h"

namespace convarium::engine
{
namespace
{

struct Formulas {
    template <class I>
    static LayerFormulas<I> eval(const FormulaContext<I>& c)
    {
        const I filters = c.integer("filters", "filters");
        const bool split = c.params->integer("groups") != 1;
        const I& all = c.inputs[0].sizes[0];
        const I mapsIn = split ? exactDiv(all, c.integer("groups", "groups")) : all;
        const I perFilter = kernelArea(c) * mapsIn;
        LayerFormulas<I> f;
        f.output.sizes = {filters, windowOutput(c, true), windowOutput(c, false)};
        f.weights = (c.params->flag("bias") ? perFilter + I(1) : perFilter) * filters;
        f.macs =
            renamed(f.output.sizes[1], "height") * renamed(f.output.sizes[2], "width") * filters * grouped(perFilter);
        return f;
    }
};

/// y[o, y, x] = b[o] + sum over the window of w[o, c, ky, kx] * x[c + first map of o's group, ...]
struct Reference {
    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        convolutionForward(windowGeometry(*call.params, call.inputs[0].shape()), call);
    }
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        convolutionBackward(windowGeometry(*call.params, call.inputs[0].shape()), call);
    }
};

Result<void> check(std::span<const Shape> inputs, const Params& params)
{
    if (auto window = checkWindow("Conv2D", inputs[0], params); !window)
        return window;
    const std::int64_t groups = params.integer("groups");
    const std::int64_t filters = params.integer("filters");
    if (inputs[0][0] % groups == 0 && filters % groups == 0)
        return {};
    Error error{ErrorCode::InvalidArgument,
                "The number of groups of Conv2D must divide the maps that come in and the filters. There are " +
                    std::to_string(groups) + " groups, " + std::to_string(inputs[0][0]) + " maps" + fromSlot(0) +
                    " and " + std::to_string(filters) + " filters.",
                "Set groups to 1, or to the number of maps for a depthwise convolution.",
                {}};
    error.place.port = "groups";
    return error;
}

std::vector<TensorInfo> tensors(std::span<const Shape> inputs, const Params& params)
{
    const std::int64_t groups = params.integer("groups");
    const std::int64_t filters = params.integer("filters");
    const std::int64_t area = params.integer("kernelHeight") * params.integer("kernelWidth");
    TensorInfo weight;
    weight.key = "weight";
    weight.shape = {filters, inputs[0][0] / groups, params.integer("kernelHeight"), params.integer("kernelWidth")};
    weight.initializer = Initializer::HeNormal;
    weight.fanIn = inputs[0][0] / groups * area;
    weight.fanOut = filters / groups * area;
    weight.decay = true;
    if (!params.flag("bias"))
        return {weight};
    TensorInfo bias;
    bias.key = "bias";
    bias.shape = {filters};
    return {weight, bias};
}

std::vector<ParamInfo> parameters()
{
    std::vector<ParamInfo> list;
    ParamInfo filters;
    filters.key = "filters";
    filters.title = "Filters";
    filters.defaultValue = std::int64_t{16};
    filters.minimum = 1;
    filters.maximum = 4096;
    filters.unit = "maps";
    filters.help = "Number of kernels. Each makes one map.";
    list.push_back(filters);
    for (ParamInfo& info : windowParameters(3, 1, "same"))
        list.push_back(info);
    for (ParamInfo& info : dilationParameters("kernel"))
        list.push_back(info);
    ParamInfo groups;
    groups.key = "groups";
    groups.title = "Groups";
    groups.defaultValue = std::int64_t{1};
    groups.minimum = 1;
    groups.maximum = 4096;
    groups.help = "Cuts maps and filters into groups that do not see each other. As many groups as maps: depthwise.";
    list.push_back(groups);
    ParamInfo bias;
    bias.key = "bias";
    bias.title = "Bias";
    bias.type = ParamType::Flag;
    bias.unit = "one per filter";
    bias.defaultValue = true;
    bias.help = "One number per filter that is added everywhere. Not needed before a BatchNorm.";
    list.push_back(bias);
    return list;
}

Params with(std::initializer_list<std::pair<const std::string, std::int64_t>> numbers, const std::string& padding,
            bool bias = true)
{
    Params params{{"padding", padding}, {"bias", bias}};
    for (const auto& [key, value] : numbers)
        params.set(key, value);
    return params;
}

std::vector<LayerSample> samples()
{
    return {
        {"3x3 same", {{2, 5, 6}}, with({{"filters", 3}}, "same")},
        {"5x5 valid", {{3, 7, 6}}, with({{"filters", 2}, {"kernelHeight", 5}, {"kernelWidth", 5}}, "valid")},
        {"stride 2 same, even input",
         {{2, 6, 8}},
         with({{"filters", 3}, {"strideHeight", 2}, {"strideWidth", 2}}, "same")},
        {"stride 2 explicit",
         {{2, 6, 7}},
         with({{"filters", 3}, {"strideHeight", 2}, {"strideWidth", 2}, {"padHeight", 1}, {"padWidth", 1}},
              "explicit")},
        {"stride 3 without bias",
         {{2, 8, 7}},
         with({{"filters", 2}, {"strideHeight", 3}, {"strideWidth", 3}}, "same", false)},
        {"dilation 2", {{2, 7, 8}}, with({{"filters", 2}, {"dilationHeight", 2}, {"dilationWidth", 2}}, "same")},
        {"dilation 2 valid", {{1, 9, 7}}, with({{"filters", 2}, {"dilationHeight", 2}, {"dilationWidth", 2}}, "valid")},
        {"two groups", {{4, 5, 5}}, with({{"filters", 6}, {"groups", 2}}, "same")},
        {"depthwise", {{3, 5, 4}}, with({{"filters", 3}, {"groups", 3}}, "same", false)},
        {"depthwise, two kernels per map", {{3, 4, 5}}, with({{"filters", 6}, {"groups", 3}}, "valid")},
        {"three groups of 3 to 3 maps, 9 lanes", {{9, 3, 4}}, with({{"filters", 9}, {"groups", 3}}, "same")},
        {"1x1", {{5, 3, 4}}, with({{"filters", 4}, {"kernelHeight", 1}, {"kernelWidth", 1}}, "valid")},
        {"1x1 stride 2",
         {{3, 5, 6}},
         with({{"filters", 4}, {"kernelHeight", 1}, {"kernelWidth", 1}, {"strideHeight", 2}, {"strideWidth", 2}},
              "valid", false)},
        {"2x3 kernel, stride 1x2",
         {{2, 5, 7}},
         with({{"filters", 2}, {"kernelHeight", 2}, {"strideWidth", 2}}, "same")},
        {"uneven settings",
         {{2, 7, 6}},
         with({{"filters", 2},
               {"kernelHeight", 3},
               {"kernelWidth", 2},
               {"strideHeight", 2},
               {"padHeight", 2},
               {"padWidth", 1},
               {"dilationHeight", 2}},
              "explicit")},
        {"padding on two sides", {{3, 5, 6}}, withPads(with({{"filters", 2}, {"strideWidth", 2}}, ""), {2, 0, 0, 1})},
        {"17 maps, padding on four sides",
         {{17, 4, 3}},
         withPads(with({{"filters", 3}, {"strideHeight", 2}}, ""), {0, 3, 1, 2})},
        {"16 maps, 5x5 valid", {{16, 7, 8}}, with({{"filters", 8}, {"kernelHeight", 5}, {"kernelWidth", 5}}, "valid")},
        // Many maps and stride 1: minimal filtering.
        {"18 to 20 maps, 3x3 same", {{18, 5, 6}}, with({{"filters", 20}}, "same")},
        {"16 to 33 maps, 3x3 valid", {{16, 7, 5}}, with({{"filters", 33}}, "valid", false)},
        {"20 to 17 maps, 3x3, padding on four sides",
         {{20, 5, 4}},
         withPads(with({{"filters", 17}}, ""), {0, 3, 1, 2})},
        {"18 to 20 maps, 3x3, uneven padding", {{18, 9, 8}}, withPads(with({{"filters", 20}}, ""), {2, 0, 1, 2})},
        {"whole input", {{4, 5, 5}}, with({{"filters", 7}, {"kernelHeight", 5}, {"kernelWidth", 5}}, "valid")},
    };
}

} // namespace

LayerDescriptor describe_conv2d()
{
    LayerDescriptor d;
    d.id = "conv2d";
    d.icon = "conv";
    d.title = "Conv2D";
    d.family = "convolution";
    d.shortName = "C";
    d.help = "Slides small kernels over the maps. Each filter looks for one pattern everywhere and draws a map of "
             "where it is.";
    d.paper =
        "LeCun et al., Backpropagation Applied to Handwritten Zip Code Recognition, Neural Computation 1(4), 1989, doi "
        "10.1162/neco.1989.1.4.541";
    d.parameters = parameters();
    d.summary = [](const Params& p) {
        const std::int64_t filters = p.integer("filters");
        const std::int64_t groups = p.integer("groups");
        return std::to_string(filters) + (filters == 1 ? " filter " : " filters ") + windowSummary(p, 1, "") +
               (groups == 1 ? "" : ", " + std::to_string(groups) + " groups");
    };
    d.check = check;
    d.tensors = tensors;
    d.hasKernels = true;
    d.seen = seenWindow;
    setFormulas<Formulas>(d);
    setReference<Reference>(d);
    d.lower = [](const LowerCall& call) {
        return call.builder->convolution(call, call.inputs[0], windowGeometry(*call.params, call.inputShapes[0]));
    };
    d.onnx = [](const OnnxCall& call) {
        std::vector<OnnxAttribute> attributes = onnxWindow(call);
        attributes.push_back({"group", call.params->integer("groups")});
        std::vector<std::string> inputs{call.inputs[0], call.builder->tensor("weight")};
        if (call.params->flag("bias"))
            inputs.push_back(call.builder->tensor("bias"));
        return call.builder->add("Conv", inputs, attributes);
    };
    d.torch = [](const TorchCall& call) {
        const Params& p = *call.params;
        TorchCode code;
        code.module = "nn.Conv2d(" + std::to_string(call.inputShapes[0][0]) + ", " +
                      std::to_string(p.integer("filters")) + ", " +
                      torchTuple({p.integer("kernelHeight"), p.integer("kernelWidth")}) + torchWindow(call) +
                      (p.integer("groups") == 1 ? "" : ", groups=" + std::to_string(p.integer("groups"))) +
                      (p.flag("bias") ? ")" : ", bias=False)");
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
