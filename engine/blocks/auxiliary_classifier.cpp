#include "engine/blocks/parts.h"

#include <algorithm>

namespace convarium::engine
{

BlockDescriptor describe_auxiliary_classifier()
{
    BlockDescriptor b;
    b.id = "auxiliary_classifier";
    b.title = "Auxiliary classifier";
    b.shortName = "Aux";
    b.help =
        "A small classifier on the side of a deep network: its loss, with a small weight, brings a gradient to the "
        "early layers. It is thrown away after training.";
    b.paper = "C. Szegedy et al., Going Deeper with Convolutions, CVPR 2015, arXiv 1409.4842, section 5";
    b.parameters = {
        parts::number("classes", "Classes", 10, 2, 100'000, "Numbers that come out, one per class."),
        parts::number("pool", "Pool", 5, 1, 16, "Height and width of the average pool; its stride is 3."),
        parts::maps("filters", "Filters", 128, "Of the 1x1 convolution."),
        parts::number("units", "Units", 1024, 1, 65'536, "Of the dense layer."),
    };
    b.fit = [](Params& p, const Shape& in) {
        if (in.rank() == 3)
            p.set("pool", std::min<std::int64_t>({5, in[1], in[2]}));
    };
    b.write = [](GraphWriter& w, const std::vector<NodeId>& in, const Params& p) {
        NodeId at = w.add("avg_pool", "pool", parts::pool(p.integer("pool"), 3, 0), {in[0]});
        at = parts::convolved(w, "conv", at, p.integer("filters"), 1, 1, false, "relu");
        at = w.add("flatten", "flatten", {}, {at});
        at = w.add("dense", "fc1", Params{{"units", p.integer("units")}}, {at});
        at = w.add("relu", "fc1_act", {}, {at});
        at = w.add("dropout", "drop", Params{{"rate", 0.7}}, {at});
        return BlockOutput{w.add("dense", "fc2", Params{{"units", p.integer("classes")}}, {at})};
    };
    return b;
}

} // namespace convarium::engine
