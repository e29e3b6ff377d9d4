#include "engine/blocks/squeeze.h"

#include <algorithm>

namespace convarium::engine
{

namespace parts
{

ParamInfo squeezeRatio()
{
    return number(
        "squeeze", "Squeeze ratio", 0, 0, 64,
        "Squeeze-and-excitation gate before the Add: maps divided by the width of its narrow layer. 0: none.");
}

NodeId squeezed(GraphWriter& writer, NodeId input, std::int64_t maps, std::int64_t ratio)
{
    if (ratio == 0)
        return input;
    const auto written =
        writeBlock(writer, "squeeze_excitation", "Gate", "se", Params{{"maps", maps}, {"ratio", ratio}}, {input});
    if (!written) {
        writer.fail(written.error());
        return kNoNode;
    }
    return written->output.out;
}

NodeId gate(GraphWriter& writer, NodeId input, std::int64_t maps, std::int64_t ratio)
{
    const std::int64_t narrow = std::max<std::int64_t>(1, maps / ratio);
    NodeId at = writer.add("global_avg_pool", "squeeze", {}, {input});
    at = writer.add("dense", "reduce", Params{{"units", narrow}}, {at});
    at = writer.add("relu", "reduce_act", {}, {at});
    at = writer.add("dense", "excite", Params{{"units", maps}}, {at});
    at = writer.add("sigmoid", "excite_act", {}, {at});
    return writer.add("multiply", "scale", {}, {input, at});
}

} // namespace parts

BlockDescriptor describe_squeeze_excitation()
{
    BlockDescriptor b;
    b.id = "squeeze_excitation";
    b.title = "Squeeze-and-excitation";
    b.shortName = "SE";
    b.help =
        "Weighs the maps: the mean of every map goes through two small dense layers, which give one factor between 0 "
        "and 1 for each map.";
    b.paper = "J. Hu, L. Shen, G. Sun, Squeeze-and-Excitation Networks, CVPR 2018, arXiv 1709.01507";
    b.parameters = {
        parts::maps("maps", "Maps", 16, "Maps that come in, and go out."),
        parts::number("ratio", "Ratio", 4, 1, 64, "Maps divided by the width of the narrow layer; the paper has 16."),
    };
    b.fit = [](Params& p, const Shape& in) { p.set("maps", parts::mapsOf(in)); };
    b.write = [](GraphWriter& w, const std::vector<NodeId>& in, const Params& p) {
        return BlockOutput{parts::gate(w, in[0], p.integer("maps"), p.integer("ratio"))};
    };
    return b;
}

} // namespace convarium::engine
