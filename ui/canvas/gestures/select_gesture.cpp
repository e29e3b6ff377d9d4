#include "ui/canvas/gestures/select_gesture.h"

#include "ui/canvas/canvas_scene.h"
#include "ui/theme/theme.h"

#include <QPainter>

namespace convarium::ui
{

SelectGesture::SelectGesture(CanvasScene* scene, const GesturePoint& start, bool add)
    : m_scene(scene), m_start(start.scene), m_before(scene->selection()),
      m_kept(add ? scene->selection() : QList<NodeId>())
{
    m_scene->select(m_kept);
}

void SelectGesture::move(const GesturePoint& point)
{
    m_band = QRectF(m_start, point.scene).normalized();
    m_scene->select(m_kept + m_scene->layersIn(m_band));
}

void SelectGesture::cancel()
{
    m_scene->select(m_before);
}

void SelectGesture::paint(QPainter* painter) const
{
    const Theme& theme = Theme::current();
    QColor fill = theme.accent;
    fill.setAlphaF(0.08F);
    painter->setPen(QPen(theme.accent, 0));
    painter->setBrush(fill);
    painter->drawRect(m_band);
}

} // namespace convarium::ui
