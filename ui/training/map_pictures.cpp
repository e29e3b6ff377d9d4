#include "ui/training/map_pictures.h"

#include "ui/theme/colormap.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

namespace convarium::ui {

namespace {

constexpr int kThumbWidth = 260, kThumbHeight = 40, kThumbGap = 4; ///< twice 130 x 20 with a gap of 2
constexpr int kThumbMaps = 6;
constexpr int kThumbStripHeight = 36;
constexpr int kMostBars = 20;

struct MapSize {
    int count = 0, height = 1, width = 1;
};

MapSize sizeOf(const engine::Shape& shape)
{
    if (shape.isMaps())
        return {static_cast<int>(shape.channels()), static_cast<int>(shape.height()), static_cast<int>(shape.width())};
    return {static_cast<int>(shape.elements()), 1, 1};
}

QImage scaledTo(const QImage& image, int width, int height)
{
    const bool enlarges = image.width() <= width && image.height() <= height;
    return image.scaled(width, height, Qt::IgnoreAspectRatio,
                        enlarges ? Qt::FastTransformation : Qt::SmoothTransformation);
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
            line[x] = shape.channels() == 3 ? qRgb(pixels[i], pixels[plane + i], pixels[2 * plane + i]) : ink[pixels[i]];
        }
    }
    return image;
}

void layMaps(MapResult& result, const engine::Tensor& output, bool ownScales, const Theme& theme)
{
    const MapSize size = sizeOf(output.shape());
    result.count = size.count;
    result.width = size.width;
    result.height = size.height;
    result.values = output.values();
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
        mapInto(result.atlas, (m % result.columns) * size.width, (m / result.columns) * size.height, values, size.width,
                size.height, size.width, scale, ColorMap::Signed, theme);
    }
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
    result.kernels = QImage(count * w, h, QImage::Format_RGB32);
    for (int k = 0; k < count; ++k)
        mapInto(result.kernels, k * w, 0, values + static_cast<std::size_t>(k) * plane, w, h, w, scale,
                ColorMap::Signed, theme);
}

QImage thumbnail(const engine::Tensor& output, bool probabilities, const Theme& theme)
{
    const MapSize size = sizeOf(output.shape());
    if (size.count == 0)
        return {};
    QImage image(kThumbWidth, kThumbHeight, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    const double scale = symmetricScale(output.data(), output.values().size());
    if (size.width * size.height > 1) {
        const auto plane = static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
        const int tile = kThumbHeight;
        for (int m = 0; m < std::min(size.count, kThumbMaps); ++m) {
            const QImage map = mapImage(output.data() + static_cast<std::size_t>(m) * plane, size.width, size.height,
                                        size.width, scale, ColorMap::Signed, theme);
            painter.drawImage(m * (tile + kThumbGap), 0, scaledTo(map, tile, tile));
        }
    } else if (probabilities && size.count <= kMostBars) {
        const double pitch = static_cast<double>(kThumbWidth) / size.count;
        for (int i = 0; i < size.count; ++i) {
            const double bar = std::max(2.0, std::clamp<double>(output[i], 0, 1) * kThumbHeight);
            painter.fillRect(QRectF(i * pitch + 2, kThumbHeight - bar, pitch - 4, bar),
                             output[i] > 0.05 ? theme.text : theme.line2);
        }
    } else {
        const int rows = size.count > 40 ? 3 : size.count > 20 ? 2 : 1;
        const int columns = (size.count + rows - 1) / rows;
        std::vector<float> values(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
        std::copy(output.values().begin(), output.values().end(), values.begin());
        const QImage strip = mapImage(values.data(), columns, rows, columns, scale, ColorMap::Signed, theme);
        painter.drawImage(0, 2, scaledTo(strip, kThumbWidth, kThumbStripHeight));
    }
    return image;
}

std::vector<float> probabilitiesOf(const engine::Tensor& output, bool already)
{
    std::vector<float> p = output.values();
    if (already || p.empty())
        return p;
    const float top = *std::max_element(p.begin(), p.end());
    double sum = 0;
    for (auto& v : p) {
        v = std::exp(v - top);
        sum += v;
    }
    for (auto& v : p)
        v = static_cast<float>(v / sum);
    return p;
}

} // namespace convarium::ui
