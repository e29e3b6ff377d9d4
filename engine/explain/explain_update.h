// Takes the update of one weight apart: its gradient, what the optimizer remembers, the new weight.
#pragma once

#include "engine/explain/explanation.h"
#include "engine/optimizers/update_reference.h"
#include "engine/train/trainer.h"

namespace convarium::engine
{

/// One weight before an update. State 1: velocity, mean of the gradient or squares; 2: mean of the squares (Adam).
struct WeightNumbers {
    double weight = 0, gradient = 0, state1 = 0, state2 = 0;
};

struct UpdateExplanation {
    Explanation weight;            ///< the new one
    double state1 = 0, state2 = 0; ///< the new ones
};

/// What TrainConfig::clipNorm leaves of this gradient of all weights.
double gradientScale(const TrainConfig& config, const WeightMap& gradients);

UpdateExplanation explainUpdate(const UpdateSetting& setting, const WeightNumbers& before);

} // namespace convarium::engine
