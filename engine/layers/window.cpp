#include "engine/layers/window.h"

#include "engine/graph/shape_text.h"
#include "engine/layers/messages.h"

#include <algorithm>

namespace convarium::engine
{
namespace
{

constexpr double kLargestKernel = 64;
constexpr double kLargestStride = 32;

ParamInfo pixels(const std::string& key, const std::string& title, std::int64_t value, double minimum, double maximum,
                 const std::string& help)
{
    ParamInfo info;
    info.key = key;
    info.title = title;
    info.defaultValue = value;
    info.minimum = minimum;
    info.maximum = maximum;
    info.unit = "pixels";
    info.help = help;
    return info;
}

void addPair(std::vector<ParamInfo>& list, ParamInfo height)
{
    ParamInfo width = height;
    const std::string base = height.key;
    height.key = base + "Height";
    width.key = base + "Width";
    width.title += " width";
    height.pairedWith = width.key;
    list.push_back(height);
    list.push_back(width);
}

/// Rows of input that one output needs: dilation * (kernel - 1) + 1.
std::int64_t span(std::int64_t kernel, std::int64_t dilation)
{
    return dilation * (kernel - 1) + 1;
}

std::int64_t optional(const Params& params, const std::string& key)
{
    return params.find(key) ? params.integer(key) : 1;
}

/// Padding before the first pixel.
std::int64_t leadingPad(const std::string& mode, std::int64_t pad, std::int64_t in, std::int64_t span,
                        std::int64_t stride)
{
    if (mode == "explicit")
        return pad;
    if (mode == "valid")
        return 0;
    const std::int64_t out = (in + stride - 1) / stride;
    return std::max<std::int64_t>(0, (out - 1) * stride + span - in) / 2;
}

} // namespace

std::vector<ParamInfo> windowParameters(std::int64_t kernel, std::int64_t stride, const std::string& padding)
{
    std::vector<ParamInfo> list;
    addPair(list,
            pixels("kernel", "Kernel", kernel, 1, kLargestKernel, "Size of the window that slides over the maps."));
    addPair(list, pixels("stride", "Stride", stride, 1, kLargestStride, "How far the window moves at each step."));
    ParamInfo mode;
    mode.key = "padding";
    mode.title = "Padding";
    mode.type = ParamType::Choice;
    mode.defaultValue = padding;
    mode.choices = {"same", "valid", "explicit"};
    mode.help = "same: the output is the input size divided by the stride, rounded up. valid: no padding. explicit: so "
                "many pixels on every side.";
    list.push_back(mode);
    ParamInfo pad = pixels("pad", "Pixels around", 0, 0, kLargestKernel, "Rows or columns of padding on each side.");
    pad.visibleWhen = {"padding", "explicit"};
    addPair(list, pad);
    return list;
}

bool evenPair(const Params& params, const std::string& name)
{
    return params.integer(name + "Height") == params.integer(name + "Width");
}

WindowGeometry windowGeometry(const Params& params, const Shape& input)
{
    WindowGeometry g;
    g.kernelHeight = params.integer("kernelHeight");
    g.kernelWidth = params.integer("kernelWidth");
    g.strideHeight = params.integer("strideHeight");
    g.strideWidth = params.integer("strideWidth");
    g.dilationHeight = optional(params, "dilationHeight");
    g.dilationWidth = optional(params, "dilationWidth");
    g.groups = optional(params, "groups");
    g.countPadding = params.find("countPadding") && params.flag("countPadding");
    const std::string& mode = params.text("padding");
    g.padTop =
        leadingPad(mode, params.integer("padHeight"), input[1], span(g.kernelHeight, g.dilationHeight), g.strideHeight);
    g.padLeft =
        leadingPad(mode, params.integer("padWidth"), input[2], span(g.kernelWidth, g.dilationWidth), g.strideWidth);
    return g;
}

WindowPads windowPads(const Params& params, const Shape& input, const Shape& output)
{
    const WindowGeometry g = windowGeometry(params, input);
    WindowPads pads{g.padTop, g.padLeft, g.padTop, g.padLeft};
    if (params.text("padding") != "same")
        return pads;
    const auto rest = [](std::int64_t out, std::int64_t stride, std::int64_t covered, std::int64_t in,
                         std::int64_t before) {
        return std::max<std::int64_t>(0, (out - 1) * stride + covered - in - before);
    };
    pads.bottom = rest(output[1], g.strideHeight, span(g.kernelHeight, g.dilationHeight), input[1], g.padTop);
    pads.right = rest(output[2], g.strideWidth, span(g.kernelWidth, g.dilationWidth), input[2], g.padLeft);
    return pads;
}

std::vector<OnnxAttribute> onnxWindow(const OnnxCall& call)
{
    const WindowGeometry g = windowGeometry(*call.params, call.inputShapes[0]);
    const WindowPads p = windowPads(*call.params, call.inputShapes[0], call.outputShape);
    using List = std::vector<std::int64_t>;
    std::vector<OnnxAttribute> list{{"kernel_shape", List{g.kernelHeight, g.kernelWidth}},
                                    {"strides", List{g.strideHeight, g.strideWidth}},
                                    {"pads", List{p.top, p.left, p.bottom, p.right}}};
    if (g.dilationHeight != 1 || g.dilationWidth != 1)
        list.push_back({"dilations", List{g.dilationHeight, g.dilationWidth}});
    return list;
}

std::string torchWindow(const TorchCall& call)
{
    const WindowGeometry g = windowGeometry(*call.params, call.inputShapes[0]);
    const WindowPads p = windowPads(*call.params, call.inputShapes[0], call.outputShape);
    std::string text = ", stride=" + torchTuple({g.strideHeight, g.strideWidth});
    if (p.even() && (p.top != 0 || p.left != 0))
        text += ", padding=" + torchTuple({p.top, p.left});
    if (g.dilationHeight != 1 || g.dilationWidth != 1)
        text += ", dilation=" + torchTuple({g.dilationHeight, g.dilationWidth});
    return text;
}

std::string torchPadded(const TorchCall& call, const std::string& value)
{
    const WindowPads p = windowPads(*call.params, call.inputShapes[0], call.outputShape);
    if (p.even())
        return "{0}";
    return "F.pad({0}, (" + listText({p.left, p.right, p.top, p.bottom}) + ")" +
           (value == "0" ? std::string() : ", value=" + value) + ")";
}

Result<void> checkWindow(const std::string& title, const Shape& input, const Params& params)
{
    if (auto maps = needMaps(title, input); !maps)
        return maps;
    if (params.text("padding") == "same")
        return {};
    const WindowGeometry g = windowGeometry(params, input);
    const std::int64_t spanHeight = span(g.kernelHeight, g.dilationHeight);
    const std::int64_t spanWidth = span(g.kernelWidth, g.dilationWidth);
    const std::int64_t height = input[1] + 2 * g.padTop;
    const std::int64_t width = input[2] + 2 * g.padLeft;
    if (spanHeight <= height && spanWidth <= width)
        return {};
    std::string kernel = pairText(g.kernelHeight, g.kernelWidth);
    if (g.dilationHeight != 1 || g.dilationWidth != 1)
        kernel += ", spread to " + pairText(spanHeight, spanWidth) + " by its dilation";
    std::string place = pairText(input[1], input[2]);
    if (g.padTop != 0 || g.padLeft != 0)
        place += ", with padding " + pairText(height, width);
    Error error{ErrorCode::ShapeMismatch,
                "The kernel (" + kernel + ") is larger than its input (" + place + fromSlot(0) + ").",
                "Make the kernel smaller or pad to the same size.",
                {}};
    error.place.port = spanHeight > height ? "kernelHeight" : "kernelWidth";
    return error;
}

Result<void> checkPoolPadding(const std::string& title, const Params& params)
{
    if (params.text("padding") != "explicit")
        return {};
    for (const std::string side : {"Height", "Width"}) {
        const std::int64_t pad = params.integer("pad" + side);
        const std::int64_t kernel = params.integer("kernel" + side);
        if (2 * pad <= kernel)
            continue;
        Error error{ErrorCode::InvalidArgument,
                    "The padding of " + title + " may be at most half its kernel (" + std::to_string(kernel / 2) +
                        "). It is " + std::to_string(pad) + ".",
                    "Use less padding or a larger kernel.",
                    {}};
        error.place.port = "pad" + side;
        return error;
    }
    return {};
}

SeenWindow seenWindow(std::span<const Shape> inputs, const Params& params)
{
    const WindowGeometry g = windowGeometry(params, inputs[0]);
    return {g.kernelHeight, g.kernelWidth, g.dilationHeight, g.dilationWidth, g.strideHeight, g.strideWidth, false};
}

std::vector<LayerSample> poolSamples()
{
    const auto with = [](std::int64_t kernel, std::int64_t stride, const char* padding, std::int64_t pad) {
        Params p{{"padding", std::string(padding)}};
        for (const std::string side : {"Height", "Width"}) {
            p.set("kernel" + side, kernel);
            p.set("stride" + side, stride);
            p.set("pad" + side, pad);
        }
        return p;
    };
    Params uneven = with(2, 2, "same", 0);
    uneven.set("kernelWidth", std::int64_t{3});
    uneven.set("strideHeight", std::int64_t{1});
    return {{"2x2", {{3, 6, 4}}, with(2, 2, "valid", 0)},
            {"2x2, odd input", {{2, 5, 7}}, with(2, 2, "valid", 0)},
            {"2x2 same, odd input", {{2, 5, 7}}, with(2, 2, "same", 0)},
            {"3x3 stride 2 padding 1", {{2, 6, 7}}, with(3, 2, "explicit", 1)},
            {"3x3 stride 1 same", {{2, 4, 5}}, with(3, 1, "same", 0)},
            {"2x2 stride 3", {{2, 8, 7}}, with(2, 3, "valid", 0)},
            {"2x3 stride 1x2 same", {{2, 5, 6}}, uneven},
            {"whole input", {{5, 3, 3}}, with(3, 1, "valid", 0)}};
}

std::string windowSummary(const Params& params, std::int64_t usualStride, const std::string& usualPadding)
{
    std::string text = pairText(params.integer("kernelHeight"), params.integer("kernelWidth"));
    const auto both = [&](const std::string& name) {
        return evenPair(params, name) ? std::to_string(params.integer(name + "Height"))
                                      : pairText(params.integer(name + "Height"), params.integer(name + "Width"));
    };
    if (both("stride") != std::to_string(usualStride))
        text += ", stride " + both("stride");
    const std::string& padding = params.text("padding");
    if (padding == "explicit")
        text += ", padding " + both("pad");
    else if (padding != usualPadding)
        text += ", " + padding;
    if (params.find("dilationHeight") && both("dilation") != "1")
        text += ", dilation " + both("dilation");
    return text;
}

} // namespace convarium::engine
