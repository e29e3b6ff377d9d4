// A training script for an exported network, with the settings its user chose.
#pragma once

#include "engine/io/torch/torch_model.h"

#include <string>

namespace convarium::engine
{

/// File names, without folders, as they stand beside one another.
struct TorchFiles {
    std::string model, weights, training;
};

/// The script: reads IDX files, trains alone or under torchrun, prints losses and accuracies. Fails where PyTorch has
/// no counterpart of a setting.
Result<std::string> torchTraining(const Project& project, const TorchNames& names, const TorchModel& model,
                                  const TorchFiles& files);

} // namespace convarium::engine
