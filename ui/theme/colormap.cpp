#include "ui/theme/colormap.h"

#include "ui/theme/type.h"

#include <QEvent>
#include <QFontMetricsF>
#include <QLocale>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <span>

namespace convarium::ui
{
namespace
{

struct Stop {
    double at;
    QRgb color;
};

// The middle stop of the signed map is the surface, so that zero fades into the card.
constexpr std::array<Stop, 7> kSignedLight{{{-1.0, 0xFF053A75},
                                            {-0.6, 0xFF2C7BBF},
                                            {-0.25, 0xFFA9CDE8},
                                            {0.0, 0xFFFFFFFF},
                                            {0.25, 0xFFFBC99A},
                                            {0.6, 0xFFE2711D},
                                            {1.0, 0xFF7A2B02}}};
constexpr std::array<Stop, 7> kSignedDark{{{-1.0, 0xFF8FCBFF},
                                           {-0.6, 0xFF3F8FE0},
                                           {-0.25, 0xFF1C4169},
                                           {0.0, 0xFF20252D},
                                           {0.25, 0xFF5E3412},
                                           {0.6, 0xFFD0741F},
                                           {1.0, 0xFFFFBE70}}};
// Lightness goes one way, in nearly equal steps.
constexpr std::array<Stop, 6> kSequentialLight{
    {{0.0, 0xFFFFFFFF}, {0.2, 0xFFFBDD6B}, {0.4, 0xFFF79A2B}, {0.6, 0xFFDD513A}, {0.8, 0xFF932667}, {1.0, 0xFF2A0A4A}}};
constexpr std::array<Stop, 6> kSequentialDark{
    {{0.0, 0xFF20252D}, {0.2, 0xFF6A2578}, {0.4, 0xFFB83A5E}, {0.6, 0xFFE9683A}, {0.8, 0xFFF9AE45}, {1.0, 0xFFFDF4B0}}};
constexpr std::array<Stop, 2> kInkLight{{{0.0, 0xFFFFFFFF}, {1.0, 0xFF18202E}}};
constexpr std::array<Stop, 2> kInkDark{{{0.0, 0xFF20252D}, {1.0, 0xFFF4F6FA}}};

QRgb interpolate(std::span<const Stop> stops, double at)
{
    std::size_t i = 1;
    while (i + 1 < stops.size() && at > stops[i].at) {
        ++i;
    }
    const Stop& a = stops[i - 1];
    const Stop& b = stops[i];
    const double f = std::clamp((at - a.at) / (b.at - a.at), 0.0, 1.0);
    const auto mix = [f](int x, int y) { return qRound(x + (y - x) * f); };
    return qRgb(mix(qRed(a.color), qRed(b.color)), mix(qGreen(a.color), qGreen(b.color)),
                mix(qBlue(a.color), qBlue(b.color)));
}

std::span<const Stop> stopsOf(ColorMap map, bool dark)
{
    switch (map) {
    case ColorMap::Signed: return dark ? kSignedDark : kSignedLight;
    case ColorMap::Sequential: return dark ? kSequentialDark : kSequentialLight;
    case ColorMap::Ink: break;
    }
    return dark ? kInkDark : kInkLight;
}

ColorTable makeTable(ColorMap map, bool dark)
{
    ColorTable table{};
    for (int i = 0; i < 256; ++i) {
        const double at = map == ColorMap::Signed ? std::max(-1.0, (i - 128) / 127.0) : i / 255.0;
        table[static_cast<std::size_t>(i)] = interpolate(stopsOf(map, dark), at);
    }
    return table;
}

/// Entry of a value already divided by the scale.
std::size_t entryOf(ColorMap map, double v)
{
    return map == ColorMap::Signed ? static_cast<std::size_t>(128.5 + 127 * std::clamp(v, -1.0, 1.0))
                                   : static_cast<std::size_t>(0.5 + 255 * std::clamp(v, 0.0, 1.0));
}

double factorOf(double scale)
{
    return scale > 0 && std::isfinite(scale) ? 1.0 / scale : 0.0;
}

} // namespace

const ColorTable& colorTable(ColorMap map, const Theme& theme)
{
    static const auto tables = [] {
        std::array<ColorTable, 6> made;
        for (const ColorMap m : {ColorMap::Signed, ColorMap::Sequential, ColorMap::Ink})
            for (const bool dark : {false, true})
                made[2 * static_cast<std::size_t>(m) + (dark ? 1 : 0)] = makeTable(m, dark);
        return made;
    }();
    return tables[2 * static_cast<std::size_t>(map) + (theme.dark ? 1 : 0)];
}

QRgb mapColor(ColorMap map, double value, double scale, const Theme& theme)
{
    if (std::isnan(value)) {
        return theme.error.rgb();
    }
    const double factor = factorOf(scale);
    return colorTable(map, theme)[factor > 0 ? entryOf(map, value * factor) : entryOf(map, 0)];
}

QImage mapImage(const float* values, int w, int h, std::ptrdiff_t rowStride, double scale, ColorMap map,
                const Theme& theme)
{
    QImage image(w, h, QImage::Format_RGB32);
    if (!image.isNull()) {
        mapInto(image, 0, 0, values, w, h, rowStride, scale, map, theme);
    }
    return image;
}

void mapInto(QImage& atlas, int x, int y, const float* values, int w, int h, std::ptrdiff_t rowStride, double scale,
             ColorMap map, const Theme& theme)
{
    Q_ASSERT(atlas.depth() == 32 && x >= 0 && y >= 0 && x + w <= atlas.width() && y + h <= atlas.height());
    const ColorTable& table = colorTable(map, theme);
    const QRgb notANumber = theme.error.rgb();
    const float factor = static_cast<float>(factorOf(scale));
    const float low = map == ColorMap::Signed ? -1.0F : 0.0F;
    const float gain = map == ColorMap::Signed ? 127.0F : 255.0F;
    const float zero = map == ColorMap::Signed ? 128.5F : 0.5F;
    for (int row = 0; row < h; ++row) {
        const float* in = values + row * rowStride;
        auto* out = reinterpret_cast<QRgb*>(atlas.scanLine(y + row)) + x;
        for (int column = 0; column < w; ++column) {
            const float raw = in[column];
            if (std::isnan(raw)) {
                out[column] = notANumber;
                continue;
            }
            // Infinity times a zero factor would be no number either.
            const float v = factor > 0 ? std::clamp(raw * factor, low, 1.0F) : 0.0F;
            out[column] = table[static_cast<std::size_t>(v * gain + zero)];
        }
    }
}

double symmetricScale(const float* values, std::size_t count)
{
    float largest = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const float magnitude = std::fabs(values[i]);
        if (magnitude > largest && std::isfinite(magnitude)) {
            largest = magnitude;
        }
    }
    return largest;
}

