#include "engine/blocks/squeeze.h"

namespace convarium::engine
{

BlockDescriptor describe_residual_bottleneck()
{
    BlockDescriptor b;
    b.id = "residual_bottleneck";
    b.title = "Bottleneck block";
    b.shortName = "Bot";
    b.help =
        "A residual block for many maps: 1x1 to few maps, 3x3 on those, 1x1 back to many. The stride is at the 3x3 "
        "convolution, as in PyTorch; the paper has it at the first.";
    b.paper = "K. He, X. Zhang, S. Ren, J. Sun, Deep Residual Learning for Image Recognition, CVPR 2016, "
              "arXiv 1512.03385, figure 5 right";
    b.parameters = {
        parts::maps("filters", "Filters", 16, "Of the two narrow convolutions."),
        parts::number("expansion", "Expansion", 4, 1, 16, "Maps that come out are filters times this."),
        parts::number("stride", "Stride", 1, 1, 8,
                      "Of the 3x3 convolution. Above 1 the shortcut must be a projection."),
        parts::shortcut(),
        parts::squeezeRatio(),
    };
    b.fit = [](Params& p, const Shape& in) {
        const std::int64_t maps = parts::mapsOf(in);
        if (maps % 4 == 0)
            p.set("filters", maps / 4);
        else
            p.set("shortcut", std::string("projection"));
    };
    b.write = [](GraphWriter& w, const std::vector<NodeId>& in, const Params& p) {
        const std::int64_t filters = p.integer("filters");
        const std::int64_t wide = filters * p.integer("expansion");
        NodeId at = parts::convolved(w, "conv1", in[0], filters, 1, 1, true, "relu");
        at = parts::convolved(w, "conv2", at, filters, 3, p.integer("stride"), true, "relu");
        at = parts::convolved(w, "conv3", at, wide, 1, 1, true, "");
        at = parts::squeezed(w, at, wide, p.integer("squeeze"));
        NodeId shortcut = in[0];
        if (p.text("shortcut") == "projection")
            shortcut = parts::convolved(w, "short", in[0], wide, 1, p.integer("stride"), true, "");
        at = w.add("add", "add", {}, {at, shortcut});
        return BlockOutput{w.add("relu", "add_act", {}, {at})};
    };
    return b;
}

} // namespace convarium::engine
