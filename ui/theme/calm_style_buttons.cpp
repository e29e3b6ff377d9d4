// Push buttons, tool buttons, check boxes, radio buttons, tabs: painting and sizes.
#include "ui/theme/calm_style.h"
#include "ui/theme/icons.h"
#include "ui/theme/type.h"

#include <QAbstractButton>
#include <QComboBox>
#include <QFontMetricsF>
#include <QPainter>
#include <QStyleOption>
#include <QTabBar>
#include <QToolBar>
#include <QToolButton>
#include <cmath>

namespace convarium::ui
{
namespace
{

constexpr double kRadius = 6;

bool flag(const QWidget* widget, const char* name)
{
    return widget != nullptr && widget->property(name).toBool();
}

/// A frame of a control: hover makes it darker, disabled dashes it.
void paintFrame(QPainter* painter, const QRectF& rect, const QStyleOption* option, const QColor& fill)
{
    const Theme& theme = Theme::current();
    const bool enabled = option->state & QStyle::State_Enabled;
    const bool hover = enabled && (option->state & QStyle::State_MouseOver);
    if (enabled) {
        paintBox(painter, rect, kRadius, fill, hover ? theme.text2 : theme.line2);
        return;
    }
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    QPen pen(theme.line2, 1);
    pen.setDashPattern({3, 3});
    painter->setPen(pen);
    painter->setBrush(Qt::NoBrush);
    painter->drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), kRadius, kRadius);
    painter->restore();
}

/// Icon, text and chevron in one row about the centre of `area`; returns nothing that is not painted.
void paintRow(QPainter* painter, const QRectF& area, const QIcon& symbol, const QSize& iconSize, QIcon::Mode mode,
              QIcon::State state, const QString& text, const QColor& ink, bool chevron, bool left)
{
    constexpr double kGap = 8;
    const QFontMetricsF metrics(painter->font());
    const double iconWidth = symbol.isNull() ? 0.0 : iconSize.width();
    const double chevronWidth = chevron ? scaled(14) : 0.0;
    const double gapAfterIcon = iconWidth > 0 && !text.isEmpty() ? kGap : 0.0;
    const double gapBeforeChevron = chevron && (iconWidth > 0 || !text.isEmpty()) ? kGap : 0.0;
    const double room = area.width() - iconWidth - gapAfterIcon - gapBeforeChevron - chevronWidth;
    QString words = text;
    const int flags = Qt::TextShowMnemonic | Qt::TextHideMnemonic | Qt::AlignVCenter | Qt::AlignLeft;
    double textWidth = metrics.size(flags, words).width();
    if (textWidth > room + 1) {
        words = metrics.elidedText(words, Qt::ElideMiddle, room, Qt::TextShowMnemonic);
        textWidth = std::min(room, metrics.size(flags, words).width());
    }
    const double whole = iconWidth + gapAfterIcon + textWidth + gapBeforeChevron + chevronWidth;
    double x = left ? area.left() : area.left() + (area.width() - whole) / 2;
    if (iconWidth > 0) {
        const QRectF place(std::round(x), std::round(area.center().y() - iconSize.height() / 2.0), iconWidth,
                           iconSize.height());
        symbol.paint(painter, place.toRect(), Qt::AlignCenter, mode, state);
        x += iconWidth + gapAfterIcon;
    }
    painter->setPen(ink);
    painter->drawText(QRectF(x, area.top(), textWidth + 2, area.height()), flags, words);
    if (chevron) {
        const double side = chevronWidth;
        const double at = left ? area.right() - side : x + textWidth + gapBeforeChevron;
        paintIcon(painter, {at, area.center().y() - side / 2, side, side}, QStringLiteral("chevron-down"), ink);
    }
}

} // namespace

