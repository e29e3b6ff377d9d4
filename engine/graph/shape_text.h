// Shapes in words, as people read them in the window and in messages: height × width × maps.
#pragma once

#include "engine/tensor/shape.h"

#include <cstdint>
#include <string>

namespace convarium::engine
{

/// "28×28×16" for maps (logical order is 16, 28, 28), "84" for a list, "one number" for rank 0.
std::string shapeText(const Shape& shape);

/// Shape with its kind: "maps of 28×28×16", "a list of 84 numbers".
std::string shapeWords(const Shape& shape);

/// "5×5": height × width.
std::string pairText(std::int64_t height, std::int64_t width);

} // namespace convarium::engine
