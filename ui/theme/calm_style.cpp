#include "ui/theme/calm_style.h"

#include "ui/theme/icons.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QComboBox>
#include <QEvent>
#include <QFocusEvent>
#include <QLineEdit>
#include <QMenu>
#include <QPainter>
#include <QStyleFactory>
#include <QStyleOption>
#include <QTabBar>
#include <QTabWidget>

namespace convarium::ui
{
namespace
{

/// Controls that get the ring about themselves; views, tab bars and segments mark the item inside instead.
bool wantsRing(const QWidget* widget)
{
    if (qobject_cast<const QAbstractButton*>(widget) != nullptr) {
        const QWidget* parent = widget->parentWidget();
        return parent == nullptr || !parent->inherits("convarium::ui::SegmentedControl");
    }
    return qobject_cast<const QComboBox*>(widget) != nullptr ||
           qobject_cast<const QAbstractSpinBox*>(widget) != nullptr ||
           qobject_cast<const QLineEdit*>(widget) != nullptr || qobject_cast<const QAbstractSlider*>(widget) != nullptr;
}

/// Widgets whose border or fill answers to the mouse.
bool wantsHover(const QWidget* widget)
{
    return qobject_cast<const QAbstractButton*>(widget) != nullptr ||
           qobject_cast<const QComboBox*>(widget) != nullptr ||
           qobject_cast<const QAbstractSpinBox*>(widget) != nullptr ||
           qobject_cast<const QLineEdit*>(widget) != nullptr ||
           qobject_cast<const QAbstractSlider*>(widget) != nullptr || qobject_cast<const QTabBar*>(widget) != nullptr;
}

} // namespace

void paintBox(QPainter* painter, const QRectF& rect, double radius, const QColor& fill, const QColor& border,
              double width)
{
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setBrush(fill.isValid() ? QBrush(fill) : QBrush(Qt::NoBrush));
    painter->setPen(border.isValid() ? QPen(border, width) : QPen(Qt::NoPen));
    const double inset = border.isValid() ? width / 2 : 0.0;
    const double r = std::max(0.0, radius - inset);
    painter->drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), r, r);
    painter->restore();
}

void paintFocusRing(QPainter* painter, const QRectF& rect, double radius)
{
    paintBox(painter, rect, radius, {}, Theme::current().accent, 2);
}

QColor hoverFill(const QStyleOption* option, const QColor& under)
{
    const Theme& theme = Theme::current();
    if (!(option->state & QStyle::State_Enabled)) {
        return {};
    }
    if (option->state & QStyle::State_Sunken) {
        return blend(under, theme.text, 0.13);
    }
    if (option->state & QStyle::State_MouseOver) {
        return blend(under, theme.text, 0.07);
    }
    return {};
}

CalmStyle::CalmStyle() : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion"))) {}

CalmStyle::~CalmStyle()
{
    delete m_focusFrame.data();
}

void CalmStyle::polish(QWidget* widget)
{
    QProxyStyle::polish(widget);
    if (wantsHover(widget)) {
        widget->setAttribute(Qt::WA_Hover);
    }
    if (wantsRing(widget)) {
        widget->installEventFilter(this);
        if (widget->hasFocus() && widget->window()->testAttribute(Qt::WA_KeyboardFocusChange)) {
            // The theme changed under a focused control; its ring comes back once all widgets have the new style.
            QMetaObject::invokeMethod(
                this,
                [this, focused = QPointer<QWidget>(widget)] {
                    if (!focused.isNull() && focused->hasFocus()) {
                        showRing(focused);
                    }
                },
                Qt::QueuedConnection);
        }
    }
    if (qobject_cast<QTabWidget*>(widget) != nullptr || qobject_cast<QTabBar*>(widget) != nullptr) {
        // Tabs lie on the surface, not on the grey of the window.
        widget->setBackgroundRole(QPalette::Base);
        widget->setAutoFillBackground(true);
    }
    if (auto* view = qobject_cast<QAbstractItemView*>(widget)) {
        view->viewport()->setAttribute(Qt::WA_Hover);
    }
}

void CalmStyle::unpolish(QWidget* widget)
{
    widget->removeEventFilter(this);
    QProxyStyle::unpolish(widget);
}

void CalmStyle::showRing(QWidget* widget)
{
    if (widget->parentWidget() == nullptr) {
        return;
    }
    if (m_focusFrame.isNull()) {
        m_focusFrame = new QFocusFrame(widget->parentWidget());
    }
    m_focusFrame->setWidget(widget);
}