bool CalmStyle::drawButton(ControlElement element, const QStyleOption* option, QPainter* painter,
                           const QWidget* widget) const
{
    const Theme& theme = Theme::current();
    const bool enabled = option->state & State_Enabled;
    switch (element) {
    case CE_PushButtonBevel: {
        const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
        if (button == nullptr) {
            return false;
        }
        const QRectF rect = option->rect;
        if (flag(widget, property::kPrimary) && enabled) {
            const double darker = option->state & State_Sunken ? 0.22 : option->state & State_MouseOver ? 0.12 : 0.0;
            paintBox(painter, rect, kRadius, blend(theme.accent, theme.text, darker), {});
        } else if (button->features & QStyleOptionButton::Flat) {
            const QColor fill = option->state & State_On ? theme.accentTint : hoverFill(option, theme.surface);
            paintBox(painter, rect, kRadius, fill, {});
        } else if (option->state & State_On && enabled) {
            paintBox(painter, rect, kRadius, theme.accentTint, theme.accent);
        } else {
            const QColor fill = option->state & State_Sunken ? blend(theme.surface, theme.text, 0.1) : theme.surface;
            paintFrame(painter, rect, option, fill);
        }
        return true;
    }
    case CE_PushButtonLabel: {
        const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
        if (button == nullptr) {
            return false;
        }
        const bool primary = flag(widget, property::kPrimary) && enabled;
        const QIcon::Mode mode = !enabled ? QIcon::Disabled : primary ? QIcon::Selected : QIcon::Normal;
        const QColor ink = !enabled ? theme.text3 : primary ? theme.onAccent : theme.text;
        const double margin = std::min(scaled(12), option->rect.width() / 8);
        paintRow(painter, QRectF(option->rect).adjusted(margin, 0, -margin, 0), button->icon, button->iconSize, mode,
                 option->state & State_On ? QIcon::On : QIcon::Off, button->text, ink,
                 button->features & QStyleOptionButton::HasMenu, false);
        return true;
    }
    case CE_FocusFrame: paintFocusRing(painter, option->rect, kRadius + 4); return true;
    case CE_TabBarTabShape: {
        const QRect& r = option->rect;
        const QColor fill = option->state & State_Selected ? QColor() : hoverFill(option, theme.surface);
        if (fill.isValid()) {
            paintBox(painter, QRectF(r).adjusted(2, 3, -2, -4), 4, fill, {});
        }
        if (option->state & State_Selected) {
            painter->fillRect(r.left(), r.bottom() - 1, r.width(), 2, enabled ? theme.accent : theme.line2);
        }
        return true;
    }
    case CE_TabBarTabLabel: {
        const auto* tab = qstyleoption_cast<const QStyleOptionTab*>(option);
        if (tab == nullptr) {
            return false;
        }
        painter->save();
        const bool selected = option->state & State_Selected;
        const QColor ink = !enabled ? theme.text3 : selected ? theme.accent : theme.text2;
        const QColor quiet = theme.dark && selected ? theme.accent : ink;
        QRectF area = QRectF(option->rect).adjusted(8, 0, -8, 0);
        if (!tab->rightButtonSize.isEmpty()) {
            area.setRight(area.right() - tab->rightButtonSize.width());
        }
        paintRow(painter, area, tab->icon, tab->iconSize, enabled ? QIcon::Normal : QIcon::Disabled, QIcon::Off,
                 tab->text, quiet, false, false);
        painter->restore();
        if (option->state & State_HasFocus && option->state & State_KeyboardFocusChange) {
            paintFocusRing(painter, QRectF(option->rect).adjusted(2, 2, -2, -5), 4);
        }
        return true;
    }
    default: return false;
    }
}

