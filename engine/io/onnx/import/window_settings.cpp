#include "engine/io/onnx/import/window_settings.h"

#include "engine/io/onnx/import/converters.h"

#include <array>

namespace convarium::engine
{

Result<MapsInput> mapsInput(Importer& importer, const NodeView& node)
{
    auto in = importer.sample(node, 0);
    if (!in)
        return in.error();
    MapsInput input{*in, in->shape};
    if (input.isRow())
        input.maps = Importer::reshaped(*in, {in->shape[0], 1, in->shape[1]});
    else if (in->shape.rank() != 3)
        return refused("It works on " + std::to_string(in->shape.rank() - 1) +
                           " dimensions, but layers have one or two (and maps).",
                       "Use a network for images.");
    return input;
}

Wire likeInput(const MapsInput& input, Wire out)
{
    return input.isRow() ? Importer::reshaped(out, {out.shape[0], out.shape[2]}) : out;
}

Result<std::array<std::int64_t, 2>> pairAttribute(const NodeView& node, const std::string& name, bool row,
                                                  std::int64_t byDefault)
{
    const std::vector<std::int64_t> list = node.integers(name);
    if (list.empty())
        return std::array{row ? 1 : byDefault, byDefault};
    if (list.size() != (row ? 1u : 2u))
        return refused("Its attribute '" + name + "' has " + std::to_string(list.size()) + " numbers, but " +
                           (row ? "1 is" : "2 are") + " needed.",
                       "Export the model again.");
    return row ? std::array{std::int64_t{1}, list[0]} : std::array{list[0], list[1]};
}

Result<std::array<std::int64_t, 4>> padsAttribute(const NodeView& node, bool row)
{
    const std::vector<std::int64_t> list = node.integers("pads");
    if (list.empty())
        return std::array<std::int64_t, 4>{};
    if (list.size() != (row ? 2u : 4u))
        return refused("Its attribute 'pads' has " + std::to_string(list.size()) + " numbers, but " +
                           (row ? "2" : "4") + " are needed.",
                       "Export the model again.");
    return row ? std::array<std::int64_t, 4>{0, list[0], 0, list[1]}
               : std::array<std::int64_t, 4>{list[0], list[1], list[2], list[3]};
}

void setPadding(Params& params, const std::array<std::int64_t, 4>& pads)
{
    const auto [top, left, bottom, right] = pads;
    if (top == 0 && left == 0 && bottom == 0 && right == 0) {
        params.set("padding", std::string("valid"));
    } else if (top == bottom && left == right) {
        params.set("padding", std::string("explicit"));
        params.set("padHeight", top);
        params.set("padWidth", left);
    } else {
        params.set("padding", std::string("each side"));
        params.set("padTop", top);
        params.set("padLeft", left);
        params.set("padBottom", bottom);
        params.set("padRight", right);
    }
}

Result<void> setWindow(const NodeView& node, const MapsInput& input, std::array<std::int64_t, 2> kernel,
                       bool withDilation, Params& params)
{
    const auto strides = pairAttribute(node, "strides", input.isRow(), 1);
    const auto dilations = pairAttribute(node, "dilations", input.isRow(), 1);
    const auto pads = padsAttribute(node, input.isRow());
    if (!strides || !dilations || !pads)
        return !strides ? strides.error() : !dilations ? dilations.error() : pads.error();
    params.set("kernelHeight", kernel[0]);
    params.set("kernelWidth", kernel[1]);
    params.set("strideHeight", (*strides)[0]);
    params.set("strideWidth", (*strides)[1]);
    if (withDilation) {
        params.set("dilationHeight", (*dilations)[0]);
        params.set("dilationWidth", (*dilations)[1]);
    } else if (*dilations != std::array<std::int64_t, 2>{1, 1}) {
        return refused("Its window is spread by a dilation, which this layer does not have.");
    }
    const std::string mode = node.text("auto_pad", "NOTSET");
    if (mode == "SAME_UPPER") {
        params.set("padding", std::string("same"));
    } else if (mode == "SAME_LOWER") { // the odd pixel is at top and left
        std::array<std::int64_t, 4> lower{};
        for (int d = 0; d < 2; ++d) {
            const auto i = static_cast<std::size_t>(d);
            const std::int64_t size = input.maps.shape[d + 1], stride = (*strides)[i];
            if (stride < 1 || stride > 1 << 20 || kernel[i] > 1 << 20 || (*dilations)[i] > 1 << 20)
                return refused("Its strides, kernel or dilations are out of range.", "Export the model again.");
            const std::int64_t covered = (*dilations)[i] * (kernel[i] - 1) + 1;
            const std::int64_t all =
                std::max<std::int64_t>(0, ((size + stride - 1) / stride - 1) * stride + covered - size);
            lower[i] = (all + 1) / 2;
            lower[i + 2] = all / 2;
        }
        setPadding(params, lower);
    } else if (mode == "VALID") {
        params.set("padding", std::string("valid"));
    } else if (mode == "NOTSET" || mode.empty()) {
        setPadding(params, *pads);
    } else {
        return refused("Its attribute 'auto_pad' has a value that ONNX does not know.", "Export the model again.");
    }
    return {};
}

} // namespace convarium::engine