ScaleBar::ScaleBar(QWidget* parent) : QWidget(parent)
{
    setTextRole(this, TextRole::Small);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setScale(1.0);
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, [this] {
        updateGeometry();
        update();
    });
}

void ScaleBar::setScale(double scale, ColorMap map)
{
    const QSize before = sizeHint();
    m_scale = scale;
    m_map = map;
    setAccessibleName(tr("Colour scale from %1 to %2").arg(lowText(), highText()));
    if (sizeHint() != before)
        updateGeometry();
    update();
}

QString ScaleBar::lowText() const
{
    if (m_map != ColorMap::Signed)
        return QLocale().toString(0);
    return QChar(0x2212) + QLocale().toString(m_scale, 'g', 3);
}

QString ScaleBar::highText() const
{
    const QString number = QLocale().toString(m_scale, 'g', 3);
    return m_map == ColorMap::Signed ? QLatin1Char('+') + number : number;
}

QSize ScaleBar::sizeHint() const
{
    const QFontMetricsF metrics(font());
    const double words = metrics.horizontalAdvance(lowText()) + metrics.horizontalAdvance(highText());
    return {static_cast<int>(std::ceil(words)) + scaled(80) + 16, std::max(scaled(16), qRound(metrics.height()))};
}

void ScaleBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const Theme& theme = Theme::current();
    const QFontMetricsF metrics(font());
    const double left = std::ceil(metrics.horizontalAdvance(lowText())) + 8;
    const double right = width() - std::ceil(metrics.horizontalAdvance(highText())) - 8;
    painter.setPen(theme.text2);
    painter.drawText(rect(), Qt::AlignLeft | Qt::AlignVCenter, lowText());
    painter.drawText(rect(), Qt::AlignRight | Qt::AlignVCenter, highText());

    const double barHeight = scaled(9);
    const QRectF bar(left, std::floor((height() - barHeight) / 2), right - left, barHeight);
    if (bar.width() < 4) {
        return;
    }
    const ColorTable& table = colorTable(m_map, theme);
    const std::size_t first = m_map == ColorMap::Signed ? 1 : 0; // entry 0 repeats entry 1 there
    const int columns = qRound(bar.width());
    for (int i = 0; i < columns; ++i) {
        const auto entry = first + static_cast<std::size_t>(i) * (255 - first) / static_cast<std::size_t>(columns - 1);
        painter.fillRect(QRectF(bar.x() + i, bar.y(), 1, bar.height()), QColor(table[entry]));
    }
    painter.setPen(QPen(theme.line2, 1));
    painter.drawRect(bar.adjusted(0.5, 0.5, -0.5, -0.5));
}

} // namespace convarium::ui
