#include "engine/graph/shape_text.h"
#include "engine/layers/convolution_reference.h"
#include "engine/layers/messages.h"
#include "engine/layers/settings.h"

#include <algorithm>

namespace convarium::engine
{
namespace
{

/// One direction of the layer. same: the output is the input times the stride.
struct Side {
    std::int64_t in, kernel, stride, dilation, before, behind, extra;

    Side(const Params& p, const Shape& input, bool vertical)
        : in(input[vertical ? 1 : 2]), kernel(p.integer(vertical ? "kernelHeight" : "kernelWidth")),
          stride(p.integer(vertical ? "strideHeight" : "strideWidth")),
          dilation(p.integer(vertical ? "dilationHeight" : "dilationWidth")), before(0), behind(0),
          extra(p.integer(vertical ? "outputPadHeight" : "outputPadWidth"))
    {
        const std::string& mode = p.text("padding");
        if (mode == "explicit") {
            before = behind = p.integer(vertical ? "padHeight" : "padWidth");
        } else if (mode == "each side") {
            before = p.integer(vertical ? "padTop" : "padLeft");
            behind = p.integer(vertical ? "padBottom" : "padRight");
        } else if (mode == "same") {
            const std::int64_t cut = covered() - stride;
            before = std::max<std::int64_t>(0, cut) / 2;
            behind = std::max<std::int64_t>(0, cut) - before;
            extra = std::max<std::int64_t>(0, -cut);
        }
    }
    [[nodiscard]] std::int64_t covered() const { return dilation * (kernel - 1) + 1; }
    [[nodiscard]] std::int64_t out() const { return (in - 1) * stride + covered() + extra - before - behind; }
};

/// Height (vertical) or width: (in - 1) stride - padding + dilation (kernel - 1) + 1 + output padding, or in stride.
template <class I>
I outputSize(const FormulaContext<I>& c, bool vertical)
{
    const Params& p = *c.params;
    const std::string side = vertical ? "Height" : "Width";
    const std::string word = vertical ? " height" : " width";
    const bool square = c.inputShapes[0][1] == c.inputShapes[0][2] && evenPair(p, "kernel") && evenPair(p, "stride") &&
                        evenPair(p, "pad") && evenPair(p, "dilation") && evenPair(p, "outputPad") &&
                        p.text("padding") != "each side";
    const auto setting = [&](const std::string& key, const std::string& name) {
        return c.integer(key + side, square ? name : name + word);
    };
    const I& given = c.inputs[0].sizes[vertical ? 1 : 2];
    const I size = square ? renamed(given, "size in") : given;
    const I stride = setting("stride", "stride");
    if (p.text("padding") == "same")
        return size * stride;
    const I kernel = setting("kernel", "kernel");
    const I padding = paddingSum(c, vertical, square ? "padding" : "padding" + word);
    const bool dilated = p.integer("dilation" + side) != 1;
    I out = (size - I(1)) * stride - (p.text("padding") == "each side" ? grouped(padding) : padding);
    out = dilated ? out + setting("dilation", "dilation") * (kernel - I(1)) + I(1) : out + kernel;
    return p.integer("outputPad" + side) == 0 ? out : out + setting("outputPad", "output padding");
}

struct Formulas {
    template <class I>
    static LayerFormulas<I> eval(const FormulaContext<I>& c)
    {
        const I filters = c.integer("filters", "filters");
        const bool split = c.params->integer("groups") != 1;
        const I perMap = kernelArea(c) * (split ? exactDiv(filters, c.integer("groups", "groups")) : filters);
        const std::vector<I>& in = c.inputs[0].sizes;
        LayerFormulas<I> f;
        f.output.sizes = {filters, outputSize(c, true), outputSize(c, false)};
        f.weights = perMap * in[0];
        if (c.params->flag("bias"))
            f.weights = f.weights + filters;
        // Every number that comes in is multiplied with a whole kernel per map that goes out.
        f.macs = in[1] * in[2] * in[0] * grouped(perMap);
        return f;
    }
};

/// The convolution whose way back this layer is: it slides over the output and has one place per input pixel.
WindowGeometry geometry(const Params& params, const Shape& input)
{
    const Side rows(params, input, true), columns(params, input, false);
    WindowGeometry g;
    g.kernelHeight = rows.kernel;
    g.kernelWidth = columns.kernel;
    g.strideHeight = rows.stride;
    g.strideWidth = columns.stride;
    g.dilationHeight = rows.dilation;
    g.dilationWidth = columns.dilation;
    g.padTop = rows.before;
    g.padLeft = columns.before;
    g.padBottom = rows.behind;
    g.padRight = columns.behind;
    g.groups = params.integer("groups");
    return g;
}

/// Every input number adds its kernel, times itself, to the output.
struct Reference {
    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        scatterWindows<T>(geometry(*call.params, call.inputs[0].shape()), call.inputs[0], call.tensors[0],
                          call.tensors.size() > 1 ? &call.tensors[1] : nullptr, call.output, false,
                          call.only(Focus::Of::Output));
    }
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        const WindowGeometry g = geometry(*call.params, call.inputs[0].shape());
        if (wanted(call.inputGradients, 0))
            gatherWindows<T>(g, call.outputGradient, call.tensors[0], nullptr, call.inputGradients[0], true,
                             call.only(Focus::Of::InputGradient));
        const Only only = call.only(Focus::Of::TensorGradient);
        if (wanted(call.tensorGradients, 0))
            addWeightGradient<T>(g, call.outputGradient, call.inputs[0], call.tensorGradients[0], only);
        if (wanted(call.tensorGradients, 1))
            addBiasGradient<T>(call.outputGradient, call.tensorGradients[1], only);
    }
};

