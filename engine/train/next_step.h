// The step that follows a state of training, as a value: for panels that show what it does to a weight.
#pragma once

#include "engine/train/trainer.h"

namespace convarium::engine
{

struct NextStep {
    DatasetPtr images; ///< as the network reads them, augmented where the settings say so, with their targets
    std::vector<std::uint32_t> indices;
    std::int64_t step = 0; ///< 0-based
    double rate = 0;
};

/// state: null before the first step. Gives what a trainer with these settings does next, also while another one runs.
Result<NextStep> nextStep(const GraphSpec& graph, const TrainConfig& config, const DatasetBundle& data,
                          const TrainingState* state);

} // namespace convarium::engine
