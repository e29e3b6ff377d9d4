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

/// Padding before the first pixel and behind the last one.
struct SidePads {
    std::int64_t before = 0, behind = 0;
};

SidePads sidePads(const Params& params, bool vertical, std::int64_t in, std::int64_t span, std::int64_t stride)
{
    const std::string& mode = params.text("padding");
    if (mode == "explicit") {
        const std::int64_t pad = params.integer(vertical ? "padHeight" : "padWidth");
        return {pad, pad};
    }
    if (mode == "each side")
        return {params.integer(vertical ? "padTop" : "padLeft"), params.integer(vertical ? "padBottom" : "padRight")};
    if (mode == "valid")
        return {};
    const std::int64_t out = (in + stride - 1) / stride;
    const std::int64_t all = std::max<std::int64_t>(0, (out - 1) * stride + span - in);
    return {all / 2, all - all / 2};
}

/// A window in one direction.
struct Side {
    std::int64_t in, kernel, dilation, stride, before, behind;
    Side(const WindowGeometry& g, const Shape& input, bool vertical)
        : in(input[vertical ? 1 : 2]), kernel(vertical ? g.kernelHeight : g.kernelWidth),
          dilation(vertical ? g.dilationHeight : g.dilationWidth), stride(vertical ? g.strideHeight : g.strideWidth),
          before(vertical ? g.padTop : g.padLeft), behind(vertical ? g.padBottom : g.padRight)
    {
    }
    [[nodiscard]] std::int64_t covered() const { return span(kernel, dilation); }
    /// Padding behind that `out` windows need.
    [[nodiscard]] std::int64_t needed(std::int64_t out) const
    {
        return std::max(behind, (out - 1) * stride + covered() - in - before);
    }
    /// Does the window that starts here see a pixel?
    [[nodiscard]] bool seesInput(std::int64_t start) const
    {
        const std::int64_t cell = start < 0 ? (-start + dilation - 1) / dilation : 0;
        return cell < kernel && start + cell * dilation < in;
    }
};

bool isPool(const Params& params)
{
    return params.find("ceilMode") != nullptr;
}

bool roundsUp(const Params& params)
{
    return isPool(params) && params.flag("ceilMode");
}

/// The padding as it was set, without what rounding up adds.
WindowPads givenPads(const WindowGeometry& g)
{
    return {g.padTop, g.padLeft, g.padBottom, g.padRight};
}

/// Does PyTorch have words for this padding? It has one number per direction, for pools at most half the kernel.
bool torchHasWords(const Params& params, const WindowGeometry& g)
{
    return givenPads(g).even() &&
           (!isPool(params) || (2 * g.padTop <= g.kernelHeight && 2 * g.padLeft <= g.kernelWidth));
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
    mode.choices = {"same", "valid", "explicit", "each side"};
    mode.help = "same: the output is the input size divided by the stride, rounded up. valid: no padding. explicit: so "
                "many pixels above and below, left and right. each side: four numbers.";
    list.push_back(mode);
    ParamInfo pad = pixels("pad", "Pixels around", 0, 0, kLargestKernel, "Rows or columns of padding on each side.");
    pad.visibleWhen = {"padding", "explicit"};
    addPair(list, pad);
    const std::pair<const char*, const char*> sides[] = {{"Top", "Rows of padding above the maps."},
                                                         {"Left", "Columns of padding to the left of the maps."},
                                                         {"Bottom", "Rows of padding below the maps."},
                                                         {"Right", "Columns of padding to the right of the maps."}};
    for (const auto& [side, help] : sides) {
        std::string word = side;
        word[0] = static_cast<char>(word[0] - 'A' + 'a');
        ParamInfo one = pixels(std::string("pad") + side, "Padding " + word, 0, 0, kLargestKernel, help);
        one.visibleWhen = {"padding", "each side"};
        list.push_back(one);
    }
    return list;
}

std::vector<ParamInfo> dilationParameters(const std::string& thing)
{
    std::vector<ParamInfo> list;
    addPair(list, pixels("dilation", "Dilation", 1, 1, 64,
                         "Distance between neighbouring cells of the " + thing + ". 1 is an ordinary " + thing + "."));
    return list;
}

ParamInfo ceilParameter()
{
    ParamInfo info;
    info.key = "ceilMode";
    info.title = "Round up";
    info.type = ParamType::Flag;
    info.defaultValue = false;
    info.help = "Rounds the output size up instead of down, so that a last, cut window takes the pixels that are left. "
                "Padding same does so by itself.";
    return info;
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
    const SidePads rows = sidePads(params, true, input[1], span(g.kernelHeight, g.dilationHeight), g.strideHeight);
    const SidePads columns = sidePads(params, false, input[2], span(g.kernelWidth, g.dilationWidth), g.strideWidth);
    g.padTop = rows.before;
    g.padBottom = rows.behind;
    g.padLeft = columns.before;
    g.padRight = columns.behind;
    return g;
}

