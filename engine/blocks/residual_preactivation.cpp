#include "engine/blocks/squeeze.h"

namespace convarium::engine
{

BlockDescriptor describe_residual_preactivation()
{
    BlockDescriptor b;
    b.id = "residual_preactivation";
    b.title = "Pre-activation block";
    b.shortName = "Pre";
    b.help =
        "A residual block with BatchNorm and ReLU before each convolution, so that nothing stands in the way of the "
        "shortcut. After the last of them one more BatchNorm and ReLU belong.";
    b.paper =
        "K. He, X. Zhang, S. Ren, J. Sun, Identity Mappings in Deep Residual Networks, ECCV 2016, arXiv 1603.05027";
    b.parameters = {
        parts::maps("filters", "Filters", 16, "Of both convolutions."),
        parts::number("stride", "Stride", 1, 1, 8,
                      "Of the first convolution. Above 1 the shortcut must be a projection."),
        parts::shortcut(),
        parts::squeezeRatio(),
    };
    b.fit = [](Params& p, const Shape& in) { p.set("filters", parts::mapsOf(in)); };
    b.write = [](GraphWriter& w, const std::vector<NodeId>& in, const Params& p) {
        const std::int64_t filters = p.integer("filters");
        const std::int64_t stride = p.integer("stride");
        NodeId at = w.add("batch_norm", "bn1", {}, {in[0]});
        const NodeId active = at = w.add("relu", "act1", {}, {at});
        // A convolution with BatchNorm behind it needs no bias; the one before the Add has none in the paper either.
        at = w.add("conv2d", "conv1", parts::convolution(filters, 3, stride, false), {at});
        at = w.add("batch_norm", "bn2", {}, {at});
        at = w.add("relu", "act2", {}, {at});
        at = w.add("conv2d", "conv2", parts::convolution(filters, 3, 1, false), {at});
        at = parts::squeezed(w, at, filters, p.integer("squeeze"));
        NodeId shortcut = in[0];
        // A projection sees the activated maps; an identity is the point of the block and is left alone.
        if (p.text("shortcut") == "projection")
            shortcut = w.add("conv2d", "short", parts::convolution(filters, 1, stride, false), {active});
        return BlockOutput{w.add("add", "add", {}, {at, shortcut})};
    };
    return b;
}

} // namespace convarium::engine
