// The look of all controls: flat, one pixel lines, one accent, a visible focus ring.
#pragma once

#include "ui/theme/theme.h"

#include <QFocusFrame>
#include <QPointer>
#include <QProxyStyle>

namespace convarium::ui
{

/// Dynamic properties the style reads; set them with setPrimary, setLarge, setOutlined, setInvalid of
/// widgets.h.
namespace property
{
inline constexpr char kPrimary[] = "primary";
inline constexpr char kLarge[] = "large";
inline constexpr char kOutlined[] = "outlined";
inline constexpr char kInvalid[] = "invalid";
} // namespace property

/// Fusion underneath for layout and behaviour; everything visible is painted here. Lengths follow the text size.
/// Split by kind of control: calm_style_buttons.cpp, calm_style_fields.cpp, calm_style_views.cpp.
class CalmStyle final : public QProxyStyle
{
    Q_OBJECT
public:
    CalmStyle();
    ~CalmStyle() override;

    void polish(QWidget* widget) override;
    void unpolish(QWidget* widget) override;
    using QProxyStyle::polish;
    using QProxyStyle::unpolish;
    bool eventFilter(QObject* watched, QEvent* event) override;
    [[nodiscard]] QPalette standardPalette() const override;

    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                       const QWidget* widget) const override;
    void drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                     const QWidget* widget) const override;
    void drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                            const QWidget* widget) const override;
    [[nodiscard]] int pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const override;
    [[nodiscard]] int styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                                QStyleHintReturn* returnData) const override;
    [[nodiscard]] QSize sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size,
                                         const QWidget* widget) const override;
    [[nodiscard]] QRect subControlRect(ComplexControl control, const QStyleOptionComplex* option, SubControl subControl,
                                       const QWidget* widget) const override;
    [[nodiscard]] QRect subElementRect(SubElement element, const QStyleOption* option,
                                       const QWidget* widget) const override;
    [[nodiscard]] QIcon standardIcon(StandardPixmap pixmap, const QStyleOption* option,
                                     const QWidget* widget) const override;

private:
    void showRing(QWidget* widget);
    // Each returns false when the element is not one of its own.
    bool drawButton(ControlElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const;
    bool drawMenu(ControlElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const;
    bool drawView(ControlElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const;
    bool drawFieldPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                            const QWidget* widget) const;
    bool drawButtonPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                             const QWidget* widget) const;
    bool drawViewPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                           const QWidget* widget) const;
    bool drawField(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                   const QWidget* widget) const;
    bool drawBar(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                 const QWidget* widget) const;
    void drawToolButton(const QStyleOptionComplex* option, QPainter* painter, const QWidget* widget) const;

    /// The ring about the control that the keyboard reached; lies outside it, so it is a widget of its own.
    QPointer<QFocusFrame> m_focusFrame;
};

/// Rounded rectangle whose 1 px border lies inside `rect`. An invalid colour leaves that part out.
void paintBox(QPainter* painter, const QRectF& rect, double radius, const QColor& fill, const QColor& border,
              double width = 1.0);
/// 2 px accent ring just inside `rect`.
void paintFocusRing(QPainter* painter, const QRectF& rect, double radius);
/// Fill of something flat under the mouse: hover, pressed, or none (invalid colour).
[[nodiscard]] QColor hoverFill(const QStyleOption* option, const QColor& under);

} // namespace convarium::ui