bool CalmStyle::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::FocusIn) {
        auto* widget = static_cast<QWidget*>(watched);
        const Qt::FocusReason reason = static_cast<QFocusEvent*>(event)->reason();
        const bool byKey =
            reason == Qt::TabFocusReason || reason == Qt::BacktabFocusReason || reason == Qt::ShortcutFocusReason ||
            (reason != Qt::MouseFocusReason && widget->window()->testAttribute(Qt::WA_KeyboardFocusChange));
        if (byKey) {
            showRing(widget);
        }
    } else if (event->type() == QEvent::FocusOut && !m_focusFrame.isNull() && m_focusFrame->widget() == watched) {
        m_focusFrame->setWidget(nullptr);
    }
    return QProxyStyle::eventFilter(watched, event);
}

QPalette CalmStyle::standardPalette() const
{
    const Theme& t = Theme::current();
    QPalette p;
    p.setColor(QPalette::Window, t.window);
    p.setColor(QPalette::WindowText, t.text);
    p.setColor(QPalette::Base, t.surface);
    p.setColor(QPalette::AlternateBase, t.sunken);
    p.setColor(QPalette::Text, t.text);
    p.setColor(QPalette::PlaceholderText, t.text3);
    p.setColor(QPalette::Button, t.surface);
    p.setColor(QPalette::ButtonText, t.text);
    p.setColor(QPalette::BrightText, t.onAccent);
    p.setColor(QPalette::ToolTipBase, t.surface);
    p.setColor(QPalette::ToolTipText, t.text);
    p.setColor(QPalette::Highlight, t.accent);
    p.setColor(QPalette::HighlightedText, t.onAccent);
    p.setColor(QPalette::Link, t.accent);
    p.setColor(QPalette::LinkVisited, t.accent);
    p.setColor(QPalette::Light, t.surface);
    p.setColor(QPalette::Midlight, t.sunken);
    p.setColor(QPalette::Mid, t.line);
    p.setColor(QPalette::Dark, t.line2);
    p.setColor(QPalette::Shadow, t.line2);
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText,
                                           QPalette::ToolTipText, QPalette::Link, QPalette::BrightText}) {
        p.setColor(QPalette::Disabled, role, t.text3);
    }
    p.setColor(QPalette::Disabled, QPalette::Highlight, t.sunken);
    p.setColor(QPalette::Disabled, QPalette::HighlightedText, t.text3);
    return p;
}

void CalmStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                              const QWidget* widget) const
{
    if (!drawButtonPrimitive(element, option, painter, widget) &&
        !drawFieldPrimitive(element, option, painter, widget) && !drawViewPrimitive(element, option, painter, widget)) {
        QProxyStyle::drawPrimitive(element, option, painter, widget);
    }
}

void CalmStyle::drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                            const QWidget* widget) const
{
    if (!drawButton(element, option, painter, widget) && !drawMenu(element, option, painter, widget) &&
        !drawView(element, option, painter, widget)) {
        QProxyStyle::drawControl(element, option, painter, widget);
    }
}

void CalmStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                                   const QWidget* widget) const
{
    if (control == CC_ToolButton) {
        drawToolButton(option, painter, widget);
    } else if (!drawField(control, option, painter, widget) && !drawBar(control, option, painter, widget)) {
        QProxyStyle::drawComplexControl(control, option, painter, widget);
    }
}

