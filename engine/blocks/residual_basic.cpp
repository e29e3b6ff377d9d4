#include "engine/blocks/squeeze.h"

namespace convarium::engine
{

BlockDescriptor describe_residual_basic()
{
    BlockDescriptor b;
    b.id = "residual_basic";
    b.title = "Residual block";
    b.shortName = "Res";
    b.help = "Two 3x3 convolutions learn what to add to the maps that come in; the shortcut carries those past them.";
    b.paper = "K. He, X. Zhang, S. Ren, J. Sun, Deep Residual Learning for Image Recognition, CVPR 2016, "
              "arXiv 1512.03385, figure 5 left";
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
        NodeId at = parts::convolved(w, "conv1", in[0], filters, 3, p.integer("stride"), true, "relu");
        at = parts::convolved(w, "conv2", at, filters, 3, 1, true, "");
        at = parts::squeezed(w, at, filters, p.integer("squeeze"));
        NodeId shortcut = in[0];
        if (p.text("shortcut") == "projection")
            shortcut = parts::convolved(w, "short", in[0], filters, 1, p.integer("stride"), true, "");
        at = w.add("add", "add", {}, {at, shortcut});
        return BlockOutput{w.add("relu", "add_act", {}, {at})};
    };
    return b;
}

} // namespace convarium::engine
