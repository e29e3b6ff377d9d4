#include "engine/losses/loss_reference.h"

namespace convarium::engine
{

/// PyTorch's CrossEntropyLoss on maps: pixels whose class is kIgnoredPixel do not count, neither in the mean.
LossInfo describe_pixel_cross_entropy()
{
    LossInfo d;
    d.id = "pixel-cross-entropy";
    d.title = "Cross-entropy of every pixel";
    d.help = "The cross-entropy at each pixel of the output maps, against a mask that gives every pixel a class: "
             "semantic segmentation.";
    d.paper = "Long, Shelhamer and Darrell, Fully Convolutional Networks, arXiv 1411.4038";
    d.formula = "\u2212log softmax(z)[class of the pixel], mean over the pixels that count";
    d.target = TargetKind::Mask;
    d.takesSmoothing = true;
    d.kernel = &kernels::KernelTable::softmaxCrossEntropy;
    setLossReference<SoftmaxReference>(d);
    return d;
}

} // namespace convarium::engine
