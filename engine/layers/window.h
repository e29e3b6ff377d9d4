// What Conv2D and the pools share: a window that slides over maps. Settings, output size, padding and faults.
#pragma once

#include "engine/layers/layer.h"
#include "engine/ops/op_graph_builder.h"

#include <algorithm>
#include <limits>

namespace convarium::engine
{

/// The settings kernelHeight/Width, strideHeight/Width, padding, padHeight/Width, padTop/Left/Bottom/Right.
std::vector<ParamInfo> windowParameters(std::int64_t kernel, std::int64_t stride, const std::string& padding);
/// dilationHeight/Width. `thing`: whose cells they set apart, "kernel" or "window".
std::vector<ParamInfo> dilationParameters(const std::string& thing);
/// Pools: round the output size up.
ParamInfo ceilParameter();

/// Geometry on an input of this shape. `same`: the output is ceil(in / stride), the odd pixel is at bottom and right.
/// Reads dilation and groups where the layer has them.
WindowGeometry windowGeometry(const Params& params, const Shape& input);

/// Rows and columns of padding on each side.
struct WindowPads {
    std::int64_t top = 0, left = 0, bottom = 0, right = 0;
    [[nodiscard]] bool even() const { return top == bottom && left == right; }
    friend bool operator==(const WindowPads&, const WindowPads&) = default;
};
/// Far enough for every window: with an output size that is rounded up the last one may reach beyond the padding.
WindowPads windowPads(const Params& params, const Shape& input, const Shape& output);

/// kernel_shape, strides, pads and, where the layer has them, dilations, as ONNX writes them. An output size that is
/// rounded up is stated as padding, except where the share of that padding in a mean matters.
std::vector<OnnxAttribute> onnxWindow(const OnnxCall& call);

/// ", stride=2, padding=1, dilation=2": what differs from PyTorch's defaults; the stride always. Padding is left out
/// where PyTorch has no words for it: then torchPadded() wraps the input.
std::string torchWindow(const TorchCall& call);
/// "{0}", or "F.pad({0}, (0, 1, 0, 1), value=VALUE)" where the padding is uneven.
std::string torchPadded(const TorchCall& call, const std::string& value = "0");
/// "F.pad(WHAT, (left, right, top, bottom), value=VALUE)"; WHAT itself without padding.
std::string torchPad(const std::string& what, const WindowPads& pads, const std::string& value = "0");

/// Needs maps, and a window that fits into its padded input. title: "Conv2D".
Result<void> checkWindow(const std::string& title, const Shape& input, const Params& params);
/// checkWindow(), and no window may lie in the padding alone.
Result<void> checkPool(const std::string& title, const Shape& input, const Params& params);

/// The input maps that the layer looks at, for the receptive field.
SeenWindow seenWindow(std::span<const Shape> inputs, const Params& params);

/// "5×5", then ", stride 2", ", same" or ", padding 1"; stride and padding are left out where they are the usual ones.
std::string windowSummary(const Params& params, std::int64_t usualStride, const std::string& usualPadding);

/// Small cases for both kinds of pool.
std::vector<LayerSample> poolSamples();
/// Settings for such cases: a square kernel, `padding` with `pad` pixels on every side.
Params squareWindow(std::int64_t kernel, std::int64_t stride, const char* padding, std::int64_t pad = 0);
Params withPads(Params params, const WindowPads& pads);

/// One setting for both directions?
bool evenPair(const Params& params, const std::string& name);

/// Some of the maps, rows or columns: from `first` to before `end`.
struct Range {
    std::int64_t first = 0, end = std::numeric_limits<std::int64_t>::max();
    static Range one(std::int64_t i) { return {i, i + 1}; }
    [[nodiscard]] std::int64_t endWithin(std::int64_t size) const { return std::min(end, size); }
    [[nodiscard]] bool has(std::int64_t i) const { return i >= first && i < end; }
};

/// The windows whose cells may lie on row or column i of the input: rows or columns of the output.
inline Range windowsOver(std::int64_t i, std::int64_t kernel, std::int64_t stride, std::int64_t dilation,
                         std::int64_t pad)
{
    const std::int64_t first = i + pad - (kernel - 1) * dilation;
    return {std::max<std::int64_t>(0, (first + stride - 1) / stride), (i + pad) / stride + 1};
}

/// The output places whose windows matter for what the caller of a pool wants to know.
struct WantedPlaces {
    Range map, y, x;
};
template <class T>
WantedPlaces wantedPlaces(const ReferenceCall<T>& call, const WindowGeometry& g)
{
    const Shape& out = call.output.shape();
    const Shape& in = call.inputs[0].shape();
    WantedPlaces w;
    if (const std::int64_t i = call.only(Focus::Of::Output).element; i >= 0)
        w = {Range::one(i / (out[1] * out[2])), Range::one(i / out[2] % out[1]), Range::one(i % out[2])};
    if (const std::int64_t i = call.only(Focus::Of::InputGradient).element; i >= 0)
        w = {Range::one(i / (in[1] * in[2])),
             windowsOver(i / in[2] % in[1], g.kernelHeight, g.strideHeight, g.dilationHeight, g.padTop),
             windowsOver(i % in[2], g.kernelWidth, g.strideWidth, g.dilationWidth, g.padLeft)};
    return w;
}

/// Calls f(ky, kx, y in, x in) for every cell of the window at output (y, x) that lies on the input.
template <class F>
void forEachCell(const WindowGeometry& g, const Shape& input, std::int64_t y, std::int64_t x, F f)
{
    for (std::int64_t ky = 0; ky < g.kernelHeight; ++ky) {
        const std::int64_t iy = y * g.strideHeight - g.padTop + ky * g.dilationHeight;
        if (iy < 0 || iy >= input[1])
            continue;
        for (std::int64_t kx = 0; kx < g.kernelWidth; ++kx) {
            const std::int64_t ix = x * g.strideWidth - g.padLeft + kx * g.dilationWidth;
            if (ix >= 0 && ix < input[2])
                f(ky, kx, iy, ix);
        }
    }
}

/// Would the last window of a size that is rounded up start in the padding behind the input?
bool dropsLastWindow(const WindowGeometry& g, const Shape& input, bool vertical);

/// Padding before plus behind: "2 · padding", or "padding top + padding bottom".
template <class I>
I paddingSum(const FormulaContext<I>& c, bool vertical, const std::string& name)
{
    const Params& p = *c.params;
    if (p.text("padding") == "each side")
        return c.integer(vertical ? "padTop" : "padLeft", vertical ? "padding top" : "padding left") +
               c.integer(vertical ? "padBottom" : "padRight", vertical ? "padding bottom" : "padding right");
    const std::string key = vertical ? "padHeight" : "padWidth";
    return I(2) * (p.text("padding") == "explicit" ? c.integer(key, name) : c.named(0, name));
}

/// Output height (vertical) or width: floor((size in + 2 padding - kernel) / stride) + 1, or ceil(size in / stride).
/// With ceilMode it is rounded up, but no window starts behind the input (as in PyTorch).
template <class I>
I windowOutput(const FormulaContext<I>& c, bool vertical)
{
    const Params& p = *c.params;
    const std::string side = vertical ? "Height" : "Width";
    const std::string word = vertical ? " height" : " width";
    const bool dilated = p.find("dilation" + side) && p.integer("dilation" + side) != 1;
    // One formula for both directions where nothing differs: "kernel" instead of "kernel height".
    const bool square = c.inputShapes[0][1] == c.inputShapes[0][2] && evenPair(p, "kernel") && evenPair(p, "stride") &&
                        evenPair(p, "pad") && p.text("padding") != "each side" &&
                        (!p.find("dilationHeight") || evenPair(p, "dilation"));
    const auto setting = [&](const std::string& key, const std::string& name) {
        return c.integer(key + side, square ? name : name + word);
    };
    const I& given = c.inputs[0].sizes[vertical ? 1 : 2];
    const I size = square ? renamed(given, "size in") : given;
    const I stride = setting("stride", "stride");
    if (p.text("padding") == "same")
        return ceilDiv(size, stride);
    const I padded = size + paddingSum(c, vertical, square ? "padding" : "padding" + word);
    const I kernel = setting("kernel", "kernel");
    const I free = dilated ? padded - setting("dilation", "dilation") * (kernel - I(1)) - I(1) : padded - kernel;
    // Where the last window is dropped, rounding down gives the same size.
    if (p.find("ceilMode") && p.flag("ceilMode") &&
        !dropsLastWindow(windowGeometry(p, c.inputShapes[0]), c.inputShapes[0], vertical))
        return ceilDiv(free, stride) + I(1);
    return floorDiv(free, stride) + I(1);
}

/// Kernel height times width: "kernel · kernel".
template <class I>
I kernelArea(const FormulaContext<I>& c)
{
    const bool even = evenPair(*c.params, "kernel");
    return c.integer("kernelHeight", even ? "kernel" : "kernel height") *
           c.integer("kernelWidth", even ? "kernel" : "kernel width");
}

/// Pools keep the number of maps and have no weights.
struct PoolFormulas {
    template <class I>
    static LayerFormulas<I> eval(const FormulaContext<I>& c)
    {
        LayerFormulas<I> f;
        f.output.sizes = {c.inputs[0].sizes[0], windowOutput(c, true), windowOutput(c, false)};
        return f;
    }
};

} // namespace convarium::engine
