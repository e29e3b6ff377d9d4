// Weights alone, as safetensors: for other programs and from them.
#pragma once

#include "engine/io/project.h"

#include <string>

namespace convarium::engine
{

/// Writes all tensors as float32, atomically. A tensor is called what the exported PyTorch module calls it: groups,
/// layer and key joined by dots, "stage1.block2.C3.weight".
Result<void> exportWeights(const GraphSpec& graph, const WeightMap& weights, const std::string& path);

/// Reads weights for this network from a file of float32, float16 or bfloat16 tensors. Names are those of
/// exportWeights() or this program's own keys ("C3.gamma"), with or without the "module." of DistributedDataParallel;
/// PyTorch's "num_batches_tracked" is ignored. Every tensor must be there with its shape, and nothing else: one error
/// names what is missing, superfluous or of another shape (ShapeMismatch), or what is wrong with the file.
Result<WeightMap> importWeights(const GraphSpec& graph, const std::string& path);

} // namespace convarium::engine
