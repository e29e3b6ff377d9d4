#include "engine/optimizers/optimizers.h"
#include "engine/optimizers/update_reference.h"

namespace convarium::engine
{
namespace
{

struct MomentumUpdate {
    template <class T>
    static void step(UpdateNumbers<T>& n)
    {
        n.state1 = called(n.momentum * n.state1 + n.gradient, "velocity");
        n.weight = n.weight - n.rate * n.state1;
    }
};

} // namespace

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
    setUpdateReference<MomentumUpdate>(d);
    return d;
}

} // namespace convarium::engine
