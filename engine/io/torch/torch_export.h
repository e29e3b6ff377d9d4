// The PyTorch export: FILE.py with the network, FILE.safetensors with the weights, FILE_train.py to train it with.
#pragma once

#include "engine/io/project.h"

#include <string>
#include <vector>

namespace convarium::engine
{

/// Writes the three files, each atomically, and returns their paths. path ends in .py (else InvalidArgument) and is
/// UTF-8. weights: those of all layers, as initialWeights() or a trained state has them.
Result<std::vector<std::string>> exportTorch(const Project& project, const WeightMap& weights, const std::string& path);

} // namespace convarium::engine
