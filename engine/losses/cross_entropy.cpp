#include "engine/losses/loss_reference.h"

namespace convarium::engine
{

/// PyTorch's CrossEntropyLoss with label_smoothing.
LossInfo describe_cross_entropy()
{
    LossInfo d;
    d.id = "cross-entropy";
    d.title = "Cross-entropy";
    d.help = "How surprised the softmax of the outputs is by the right class: the usual loss where each image has one "
             "class. Label smoothing asks for a little less than certainty.";
    d.paper = "Szegedy et al., Rethinking the Inception Architecture (label smoothing), arXiv 1512.00567";
    d.formula = "\u2212log softmax(z)[class], mean over the images";
    d.takesSmoothing = true;
    d.kernel = &kernels::KernelTable::softmaxCrossEntropy;
    setLossReference<SoftmaxReference>(d);
    return d;
}

} // namespace convarium::engine
