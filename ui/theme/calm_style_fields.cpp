// Line edits, spin boxes, combo boxes, sliders, scroll bars: painting and geometry.
#include "ui/theme/calm_style.h"
#include "ui/theme/icons.h"

#include <QAbstractScrollArea>
#include <QAbstractSpinBox>
#include <QComboBox>
#include <QGraphicsView>
#include <QLineEdit>
#include <QPainter>
#include <QStyleOption>

namespace convarium::ui
{
namespace
{

constexpr double kRadius = 6;

/// Frame and ground of a field. `lit`: has the focus.
void paintField(QPainter* painter, const QRect& rect, const QStyleOption* option, const QWidget* widget, bool lit)
{
    const Theme& theme = Theme::current();
    const bool enabled = option->state & QStyle::State_Enabled;
    const bool invalid = widget != nullptr && widget->property(property::kInvalid).toBool();
    if (!enabled) {
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        QPen pen(theme.line2, 1);
        pen.setDashPattern({3, 3});
        painter->setPen(pen);
        painter->setBrush(theme.sunken);
        painter->drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), kRadius, kRadius);
        painter->restore();
        return;
    }
    const QColor border = invalid                                   ? theme.error
                          : lit                                     ? theme.accent
                          : option->state & QStyle::State_MouseOver ? theme.text2
                                                                    : theme.line2;
    paintBox(painter, rect, kRadius, theme.surface, border, invalid || lit ? 1.5 : 1.0);
}

int stepperWidth()
{
    return scaled(24);
}

QRect scrollBarPart(const QStyleOptionSlider* bar, QStyle::SubControl part)
{
    const bool horizontal = bar->orientation == Qt::Horizontal;
    const int length = horizontal ? bar->rect.width() : bar->rect.height();
    const qint64 range = qint64(bar->maximum) - bar->minimum;
    int slider = length;
    if (range > 0) {
        slider = static_cast<int>(qint64(bar->pageStep) * length / (range + std::max(1, bar->pageStep)));
        slider = std::min(length, std::max(slider, 32));
    }
    const int start = QStyle::sliderPositionFromValue(bar->minimum, bar->maximum, bar->sliderPosition, length - slider,
                                                      bar->upsideDown);
    int from = 0;
    int size = 0;
    switch (part) {
    case QStyle::SC_ScrollBarGroove: size = length; break;
    case QStyle::SC_ScrollBarSlider:
        from = start;
        size = slider;
        break;
    case QStyle::SC_ScrollBarSubPage: size = start; break;
    case QStyle::SC_ScrollBarAddPage:
        from = start + slider;
        size = length - from;
        break;
    default: return {}; // no arrows
    }
    const QRect rect = horizontal ? QRect(bar->rect.x() + from, bar->rect.y(), size, bar->rect.height())
                                  : QRect(bar->rect.x(), bar->rect.y() + from, bar->rect.width(), size);
    return QStyle::visualRect(bar->direction, bar->rect, rect);
}

/// The ground the bar lies on is that of the area it scrolls.
QColor scrollGround(const QWidget* bar)
{
    for (const QWidget* w = bar == nullptr ? nullptr : bar->parentWidget(); w != nullptr; w = w->parentWidget()) {
        if (qobject_cast<const QGraphicsView*>(w) != nullptr) {
            return Theme::current().canvas;
        }
        if (const auto* area = qobject_cast<const QAbstractScrollArea*>(w)) {
            const QWidget* viewport = area->viewport();
            return viewport->autoFillBackground() ? viewport->palette().color(viewport->backgroundRole()) : QColor();
        }
    }
    return {};
}

} // namespace

bool CalmStyle::drawFieldPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                                   const QWidget* widget) const
{
    switch (element) {
    case PE_PanelLineEdit: {
        const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
        // A frameless line edit lies inside a spin box, a combo box or an item: those have painted the ground.
        if (frame == nullptr || frame->lineWidth <= 0) {
            if (widget != nullptr && widget->parentWidget() != nullptr &&
                widget->parentWidget()->inherits("QAbstractItemView")) {
                painter->fillRect(option->rect, Theme::current().surface);
            }
            return true;
        }
        paintField(painter, option->rect, option, widget, option->state & State_HasFocus);
        return true;
    }
    case PE_FrameLineEdit: return true;
    default: return false;
    }
}