bool CalmStyle::drawButtonPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                                    const QWidget* widget) const
{
    const Theme& theme = Theme::current();
    const bool enabled = option->state & State_Enabled;
    switch (element) {
    case PE_IndicatorCheckBox:
    case PE_IndicatorItemViewItemCheck:
    case PE_IndicatorRadioButton: {
        const bool round = element == PE_IndicatorRadioButton;
        const bool on = option->state & (State_On | State_NoChange);
        const double side = std::min(option->rect.width(), option->rect.height());
        QRectF box(0, 0, side, side);
        box.moveCenter(QRectF(option->rect).center());
        const QColor border = flag(widget, property::kInvalid)  ? theme.error
                              : !enabled                        ? theme.line2
                              : option->state & State_MouseOver ? theme.text2
                                                                : theme.line2;
        const QColor fill = !on ? theme.surface : enabled ? theme.accent : theme.sunken;
        paintBox(painter, box, round ? side / 2 : 4, fill, on && enabled ? theme.accent : border);
        if (!on) {
            return true;
        }
        const QColor ink = enabled ? theme.onAccent : theme.text3;
        if (round) {
            painter->save();
            painter->setRenderHint(QPainter::Antialiasing);
            painter->setPen(Qt::NoPen);
            painter->setBrush(ink);
            painter->drawEllipse(box.center(), side * 0.2, side * 0.2);
            painter->restore();
        } else {
            const double inset = std::round(side * 0.15);
            paintIcon(painter, box.adjusted(inset, inset, -inset, -inset),
                      option->state & State_NoChange ? QStringLiteral("minus") : QStringLiteral("ok"), ink);
        }
        return true;
    }
    case PE_IndicatorArrowDown:
    case PE_IndicatorArrowUp:
    case PE_IndicatorArrowLeft:
    case PE_IndicatorArrowRight: {
        const QString name = element == PE_IndicatorArrowDown   ? QStringLiteral("chevron-down")
                             : element == PE_IndicatorArrowUp   ? QStringLiteral("chevron-up")
                             : element == PE_IndicatorArrowLeft ? QStringLiteral("chevron-left")
                                                                : QStringLiteral("chevron-right");
        const double side = std::min({option->rect.width(), option->rect.height(), scaled(16)});
        QRectF place(0, 0, side, side);
        place.moveCenter(QRectF(option->rect).center());
        paintIcon(painter, place, name, enabled ? theme.text2 : theme.text3);
        return true;
    }
    case PE_FrameFocusRect:
        // Controls have a ring outside; only items of views are marked here.
        if (qstyleoption_cast<const QStyleOptionFocusRect*>(option) != nullptr && widget != nullptr &&
            widget->inherits("QAbstractItemView") && option->state & State_KeyboardFocusChange) {
            paintFocusRing(painter, QRectF(option->rect).adjusted(1, 1, -1, -1), 4);
        }
        return true;
    case PE_FrameDefaultButton:
    case PE_FrameButtonTool: return true;
    case PE_PanelButtonTool: {
        const QColor fill = option->state & State_On ? theme.accentTint : hoverFill(option, theme.surface);
        if (fill.isValid()) {
            paintBox(painter, option->rect, kRadius, fill, {});
        }
        return true;
    }
    case PE_FrameTabBarBase:
        if (const auto* base = qstyleoption_cast<const QStyleOptionTabBarBase*>(option)) {
            painter->fillRect(base->rect.left(), base->rect.bottom(), base->rect.width(), 1, theme.line);
        }
        return true;
    default: return false;
    }
}

void CalmStyle::drawToolButton(const QStyleOptionComplex* option, QPainter* painter, const QWidget* widget) const
{
    const auto* button = qstyleoption_cast<const QStyleOptionToolButton*>(option);
    if (button == nullptr) {
        return;
    }
    const Theme& theme = Theme::current();
    const bool enabled = option->state & State_Enabled;
    const bool on = option->state & State_On;
    const QRectF rect = option->rect;
    if (on && enabled) {
        paintBox(painter, rect, kRadius, theme.accentTint, theme.accent);
    } else if (flag(widget, property::kOutlined)) {
        const QColor fill = hoverFill(option, theme.surface);
        paintFrame(painter, rect, option, fill.isValid() ? fill : theme.surface);
    } else if (const QColor fill = hoverFill(option, theme.surface); fill.isValid()) {
        paintBox(painter, rect, kRadius, fill, {});
    }

    painter->save();
    painter->setFont(button->font);
    const QColor ink = enabled ? theme.text : theme.text3;
    const bool chevron = button->features & (QStyleOptionToolButton::HasMenu | QStyleOptionToolButton::MenuButtonPopup);
    QIcon symbol = button->icon;
    QString words = button->text;
    if (button->toolButtonStyle == Qt::ToolButtonIconOnly && !symbol.isNull()) {
        words.clear();
    } else if (button->toolButtonStyle == Qt::ToolButtonTextOnly) {
        symbol = {};
    }
    if (button->arrowType != Qt::NoArrow) {
        QStyleOption arrow = *option;
        arrow.rect = option->rect.adjusted(4, 4, -4, -4);
        static constexpr std::array<PrimitiveElement, 5> kArrows{PE_IndicatorArrowDown, PE_IndicatorArrowUp,
                                                                 PE_IndicatorArrowDown, PE_IndicatorArrowLeft,
                                                                 PE_IndicatorArrowRight};
        proxy()->drawPrimitive(kArrows[static_cast<std::size_t>(button->arrowType)], &arrow, painter, widget);
    } else {
        const double margin = words.isEmpty() ? 2 : scaled(10);
        const bool small = words.isEmpty() && chevron;
        paintRow(painter, rect.adjusted(margin, 0, -margin, 0), symbol, button->iconSize,
                 enabled ? QIcon::Normal : QIcon::Disabled, on ? QIcon::On : QIcon::Off, words, ink, chevron && !small,
                 false);
        if (small) {
            const double side = scaled(10);
            paintIcon(painter, {rect.right() - side, rect.bottom() - side - 1, side, side},
                      QStringLiteral("chevron-down"), ink);
        }
    }
    painter->restore();
}