Error faultAt(const std::string& key, ErrorCode code, const std::string& message, const std::string& hint)
{
    Error error{code, message, hint, {}};
    error.place.port = key;
    return error;
}

Result<void> check(std::span<const Shape> inputs, const Params& params)
{
    if (auto maps = needMaps("ConvTranspose2D", inputs[0]); !maps)
        return maps;
    const std::int64_t groups = params.integer("groups"), filters = params.integer("filters");
    if (inputs[0][0] % groups != 0 || filters % groups != 0)
        return faultAt(
            "groups", ErrorCode::InvalidArgument,
            "The number of groups of ConvTranspose2D must divide the maps that come in and the filters. There are " +
                std::to_string(groups) + " groups, " + std::to_string(inputs[0][0]) + " maps" + fromSlot(0) + " and " +
                std::to_string(filters) + " filters.",
            "Set groups to 1.");
    const bool same = params.text("padding") == "same";
    for (const bool vertical : {true, false}) {
        const std::string key = vertical ? "outputPadHeight" : "outputPadWidth";
        const Side side(params, inputs[0], vertical);
        const std::int64_t extra = params.integer(key);
        if (same && extra != 0)
            return faultAt(key, ErrorCode::InvalidArgument,
                           "With padding same the output is the input times the stride; the output padding of " +
                               std::to_string(extra) + " has no place in it.",
                           "Set the output padding to 0, or choose another padding.");
        if (extra > 0 && extra >= std::max(side.stride, side.dilation))
            return faultAt(key, ErrorCode::InvalidArgument,
                           "The output padding (" + std::to_string(extra) + ") must be smaller than the stride (" +
                               std::to_string(side.stride) + ") or the dilation (" + std::to_string(side.dilation) +
                               ").",
                           "Use less output padding.");
        if (side.out() < 1)
            return faultAt(vertical ? "padHeight" : "padWidth", ErrorCode::ShapeMismatch,
                           std::string("The padding of ConvTranspose2D cuts away the whole ") +
                               (vertical ? "height" : "width") + " of its output (" +
                               std::to_string(side.out() + side.before + side.behind) + " pixels from " +
                               pairText(inputs[0][1], inputs[0][2]) + fromSlot(0) + ").",
                           "Use less padding or a larger kernel.");
    }
    return {};
}

std::vector<TensorInfo> tensors(std::span<const Shape> inputs, const Params& params)
{
    const std::int64_t groups = params.integer("groups"), filters = params.integer("filters");
    const std::int64_t kh = params.integer("kernelHeight"), kw = params.integer("kernelWidth");
    // With a stride only so many of the kernel's cells meet at one output number.
    const std::int64_t meeting =
        std::max<std::int64_t>(1, kh * kw / (params.integer("strideHeight") * params.integer("strideWidth")));
    TensorInfo weight;
    weight.key = "weight";
    weight.shape = {inputs[0][0], filters / groups, kh, kw};
    weight.initializer = Initializer::HeNormal;
    weight.fanIn = inputs[0][0] / groups * meeting;
    weight.fanOut = filters / groups * kh * kw;
    weight.decay = true;
    if (!params.flag("bias"))
        return {weight};
    TensorInfo bias;
    bias.key = "bias";
    bias.shape = {filters};
    return {weight, bias};
}

