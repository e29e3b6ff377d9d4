#include "ui/theme/popover.h"

#include "ui/theme/calm_style.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QVBoxLayout>
#include <algorithm>

namespace convarium::ui
{

Popover::Popover(QWidget* content, QWidget* anchor) : QWidget(anchor->window()), m_anchor(anchor)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(scaled(16), scaled(12), scaled(16), scaled(16));
    layout->addWidget(content);
    hide();
}

void Popover::openPopover()
{
    if (!m_anchor)
        return;
    setParent(m_anchor->window());
    m_focusBefore = QApplication::focusWidget();
    place();
    show();
    raise();
    setFocus();
    focusNextChild();
    qApp->installEventFilter(this);
}

void Popover::closePopover()
{
    if (!isVisible())
        return;
    qApp->removeEventFilter(this);
    hide();
    if (m_focusBefore)
        m_focusBefore->setFocus();
    Q_EMIT closed();
}

void Popover::place()
{
    adjustSize();
    const QWidget* area = parentWidget();
    const QRect anchor(m_anchor->mapTo(area, QPoint()), m_anchor->size());
    const int gap = scaled(8);
    const QSize size = sizeHint().boundedTo(area->size() - QSize(2 * gap, 2 * gap));
    int y = anchor.top() - gap - size.height();
    if (y < gap)
        y = std::clamp(anchor.bottom() + gap, gap, std::max(gap, area->height() - size.height() - gap));
    if (y < anchor.bottom() && y + size.height() > anchor.top())
        y = gap;
    const int x = std::clamp(anchor.right() - size.width() + 1, gap, std::max(gap, area->width() - size.width() - gap));
    setGeometry({QPoint(x, y), size});
}

void Popover::paintEvent(QPaintEvent*)
{
    const auto& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.window);
    painter.setRenderHint(QPainter::Antialiasing);
    paintBox(&painter, QRectF(rect()), 8, theme.surface, theme.line2);
}

void Popover::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        closePopover();
    else
        QWidget::keyPressEvent(event);
}

bool Popover::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::MouseButtonPress && watched->isWidgetType()) {
        auto* widget = static_cast<QWidget*>(watched);
        const bool inside = widget == this || isAncestorOf(widget) || widget->window() != window();
        const bool onAnchor = m_anchor && (widget == m_anchor || m_anchor->isAncestorOf(widget));
        if (!inside && !onAnchor)
            closePopover();
    } else if (event->type() == QEvent::Resize && watched == parentWidget()) {
        place();
    } else if (event->type() == QEvent::LayoutRequest && watched == this) {
        place();
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace convarium::ui
