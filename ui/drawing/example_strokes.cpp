#include "ui/drawing/example_strokes.h"

#include "datasets/digit_strokes.h"

#include <algorithm>

namespace convarium::ui
{

datasets::DrawnStrokes exampleStrokes(int digit, int variant)
{
    datasets::ImageRandom random(2, 0, static_cast<std::uint32_t>(variant));
    std::vector<datasets::Stroke> lines = datasets::writeDigit(digit, random);
    double left = 1e9, right = -1e9, top = 1e9, bottom = -1e9;
    for (datasets::Stroke& line : lines) {
        line = datasets::flatten(line, 6);
        for (const datasets::PenPoint& p : line) {
            left = std::min(left, p.x);
            right = std::max(right, p.x);
            top = std::min(top, p.y);
            bottom = std::max(bottom, p.y);
        }
    }
    constexpr double kPen = 1;
    const double size = random.range(13, 20);
    const double scale = size / std::max(right - left, bottom - top);
    const double space = datasets::kDigitSize - 2 * (kPen + 1);
    const double x = kPen + 1 + random.uniform() * (space - (right - left) * scale);
    const double y = kPen + 1 + random.uniform() * (space - (bottom - top) * scale);
    datasets::DrawnStrokes strokes;
    for (const datasets::Stroke& line : lines) {
        strokes.emplace_back();
        for (const datasets::PenPoint& p : line)
            strokes.back().line.push_back({static_cast<float>(x + (p.x - left) * scale),
                                           static_cast<float>(y + (p.y - top) * scale), static_cast<float>(kPen)});
    }
    return strokes;
}

} // namespace convarium::ui
