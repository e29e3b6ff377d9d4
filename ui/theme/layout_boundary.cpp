#include "ui/theme/layout_boundary.h"

#include <QEvent>
#include <algorithm>

namespace convarium::ui
{

LayoutBoundary::LayoutBoundary(QWidget* content, QWidget* parent) : QWidget(parent), m_content(content)
{
    content->setParent(this);
    setSizePolicy(content->sizePolicy());
    m_told = needed();
}

QSize LayoutBoundary::sizeHint() const
{
    return m_content->sizeHint().expandedTo(minimumSizeHint()).boundedTo(m_content->maximumSize());
}

/// As a layout would ask the content.
QSize LayoutBoundary::minimumSizeHint() const
{
    return m_content->minimumSizeHint().expandedTo(m_content->minimumSize()).boundedTo(m_content->maximumSize());
}

int LayoutBoundary::heightForWidth(int width) const
{
    return std::clamp(m_content->heightForWidth(width), m_content->minimumHeight(), m_content->maximumHeight());
}

/// At the present width.
QSize LayoutBoundary::needed() const
{
    const QSize least = minimumSizeHint();
    return hasHeightForWidth() ? least.expandedTo({0, heightForWidth(width())}) : least;
}

bool LayoutBoundary::event(QEvent* event)
{
    if (event->type() == QEvent::LayoutRequest) {
        const QSize need = needed();
        const bool held = (height() == m_told.height() && need.height() < height()) ||
                          (width() == m_told.width() && need.width() < width()); // as large as it is for the content
        if (held || need.expandedTo(size()) != size())
            tell();
    }
    return QWidget::event(event);
}

void LayoutBoundary::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    m_content->setGeometry(rect());
    if (needed() != m_told)
        tell();
}

void LayoutBoundary::tell()
{
    m_told = needed();
    updateGeometry();
}

} // namespace convarium::ui
