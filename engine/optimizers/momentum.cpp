#include "engine/optimizers/optimizers.h"

namespace convarium::engine
{

/// PyTorch's form without dampening: the rate multiplies the whole velocity.
OptimizerInfo describe_momentum()
{
    OptimizerInfo d;
    d.id = "momentum";
    d.title = "Momentum";
    d.help = "SGD with a velocity: v = momentum \u00b7 v + g, then w \u2212 rate \u00b7 v.";
    d.paper = "Polyak, Some methods of speeding up the convergence of iteration methods, 1964";
    d.stateTensors = 1;
    d.defaultRate = 0.01;
    d.usesMomentum = true;
    d.fill = [](const OptimizerCall& c, UpdateRule& rule) { rule.kernel = c.table.updateMomentum; };
    return d;
}

} // namespace convarium::engine
