#include "ui/drawing/what_if.h"

#include "datasets/digit_strokes.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace convarium::ui
{

datasets::DrawnStrokes rotated(datasets::DrawnStrokes strokes, int degrees)
{
    if (degrees == 0)
        return strokes;
    float left = 1e9F, right = -1e9F, top = 1e9F, bottom = -1e9F;
    for (const auto& stroke : strokes)
        for (const auto& p : stroke.line) {
            left = std::min(left, p.x);
            right = std::max(right, p.x);
            top = std::min(top, p.y);
            bottom = std::max(bottom, p.y);
        }
    const double angle = degrees * std::numbers::pi / 180;
    const auto c = static_cast<float>(std::cos(angle)), s = static_cast<float>(std::sin(angle));
    const float mx = (left + right) / 2, my = (top + bottom) / 2;
    for (auto& stroke : strokes)
        for (auto& p : stroke.line) {
            const float x = p.x - mx, y = p.y - my;
            p.x = mx + c * x - s * y;
            p.y = my + s * x + c * y;
        }
    return strokes;
}

datasets::GreyPicture spoiled(const datasets::GreyPicture& picture, const WhatIf& whatIf)
{
    datasets::GreyPicture out = picture;
    datasets::ImageRandom random(1, 0, 0);
    for (int y = 0; y < picture.height; ++y)
        for (int x = 0; x < picture.width; ++x) {
            const int fromX = x - whatIf.right, fromY = y - whatIf.down;
            const bool inside = fromX >= 0 && fromX < picture.width && fromY >= 0 && fromY < picture.height;
            double value = inside ? picture.pixels[static_cast<std::size_t>(fromY * picture.width + fromX)] : 0;
            if (y >= picture.height - whatIf.hide)
                value = 0;
            if (whatIf.noise > 0)
                value += random.normal() * whatIf.noise * 2.55;
            out.pixels[static_cast<std::size_t>(y * picture.width + x)] =
                static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
        }
    return out;
}

} // namespace convarium::ui
