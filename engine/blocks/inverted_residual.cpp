#include "engine/blocks/parts.h"

namespace convarium::engine
{

BlockDescriptor describe_inverted_residual()
{
    BlockDescriptor b;
    b.id = "inverted_residual";
    b.title = "Inverted residual";
    b.shortName = "Inv";
    b.help =
        "1x1 to many maps, a depthwise 3x3 on each of them, 1x1 back to few without activation. With stride 1 and as "
        "many maps out as in a shortcut joins the narrow ends.";
    b.paper = "M. Sandler, A. Howard, M. Zhu, A. Zhmoginov, L.-C. Chen, MobileNetV2: Inverted Residuals and Linear "
              "Bottlenecks, CVPR 2018, arXiv 1801.04381";
    b.parameters = {
        parts::maps("mapsIn", "Maps in", 16, "Maps that come in."),
        parts::maps("filters", "Filters", 16, "Maps that come out."),
        parts::number("expansion", "Expansion", 6, 1, 16,
                      "Maps in the middle are maps in times this. 1: no expansion."),
        parts::number("stride", "Stride", 1, 1, 8, "Of the depthwise convolution."),
    };
    b.fit = [](Params& p, const Shape& in) {
        p.set("mapsIn", parts::mapsOf(in));
        p.set("filters", parts::mapsOf(in));
    };
    b.write = [](GraphWriter& w, const std::vector<NodeId>& in, const Params& p) {
        const std::int64_t mapsIn = p.integer("mapsIn");
        const std::int64_t filters = p.integer("filters");
        const std::int64_t expansion = p.integer("expansion");
        const std::int64_t stride = p.integer("stride");
        NodeId at = in[0];
        if (expansion > 1)
            at = parts::convolved(w, "expand", at, mapsIn * expansion, 1, 1, true, "relu6");
        at = w.add("depthwise_conv2d", "depthwise", parts::depthwise(3, stride), {at});
        at = w.add("batch_norm", "depthwise_bn", {}, {at});
        at = w.add("relu6", "depthwise_act", {}, {at});
        at = parts::convolved(w, "project", at, filters, 1, 1, true, "");
        if (stride == 1 && mapsIn == filters)
            at = w.add("add", "add", {}, {at, in[0]});
        return BlockOutput{at};
    };
    return b;
}

} // namespace convarium::engine
