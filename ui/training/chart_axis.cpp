#include "ui/training/chart_axis.h"

#include <algorithm>
#include <cmath>

namespace convarium::ui
{

double niceStep(double value)
{
    if (!(value > 0) || !std::isfinite(value))
        return 1;
    const double power = std::pow(10.0, std::floor(std::log10(value)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= value * (1 - 1e-9))
            return factor * power;
    return 10 * power;
}

AxisRange niceRange(double low, double high, int ticks)
{
    if (!std::isfinite(low) || !std::isfinite(high) || high <= low)
        high = low + 1;
    ticks = std::max(ticks, 1);
    double step = niceStep((high - low) / ticks);
    for (;;) {
        const double minimum = std::floor(low / step + 1e-9) * step;
        const double maximum = std::ceil(high / step - 1e-9) * step;
        if (std::lround((maximum - minimum) / step) <= ticks)
            return {minimum, maximum, step};
        step = niceStep(step * 1.5);
    }
}

int decimalsOf(double step)
{
    return std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 6);
}

} // namespace convarium::ui
