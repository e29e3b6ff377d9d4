// Axis ranges that people can read: nice steps, and only as many as fit.
#pragma once

namespace convarium::ui
{

struct AxisRange {
    double minimum = 0, maximum = 1, step = 0.2;
    friend bool operator==(const AxisRange&, const AxisRange&) = default;
};

/// Smallest of 1, 2, 5 times a power of ten that is not below `value` (> 0).
[[nodiscard]] double niceStep(double value);
/// Range from multiples of a nice step about [low, high] with at most `ticks` intervals (>= 1).
[[nodiscard]] AxisRange niceRange(double low, double high, int ticks);
/// Decimals that the labels of such steps need.
[[nodiscard]] int decimalsOf(double step);

} // namespace convarium::ui
