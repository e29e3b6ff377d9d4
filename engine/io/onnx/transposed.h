// A matrix on its side.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace convarium::engine
{

/// The rows of `matrix` (rows x columns) as columns. In tiles, so that large matrices do not miss the cache at each
/// number.
inline std::vector<float> transposed(const std::vector<float>& matrix, std::int64_t rows, std::int64_t columns)
{
    constexpr std::int64_t kTile = 32;
    std::vector<float> out(matrix.size());
    for (std::int64_t r0 = 0; r0 < rows; r0 += kTile)
        for (std::int64_t c0 = 0; c0 < columns; c0 += kTile)
            for (std::int64_t r = r0; r < std::min(rows, r0 + kTile); ++r)
                for (std::int64_t c = c0; c < std::min(columns, c0 + kTile); ++c)
                    out[static_cast<std::size_t>(c * rows + r)] = matrix[static_cast<std::size_t>(r * columns + c)];
    return out;
}

} // namespace convarium::engine
