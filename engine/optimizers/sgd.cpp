#include "engine/optimizers/optimizers.h"

namespace convarium::engine
{

OptimizerInfo describe_sgd()
{
    OptimizerInfo d;
    d.id = "sgd";
    d.title = "SGD";
    d.help = "Stochastic gradient descent: each weight moves against its gradient, w \u2212 rate \u00b7 g.";
    d.paper = "Robbins and Monro, A Stochastic Approximation Method, 1951";
    d.defaultRate = 0.01;
    d.fill = [](const OptimizerCall& c, UpdateRule& rule) { rule.kernel = c.table.updateSgd; };
    return d;
}

} // namespace convarium::engine