int CalmStyle::pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const
{
    switch (metric) {
    case PM_ButtonShiftHorizontal:
    case PM_ButtonShiftVertical:
    case PM_MenuBarPanelWidth:
    case PM_MenuBarVMargin:
    case PM_MenuBarItemSpacing:
    case PM_ToolBarFrameWidth:
    case PM_ToolBarHandleExtent:
    case PM_TabBarBaseOverlap:
    case PM_TabBarTabShiftVertical:
    case PM_TabBarTabShiftHorizontal:
    case PM_TabBarTabOverlap:
    case PM_TabBarTabVSpace:
    case PM_DockWidgetFrameWidth:
    case PM_ScrollView_ScrollBarSpacing:
    case PM_ScrollView_ScrollBarOverlap: return 0;
    case PM_SplitterWidth: // one pixel makes Qt widen the grip area by itself
    case PM_DockWidgetSeparatorExtent:
    case PM_DefaultFrameWidth:
    case PM_MenuPanelWidth: return 1;
    case PM_FocusFrameHMargin:
    case PM_FocusFrameVMargin: return 4;
    case PM_MenuVMargin: return 4;
    case PM_MenuBarHMargin: return 8;
    case PM_ToolBarItemSpacing: return 4;
    case PM_ToolBarItemMargin: return 6;
    case PM_ToolBarSeparatorExtent: return 13;
    case PM_ToolBarExtensionExtent: return scaled(24);
    case PM_ButtonMargin: return scaled(14);
    case PM_ButtonIconSize:
    case PM_TabBarIconSize: return scaled(18);
    case PM_SmallIconSize:
    case PM_ListViewIconSize:
    case PM_LineEditIconSize: return scaled(16);
    case PM_LineEditIconMargin: return 6;
    case PM_ToolBarIconSize: return scaled(20);
    case PM_LargeIconSize: return scaled(24);
    case PM_IndicatorWidth:
    case PM_IndicatorHeight:
    case PM_ExclusiveIndicatorWidth:
    case PM_ExclusiveIndicatorHeight: return scaled(18);
    case PM_CheckBoxLabelSpacing:
    case PM_RadioButtonLabelSpacing: return 8;
    case PM_ScrollBarExtent: return 8;
    case PM_ScrollBarSliderMin: return 32;
    case PM_SliderLength:
    case PM_SliderThickness:
    case PM_SliderControlThickness: return scaled(18);
    case PM_TabBarTabHSpace: return scaled(24);
    case PM_ToolTipLabelFrameWidth: return 8;
    case PM_MenuButtonIndicator: return scaled(20);
    case PM_HeaderMargin: return 8;
    case PM_HeaderMarkSize: return scaled(12);
    case PM_LayoutLeftMargin:
    case PM_LayoutTopMargin:
    case PM_LayoutRightMargin:
    case PM_LayoutBottomMargin: return 16;
    case PM_LayoutHorizontalSpacing:
    case PM_LayoutVerticalSpacing: return 8;
    default: return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

int CalmStyle::styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                         QStyleHintReturn* returnData) const
{
    switch (hint) {
    case SH_ToolTip_WakeUpDelay: return 500;
    case SH_ToolTipLabel_Opacity: return 255;
    case SH_ComboBox_Popup:
    case SH_EtchDisabledText:
    case SH_DitherDisabledText:
    case SH_UnderlineShortcut: return 0;
    case SH_Menu_MouseTracking:
    case SH_MenuBar_MouseTracking:
    case SH_Slider_AbsoluteSetButtons:
        return hint == SH_Slider_AbsoluteSetButtons ? static_cast<int>(Qt::LeftButton) : 1;
    case SH_Slider_PageSetButtons: return 0;
    case SH_Widget_Animation_Duration: return motionMs(120);
    case SH_TabBar_Alignment: return Qt::AlignLeft;
    case SH_FormLayoutLabelAlignment: return static_cast<int>(Qt::AlignLeft | Qt::AlignVCenter);
    case SH_FormLayoutFormAlignment: return static_cast<int>(Qt::AlignLeft | Qt::AlignTop);
    case SH_ItemView_ShowDecorationSelected: return 1;
    case SH_DialogButtonBox_ButtonsHaveIcons: return 0;
    default: return QProxyStyle::styleHint(hint, option, widget, returnData);
    }
}

QIcon CalmStyle::standardIcon(StandardPixmap pixmap, const QStyleOption* option, const QWidget* widget) const
{
    switch (pixmap) {
    case SP_LineEditClearButton:
    case SP_TitleBarCloseButton:
    case SP_DockWidgetCloseButton: return icon(QStringLiteral("close"), ColorRole::Text2);
    case SP_MessageBoxInformation: return icon(QStringLiteral("info"), ColorRole::Accent);
    case SP_MessageBoxWarning: return icon(QStringLiteral("warn"), ColorRole::Warning);
    case SP_MessageBoxCritical: return icon(QStringLiteral("warn"), ColorRole::Error);
    case SP_MessageBoxQuestion: return icon(QStringLiteral("info"), ColorRole::Text2);
    case SP_DirIcon:
    case SP_DirOpenIcon:
    case SP_DirClosedIcon: return icon(QStringLiteral("open"), ColorRole::Text2);
    case SP_FileIcon: return icon(QStringLiteral("file"), ColorRole::Text2);
    case SP_DirHomeIcon: return icon(QStringLiteral("home"));
    case SP_TrashIcon: return icon(QStringLiteral("trash"));
    case SP_ToolBarHorizontalExtensionButton: return icon(QStringLiteral("dots"));
    case SP_FileDialogBack:
    case SP_ArrowBack:
    case SP_ArrowLeft: return icon(QStringLiteral("chevron-left"));
    case SP_ArrowForward:
    case SP_ArrowRight: return icon(QStringLiteral("chevron-right"));
    case SP_FileDialogToParent:
    case SP_ArrowUp: return icon(QStringLiteral("chevron-up"));
    case SP_ArrowDown: return icon(QStringLiteral("chevron-down"));
    default: return QProxyStyle::standardIcon(pixmap, option, widget);
    }
}

} // namespace convarium::ui
