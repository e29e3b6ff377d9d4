#include "engine/optimizers/adam_rule.h"

namespace convarium::engine
{

OptimizerInfo describe_adam()
{
    OptimizerInfo d;
    d.id = "adam";
    d.title = "Adam";
    d.help = "A rate of its own for every weight, from running means of its gradient and squared gradient.";
    d.paper = "Kingma and Ba, Adam: A Method for Stochastic Optimization, arXiv 1412.6980";
    d.stateTensors = 2;
    d.defaultRate = 0.001;
    d.usesBetas = true;
    d.usesEpsilon = true;
    d.fill = fillAdam;
    setUpdateReference<AdamUpdate>(d);
    return d;
}

} // namespace convarium::engine
