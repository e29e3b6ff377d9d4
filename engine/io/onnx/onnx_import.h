// ONNX models as networks: operator sets 6 to 17.
#pragma once

#include "engine/io/project.h"

#include <cstdint>
#include <span>
#include <string>

namespace convarium::engine
{

/// Reads a model with its weights. Axis 0 is the batch and not part of the network's shapes; a graph that cannot be
/// read so (no batch axis, reshaping across it) becomes a network whose one sample is the whole tensor. Layers keep the
/// names of their nodes (inputs and those that give an output are called like that), weights the names, shapes and
/// orientation of their initializers. `path` (UTF-8) stands in messages and leads to weights beside the model, which
/// must lie in its folder. Errors name the node, what was found and what was needed; memory is bounded by a multiple of
/// the file's size and 1 GB of weights.
Result<Project> importOnnx(std::span<const std::uint8_t> bytes, const std::string& path);

/// Likewise from a file.
Result<Project> openOnnx(const std::string& path);

} // namespace convarium::engine
