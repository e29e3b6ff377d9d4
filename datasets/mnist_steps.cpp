#include "datasets/mnist_steps.h"

#include <algorithm>
#include <cmath>

namespace convarium::datasets
{

namespace
{

std::uint8_t grey(double cover)
{
    return static_cast<std::uint8_t>(255.0 * std::clamp(cover, 0.0, 1.0) + 0.5);
}

/// Means over squares of kInkPerField pixels.
GreyPicture shrunk(std::span<const float> ink, int size)
{
    GreyPicture out{size, size, {}};
    const int width = size * kInkPerField;
    for (int y = 0; y < size; ++y)
        for (int x = 0; x < size; ++x) {
            double sum = 0;
            for (int v = 0; v < kInkPerField; ++v)
                for (int u = 0; u < kInkPerField; ++u)
                    sum += static_cast<double>(
                        ink[static_cast<std::size_t>((y * kInkPerField + v) * width + x * kInkPerField + u)]);
            out.pixels.push_back(grey(sum / (kInkPerField * kInkPerField)));
        }
    return out;
}

InkBox inkBox(std::span<const float> ink)
{
    InkBox box{kInkSize, kInkSize, 0, 0};
    for (int y = 0; y < kInkSize; ++y)
        for (int x = 0; x < kInkSize; ++x)
            if (ink[static_cast<std::size_t>(y * kInkSize + x)] >= 0.5f) {
                box.left = std::min(box.left, x);
                box.right = std::max(box.right, x + 1);
                box.top = std::min(box.top, y);
                box.bottom = y + 1;
            }
    return box.right == 0 ? InkBox{} : box;
}

GreyPicture cut(std::span<const float> ink, const InkBox& box)
{
    GreyPicture out{box.width(), box.height(), {}};
    for (int y = box.top; y < box.bottom; ++y)
        for (int x = box.left; x < box.right; ++x)
            out.pixels.push_back(grey(static_cast<double>(ink[static_cast<std::size_t>(y * kInkSize + x)])));
    return out;
}

/// The part that is not paper, and where it lay.
GreyPicture trimmed(const GreyPicture& p, Offset& at)
{
    int left = p.width, top = p.height, right = 0, bottom = 0;
    for (int y = 0; y < p.height; ++y)
        for (int x = 0; x < p.width; ++x)
            if (p.pixels[static_cast<std::size_t>(y * p.width + x)] > 0) {
                left = std::min(left, x);
                right = std::max(right, x + 1);
                top = std::min(top, y);
                bottom = y + 1;
            }
    at = {left, top};
    GreyPicture out{std::max(0, right - left), std::max(0, bottom - top), {}};
    for (int y = top; y < bottom; ++y) {
        const auto row = p.pixels.begin() + static_cast<std::ptrdiff_t>(y) * p.width;
        out.pixels.insert(out.pixels.end(), row + left, row + right);
    }
    return out;
}

/// Paper of 28 x 28 with the picture on it; what does not fit is cut off.
GreyPicture placed(const GreyPicture& p, Offset at)
{
    GreyPicture out{kDigitSize, kDigitSize, std::vector<std::uint8_t>(kDigitPixels)};
    for (int y = std::max(0, -at.y); y < std::min(p.height, kDigitSize - at.y); ++y)
        for (int x = std::max(0, -at.x); x < std::min(p.width, kDigitSize - at.x); ++x)
            out.pixels[static_cast<std::size_t>((y + at.y) * kDigitSize + x + at.x)] =
                p.pixels[static_cast<std::size_t>(y * p.width + x)];
    return out;
}

/// What a new pixel takes of the old ones: a triangle at least one old pixel wide on either side.
struct Taps {
    int first = 0;
    std::vector<double> weights;
};

std::vector<Taps> taps(int from, int to)
{
    const double ratio = static_cast<double>(from) / to;
    const double reach = std::max(1.0, ratio);
    std::vector<Taps> all(static_cast<std::size_t>(to));
    for (int i = 0; i < to; ++i) {
        Taps& t = all[static_cast<std::size_t>(i)];
        const double middle = (i + 0.5) * ratio;
        t.first = std::max(0, static_cast<int>(std::floor(middle - reach)));
        const int last = std::min(from - 1, static_cast<int>(std::floor(middle + reach)));
        double sum = 0;
        for (int k = t.first; k <= last; ++k) {
            t.weights.push_back(std::max(0.0, 1 - std::abs(k + 0.5 - middle) / reach));
            sum += t.weights.back();
        }
        for (double& w : t.weights)
            w /= sum;
    }
    return all;
}

} // namespace

MnistPictures mnistPictures(const DrawnStrokes& strokes, const MnistSteps& steps)
{
    return MnistPainter().paint(strokes, steps);
}

MnistPictures MnistPainter::paint(const DrawnStrokes& strokes, const MnistSteps& steps)
{
    MnistPictures out;
    const std::span<const float> ink =
        m_field.paint(strokes, {kDigitSize / 2.0, kDigitSize / 2.0, kInkSize, kInkPerField});
    out.ink = inkBox(ink);
    const bool empty = out.ink == InkBox{};
    const InkBox box = steps.crop && !empty ? out.ink : InkBox{0, 0, kInkSize, kInkSize};
    const double longest = static_cast<double>(std::max(box.width(), box.height())) / kInkPerField;
    const int side = steps.scale ? kDigitBoxSize : static_cast<int>(std::ceil(longest));
    const double pixelsPerField = steps.scale ? kDigitBoxSize / longest : 1;
    out.strokes = shrunk(ink, kDigitSize);
    out.cropped = cut(ink, box);
    out.scaled = shrunk(
        m_box.paint(strokes, {(box.left + box.right) / 2.0 / kInkPerField, (box.top + box.bottom) / 2.0 / kInkPerField,
                              side * kInkPerField, pixelsPerField * kInkPerField}),
        side);
    const int margin = (kDigitSize - side) / 2;
    if (!steps.centre || empty) {
        out.centred = placed(out.scaled, {margin, margin});
        return out;
    }
    Offset from;
    const GreyPicture part = trimmed(out.scaled, from);
    const Offset to = centringOffset(part.pixels, part.width, part.height, kDigitSize);
    out.centred = placed(part, to);
    out.right = to.x - from.x - margin;
    out.down = to.y - from.y - margin;
    return out;
}

Offset centringOffset(std::span<const std::uint8_t> pixels, int width, int height, int size)
{
    double mass = 0;
    double massX = 0;
    double massY = 0;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const double value = pixels[static_cast<std::size_t>(y * width + x)];
            mass += value;
            massX += value * (x + 0.5);
            massY += value * (y + 0.5);
        }
    const auto offset = [&](double moment, int extent) {
        const double centre = mass > 0 ? moment / mass : extent / 2.0;
        return std::clamp(static_cast<int>(std::lround(size / 2.0 - centre)), 0, std::max(0, size - extent));
    };
    return {offset(massX, width), offset(massY, height)};
}

