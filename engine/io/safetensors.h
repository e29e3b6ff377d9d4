// Safetensors: 8 bytes header length (little-endian), a JSON header, then the tensors' bytes one after the other.
// Format: https://github.com/huggingface/safetensors. Only float32 is written and read.
#pragma once

#include "engine/core/result.h"
#include "engine/tensor/tensor.h"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace convarium::engine
{

/// Tensors by name; not owned.
using TensorRefs = std::map<std::string, const Tensor*>;

/// Length and header for these tensors; their values follow in the order of their names, without gaps.
std::vector<std::uint8_t> safetensorsHeader(const TensorRefs& tensors);
/// The whole file in memory.
std::vector<std::uint8_t> encodeSafetensors(const TensorRefs& tensors);

/// Checks everything before it is used: header length, JSON, data type, shapes (rank up to 6), offsets in range, sizes
/// that fit the shapes, no overlap and no gap. `file` stands in messages. Errors: BadFormat with the place.
Result<std::map<std::string, Tensor>> decodeSafetensors(std::span<const std::uint8_t> bytes, const std::string& file);

} // namespace convarium::engine