QSize CalmStyle::sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size,
                                  const QWidget* widget) const
{
    const int control = scaled(flag(widget, property::kLarge) ? 38 : 32);
    switch (type) {
    case CT_PushButton: {
        const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
        const bool withIcon = button != nullptr && !button->icon.isNull();
        const bool withText = button != nullptr && !button->text.isEmpty();
        if (!withText) {
            return {std::max(control, size.width() + scaled(12)), control};
        }
        return {size.width() + scaled(28) + (withIcon ? 4 : 0), std::max(control, size.height())};
    }
    case CT_ToolButton: {
        const auto* button = qstyleoption_cast<const QStyleOptionToolButton*>(option);
        if (button == nullptr) {
            break;
        }
        const bool words = button->toolButtonStyle != Qt::ToolButtonIconOnly && !button->text.isEmpty();
        const bool chevron =
            button->features & (QStyleOptionToolButton::HasMenu | QStyleOptionToolButton::MenuButtonPopup);
        if (!words) {
            return {std::max(control, size.width() + 6), std::max(control, size.height() + 6)};
        }
        const QFontMetricsF metrics(button->font);
        double wide = metrics.size(Qt::TextShowMnemonic, button->text).width() + 2 * scaled(12);
        if (button->toolButtonStyle != Qt::ToolButtonTextOnly && !button->icon.isNull()) {
            wide += button->iconSize.width() + 8;
        }
        if (chevron) {
            wide += scaled(14) + 8;
        }
        return {static_cast<int>(std::ceil(wide)), control};
    }
    case CT_CheckBox:
    case CT_RadioButton: {
        const QSize base = QProxyStyle::sizeFromContents(type, option, size, widget);
        return {base.width() + 2, std::max(base.height(), scaled(28))};
    }
    case CT_TabBarTab: return {size.width() + 4, scaled(36)};
    case CT_LineEdit: return {size.width() + 2 * scaled(9), scaled(30)};
    case CT_SpinBox: {
        return {size.width() + scaled(34), scaled(30)};
    }
    case CT_ComboBox: return {size.width() + scaled(44), scaled(30)};
    case CT_ProgressBar: return {size.width(), scaled(6)};
    case CT_MenuBar: return {size.width(), size.height() + 1};
    case CT_MenuBarItem: return {size.width() + scaled(16), scaled(29)};
    case CT_MenuItem: {
        const auto* item = qstyleoption_cast<const QStyleOptionMenuItem*>(option);
        if (item != nullptr && item->menuItemType == QStyleOptionMenuItem::Separator && item->text.isEmpty()) {
            return {size.width(), 9};
        }
        return {size.width() + scaled(38 + 40), scaled(30)};
    }
    case CT_HeaderSection: {
        const QSize base = QProxyStyle::sizeFromContents(type, option, size, widget);
        return {base.width(), std::max(base.height(), scaled(30))};
    }
    case CT_ItemViewItem: {
        const QSize base = QProxyStyle::sizeFromContents(type, option, size, widget);
        return {base.width(), std::max(base.height(), scaled(28))};
    }
    default: break;
    }
    return QProxyStyle::sizeFromContents(type, option, size, widget);
}

} // namespace convarium::ui
