#include "engine/data/augment.h"

#include "engine/core/rng.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>

namespace convarium::engine
{

namespace
{

constexpr int kCells = 4;             ///< of the elastic grid, per side
constexpr int kControls = kCells + 3; ///< a cubic spline reads one control point before and two after its cell

/// What a random number is for; part of the reproducibility contract.
enum Element : std::uint32_t { ShiftX, ShiftY, Angle, Zoom, Flip, Bend = 16 };

struct NumberedItem {
    const char* name;
    double Augmentation::*field;
    double maximum;
    const char* unit;
};

constexpr NumberedItem kNumbered[] = {
    {"shift", &Augmentation::shift, 1000, "PX"},
    {"rotate", &Augmentation::rotate, 180, "DEG"},
    {"zoom", &Augmentation::zoom, 0.9, "F"},
};

Error wrong(const std::string& item, const std::string& what)
{
    return {ErrorCode::InvalidArgument,
            "The augmentation '" + item + "' " + what + ".",
            "Write for example shift:2,rotate:10,zoom:0.1,elastic,flip.",
            {-1, "augment", {}, -1}};
}

std::string plain(double value)
{
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

Result<void> parseItem(const std::string& item, Augmentation& a)
{
    if (item == "elastic" || item == "flip") {
        (item == "flip" ? a.flip : a.elastic) = true;
        return {};
    }
    const auto colon = item.find(':');
    for (const NumberedItem& n : kNumbered) {
        if (item.substr(0, colon) != n.name)
            continue;
        double value = 0;
        const std::string number = colon == std::string::npos ? "" : item.substr(colon + 1);
        const auto [end, code] = std::from_chars(number.data(), number.data() + number.size(), value);
        if (code != std::errc() || end != number.data() + number.size())
            return wrong(item, "needs a number: " + std::string(n.name) + ":" + n.unit);
        if (!(value >= 0 && value <= n.maximum))
            return wrong(item, "must have a number from 0 to " + plain(n.maximum));
        a.*n.field = value;
        return {};
    }
    return wrong(item, "is none of shift:PX, rotate:DEG, zoom:F, elastic, flip");
}

/// Values of the four cubic B-splines that overlap a cell, at t of its width.
void splineWeights(float t, float* w)
{
    const float r = 1 - t;
    w[0] = r * r * r / 6;
    w[1] = (3 * t * t * t - 6 * t * t + 4) / 6;
    w[2] = (3 * r * r * r - 6 * r * r + 4) / 6;
    w[3] = t * t * t / 6;
}

/// Where the pixels of one augmented image come from.
class Geometry
{
public:
    Geometry(const Augmentation& a, const CountedRng& rng, std::uint32_t image, std::int64_t height, std::int64_t width)
        : m_elastic(a.elastic), m_centreX(static_cast<float>(width - 1) / 2),
          m_centreY(static_cast<float>(height - 1) / 2), m_cellX(static_cast<float>(width) / kCells),
          m_cellY(static_cast<float>(height) / kCells)
    {
        const auto around = [&](Element e, double reach) { return reach * (2 * rng.uniform(image, e) - 1); };
        const double angle = around(Angle, a.rotate) * std::numbers::pi / 180;
        const double scale = 1 / (1 + around(Zoom, a.zoom)); // the map leads from the new picture to the old one
        const double mirror = a.flip && rng.uniform(image, Flip) < 0.5 ? -1 : 1;
        m_xx = static_cast<float>(mirror * std::cos(angle) * scale);
        m_xy = static_cast<float>(std::sin(angle) * scale);
        m_yx = static_cast<float>(-mirror * std::sin(angle) * scale);
        m_yy = static_cast<float>(std::cos(angle) * scale);
        m_shiftX = static_cast<float>(around(ShiftX, a.shift));
        m_shiftY = static_cast<float>(around(ShiftY, a.shift));
        if (!m_elastic)
            return;
        const double deviation = 0.1 * static_cast<double>(std::min(height, width));
        for (std::uint32_t i = 0; i < kControls * kControls * 2; ++i)
            m_controls[i] = static_cast<float>(deviation * rng.normal(image, Bend + i));
    }

    /// Calls pixel(index, x, y) for every pixel, row by row; x and y are places in the old picture.
    template <class F>
    void each(std::int64_t height, std::int64_t width, const F& pixel) const
    {
        thread_local std::vector<float> columns; // spline weights of every column
        if (m_elastic) {
            columns.resize(static_cast<std::size_t>(width) * 4);
            for (std::int64_t x = 0; x < width; ++x)
                splineWeights(cellPart(x, m_cellX), columns.data() + 4 * x);
        }
        std::int64_t index = 0;
        for (std::int64_t y = 0; y < height; ++y) {
            const float v = static_cast<float>(y) - m_centreY - m_shiftY;
            for (std::int64_t x = 0; x < width; ++x, ++index) {
                const float u = static_cast<float>(x) - m_centreX - m_shiftX;
                float fromX = m_xx * u + m_xy * v + m_centreX, fromY = m_yx * u + m_yy * v + m_centreY;
                if (m_elastic)
                    bend(x, y, columns.data() + 4 * x, fromX, fromY);
                pixel(index, fromX, fromY);
            }
        }
    }

private:
    static int cellOf(std::int64_t at, float size)
    {
        return std::min(static_cast<int>(static_cast<float>(at) / size), kCells - 1);
    }
    static float cellPart(std::int64_t at, float size)
    {
        return static_cast<float>(at) / size - static_cast<float>(cellOf(at, size));
    }

    void bend(std::int64_t x, std::int64_t y, const float* column, float& fromX, float& fromY) const
    {
        float row[4];
        splineWeights(cellPart(y, m_cellY), row);
        const int left = cellOf(x, m_cellX), top = cellOf(y, m_cellY);
        for (int j = 0; j < 4; ++j)
            for (int i = 0; i < 4; ++i) {
                const float* control = m_controls + 2 * ((top + j) * kControls + left + i);
                fromX += row[j] * column[i] * control[0];
                fromY += row[j] * column[i] * control[1];
            }
    }

    bool m_elastic;
    float m_centreX, m_centreY, m_cellX, m_cellY;
    float m_xx = 1, m_xy = 0, m_yx = 0, m_yy = 1, m_shiftX = 0, m_shiftY = 0;
    float m_controls[kControls * kControls * 2] = {};
};

/// A place on a line of n pixels, kept on it: NaN cannot occur, sizes are small.
float kept(float at, std::int64_t n)
{
    return std::clamp(at, 0.0f, static_cast<float>(n - 1));
}

/// Room of this thread for the picture as it was; images and masks are not needed at the same time.
std::vector<std::uint8_t>& sourceRoom(std::size_t bytes)
{
    thread_local std::vector<std::uint8_t> room;
    room.resize(bytes);
    return room;
}

} // namespace

Result<Augmentation> parseAugmentation(const std::string& text)
{
    Augmentation a;
    if (text.empty() || text == "none")
        return a;
    for (std::size_t from = 0; from <= text.size();) {
        const std::size_t to = std::min(text.find(',', from), text.size());
        if (auto item = parseItem(text.substr(from, to - from), a); !item)
            return item.error();
        from = to + 1;
    }
    return a;
}

std::string augmentationText(const Augmentation& a)
{
    std::string text;
    const auto add = [&](const std::string& item) { text += (text.empty() ? "" : ",") + item; };
    for (const NumberedItem& n : kNumbered)
        if (a.*n.field > 0)
            add(n.name + (":" + plain(a.*n.field)));
    if (a.elastic)
        add("elastic");
    if (a.flip)
        add("flip");
    return text;
}

Result<void> AugmentedDataset::image(std::int64_t i, std::span<std::uint8_t> out) const
{
    const Shape shape = m_base->imageShape();
    auto& source = sourceRoom(out.size());
    if (auto read = m_base->image(i, source); !read)
        return read;
    const std::int64_t channels = shape[0], height = shape[1], width = shape[2], pixels = height * width;
    const CountedRng rng(m_seed, RandomPurpose::Augment, 0, m_epoch);
    const Geometry geometry(m_augmentation, rng, static_cast<std::uint32_t>(i), height, width);
    geometry.each(height, width, [&](std::int64_t index, float atX, float atY) {
        const float x = kept(atX, width), y = kept(atY, height);
        const auto left = static_cast<std::int64_t>(x), top = static_cast<std::int64_t>(y);
        const float partX = x - static_cast<float>(left), partY = y - static_cast<float>(top);
        const std::int64_t right = left + 1 < width ? 1 : 0, below = top + 1 < height ? width : 0;
        const std::uint8_t* p = source.data() + top * width + left;
        for (std::int64_t c = 0; c < channels; ++c, p += pixels) {
            const float upper = static_cast<float>(p[0]) + partX * static_cast<float>(p[right] - p[0]);
            const float lower = static_cast<float>(p[below]) + partX * static_cast<float>(p[below + right] - p[below]);
            out[static_cast<std::size_t>(c * pixels + index)] =
                static_cast<std::uint8_t>(upper + partY * (lower - upper) + 0.5f);
        }
    });
    return {};
}

Result<void> AugmentedDataset::mask(std::int64_t i, std::span<std::uint8_t> out) const
{
    const Shape shape = m_base->imageShape();
    auto& source = sourceRoom(out.size());
    if (auto read = m_base->mask(i, source); !read)
        return read;
    const std::int64_t height = shape[1], width = shape[2];
    const CountedRng rng(m_seed, RandomPurpose::Augment, 0, m_epoch);
    const Geometry geometry(m_augmentation, rng, static_cast<std::uint32_t>(i), height, width);
    geometry.each(height, width, [&](std::int64_t index, float atX, float atY) {
        const auto x = static_cast<std::int64_t>(kept(atX, width) + 0.5f);
        const auto y = static_cast<std::int64_t>(kept(atY, height) + 0.5f);
        out[static_cast<std::size_t>(index)] = source[static_cast<std::size_t>(y * width + x)];
    });
    return {};
}

} // namespace convarium::engine
