#include "engine/blocks/parts.h"

namespace convarium::engine
{

BlockDescriptor describe_separable_block()
{
    BlockDescriptor b;
    b.id = "separable_block";
    b.title = "Xception block";
    b.shortName = "Sep";
    b.help =
        "Separable convolutions with a shortcut: each looks at every map alone first and mixes them by 1x1 afterwards. "
        "Stride 2 adds a pool at the end.";
    b.paper = "F. Chollet, Xception: Deep Learning with Depthwise Separable Convolutions, CVPR 2017, arXiv 1610.02357, "
              "figure 5";
    b.parameters = {
        parts::maps("filters", "Filters", 16, "Maps that come out."),
        parts::maps("innerFilters", "Inner filters", 0, "Of the convolutions before the last. 0: the same as filters.",
                    0),
        parts::number("convolutions", "Convolutions", 2, 1, 8, "Separable convolutions in a row."),
        parts::number("stride", "Stride", 1, 1, 2, "2 ends in a 3x3 pool; the shortcut must then be a projection."),
        parts::flag("activateFirst", "ReLU first", true, "Off where the maps that come in are activated already."),
        parts::shortcut(),
    };
    b.fit = [](Params& p, const Shape& in) { p.set("filters", parts::mapsOf(in)); };
    b.write = [](GraphWriter& w, const std::vector<NodeId>& in, const Params& p) {
        const std::int64_t filters = p.integer("filters");
        const std::int64_t inner = p.integer("innerFilters") > 0 ? p.integer("innerFilters") : filters;
        const std::int64_t count = p.integer("convolutions");
        NodeId at = in[0];
        for (std::int64_t i = 1; i <= count; ++i) {
            const std::string n = std::to_string(i);
            if (i > 1 || p.flag("activateFirst"))
                at = w.add("relu", "act" + n, {}, {at});
            at = w.add("separable_conv2d", "sep" + n, parts::separable(i == count ? filters : inner, 3), {at});
            at = w.add("batch_norm", "sep" + n + "_bn", {}, {at});
        }
        if (p.integer("stride") == 2)
            at = w.add("max_pool", "pool", parts::pool(3, 2, 1), {at});
        NodeId shortcut = in[0];
        if (p.text("shortcut") == "projection")
            shortcut = parts::convolved(w, "short", in[0], filters, 1, p.integer("stride"), true, "");
        return BlockOutput{w.add("add", "add", {}, {at, shortcut})};
    };
    return b;
}

} // namespace convarium::engine