GreyPicture resampled(const GreyPicture& picture, int width, int height)
{
    const int side = std::min(width, height);
    const auto columns = taps(picture.width, side);
    const auto rows = taps(picture.height, side);
    GreyPicture out{width, height,
                    std::vector<std::uint8_t>(static_cast<std::size_t>(width) * static_cast<std::size_t>(height))};
    std::vector<double> line(static_cast<std::size_t>(picture.width));
    for (int y = 0; y < side; ++y) {
        const Taps& down = rows[static_cast<std::size_t>(y)];
        std::fill(line.begin(), line.end(), 0.0);
        for (std::size_t k = 0; k < down.weights.size(); ++k)
            for (std::size_t x = 0; x < line.size(); ++x)
                line[x] +=
                    down.weights[k] * picture.pixels[(static_cast<std::size_t>(down.first) + k) * line.size() + x];
        for (int x = 0; x < side; ++x) {
            const Taps& across = columns[static_cast<std::size_t>(x)];
            double value = 0;
            for (std::size_t k = 0; k < across.weights.size(); ++k)
                value += across.weights[k] * line[static_cast<std::size_t>(across.first) + k];
            out.pixels[static_cast<std::size_t>((y + (height - side) / 2) * width + x + (width - side) / 2)] =
                grey(value / 255);
        }
    }
    return out;
}

} // namespace convarium::datasets
