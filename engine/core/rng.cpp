#include "engine/core/rng.h"

#include <cmath>
#include <numbers>

namespace convarium::engine
{

double CountedRng::normal(std::uint32_t image, std::uint32_t element) const
{
    const auto words = quad(image, element);
    const double u = (words[0] + 1.0) * (1.0 / 4294967296.0); // (0, 1]: the logarithm stays finite
    const double v = words[1] * (1.0 / 4294967296.0);
    return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * v);
}

} // namespace convarium::engine
