#include "engine/blocks/parts.h"

namespace convarium::engine
{

BlockDescriptor describe_unet_down()
{
    BlockDescriptor b;
    b.id = "unet_down";
    b.title = "U-Net stage down";
    b.shortName = "Down";
    b.help =
        "Two 3x3 convolutions, then a pool that halves the maps. What the convolutions found also goes across to the "
        "stage up of the same size.";
    b.paper = "O. Ronneberger, P. Fischer, T. Brox, U-Net: Convolutional Networks for Biomedical Image Segmentation, "
              "MICCAI 2015, arXiv 1505.04597";
    b.parameters = {
        parts::maps("filters", "Filters", 16, "Of both convolutions."),
        parts::flag("batchNorm", "Batch normalisation", true, "After both convolutions. The paper has none."),
    };
    b.write = [](GraphWriter& w, const std::vector<NodeId>& in, const Params& p) {
        NodeId at = in[0];
        for (const char* name : {"conv1", "conv2"})
            at = parts::convolved(w, name, at, p.integer("filters"), 3, 1, p.flag("batchNorm"), "relu");
        return BlockOutput{w.add("max_pool", "pool", parts::pool(2), {at}), at};
    };
    return b;
}

} // namespace convarium::engine
