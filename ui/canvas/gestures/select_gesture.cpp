#include "ui/canvas/gestures/select_gesture.h"

#include "ui/canvas/canvas_scene.h"
#include "ui/theme/theme.h"

#include <QPainter>

namespace convarium::ui
{

SelectGesture::SelectGesture(CanvasScene* scene, const GesturePoint& start, bool add)
    : m_scene(scene), m_start(start.scene), m_before(scene->selection()),
      m_kept(add ? scene->selection() : QList<NodeId>()), m_notesBefore(scene->selectedNotes()),
      m_notesKept(add ? scene->selectedNotes() : std::set<std::size_t>())
{
    m_scene->select(m_kept, m_notesKept);
}

void SelectGesture::move(const GesturePoint& point)
{
    m_band = QRectF(m_start, point.scene).normalized();
    std::set<std::size_t> notes = m_scene->notesIn(m_band);
    notes.insert(m_notesKept.begin(), m_notesKept.end());
    m_scene->select(m_kept + m_scene->layersIn(m_band), notes);
}

void SelectGesture::cancel()
{
    m_scene->select(m_before, m_notesBefore);
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
