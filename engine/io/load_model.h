// What a person names as a model: a preset, a project file or a network file.
#pragma once

#include "engine/io/project.h"

#include <string>

namespace convarium::engine
{

/// The kind is decided by the suffix (.convarium, .json, .onnx, any case); without one of these it is a preset's name.
Result<Project> loadModel(const std::string& nameOrFile);
/// The same, without the weights of a project file: quick however large they are.
Result<Project> loadNetwork(const std::string& nameOrFile);

} // namespace convarium::engine
