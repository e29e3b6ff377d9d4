#include "engine/optimizers/optimizers.h"
#include "engine/optimizers/update_reference.h"

namespace convarium::engine
{
namespace
{

struct RmspropUpdate {
    template <class T>
    static void step(UpdateNumbers<T>& n)
    {
        using std::sqrt;
        n.state1 = called(n.alpha * n.state1 + called(1 - n.alpha, "1 − alpha") * n.gradient * n.gradient,
                          "mean of the square");
        n.weight = n.weight - n.rate * n.gradient / called(sqrt(n.state1) + n.epsilon, "divisor");
    }
};

} // namespace

/// PyTorch's form, epsilon outside the root; not centered and without momentum, which are not settings here.
OptimizerInfo describe_rmsprop()
{
    OptimizerInfo d;
    d.id = "rmsprop";
    d.title = "RMSProp";
    d.help =
        "Divides each gradient by its usual size: u = alpha \u00b7 u + (1 \u2212 alpha) \u00b7 g\u00b2, then w \u2212 "
        "rate \u00b7 g / (\u221au + epsilon).";
    d.paper = "Tieleman and Hinton, Neural Networks for Machine Learning, lecture 6.5, 2012";
    d.stateTensors = 1;
    d.defaultRate = 0.01;
    d.usesAlpha = true;
    d.usesEpsilon = true;
    d.fill = [](const OptimizerCall& c, UpdateRule& rule) {
        rule.kernel = c.table.updateRmsprop;
        rule.args.beta2 = static_cast<float>(c.config.alpha);
    };
    setUpdateReference<RmspropUpdate>(d);
    return d;
}

} // namespace convarium::engine
