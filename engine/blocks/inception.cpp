#include "engine/blocks/parts.h"

namespace convarium::engine
{

BlockDescriptor describe_inception()
{
    BlockDescriptor b;
    b.id = "inception";
    b.title = "Inception";
    b.shortName = "Inc";
    b.help = "Looks at the maps through 1x1, 3x3 and 5x5 kernels and a pool at once and joins what they find. 1x1 "
             "convolutions before the large kernels keep it cheap.";
    b.paper = "C. Szegedy et al., Going Deeper with Convolutions, CVPR 2015, arXiv 1409.4842, figure 2b";
    b.parameters = {
        parts::maps("filters1", "1x1", 16, "Filters of the 1x1 branch."),
        parts::maps("reduce3", "3x3 reduction", 16, "1x1 filters before the 3x3 kernels."),
        parts::maps("filters3", "3x3", 24, "Filters of the 3x3 branch."),
        parts::maps("reduce5", "5x5 reduction", 4, "1x1 filters before the 5x5 kernels."),
        parts::maps("filters5", "5x5", 8, "Filters of the 5x5 branch."),
        parts::maps("filtersPool", "Pool", 8, "1x1 filters after the pool."),
        parts::flag("batchNorm", "Batch normalisation", false, "After every convolution. The paper of 2014 had none."),
    };
    b.write = [](GraphWriter& w, const std::vector<NodeId>& in, const Params& p) {
        const bool norm = p.flag("batchNorm");
        const auto conv = [&](const std::string& name, NodeId from, const std::string& filters, std::int64_t kernel) {
            return parts::convolved(w, name, from, p.integer(filters), kernel, 1, norm, "relu");
        };
        const NodeId a = conv("a", in[0], "filters1", 1);
        const NodeId b2 = conv("b2", conv("b1", in[0], "reduce3", 1), "filters3", 3);
        const NodeId c2 = conv("c2", conv("c1", in[0], "reduce5", 1), "filters5", 5);
        const NodeId d1 = w.add("max_pool", "d1", parts::pool(3, 1, 1), {in[0]});
        const NodeId d2 = conv("d2", d1, "filtersPool", 1);
        return BlockOutput{w.add("concat", "cat", {}, {a, b2, c2, d2})};
    };
    return b;
}

} // namespace convarium::engine
