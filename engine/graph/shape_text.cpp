#include "engine/graph/shape_text.h"

namespace convarium::engine
{

std::string pairText(std::int64_t height, std::int64_t width)
{
    return std::to_string(height) + "×" + std::to_string(width);
}

std::string shapeText(const Shape& shape)
{
    if (shape.rank() == 0)
        return "one number";
    // The maps stand first in memory and last in words.
    std::string text;
    for (int i = 1; i < shape.rank(); ++i)
        text += std::to_string(shape[i]) + "×";
    return text + std::to_string(shape[0]);
}

std::string shapeWords(const Shape& shape)
{
    if (shape.isList())
        return "a list of " + std::to_string(shape[0]) + (shape[0] == 1 ? " number" : " numbers");
    return shape.isMaps() ? "maps of " + shapeText(shape) : shapeText(shape);
}

} // namespace convarium::engine
