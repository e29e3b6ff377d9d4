// Numbers as colours: the signed map (zero = surface, orange above, blue below), the sequential one (from the surface
// up) and the ink map (surface to ink).
#pragma once

#include "ui/theme/theme.h"

#include <QImage>
#include <QRgb>
#include <QWidget>
#include <array>
#include <cstddef>

namespace convarium::ui
{

enum class ColorMap {
    Signed,     ///< maps, kernels, gradients, products: -scale .. +scale
    Sequential, ///< maps that are never below zero: 0 .. scale, with twice as many colours for it
    Ink,        ///< images, probabilities, confusion matrix: 0 .. scale
};

/// 256 opaque colours. Signed: entry 128 + round(127 v) for v in -1..1, so that zero is exactly the surface.
/// Others: entry round(255 v) for v in 0..1. The sequential one differs in lightness all along, for every eye. Made
/// once per theme.
using ColorTable = std::array<QRgb, 256>;
[[nodiscard]] const ColorTable& colorTable(ColorMap map, const Theme& theme = Theme::current());
/// Colour of `value` on a scale that ends at `scale` (> 0; otherwise everything is zero). Values outside are clamped;
/// a value that is not a number gets the theme's error colour.
[[nodiscard]] QRgb mapColor(ColorMap map, double value, double scale, const Theme& theme = Theme::current());

/// Image of w x h values, Format_RGB32, one pixel each. rowStride: distance of two rows in values.
[[nodiscard]] QImage mapImage(const float* values, int w, int h, std::ptrdiff_t rowStride, double scale,
                              ColorMap map = ColorMap::Signed, const Theme& theme = Theme::current());
/// The same into a place of an atlas (Format_RGB32 or ARGB32; the area must lie inside). May run in any thread on
/// an atlas of its own, given the theme by reference.
void mapInto(QImage& atlas, int x, int y, const float* values, int w, int h, std::ptrdiff_t rowStride, double scale,
             ColorMap map = ColorMap::Signed, const Theme& theme = Theme::current());
/// Largest finite magnitude of the values, or 0: the symmetric scale they ask for.
[[nodiscard]] double symmetricScale(const float* values, std::size_t count);

/// Legend: the colours from one end to the other with the end values beside it, "-1 [bar] +1".
class ScaleBar final : public QWidget
{
    Q_OBJECT
public:
    explicit ScaleBar(QWidget* parent = nullptr);
    /// Ends of the scale: -scale .. +scale (signed) or 0 .. scale.
    void setScale(double scale, ColorMap map = ColorMap::Signed);
    [[nodiscard]] double scale() const { return m_scale; }
    [[nodiscard]] ColorMap colors() const { return m_map; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] QString lowText() const;
    [[nodiscard]] QString highText() const;
    double m_scale = 1.0;
    ColorMap m_map = ColorMap::Signed;
};

} // namespace convarium::ui
