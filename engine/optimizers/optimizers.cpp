#include "engine/optimizers/optimizers.h"

#include <cmath>

namespace convarium::engine
{

const std::vector<OptimizerInfo>& optimizerRegistry()
{
    static const std::vector<OptimizerInfo> all{
        {"sgd", "SGD", "Stochastic gradient descent: each weight moves against its gradient, w \u2212 rate \u00b7 g.",
         "Robbins and Monro, A Stochastic Approximation Method, 1951", 0, 0.01, false, false},
        {"momentum", "Momentum", "SGD with a velocity: v = momentum \u00b7 v + g, then w \u2212 rate \u00b7 v.",
         "Polyak, Some methods of speeding up the convergence of iteration methods, 1964", 1, 0.01, true, false},
        {"nesterov", "Nesterov", "Momentum that looks ahead: w \u2212 rate \u00b7 (g + momentum \u00b7 v).",
         "Sutskever et al., On the importance of initialization and momentum in deep learning, 2013", 1, 0.01, true,
         false},
        {"adam", "Adam", "A rate of its own for every weight, from running means of its gradient and squared gradient.",
         "Kingma and Ba, Adam: A Method for Stochastic Optimization, arXiv 1412.6980", 2, 0.001, false, true},
    };
    return all;
}

const OptimizerInfo* findOptimizer(const std::string& id)
{
    for (const OptimizerInfo& o : optimizerRegistry())
        if (o.id == id)
            return &o;
    return nullptr;
}

UpdateRule makeUpdateRule(const TrainConfig& config, const kernels::KernelTable& table, double rate, std::int64_t t)
{
    UpdateRule rule;
    rule.args.gradientScale = 1;
    rule.args.rate = static_cast<float>(rate);
    rule.args.momentum = static_cast<float>(config.momentum);
    rule.args.beta1 = static_cast<float>(config.beta1);
    rule.args.beta2 = static_cast<float>(config.beta2);
    rule.args.epsilon = static_cast<float>(config.epsilon);
    rule.l2 = static_cast<float>(config.weightDecay);
    if (config.optimizer == "momentum") {
        rule.kernel = table.updateMomentum;
    } else if (config.optimizer == "nesterov") {
        rule.kernel = table.updateNesterov;
    } else if (config.optimizer == "adam") {
        rule.kernel = table.updateAdam;
        const auto steps = static_cast<double>(t);
        rule.args.rate = static_cast<float>(rate / (1 - std::pow(config.beta1, steps)));
        rule.args.correction2 = static_cast<float>(1 / std::sqrt(1 - std::pow(config.beta2, steps)));
    } else {
        rule.kernel = table.updateSgd;
    }
    return rule;
}

} // namespace convarium::engine
