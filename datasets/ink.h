// Pen lines as ink on a grid of pixels.
#pragma once

#include <span>
#include <vector>

namespace convarium::datasets
{

/// A point of a pen line with half the width of the line there, in pixels of the grid it is drawn on.
struct InkPoint {
    float x = 0;
    float y = 0;
    float radius = 0;
    friend bool operator==(const InkPoint&, const InkPoint&) = default;
};

using InkLine = std::vector<InkPoint>;

/// Depth of a pixel that no line comes near.
inline constexpr float kDryDepth = -10.0f;

/// Raises `depth` (width x height, row by row) to how far each pixel's centre lies inside the line (negative: outside).
/// Pixels farther than 1.5 from the line keep what they have. The line's ends are round; a line of one point is a dot.
void deepen(std::span<float> depth, int width, int height, const InkLine& line);

} // namespace convarium::datasets