bool dropsLastWindow(const WindowGeometry& g, const Shape& input, bool vertical)
{
    const Side side(g, input, vertical);
    const std::int64_t free = side.in + side.before + side.behind - side.covered();
    return (free + side.stride - 1) / side.stride * side.stride >= side.in + side.before;
}

WindowPads windowPads(const Params& params, const Shape& input, const Shape& output)
{
    const WindowGeometry g = windowGeometry(params, input);
    return {g.padTop, g.padLeft, Side(g, input, true).needed(output[1]), Side(g, input, false).needed(output[2])};
}

std::vector<OnnxAttribute> onnxWindow(const OnnxCall& call)
{
    const WindowGeometry g = windowGeometry(*call.params, call.inputShapes[0]);
    const WindowPads all = windowPads(*call.params, call.inputShapes[0], call.outputShape);
    const bool counted = g.countPadding && all != givenPads(g);
    const WindowPads p = counted ? givenPads(g) : all;
    using List = std::vector<std::int64_t>;
    std::vector<OnnxAttribute> list{{"kernel_shape", List{g.kernelHeight, g.kernelWidth}},
                                    {"strides", List{g.strideHeight, g.strideWidth}},
                                    {"pads", List{p.top, p.left, p.bottom, p.right}}};
    if (g.dilationHeight != 1 || g.dilationWidth != 1)
        list.push_back({"dilations", List{g.dilationHeight, g.dilationWidth}});
    if (counted)
        list.push_back({"ceil_mode", std::int64_t{1}});
    return list;
}

std::string torchWindow(const TorchCall& call)
{
    const WindowGeometry g = windowGeometry(*call.params, call.inputShapes[0]);
    const bool words = torchHasWords(*call.params, g);
    std::string text = ", stride=" + torchTuple({g.strideHeight, g.strideWidth});
    if (words && (g.padTop != 0 || g.padLeft != 0))
        text += ", padding=" + torchTuple({g.padTop, g.padLeft});
    if (g.dilationHeight != 1 || g.dilationWidth != 1)
        text += ", dilation=" + torchTuple({g.dilationHeight, g.dilationWidth});
    if (words && roundsUp(*call.params))
        text += ", ceil_mode=True";
    return text;
}

std::string torchPad(const std::string& what, const WindowPads& pads, const std::string& value)
{
    if (pads.top == 0 && pads.left == 0 && pads.bottom == 0 && pads.right == 0)
        return what;
    return "F.pad(" + what + ", (" + listText({pads.left, pads.right, pads.top, pads.bottom}) + ")" +
           (value == "0" ? std::string() : ", value=" + value) + ")";
}

std::string torchPadded(const TorchCall& call, const std::string& value)
{
    if (torchHasWords(*call.params, windowGeometry(*call.params, call.inputShapes[0])))
        return "{0}";
    return torchPad("{0}", windowPads(*call.params, call.inputShapes[0], call.outputShape), value);
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
    const std::int64_t height = input[1] + g.padTop + g.padBottom;
    const std::int64_t width = input[2] + g.padLeft + g.padRight;
    if (spanHeight <= height && spanWidth <= width)
        return {};
    std::string kernel = pairText(g.kernelHeight, g.kernelWidth);
    if (g.dilationHeight != 1 || g.dilationWidth != 1)
        kernel += ", spread to " + pairText(spanHeight, spanWidth) + " by its dilation";
    std::string place = pairText(input[1], input[2]);
    if (height != input[1] || width != input[2])
        place += ", with padding " + pairText(height, width);
    Error error{ErrorCode::ShapeMismatch,
                "The kernel (" + kernel + ") of " + title + " is larger than its input (" + place + fromSlot(0) + ").",
                "Make the kernel smaller or pad to the same size.",
                {}};
    error.place.port = spanHeight > height ? "kernelHeight" : "kernelWidth";
    return error;
}

