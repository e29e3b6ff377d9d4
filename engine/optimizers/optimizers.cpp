#include "engine/optimizers/optimizers.h"

#include <algorithm>

namespace convarium::engine
{

std::vector<OptimizerInfo> describeAllOptimizers(); // written by CMake from the list of optimizers

const std::vector<OptimizerInfo>& optimizerRegistry()
{
    static const std::vector<OptimizerInfo> all = describeAllOptimizers();
    return all;
}

const OptimizerInfo* findOptimizer(const std::string& id)
{
    for (const OptimizerInfo& o : optimizerRegistry())
        if (o.id == id)
            return &o;
    return nullptr;
}

void useOptimizer(TrainConfig& config, const OptimizerInfo& optimizer)
{
    config.optimizer = optimizer.id;
    config.rate = optimizer.defaultRate;
    config.momentum = optimizer.usesMomentum ? 0.9 : 0;
    if (optimizer.usesEpsilon)
        config.epsilon = optimizer.defaultEpsilon;
}

double averageShare(double decay, std::int64_t t)
{
    const auto n = static_cast<double>(t);
    return 1 - std::min(decay, (1 + n) / (10 + n));
}

UpdateRule makeUpdateRule(const TrainConfig& config, const kernels::KernelTable& table, double rate, std::int64_t t)
{
    UpdateRule rule;
    rule.args.clipValue = static_cast<float>(config.clipValue);
    rule.args.gradientScale = 1;
    rule.args.rate = static_cast<float>(rate);
    rule.args.momentum = static_cast<float>(config.momentum);
    rule.args.beta1 = static_cast<float>(config.beta1);
    rule.args.beta2 = static_cast<float>(config.beta2);
    rule.args.epsilon = static_cast<float>(config.epsilon);
    rule.l1 = static_cast<float>(config.l1);
    rule.clipNorm = config.clipNorm;
    const OptimizerInfo& optimizer = *findOptimizer(config.optimizer);
    if (optimizer.decoupledDecay)
        rule.decay = static_cast<float>(rate * config.weightDecay);
    else
        rule.l2 = static_cast<float>(config.weightDecay);
    if (config.averageDecay > 0)
        rule.averageShare = static_cast<float>(averageShare(config.averageDecay, t));
    optimizer.fill({config, table, rate, t}, rule);
    return rule;
}

} // namespace convarium::engine
