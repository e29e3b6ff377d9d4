#include "engine/explain/explain_update.h"

#include <algorithm>
#include <cmath>

namespace convarium::engine
{

double gradientScale(const TrainConfig& config, const WeightMap& gradients)
{
    if (config.clipNorm <= 0)
        return 1;
    double squares = 0;
    for (const auto& [key, tensor] : gradients)
        for (const float value : tensor.values()) {
            auto g = static_cast<double>(value);
            if (config.clipValue > 0)
                g = std::clamp(g, -config.clipValue, config.clipValue);
            squares += g * g;
        }
    return std::min(1.0, config.clipNorm / (std::sqrt(squares) + 1e-6));
}

UpdateExplanation explainUpdate(const UpdateSetting& setting, const WeightNumbers& before)
{
    Tape tape;
    const std::vector<OperandGroup> groups{
        {OperandOf::Weight}, {OperandOf::Gradient}, {OperandOf::State, 0}, {OperandOf::State, 1}};
    UpdateNumbers<TracedReal> n;
    n.weight = TracedReal::leaf(before.weight, 0, 0);
    n.gradient = TracedReal::leaf(before.gradient, 1, 0);
    n.state1 = TracedReal::leaf(before.state1, 2, 0);
    n.state2 = TracedReal::leaf(before.state2, 3, 0);
    updateReference(setting, n);
    return {explain(tape, n.weight, groups), n.state1.value(), n.state2.value()};
}

} // namespace convarium::engine
