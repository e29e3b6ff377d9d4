#include "ui/training/map_pictures.h"

#include "ui/theme/colormap.h"

#include <QPainter>
#include <algorithm>
#include <cmath>
#include <numeric>

namespace convarium::ui
{

namespace
{

constexpr int kThumbMaps = 6;

struct MapSize {
    int count = 0, height = 1, width = 1;
};

MapSize sizeOf(const engine::Shape& shape)
{
    if (shape.isMaps())
        return {static_cast<int>(shape.channels()), static_cast<int>(shape.height()), static_cast<int>(shape.width())};
    return {static_cast<int>(shape.elements()), 1, 1};
}

} // namespace

double calmScale(double value)
{
    if (!(value > 0) || !std::isfinite(value))
        return 1;
    const double power = std::pow(10.0, std::floor(std::log10(value)));
    for (const double m : {1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0})
        if (m * power >= value * (1 - 1e-6))
            return m * power;
    return 10 * power;
}

NumberRange rangeOf(const float* values, std::size_t count)
{
    NumberRange range;
    bool any = false;
    for (std::size_t i = 0; i < count; ++i) {
        if (!std::isfinite(values[i]))
            continue;
        range.low = any ? std::min(range.low, values[i]) : values[i];
        range.high = any ? std::max(range.high, values[i]) : values[i];
        any = true;
    }
    return range;
}

FieldMark fieldMark(const engine::SeenBox& box, const engine::Shape& image)
{
    FieldMark mark;
    const engine::PixelBox& in = box.inside;
    if (in.isEmpty() || !image.isMaps())
        return mark;
    const auto h = static_cast<double>(image.height()), w = static_cast<double>(image.width());
    mark.part = QRectF(static_cast<double>(in.left) / w, static_cast<double>(in.top) / h,
                       static_cast<double>(in.width()) / w, static_cast<double>(in.height()) / h);
    mark.cut.setFlag(Qt::TopEdge, box.field.top < in.top);
    mark.cut.setFlag(Qt::BottomEdge, box.field.bottom > in.bottom);
    mark.cut.setFlag(Qt::LeftEdge, box.field.left < in.left);
    mark.cut.setFlag(Qt::RightEdge, box.field.right > in.right);
    return mark;
}

QImage inputPicture(const std::vector<std::uint8_t>& pixels, const engine::Shape& shape, const Theme& theme)
{
    const int h = static_cast<int>(shape.height()), w = static_cast<int>(shape.width());
    const auto plane = static_cast<std::size_t>(h) * static_cast<std::size_t>(w);
    if (shape.rank() != 3 || pixels.size() != plane * static_cast<std::size_t>(shape.channels()))
        return {};
    QImage image(w, h, QImage::Format_RGB32);
    const auto& ink = colorTable(ColorMap::Ink, theme);
    for (int y = 0; y < h; ++y) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < w; ++x) {
            const auto i = static_cast<std::size_t>(y) * static_cast<std::size_t>(w) + static_cast<std::size_t>(x);
            line[x] =
                shape.channels() == 3 ? qRgb(pixels[i], pixels[plane + i], pixels[2 * plane + i]) : ink[pixels[i]];
        }
    }
    return image;
}

void layMaps(MapResult& result, const engine::Tensor& output, bool ownScales, ColorMap colors, const Theme& theme)
{
    const MapSize size = sizeOf(output.shape());
    result.count = size.count;
    result.colors = colors;
    result.width = size.width;
    result.height = size.height;
    result.values = QList<float>(output.values().begin(), output.values().end());
    result.ranges.clear();
    result.ranges.reserve(size.count);
    if (size.count == 0 || size.width == 0 || size.height == 0)
        return;
    result.scale = calmScale(symmetricScale(output.data(), output.values().size()));
    result.columns = std::max(1, static_cast<int>(std::ceil(std::sqrt(size.count))));
    const int rows = (size.count + result.columns - 1) / result.columns;
    result.atlas = QImage(result.columns * size.width, rows * size.height, QImage::Format_RGB32);
    result.atlas.fill(theme.surface);
    const auto plane = static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
    for (int m = 0; m < size.count; ++m) {
        const float* values = output.data() + static_cast<std::size_t>(m) * plane;
        const double scale = ownScales ? symmetricScale(values, plane) : result.scale;
        result.ranges.append(rangeOf(values, plane));
        mapInto(result.atlas, (m % result.columns) * size.width, (m / result.columns) * size.height, values, size.width,
                size.height, size.width, scale, colors, theme);
    }
}

