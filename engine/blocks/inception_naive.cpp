#include "engine/blocks/parts.h"

namespace convarium::engine
{

BlockDescriptor describe_inception_naive()
{
    BlockDescriptor b;
    b.id = "inception_naive";
    b.title = "Inception, naive";
    b.shortName = "Naive";
    b.help =
        "1x1, 3x3 and 5x5 kernels and a pool side by side. The pool hands on every map, so the number of maps grows "
        "from block to block: the reason for the 1x1 reductions of the real one.";
    b.paper = "C. Szegedy et al., Going Deeper with Convolutions, CVPR 2015, arXiv 1409.4842, figure 2a";
    b.parameters = {
        parts::maps("filters1", "1x1", 16, "Filters of the 1x1 branch."),
        parts::maps("filters3", "3x3", 24, "Filters of the 3x3 branch."),
        parts::maps("filters5", "5x5", 8, "Filters of the 5x5 branch."),
        parts::flag("batchNorm", "Batch normalisation", false, "After every convolution. The paper of 2014 had none."),
    };
    b.write = [](GraphWriter& w, const std::vector<NodeId>& in, const Params& p) {
        const auto conv = [&](const std::string& name, const std::string& filters, std::int64_t kernel) {
            return parts::convolved(w, name, in[0], p.integer(filters), kernel, 1, p.flag("batchNorm"), "relu");
        };
        const NodeId a = conv("a", "filters1", 1);
        const NodeId c = conv("b", "filters3", 3);
        const NodeId e = conv("c", "filters5", 5);
        const NodeId d = w.add("max_pool", "d", parts::pool(3, 1, 1), {in[0]});
        return BlockOutput{w.add("concat", "cat", {}, {a, c, e, d})};
    };
    return b;
}

} // namespace convarium::engine
