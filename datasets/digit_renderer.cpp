#include "datasets/digit_renderer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace convarium::datasets
{

namespace
{

constexpr double kTurn = 2 * std::numbers::pi;

/// Slow waves that bend the whole digit, the path's equivalent of an elastic distortion of the picture.
class Waves
{
public:
    Waves(ImageRandom& r, double amplitude)
    {
        for (Wave& w : m_waves) {
            const double direction = r.range(0, kTurn);
            const double frequency = r.range(0.35, 1.25) * kTurn;
            w.kx = frequency * std::cos(direction);
            w.ky = frequency * std::sin(direction);
            w.phase = r.range(0, kTurn);
            w.dx = amplitude * r.normal();
            w.dy = amplitude * r.normal();
        }
    }
    void apply(PenPoint& p) const
    {
        double dx = 0;
        double dy = 0;
        for (const Wave& w : m_waves) {
            const double s = std::sin(w.kx * p.x + w.ky * p.y + w.phase);
            dx += w.dx * s;
            dy += w.dy * s;
        }
        p.x += dx;
        p.y += dy;
    }

private:
    struct Wave {
        double kx, ky, phase, dx, dy;
    };
    std::array<Wave, 3> m_waves;
};

/// Slant, rotation, proportions and elastic bends of one hand.
void distort(std::vector<Stroke>& lines, int digit, ImageRandom& r)
{
    const double rotation = 0.13 * r.normal();
    const double slant = digit == 1 ? 0.2 + 0.32 * r.normal() : 0.23 + 0.28 * r.normal();
    const double width = std::exp(0.24 * r.normal());
    const double taper = 0.16 * r.normal();  // wider above or below
    const double middle = 0.05 * r.normal(); // waist higher or lower
    const Waves waves(r, 0.038 * r.range(0.3, 1.5));
    const double c = std::cos(rotation);
    const double s = std::sin(rotation);
    for (Stroke& line : lines) {
        for (PenPoint& p : line) {
            waves.apply(p);
            double x = (p.x - 0.3) * width * (1 + taper * (p.y - 0.5) * 2);
            const double y = p.y - 0.5 + middle * std::sin(std::numbers::pi * std::clamp(p.y, 0.0, 1.0));
            x -= slant * y;
            p.x = c * x - s * y;
            p.y = s * x + c * y;
        }
    }
}

/// Shorter by longer side of the box around the lines, 0 .. 1.
double aspect(const std::vector<Stroke>& lines)
{
    double left = 1e9;
    double right = -1e9;
    double top = 1e9;
    double bottom = -1e9;
    for (const Stroke& line : lines) {
        for (const PenPoint& p : line) {
            left = std::min(left, p.x);
            right = std::max(right, p.x);
            top = std::min(top, p.y);
            bottom = std::max(bottom, p.y);
        }
    }
    const double width = right - left;
    const double height = bottom - top;
    return std::min(width, height) / std::max(1e-6, std::max(width, height));
}

/// Gives each point the width of the line there, in pixels of the picture: pressure, nib angle, tapered ends.
std::vector<InkLine> ink(const std::vector<Stroke>& lines, int digit, ImageRandom& r)
{
    // The same pen in digits of different size, and no pen so wide that rings close.
    static constexpr std::array<double, 10> kPen = {1.14, 1.1, 1.02, 1.03, 0.95, 1.0, 0.95, 1.02, 0.9, 0.92};
    static constexpr std::array<double, 10> kWidest = {2.5, 3.8, 2.4, 2.6, 2.3, 2.5, 2.3, 2.6, 2.05, 2.3};
    const auto d = static_cast<std::size_t>(digit);
    // A flat or a narrow digit is written with a finer pen, or it would be a blot. A 1 is a line anyway.
    const double fine = digit == 1 ? kWidest[d] : std::max(1.0, 0.19 * kDigitBoxSize * aspect(lines));
    const double base = std::clamp(1.32 * kPen[d] * std::exp(0.3 * r.normal()), 0.55, std::min(kWidest[d], fine));
    const double pressure = 0.13 * r.uniform();
    const double nib = r.chance(0.4) ? r.range(0.0, 0.28) : 0.0;
    const double nibAngle = r.range(0, std::numbers::pi);
    std::vector<InkLine> out;
    out.reserve(lines.size());
    for (const Stroke& line : lines) {
        const double phase = r.range(0, kTurn);
        const double frequency = r.range(0.4, 1.8) * kTurn;
        const double startTaper = r.chance(0.3) ? r.range(0.45, 1.0) : 1.0;
        const double endTaper = r.chance(0.45) ? r.range(0.35, 1.0) : 1.0;
        InkLine& inked = out.emplace_back();
        inked.reserve(line.size());
        const std::size_t n = line.size();
        for (std::size_t i = 0; i < n; ++i) {
            const double t = n > 1 ? static_cast<double>(i) / static_cast<double>(n - 1) : 0.0;
            const PenPoint& a = line[i == 0 ? 0 : i - 1];
            const PenPoint& b = line[i + 1 < n ? i + 1 : i];
            const double angle = std::atan2(b.y - a.y, b.x - a.x);
            double radius = base * (1 + pressure * std::sin(phase + frequency * t));
            radius *= 1 + nib * std::cos(2 * (angle - nibAngle));
            radius *= startTaper + (1 - startTaper) * std::min(1.0, t / 0.2);
            radius *= endTaper + (1 - endTaper) * std::min(1.0, (1 - t) / 0.25);
            inked.push_back({static_cast<float>(line[i].x), static_cast<float>(line[i].y),
                             static_cast<float>(std::max(0.4, radius))});
        }
    }
    return out;
}

/// Scales and moves the lines so that the ink touches both sides of the box in its longer direction.
void fit(std::vector<InkLine>& lines, float margin)
{
    const float box = static_cast<float>(kDigitBoxSize) - 2 * margin;
    float scale = box;
    float left = 0;
    float top = 0;
    float width = 0;
    float height = 0;
    // The width of the pen does not scale with the path, so the factor is found by a few corrections.
    for (int pass = 0; pass < 5; ++pass) {
        float right = -1e9f;
        float bottom = -1e9f;
        left = top = 1e9f;
        for (const InkLine& line : lines) {
            for (const InkPoint& p : line) {
                left = std::min(left, p.x * scale - p.radius);
                right = std::max(right, p.x * scale + p.radius);
                top = std::min(top, p.y * scale - p.radius);
                bottom = std::max(bottom, p.y * scale + p.radius);
            }
        }
        width = right - left;
        height = bottom - top;
        if (pass < 4)
            scale = std::max(1.0f, scale + (box - std::max(width, height)) * scale / std::max(width, height));
    }
    const float dx = (static_cast<float>(kDigitBoxSize) - width) / 2 - left;
    const float dy = (static_cast<float>(kDigitBoxSize) - height) / 2 - top;
    for (InkLine& line : lines) {
        for (InkPoint& p : line) {
            p.x = p.x * scale + dx;
            p.y = p.y * scale + dy;
        }
    }
}

} // namespace

void drawDigit(int digit, ImageRandom& random, std::span<std::uint8_t, kDigitPixels> out)
{
    std::vector<Stroke> lines = writeDigit(digit, random);
    const double sloppiness = random.range(0.004, 0.022);
    for (Stroke& line : lines) {
        for (PenPoint& p : line) {
            p.x += sloppiness * random.normal();
            p.y += sloppiness * random.normal();
        }
        line = flatten(line, 6);
    }
    distort(lines, digit, random);
    std::vector<InkLine> inked = ink(lines, digit, random);
    const auto softness = static_cast<float>(random.range(0.36, 0.66)); // half the width of the edge, pixels
    fit(inked, 0.15f);
    std::array<float, std::size_t{kDigitBoxSize} * kDigitBoxSize> box;
    box.fill(kDryDepth);
    for (const InkLine& line : inked)
        deepen(box, kDigitBoxSize, kDigitBoxSize, line);

    // Paper and scanner: the edge is not even, and the black not quite black.
    const double roughness = random.range(0.0, 0.14);
    const double black = random.range(0.97, 1.03);
    std::array<std::uint8_t, std::size_t{kDigitBoxSize} * kDigitBoxSize> pixels{};
    for (int y = 0; y < kDigitBoxSize; ++y) {
        for (int x = 0; x < kDigitBoxSize; ++x) {
            const auto i = static_cast<std::size_t>(y * kDigitBoxSize + x);
            if (box[i] < -1.5f)
                continue;
            const double d = box[i] + roughness * random.normal();
            const double cover = std::clamp(0.5 + 0.5 * d / softness, 0.0, 1.0);
            const double value = std::clamp(255.0 * black * cover, 0.0, 255.0);
            pixels[i] = static_cast<std::uint8_t>(std::lround(value));
        }
    }
    const auto [dx, dy] = centringOffset(pixels, kDigitBoxSize, kDigitBoxSize, kDigitSize);
    std::fill(out.begin(), out.end(), std::uint8_t{0});
    for (int y = 0; y < kDigitBoxSize; ++y)
        std::copy_n(pixels.begin() + y * kDigitBoxSize, kDigitBoxSize, out.begin() + (y + dy) * kDigitSize + dx);
}

} // namespace convarium::datasets