bool CalmStyle::drawField(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                          const QWidget* widget) const
{
    const Theme& theme = Theme::current();
    const bool enabled = option->state & State_Enabled;
    if (control == CC_SpinBox) {
        const auto* spin = qstyleoption_cast<const QStyleOptionSpinBox*>(option);
        if (spin == nullptr) {
            return false;
        }
        if (spin->frame) {
            paintField(painter, option->rect, option, widget, option->state & State_HasFocus);
        }
        if (spin->buttonSymbols == QAbstractSpinBox::NoButtons) {
            return true;
        }
        for (const SubControl part : {SC_SpinBoxUp, SC_SpinBoxDown}) {
            const bool up = part == SC_SpinBoxUp;
            const QRect area = proxy()->subControlRect(CC_SpinBox, spin, part, widget);
            const bool possible =
                enabled &&
                (spin->stepEnabled & (up ? QAbstractSpinBox::StepUpEnabled : QAbstractSpinBox::StepDownEnabled));
            const bool active = possible && (spin->activeSubControls & part);
            if (active) {
                const double amount = option->state & State_Sunken ? 0.14 : 0.07;
                paintBox(painter, QRectF(area).adjusted(2, up ? 3 : 0, -3, up ? 0 : -3), 3,
                         blend(theme.surface, theme.text, amount), {});
            }
            const double side = scaled(12);
            const double y = up ? area.bottom() - side + 2 : area.top() - 1;
            paintIcon(painter, {area.center().x() - side / 2, y, side, side},
                      up ? QStringLiteral("chevron-up") : QStringLiteral("chevron-down"),
                      possible ? (active ? theme.text : theme.text3) : theme.line);
        }
        return true;
    }
    if (control == CC_ComboBox) {
        const auto* combo = qstyleoption_cast<const QStyleOptionComboBox*>(option);
        if (combo == nullptr) {
            return false;
        }
        if (combo->frame) {
            paintField(painter, option->rect, option, widget,
                       option->state & (State_HasFocus | State_On) && (combo->editable || option->state & State_On));
        }
        const QRect area = proxy()->subControlRect(CC_ComboBox, combo, SC_ComboBoxArrow, widget);
        const double side = scaled(16);
        paintIcon(painter, {area.center().x() - side / 2 + 0.5, area.center().y() - side / 2 + 0.5, side, side},
                  QStringLiteral("chevron-down"), enabled ? theme.text2 : theme.text3);
        return true;
    }
    return false;
}

bool CalmStyle::drawBar(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                        const QWidget* widget) const
{
    const Theme& theme = Theme::current();
    const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option);
    if (bar == nullptr) {
        return false;
    }
    const bool enabled = option->state & State_Enabled;
    const bool horizontal = bar->orientation == Qt::Horizontal;
    if (control == CC_ScrollBar) {
        if (const QColor ground = scrollGround(widget); ground.isValid()) {
            painter->fillRect(option->rect, ground);
        }
        if (!enabled || bar->maximum <= bar->minimum) {
            return true;
        }
        const QRectF slider = scrollBarPart(bar, SC_ScrollBarSlider);
        const bool held = bar->activeSubControls & SC_ScrollBarSlider && option->state & State_Sunken;
        const bool hover = option->state & State_MouseOver;
        const QRectF body = horizontal ? slider.adjusted(1, 1, -1, -1) : slider.adjusted(1, 1, -1, -1);
        paintBox(painter, body, 3, held ? theme.text2 : hover ? theme.text3 : theme.line2, {});
        return true;
    }
    if (control != CC_Slider) {
        return false;
    }
    const QRectF groove = proxy()->subControlRect(CC_Slider, option, SC_SliderGroove, widget);
    const QRectF handle = proxy()->subControlRect(CC_Slider, option, SC_SliderHandle, widget);
    const QPointF at = handle.center() + QPointF(0.5, 0.5);
    const double thick = 4;
    QRectF whole = groove;
    QRectF done = groove;
    if (horizontal) {
        whole = QRectF(groove.left(), at.y() - thick / 2, groove.width(), thick);
        done = whole;
        bar->upsideDown ? done.setLeft(at.x()) : done.setRight(at.x());
    } else {
        whole = QRectF(at.x() - thick / 2, groove.top(), thick, groove.height());
        done = whole;
        bar->upsideDown ? done.setTop(at.y()) : done.setBottom(at.y());
    }
    const QColor ink = enabled ? theme.accent : theme.text3;
    paintBox(painter, whole, 2, theme.line, {});
    paintBox(painter, done, 2, ink, {});
    if (option->subControls & SC_SliderTickmarks && bar->tickPosition != QSlider::NoTicks) {
        const int interval = bar->tickInterval > 0 ? bar->tickInterval : std::max(1, bar->pageStep);
        const int span =
            qRound((horizontal ? groove.width() : groove.height()) - (horizontal ? handle.width() : handle.height()));
        for (int v = bar->minimum; v <= bar->maximum; v += interval) {
            const double p = sliderPositionFromValue(bar->minimum, bar->maximum, v, span, bar->upsideDown) +
                             (horizontal ? groove.left() + handle.width() / 2 : groove.top() + handle.height() / 2);
            painter->fillRect(horizontal ? QRectF(p, at.y() + handle.height() / 2 + 1, 1, 4)
                                         : QRectF(at.x() + handle.width() / 2 + 1, p, 4, 1),
                              theme.line2);
        }
    }
    const double radius = std::min(handle.width(), handle.height()) / 2 - 1;
    const bool held = option->state & State_Sunken && bar->activeSubControls & SC_SliderHandle;
    const bool hover = option->state & State_MouseOver && enabled;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(hover ? blend(ink, theme.text, 0.25) : ink, 2));
    painter->setBrush(held ? ink : theme.surface);
    painter->drawEllipse(at, radius - 1, radius - 1);
    painter->restore();
    return true;
}

