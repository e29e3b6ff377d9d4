// NumPy's array files: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include "engine/core/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace convarium::engine
{

/// Float numbers, the last axis running fastest.
struct NpyArray {
    std::vector<std::int64_t> sizes;
    std::vector<float> values;
};

/// Reads format versions 1 to 3. Only little-endian float32 in C order is accepted: other kinds are refused with the
/// conversion that helps, so that no number is rounded without anybody noticing. The length must be exactly that of the
/// shape; sizes of 0 and more than 7 axes (the batch and six) are refused. `file` stands in messages.
Result<NpyArray> decodeNpy(std::span<const std::uint8_t> bytes, const std::string& file);

/// The whole file, version 1, values starting at a multiple of 64 bytes.
std::string encodeNpy(const NpyArray& array);

} // namespace convarium::engine