SeenWindow seen(std::span<const Shape> inputs, const Params& params)
{
    const WindowGeometry g = geometry(params, inputs[0]);
    // Place y of the output gets kernel cell k from the input place (y + padding - k) / stride, where that is whole.
    SeenWindow window;
    window.spreadHeight = g.strideHeight;
    window.spreadWidth = g.strideWidth;
    window.reachHeight = g.dilationHeight * (g.kernelHeight - 1);
    window.reachWidth = g.dilationWidth * (g.kernelWidth - 1);
    window.startHeight = g.padTop - window.reachHeight;
    window.startWidth = g.padLeft - window.reachWidth;
    window.kernelHeight = (window.reachHeight + g.strideHeight) / g.strideHeight;
    window.kernelWidth = (window.reachWidth + g.strideWidth) / g.strideWidth;
    return window;
}

std::vector<ParamInfo> parameters()
{
    std::vector<ParamInfo> list{
        integerParameter("filters", "Filters", 16, 1, 4096, "maps", "Number of maps that come out.")};
    for (ParamInfo& info : windowParameters(2, 2, "valid")) {
        if (info.key == "strideHeight" || info.key == "strideWidth")
            info.help = "How far apart the input's pixels are set in the output: 2 doubles the size.";
        if (info.key == "padding")
            info.help = "What is cut from the output. same: so much that it is the input size times the stride. valid: "
                        "nothing. explicit: so many pixels above and below, left and right. each side: four numbers.";
        if (info.key == "padHeight" || info.key == "padWidth")
            info.help = "Rows or columns that are cut from each side of the output.";
        if (info.key == "padTop" || info.key == "padLeft" || info.key == "padBottom" || info.key == "padRight")
            info.help = "Rows or columns that are cut from this side of the output.";
        list.push_back(info);
    }
    ParamInfo extra = integerParameter("outputPadHeight", "Output padding", 0, 0, 63, "pixels",
                                       "Rows or columns that are added below and to the right of the output.");
    extra.pairedWith = "outputPadWidth";
    list.push_back(extra);
    extra.key = "outputPadWidth";
    extra.title += " width";
    extra.pairedWith.clear();
    list.push_back(extra);
    for (ParamInfo& info : dilationParameters("kernel"))
        list.push_back(info);
    list.push_back(integerParameter("groups", "Groups", 1, 1, 4096, "",
                                    "Cuts maps and filters into groups that do not see each other."));
    list.push_back(flagParameter("bias", "Bias", true, "One number per filter that is added everywhere."));
    return list;
}

std::vector<LayerSample> samples()
{
    const auto with = [](Params p, std::int64_t filters,
                         std::initializer_list<std::pair<const std::string, std::int64_t>> more = {},
                         bool bias = true) {
        p.set("filters", filters);
        p.set("bias", bias);
        for (const auto& [key, value] : more)
            p.set(key, value);
        return p;
    };
    return {
        {"2x2 doubles", {{3, 4, 5}}, with(squareWindow(2, 2, "valid"), 4)},
        {"3x3 same, stride 2, 17 maps", {{17, 3, 4}}, with(squareWindow(3, 2, "same"), 3)},
        {"stride 3, kernel 2: gaps are the bias", {{2, 3, 2}}, with(squareWindow(2, 3, "same"), 5)},
        {"gaps without bias", {{2, 3, 3}}, with(squareWindow(1, 2, "valid"), 3, {}, false)},
        {"padding 1, output padding 1",
         {{3, 4, 3}},
         with(squareWindow(3, 2, "explicit", 1), 2, {{"outputPadHeight", 1}, {"outputPadWidth", 1}})},
        {"padding on three sides, stride 1x2",
         {{2, 5, 4}},
         with(withPads(squareWindow(3, 1, ""), {2, 1, 0, 1}), 3, {{"strideWidth", 2}})},
        {"dilation 2x3",
         {{2, 4, 3}},
         with(squareWindow(2, 1, "valid"), 2, {{"dilationHeight", 2}, {"dilationWidth", 3}})},
        {"two groups", {{4, 3, 4}}, with(squareWindow(3, 2, "explicit", 1), 6, {{"groups", 2}})},
        {"groups with gaps, one map each", {{3, 3, 2}}, with(squareWindow(2, 3, "valid"), 3, {{"groups", 3}})},
        {"from one pixel", {{9, 1, 1}}, with(squareWindow(4, 1, "valid"), 2)},
        {"one map to one map", {{1, 4, 4}}, with(squareWindow(4, 2, "explicit", 1), 1, {}, false)},
    };
}

} // namespace

