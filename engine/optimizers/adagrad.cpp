#include "engine/optimizers/optimizers.h"
#include "engine/optimizers/update_reference.h"

namespace convarium::engine
{
namespace
{

struct AdagradUpdate {
    template <class T>
    static void step(UpdateNumbers<T>& n)
    {
        using std::sqrt;
        n.state1 = called(n.state1 + n.gradient * n.gradient, "sum of squares");
        n.weight = n.weight - n.rate * n.gradient / called(sqrt(n.state1) + n.epsilon, "divisor");
    }
};

} // namespace

/// PyTorch's form; the sum of squares starts at zero and the rate does not decay by itself.
OptimizerInfo describe_adagrad()
{
    OptimizerInfo d;
    d.id = "adagrad";
    d.title = "Adagrad";
    d.help = "Weights that moved much move less: u = u + g\u00b2, then w \u2212 rate \u00b7 g / (\u221au + epsilon).";
    d.paper = "Duchi, Hazan and Singer, Adaptive Subgradient Methods, 2011";
    d.stateTensors = 1;
    d.defaultRate = 0.01;
    d.usesEpsilon = true;
    d.defaultEpsilon = 1e-10;
    d.fill = [](const OptimizerCall& c, UpdateRule& rule) { rule.kernel = c.table.updateAdagrad; };
    setUpdateReference<AdagradUpdate>(d);
    return d;
}

} // namespace convarium::engine
