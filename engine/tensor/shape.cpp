#include "engine/tensor/shape.h"

#include <algorithm>

namespace convarium::engine
{

std::string Shape::text() const
{
    if (m_rank == 0)
        return "scalar";
    std::string out;
    for (int i = 0; i < m_rank; ++i)
        out += (i ? "x" : "") + std::to_string((*this)[i]);
    return out;
}

Shape withAxes(const Shape& shape, int rank)
{
    Shape longer = shape;
    while (longer.rank() < rank)
        longer.append(1);
    return longer;
}

std::optional<Shape> broadcastShapes(const Shape& a, const Shape& b)
{
    const int rank = std::max(a.rank(), b.rank());
    Shape out = withAxes(a, rank);
    const Shape other = withAxes(b, rank);
    for (int d = 0; d < rank; ++d) {
        if (out[d] != other[d] && out[d] != 1 && other[d] != 1)
            return std::nullopt;
        out[d] = out[d] == 1 ? other[d] : out[d];
    }
    return out;
}

} // namespace convarium::engine
