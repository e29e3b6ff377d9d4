#include "engine/blocks/parts.h"

namespace convarium::engine
{

BlockDescriptor describe_unet_up()
{
    BlockDescriptor b;
    b.id = "unet_up";
    b.title = "U-Net stage up";
    b.shortName = "Up";
    b.help =
        "A transposed convolution doubles height and width, the maps of the stage down of that size are joined to it, "
        "and two 3x3 convolutions work on both.";
    b.paper = "O. Ronneberger, P. Fischer, T. Brox, U-Net: Convolutional Networks for Biomedical Image Segmentation, "
              "MICCAI 2015, arXiv 1505.04597";
    b.inputs = 2;
    b.parameters = {
        parts::maps("filters", "Filters", 16, "Of the transposed and of both other convolutions."),
        parts::flag("batchNorm", "Batch normalisation", true, "After both convolutions. The paper has none."),
    };
    b.write = [](GraphWriter& w, const std::vector<NodeId>& in, const Params& p) {
        Params up{{"filters", p.integer("filters")}};
        for (const char* key : {"kernelHeight", "kernelWidth", "strideHeight", "strideWidth"})
            up.set(key, std::int64_t{2});
        NodeId at = w.add("conv_transpose2d", "up", up, {in[0]});
        at = w.add("concat", "cat", {}, {at, in[1]});
        for (const char* name : {"conv1", "conv2"})
            at = parts::convolved(w, name, at, p.integer("filters"), 3, 1, p.flag("batchNorm"), "relu");
        return BlockOutput{at};
    };
    return b;
}

} // namespace convarium::engine
