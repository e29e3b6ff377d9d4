#include "engine/optimizers/optimizers.h"
#include "engine/optimizers/update_reference.h"

namespace convarium::engine
{
namespace
{

struct SgdUpdate {
    template <class T>
    static void step(UpdateNumbers<T>& n)
    {
        n.weight = n.weight - n.rate * n.gradient;
    }
};

} // namespace

OptimizerInfo describe_sgd()
{
    OptimizerInfo d;
    d.id = "sgd";
    d.title = "SGD";
    d.help = "Stochastic gradient descent: each weight moves against its gradient, w \u2212 rate \u00b7 g.";
    d.paper = "Robbins and Monro, A Stochastic Approximation Method, 1951";
    d.defaultRate = 0.01;
    d.fill = [](const OptimizerCall& c, UpdateRule& rule) { rule.kernel = c.table.updateSgd; };
    setUpdateReference<SgdUpdate>(d);
    return d;
}

} // namespace convarium::engine