MapOrderPtr strongestFirst(engine::NodeId of, const engine::Tensor& output, const MapOrderPtr& kept)
{
    const MapSize size = sizeOf(output.shape());
    const auto count = static_cast<std::size_t>(size.count);
    if (kept && kept->of == of && kept->maps.size() == count)
        return kept;
    const auto plane = static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
    std::vector<double> activity(count);
    for (std::size_t m = 0; m < count; ++m)
        for (std::size_t i = 0; i < plane; ++i)
            if (const float v = output.values()[m * plane + i]; std::isfinite(v))
                activity[m] += static_cast<double>(std::fabs(v));
    auto order = std::make_shared<MapOrder>();
    order->of = of;
    order->maps.resize(count);
    order->places.resize(count);
    std::iota(order->maps.begin(), order->maps.end(), 0);
    std::stable_sort(order->maps.begin(), order->maps.end(), [&](int a, int b) {
        return activity[static_cast<std::size_t>(a)] > activity[static_cast<std::size_t>(b)];
    });
    for (std::size_t place = 0; place < count; ++place)
        order->places[static_cast<std::size_t>(order->maps[place])] = static_cast<int>(place);
    return order;
}

void layKernels(MapResult& result, const engine::Tensor& weight, int map, const Theme& theme)
{
    const auto& shape = weight.shape();
    if (shape.rank() != 4 || map < 0 || map >= shape[0])
        return;
    const int count = static_cast<int>(shape[1]), h = static_cast<int>(shape[2]), w = static_cast<int>(shape[3]);
    const auto plane = static_cast<std::size_t>(h) * static_cast<std::size_t>(w);
    const float* values = weight.data() + static_cast<std::size_t>(map) * static_cast<std::size_t>(count) * plane;
    const double scale = calmScale(symmetricScale(values, static_cast<std::size_t>(count) * plane));
    result.kernelCount = count;
    result.kernelWidth = w;
    result.kernelHeight = h;
    result.kernelValues.assign(values, values + static_cast<std::size_t>(count) * plane);
    result.kernels = QImage(count * w, h, QImage::Format_RGB32);
    for (int k = 0; k < count; ++k)
        mapInto(result.kernels, k * w, 0, values + static_cast<std::size_t>(k) * plane, w, h, w, scale,
                ColorMap::Signed, theme);
}

ColorMap colorsFor(bool neverNegative, MapColors wanted)
{
    const bool sequential = wanted == MapColors::ByLayer ? neverNegative : wanted == MapColors::Sequential;
    return sequential ? ColorMap::Sequential : ColorMap::Signed;
}

CardThumbnail thumbnail(const engine::Tensor& output, ColorMap colors, const Theme& theme)
{
    const MapSize size = sizeOf(output.shape());
    if (size.count == 0)
        return {};
    const double scale = symmetricScale(output.data(), output.values().size());
    CardThumbnail card;
    if (size.width * size.height > 1) {
        const auto plane = static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
        card.count = std::min(size.count, kThumbMaps);
        card.atlas = QImage(card.count * size.width, size.height, QImage::Format_RGB32);
        QPainter painter(&card.atlas);
        for (int m = 0; m < card.count; ++m) {
            const float* values = output.data() + static_cast<std::size_t>(m) * plane;
            painter.drawImage(m * size.width, 0,
                              mapImage(values, size.width, size.height, size.width, scale, colors, theme));
            card.ranges.append(rangeOf(values, plane));
        }
        return card;
    }
    const int rows = size.count > 40 ? 3 : size.count > 20 ? 2 : 1;
    const int columns = (size.count + rows - 1) / rows;
    std::vector<float> values(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
    std::copy(output.values().begin(), output.values().end(), values.begin());
    card.atlas = mapImage(values.data(), columns, rows, columns, scale, colors, theme);
    card.count = 1;
    card.ranges = {rangeOf(output.data(), output.values().size())};
    return card;
}

} // namespace convarium::ui
