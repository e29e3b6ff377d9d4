// Safetensors: 8 bytes header length (little-endian), a JSON header, then the tensors' bytes one after the other.
// Format: https://github.com/huggingface/safetensors. Written is float32; read are float32, float16 and bfloat16.
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

struct SafetensorsContent {
    std::map<std::string, Tensor> tensors;
    std::map<std::string, std::string> others; ///< tensors of kinds that weights are not read from: name and kind
};

/// Checks everything before it is used: header length, JSON, names that stand twice, data types, shapes (rank up to 6),
/// offsets in range, sizes that fit the shapes, no overlap and no gap. `file` stands in messages. Errors: BadFormat
/// with the place.
Result<SafetensorsContent> readSafetensors(std::span<const std::uint8_t> bytes, const std::string& file);

/// The same for a file that holds nothing but tensors that can be read.
Result<std::map<std::string, Tensor>> decodeSafetensors(std::span<const std::uint8_t> bytes, const std::string& file);

} // namespace convarium::engine
