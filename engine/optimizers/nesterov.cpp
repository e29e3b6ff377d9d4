#include "engine/optimizers/optimizers.h"
#include "engine/optimizers/update_reference.h"

namespace convarium::engine
{
namespace
{

struct NesterovUpdate {
    template <class T>
    static void step(UpdateNumbers<T>& n)
    {
        n.state1 = called(n.momentum * n.state1 + n.gradient, "velocity");
        n.weight = n.weight - n.rate * called(n.gradient + n.momentum * n.state1, "look ahead");
    }
};

} // namespace

OptimizerInfo describe_nesterov()
{
    OptimizerInfo d;
    d.id = "nesterov";
    d.title = "Nesterov";
    d.help = "Momentum that looks ahead: w \u2212 rate \u00b7 (g + momentum \u00b7 v).";
    d.paper = "Sutskever et al., On the importance of initialization and momentum in deep learning, 2013";
    d.stateTensors = 1;
    d.defaultRate = 0.01;
    d.usesMomentum = true;
    d.fill = [](const OptimizerCall& c, UpdateRule& rule) { rule.kernel = c.table.updateNesterov; };
    setUpdateReference<NesterovUpdate>(d);
    return d;
}

} // namespace convarium::engine