QRect CalmStyle::subControlRect(ComplexControl control, const QStyleOptionComplex* option, SubControl subControl,
                                const QWidget* widget) const
{
    const QRect& r = option->rect;
    if (control == CC_ScrollBar) {
        if (const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option)) {
            return scrollBarPart(bar, subControl);
        }
    }
    if (control == CC_SpinBox) {
        if (const auto* spin = qstyleoption_cast<const QStyleOptionSpinBox*>(option)) {
            const bool buttons = spin->buttonSymbols != QAbstractSpinBox::NoButtons;
            const int side = buttons ? stepperWidth() : scaled(6);
            const int half = r.height() / 2;
            QRect part = r;
            switch (subControl) {
            case SC_SpinBoxUp: part = buttons ? QRect(r.right() - side + 1, r.top(), side, half) : QRect(); break;
            case SC_SpinBoxDown:
                part = buttons ? QRect(r.right() - side + 1, r.top() + half, side, r.height() - half) : QRect();
                break;
            case SC_SpinBoxEditField: part = r.adjusted(spin->frame ? scaled(8) : 0, 1, -side, -1); break;
            default: break;
            }
            return visualRect(option->direction, r, part);
        }
    }
    if (control == CC_ComboBox) {
        const int side = scaled(28);
        switch (subControl) {
        case SC_ComboBoxArrow:
            return visualRect(option->direction, r, QRect(r.right() - side, r.top(), side, r.height()));
        case SC_ComboBoxEditField: return visualRect(option->direction, r, r.adjusted(scaled(8), 1, -side, -1));
        case SC_ComboBoxListBoxPopup: return r;
        default: break;
        }
    }
    return QProxyStyle::subControlRect(control, option, subControl, widget);
}

QRect CalmStyle::subElementRect(SubElement element, const QStyleOption* option, const QWidget* widget) const
{
    switch (element) {
    case SE_LineEditContents: {
        const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
        return frame != nullptr && frame->lineWidth > 0 ? option->rect.adjusted(scaled(8), 1, -scaled(8), -1)
                                                        : option->rect;
    }
    case SE_ProgressBarGroove:
    case SE_ProgressBarContents:
    case SE_ProgressBarLabel: return option->rect;
    case SE_PushButtonFocusRect:
    case SE_CheckBoxFocusRect:
    case SE_RadioButtonFocusRect: return option->rect;
    case SE_TabWidgetTabContents:
        return QProxyStyle::subElementRect(SE_TabWidgetTabPane, option, widget).adjusted(0, 1, 0, 0);
    default: return QProxyStyle::subElementRect(element, option, widget);
    }
}

} // namespace convarium::ui
