// A network as an ONNX model: https://onnx.ai, opset 17, intermediate representation 8.
#pragma once

#include "engine/io/project.h"

#include <string>

namespace convarium::engine
{

/// The model file: layers as their descriptors state them, the batch as dynamic axis "N", weights as initializers.
/// Layers are called by group path and name, made unique. What came from an ONNX file keeps the names, shapes and
/// orientation of its initializers; a Reshape or Transpose leads to what the operator needs. Pixel scaling is not part
/// of the graph; it stands in the metadata as "convarium.scale". Errors: faults of the network, a layer that ONNX
/// cannot express, a model beyond the 2 GB of one file.
Result<std::string> onnxModel(const Project& project, const WeightMap& weights);

/// Writes it atomically. path is UTF-8.
Result<void> saveOnnx(const Project& project, const WeightMap& weights, const std::string& path);

} // namespace convarium::engine