Result<void> checkPool(const std::string& title, const Shape& input, const Params& params)
{
    if (auto window = checkWindow(title, input, params); !window)
        return window;
    const WindowGeometry g = windowGeometry(params, input);
    for (const bool vertical : {true, false}) {
        const Side side(g, input, vertical);
        const std::int64_t free = side.in + side.before + side.behind - side.covered();
        const bool up = roundsUp(params) && !dropsLastWindow(g, input, vertical);
        const std::int64_t out = (free + (up ? side.stride - 1 : 0)) / side.stride + 1;
        for (std::int64_t i = 0; i < out; ++i) {
            const std::int64_t start = i * side.stride - side.before;
            if (side.seesInput(start))
                continue;
            Error error{ErrorCode::InvalidArgument,
                        "A window of " + title + " lies in its padding alone: " + (vertical ? "row " : "column ") +
                            std::to_string(i + 1) + " of " + std::to_string(out) +
                            " of the output. It needs a pixel of its input" + fromSlot(0) + ".",
                        "Use less padding, a larger kernel or a smaller dilation.",
                        {}};
            const bool each = params.text("padding") == "each side";
            const char* key = vertical ? (start < 0 ? "padTop" : "padBottom") : (start < 0 ? "padLeft" : "padRight");
            error.place.port = each ? key : vertical ? "padHeight" : "padWidth";
            return error;
        }
    }
    return {};
}

SeenWindow seenWindow(std::span<const Shape> inputs, const Params& params)
{
    const WindowGeometry g = windowGeometry(params, inputs[0]);
    SeenWindow window;
    window.kernelHeight = g.kernelHeight;
    window.kernelWidth = g.kernelWidth;
    window.dilationHeight = g.dilationHeight;
    window.dilationWidth = g.dilationWidth;
    window.strideHeight = g.strideHeight;
    window.strideWidth = g.strideWidth;
    window.startHeight = -g.padTop;
    window.startWidth = -g.padLeft;
    return window;
}

Params squareWindow(std::int64_t kernel, std::int64_t stride, const char* padding, std::int64_t pad)
{
    Params p{{"padding", std::string(padding)}};
    for (const std::string side : {"Height", "Width"}) {
        p.set("kernel" + side, kernel);
        p.set("stride" + side, stride);
        p.set("pad" + side, pad);
    }
    return p;
}

Params withPads(Params params, const WindowPads& pads)
{
    params.set("padding", std::string("each side"));
    params.set("padTop", pads.top);
    params.set("padLeft", pads.left);
    params.set("padBottom", pads.bottom);
    params.set("padRight", pads.right);
    return params;
}

std::vector<LayerSample> poolSamples()
{
    Params uneven = squareWindow(2, 2, "same");
    uneven.set("kernelWidth", std::int64_t{3});
    uneven.set("strideHeight", std::int64_t{1});
    const auto up = [](Params p) {
        p.set("ceilMode", true);
        return p;
    };
    return {{"2x2", {{3, 6, 4}}, squareWindow(2, 2, "valid")},
            {"2x2, odd input", {{2, 5, 7}}, squareWindow(2, 2, "valid")},
            {"2x2 same, odd input", {{2, 5, 7}}, squareWindow(2, 2, "same")},
            {"3x3 stride 2 padding 1", {{2, 6, 7}}, squareWindow(3, 2, "explicit", 1)},
            {"3x3 stride 1 same", {{2, 4, 5}}, squareWindow(3, 1, "same")},
            {"2x2 stride 3", {{2, 8, 7}}, squareWindow(2, 3, "valid")},
            {"2x3 stride 1x2 same", {{2, 5, 6}}, uneven},
            {"whole input", {{5, 3, 3}}, squareWindow(3, 1, "valid")},
            {"padding on two sides, 17 maps", {{17, 5, 4}}, withPads(squareWindow(3, 2, ""), {0, 1, 2, 0})},
            {"rounded up", {{2, 6, 7}}, up(squareWindow(3, 2, "valid"))},
            {"same, also rounded up", {{2, 6, 7}}, up(squareWindow(1, 3, "same"))},
            {"rounded up beyond the padding", {{1, 6, 8}}, up(squareWindow(3, 2, "explicit", 1))},
            {"last window dropped", {{2, 4, 5}}, up(squareWindow(2, 3, "explicit", 1))},
            {"rounded up with padding on two sides", {{3, 5, 6}}, up(withPads(squareWindow(3, 2, ""), {2, 0, 0, 1}))}};
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
    else if (padding == "each side")
        text += ", padding " + listText({params.integer("padTop"), params.integer("padLeft"),
                                         params.integer("padBottom"), params.integer("padRight")});
    else if (padding != usualPadding)
        text += ", " + padding;
    if (params.find("dilationHeight") && both("dilation") != "1")
        text += ", dilation " + both("dilation");
    if (roundsUp(params))
        text += ", rounded up";
    return text;
}

} // namespace convarium::engine
