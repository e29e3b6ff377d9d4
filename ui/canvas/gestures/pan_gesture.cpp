#include "ui/canvas/gestures/pan_gesture.h"

#include "ui/canvas/canvas_view.h"

#include <QScrollBar>

namespace convarium::ui
{

PanGesture::PanGesture(CanvasView* view, const GesturePoint& start)
    : m_view(view), m_start(start.view),
      m_scroll(view->horizontalScrollBar()->value(), view->verticalScrollBar()->value())
{
}

void PanGesture::move(const GesturePoint& point)
{
    const QPoint to = m_scroll - (point.view - m_start);
    m_view->horizontalScrollBar()->setValue(to.x());
    m_view->verticalScrollBar()->setValue(to.y());
}

void PanGesture::cancel()
{
    m_view->horizontalScrollBar()->setValue(m_scroll.x());
    m_view->verticalScrollBar()->setValue(m_scroll.y());
}

} // namespace convarium::ui
