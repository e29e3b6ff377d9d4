#include "engine/tensor/shape.h"

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

} // namespace convarium::engine