LayerDescriptor describe_conv_transpose2d()
{
    LayerDescriptor d;
    d.id = "conv_transpose2d";
    d.icon = "transposed";
    d.title = "ConvTranspose2D";
    d.family = "convolution";
    d.shortName = "Tc";
    d.help =
        "A convolution run backwards: every number draws its kernel into the output, so that maps grow. Decoders and "
        "generators use it; often called deconvolution, though it inverts nothing.";
    d.paper =
        "Zeiler, Krishnan, Taylor and Fergus, Deconvolutional Networks, CVPR 2010, doi 10.1109/CVPR.2010.5539957; "
        "Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016, arXiv 1603.07285";
    d.parameters = parameters();
    d.summary = [](const Params& p) {
        const std::int64_t filters = p.integer("filters"), groups = p.integer("groups");
        return std::to_string(filters) + (filters == 1 ? " filter " : " filters ") + windowSummary(p, 1, "valid") +
               (groups == 1 ? "" : ", " + std::to_string(groups) + " groups");
    };
    d.check = check;
    d.tensors = tensors;
    d.seen = seen;
    setFormulas<Formulas>(d);
    setReference<Reference>(d);
    d.lower = [](const LowerCall& call) {
        return call.builder->transposedConvolution(call, call.inputs[0], geometry(*call.params, call.inputShapes[0]));
    };
    d.onnx = [](const OnnxCall& call) {
        const Side rows(*call.params, call.inputShapes[0], true), columns(*call.params, call.inputShapes[0], false);
        using List = std::vector<std::int64_t>;
        std::vector<std::string> inputs{call.inputs[0], call.builder->tensor("weight")};
        if (call.params->flag("bias"))
            inputs.push_back(call.builder->tensor("bias"));
        return call.builder->add("ConvTranspose", inputs,
                                 {{"kernel_shape", List{rows.kernel, columns.kernel}},
                                  {"strides", List{rows.stride, columns.stride}},
                                  {"pads", List{rows.before, columns.before, rows.behind, columns.behind}},
                                  {"output_padding", List{rows.extra, columns.extra}},
                                  {"dilations", List{rows.dilation, columns.dilation}},
                                  {"group", call.params->integer("groups")}});
    };
    d.torch = [](const TorchCall& call) {
        const Params& p = *call.params;
        const Side rows(p, call.inputShapes[0], true), columns(p, call.inputShapes[0], false);
        TorchCode code;
        code.module = "nn.ConvTranspose2d(" + std::to_string(call.inputShapes[0][0]) + ", " +
                      std::to_string(p.integer("filters")) + ", " + torchTuple({rows.kernel, columns.kernel}) +
                      ", stride=" + torchTuple({rows.stride, columns.stride});
        // PyTorch has one padding per direction and an output padding below the stride; the rest is padded or cut
        // after.
        const auto shared = [](const Side& side) { return std::min(side.before, side.behind); };
        if (shared(rows) != 0 || shared(columns) != 0)
            code.module += ", padding=" + torchTuple({shared(rows), shared(columns)});
        if (rows.extra != 0 || columns.extra != 0)
            code.module += ", output_padding=" + torchTuple({rows.extra, columns.extra});
        if (rows.dilation != 1 || columns.dilation != 1)
            code.module += ", dilation=" + torchTuple({rows.dilation, columns.dilation});
        if (p.integer("groups") != 1)
            code.module += ", groups=" + std::to_string(p.integer("groups"));
        code.module += p.flag("bias") ? ")" : ", bias=False)";
        const WindowPads cut{shared(rows) - rows.before, shared(columns) - columns.before, shared(rows) - rows.behind,
                             shared(columns) - columns.behind};
        code.call = torchPad("{self}({0})", cut);
        code.tensors = {{"weight", "weight"}};
        if (p.flag("bias"))
            code.tensors.emplace_back("bias", "bias");
        return code;
    };
    d.samples = samples();
    return d;
}

} // namespace convarium::engine
