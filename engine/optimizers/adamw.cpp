#include "engine/optimizers/adam_rule.h"

namespace convarium::engine
{

/// Adam whose weight decay is not part of the gradient: w - rate * decay * w, before the step.
OptimizerInfo describe_adamw()
{
    OptimizerInfo d;
    d.id = "adamw";
    d.title = "AdamW";
    d.help =
        "Adam with decoupled weight decay: the decay shrinks the weights directly instead of joining the gradient. "
        "0.01 is a usual decay.";
    d.paper = "Loshchilov and Hutter, Decoupled Weight Decay Regularization, arXiv 1711.05101";
    d.stateTensors = 2;
    d.defaultRate = 0.001;
    d.usesBetas = true;
    d.usesEpsilon = true;
    d.decoupledDecay = true;
    d.fill = fillAdam;
    setUpdateReference<AdamUpdate>(d);
    return d;
}

} // namespace convarium::engine
