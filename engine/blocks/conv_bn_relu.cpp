#include "engine/blocks/parts.h"

namespace convarium::engine
{

BlockDescriptor describe_conv_bn_relu()
{
    BlockDescriptor b;
    b.id = "conv_bn_relu";
    b.title = "Conv-BN-ReLU";
    b.shortName = "CBR";
    b.help =
        "A convolution without bias, batch normalisation and an activation: the brick of most networks since 2015.";
    b.paper = "S. Ioffe, C. Szegedy, Batch Normalization: Accelerating Deep Network Training by Reducing Internal "
              "Covariate Shift, ICML 2015, arXiv 1502.03167";
    b.parameters = {
        parts::maps("filters", "Filters", 16, "Maps that come out."),
        parts::number("kernel", "Kernel", 3, 1, 11, "Height and width of the kernels."),
        parts::number("stride", "Stride", 1, 1, 8, "2 halves height and width."),
        parts::choice("activation", "Activation", {"relu", "relu6", "none"}, "The function after the normalisation."),
    };
    b.write = [](GraphWriter& w, const std::vector<NodeId>& in, const Params& p) {
        const std::string& activation = p.text("activation");
        return BlockOutput{parts::convolved(w, "conv", in[0], p.integer("filters"), p.integer("kernel"),
                                            p.integer("stride"), true, activation == "none" ? "" : activation)};
    };
    return b;
}

} // namespace convarium::engine
