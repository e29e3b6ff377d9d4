// Menus, bars of the window, item views, headers, progress, tooltips: painting.
#include "ui/theme/calm_style.h"
#include "ui/theme/icons.h"
#include "ui/theme/type.h"

#include <QFontMetricsF>
#include <QMenu>
#include <QPainter>
#include <QProgressBar>
#include <QStyleOption>

namespace convarium::ui
{
namespace
{

void paintMenuItem(const QStyleOptionMenuItem* item, QPainter* painter)
{
    const Theme& theme = Theme::current();
    const QRect& r = item->rect;
    painter->save();
    if (item->menuItemType == QStyleOptionMenuItem::Separator && item->text.isEmpty()) {
        painter->fillRect(r.left() + 8, r.center().y(), r.width() - 16, 1, theme.line);
        painter->restore();
        return;
    }
    const bool enabled = item->state & QStyle::State_Enabled;
    const bool title = item->menuItemType == QStyleOptionMenuItem::Separator;
    const bool lit = item->state & QStyle::State_Selected && enabled && !title;
    if (lit) {
        paintBox(painter, QRectF(r).adjusted(4, 1, -4, -1), 4, theme.accent, {});
    }
    const QColor ink = lit ? theme.onAccent : enabled ? theme.text : theme.text3;
    const QColor quiet = lit ? theme.onAccent : theme.text3;
    const double side = scaled(18);
    const QRect symbol(r.left() + scaled(11), r.center().y() - qRound(side / 2) + 1, qRound(side), qRound(side));
    if (item->checkType != QStyleOptionMenuItem::NotCheckable && item->checked) {
        if (!item->icon.isNull() || item->checkType == QStyleOptionMenuItem::NonExclusive) {
            paintIcon(painter, QRectF(symbol).adjusted(1, 1, -1, -1), QStringLiteral("ok"), ink);
        } else {
            painter->setRenderHint(QPainter::Antialiasing);
            painter->setPen(Qt::NoPen);
            painter->setBrush(ink);
            painter->drawEllipse(QRectF(symbol).center(), side * 0.2, side * 0.2);
        }
    } else if (!item->icon.isNull()) {
        item->icon.paint(painter, symbol, Qt::AlignCenter,
                         !enabled ? QIcon::Disabled
                         : lit    ? QIcon::Selected
                                  : QIcon::Normal);
    }
    painter->setFont(title ? font(TextRole::SmallMedium) : item->font);
    const int left = r.left() + scaled(38);
    const QRect words(left, r.top(), r.right() - left - scaled(14), r.height());
    const auto tab = item->text.indexOf(QLatin1Char('\t'));
    painter->setPen(title ? theme.text3 : ink);
    painter->drawText(words, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextHideMnemonic | Qt::TextSingleLine,
                      tab < 0 ? item->text : item->text.left(tab));
    if (tab >= 0) {
        painter->setPen(quiet);
        painter->drawText(words, Qt::AlignRight | Qt::AlignVCenter | Qt::TextSingleLine, item->text.mid(tab + 1));
    }
    if (item->menuItemType == QStyleOptionMenuItem::SubMenu) {
        const double small = scaled(14);
        paintIcon(painter, {r.right() - small - 8, r.center().y() - small / 2 + 0.5, small, small},
                  QStringLiteral("chevron-right"), quiet);
    }
    painter->restore();
}

} // namespace

bool CalmStyle::drawMenu(ControlElement element, const QStyleOption* option, QPainter* painter, const QWidget*) const
{
    const Theme& theme = Theme::current();
    const QRect& r = option->rect;
    switch (element) {
    case CE_MenuItem:
        if (const auto* item = qstyleoption_cast<const QStyleOptionMenuItem*>(option)) {
            painter->fillRect(r, theme.surface);
            paintMenuItem(item, painter);
            return true;
        }
        return false;
    case CE_MenuEmptyArea:
    case CE_MenuVMargin:
    case CE_MenuHMargin:
    case CE_MenuScroller:
        painter->fillRect(r, theme.surface);
        if (element == CE_MenuScroller) {
            const double side = scaled(14);
            paintIcon(painter, {r.center().x() - side / 2, r.center().y() - side / 2, side, side},
                      option->state & State_DownArrow ? QStringLiteral("chevron-down") : QStringLiteral("chevron-up"),
                      theme.text2);
        }
        return true;
    case CE_MenuBarEmptyArea:
        painter->fillRect(r, theme.surface);
        painter->fillRect(r.left(), r.bottom(), r.width(), 1, theme.line);
        return true;
    case CE_MenuBarItem: {
        const auto* item = qstyleoption_cast<const QStyleOptionMenuItem*>(option);
        if (item == nullptr) {
            return false;
        }
        painter->fillRect(r, theme.surface);
        const bool open = option->state & State_Sunken;
        if (option->state & State_Selected && option->state & State_Enabled) {
            paintBox(painter, QRectF(r).adjusted(1, 3, -1, -3), 4, blend(theme.surface, theme.text, open ? 0.13 : 0.07),
                     {});
        }
        painter->setPen(option->state & State_Enabled ? theme.text : theme.text3);
        painter->drawText(r, Qt::AlignCenter | Qt::TextHideMnemonic | Qt::TextSingleLine, item->text);
        return true;
    }
    default: return false;
    }
}

bool CalmStyle::drawView(ControlElement element, const QStyleOption* option, QPainter* painter,
                         const QWidget* widget) const
{
    const Theme& theme = Theme::current();
    const QRect& r = option->rect;
    switch (element) {
    case CE_ToolBar: {
        painter->fillRect(r, theme.surface);
        const auto* bar = qstyleoption_cast<const QStyleOptionToolBar*>(option);
        if (bar != nullptr && bar->toolBarArea == Qt::TopToolBarArea) {
            painter->fillRect(r.left(), r.bottom(), r.width(), 1, theme.line);
        }
        return true;
    }
    case CE_Splitter: painter->fillRect(r, theme.line); return true;
    case CE_HeaderSection:
    case CE_HeaderEmptyArea:
        painter->fillRect(r, theme.surface);
        painter->fillRect(r.left(), r.bottom(), r.width(), 1, theme.line2);
        return true;
    case CE_ProgressBarGroove:
    case CE_ProgressBarContents: {
        const auto* bar = qstyleoption_cast<const QStyleOptionProgressBar*>(option);
        if (bar == nullptr) {
            return false;
        }
        const bool horizontal = bar->state & State_Horizontal;
        const double thick = std::min(horizontal ? r.height() : r.width(), scaled(6));
        QRectF track(0, 0, horizontal ? r.width() : thick, horizontal ? thick : r.height());
        track.moveCenter(QRectF(r).center());
        if (element == CE_ProgressBarGroove) {
            paintBox(painter, track, thick / 2, theme.sunken, theme.line);
            return true;
        }
        const qint64 range = qint64(bar->maximum) - bar->minimum;
        // Without a known end, a third in the middle: something runs, nothing moves.
        const double from = range > 0 ? 0.0 : 1.0 / 3;
        const double share = range > 0 ? double(qint64(bar->progress) - bar->minimum) / double(range) : 1.0 / 3;
        if (share <= 0) {
            return true;
        }
        const bool mirrored = bar->invertedAppearance != (bar->direction == Qt::RightToLeft && horizontal);
        QRectF done = track;
        if (horizontal) {
            done.setWidth(std::max(thick, track.width() * std::min(1.0, share)));
            done.moveLeft(track.left() + track.width() * from);
            if (mirrored && range > 0) {
                done.moveRight(track.right());
            }
        } else {
            done.setHeight(std::max(thick, track.height() * std::min(1.0, share)));
            done.moveBottom(track.bottom() - track.height() * from);
        }
        paintBox(painter, done, thick / 2, option->state & State_Enabled ? theme.accent : theme.text3, {});
        return true;
    }
    case CE_ProgressBarLabel: return true; // too thin for words; those stand beside it
    case CE_RubberBand: {
        QColor veil = theme.accent;
        veil.setAlphaF(0.12F);
        painter->fillRect(r, veil);
        painter->setPen(theme.accent);
        painter->drawRect(QRectF(r).adjusted(0.5, 0.5, -0.5, -0.5));
        return true;
    }
    case CE_ComboBoxLabel: {
        const auto* combo = qstyleoption_cast<const QStyleOptionComboBox*>(option);
        if (combo == nullptr) {
            return false;
        }
        QRect area = proxy()->subControlRect(CC_ComboBox, combo, SC_ComboBoxEditField, widget).adjusted(2, 0, 0, 0);
        const bool enabled = option->state & State_Enabled;
        if (!combo->currentIcon.isNull()) {
            const QSize size = combo->iconSize;
            combo->currentIcon.paint(
                painter, QRect(area.left(), area.center().y() - size.height() / 2 + 1, size.width(), size.height()),
                Qt::AlignCenter, enabled ? QIcon::Normal : QIcon::Disabled);
            area.setLeft(area.left() + size.width() + 6);
        }
        if (!combo->editable) {
            painter->setPen(enabled ? theme.text : theme.text3);
            painter->drawText(area, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                              option->fontMetrics.elidedText(combo->currentText, Qt::ElideMiddle, area.width()));
        }
        return true;
    }
    default: return false;
    }
}

bool CalmStyle::drawViewPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                                  const QWidget* widget) const
{
    const Theme& theme = Theme::current();
    const QRect& r = option->rect;
    switch (element) {
    case PE_PanelMenu:
    case PE_PanelTipLabel: paintBox(painter, r, 0, theme.surface, theme.line2); return true;
    case PE_FrameMenu: paintBox(painter, r, 0, {}, theme.line2); return true;
    case PE_PanelMenuBar:
    case PE_FrameStatusBarItem:
    case PE_IndicatorToolBarHandle: return true;
    case PE_FrameTabWidget: painter->fillRect(r.left(), r.top(), r.width(), 1, theme.line); return true;
    case PE_PanelStatusBar:
        painter->fillRect(r, theme.surface);
        painter->fillRect(r.left(), r.top(), r.width(), 1, theme.line);
        return true;
    case PE_IndicatorToolBarSeparator:
        if (option->state & State_Horizontal) {
            const int high = std::min(r.height(), scaled(24));
            painter->fillRect(r.center().x(), r.center().y() - high / 2, 1, high, theme.line);
        } else {
            painter->fillRect(r.left() + 4, r.center().y(), r.width() - 8, 1, theme.line);
        }
        return true;
    case PE_IndicatorDockWidgetResizeHandle: painter->fillRect(r, theme.line); return true;
    case PE_FrameDockWidget: return true;
    case PE_Frame:
        // A view needs square corners: its viewport fills them.
        paintBox(painter, r, widget != nullptr && widget->inherits("QAbstractScrollArea") ? 0 : 6, {}, theme.line);
        return true;
    case PE_FrameWindow: paintBox(painter, r, 0, {}, theme.line2); return true;
    case PE_FrameGroupBox: paintBox(painter, r, 8, {}, theme.line); return true;
    case PE_IndicatorHeaderArrow: {
        const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(option);
        const bool up = header != nullptr && header->sortIndicator == QStyleOptionHeader::SortUp;
        paintIcon(painter, r, up ? QStringLiteral("chevron-up") : QStringLiteral("chevron-down"), theme.text2);
        return true;
    }
    case PE_IndicatorBranch:
        if (option->state & State_Children) {
            const double side = scaled(14);
            paintIcon(painter, {r.center().x() - side / 2 + 0.5, r.center().y() - side / 2 + 0.5, side, side},
                      option->state & State_Open ? QStringLiteral("chevron-down") : QStringLiteral("chevron-right"),
                      theme.text2);
        }
        return true;
    case PE_PanelItemViewRow: {
        const auto* item = qstyleoption_cast<const QStyleOptionViewItem*>(option);
        if (item != nullptr && item->features & QStyleOptionViewItem::Alternate) {
            painter->fillRect(r, item->palette.brush(QPalette::AlternateBase));
        }
        return true;
    }
    case PE_PanelItemViewItem: {
        const auto* item = qstyleoption_cast<const QStyleOptionViewItem*>(option);
        if (item == nullptr) {
            return false;
        }
        if (item->backgroundBrush.style() != Qt::NoBrush) {
            painter->fillRect(r, item->backgroundBrush);
        }
        const bool whole = item->viewItemPosition == QStyleOptionViewItem::OnlyOne ||
                           item->viewItemPosition == QStyleOptionViewItem::Invalid;
        const double radius = whole ? 4 : 0;
        const bool enabled = option->state & State_Enabled;
        if (option->state & State_Selected) {
            paintBox(painter, r, radius, enabled ? theme.accent : theme.sunken, {});
        } else if (option->state & State_MouseOver && enabled) {
            paintBox(painter, r, radius, blend(theme.surface, theme.text, 0.07), {});
        }
        return true;
    }
    default: return false;
    }
}

} // namespace convarium::ui
