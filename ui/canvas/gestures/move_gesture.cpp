#include "ui/canvas/gestures/move_gesture.h"

#include "ui/canvas/canvas_scene.h"

#include <QApplication>

namespace convarium::ui
{

MoveGesture::MoveGesture(CanvasScene* scene, const GesturePoint& start) : m_scene(scene), m_start(start)
{
    for (NodeId id : scene->selection())
        if (const Stack* stack = scene->stacks().of(id)) {
            m_before[stack->head] = scene->document()->position(stack->head);
            for (NodeId row : stack->rows)
                m_before[row] = scene->document()->position(row);
        }
}

Qt::CursorShape MoveGesture::cursor() const
{
    return m_moving ? Qt::SizeAllCursor : Qt::ArrowCursor;
}

void MoveGesture::move(const GesturePoint& point)
{
    if (!m_moving && (point.view - m_start.view).manhattanLength() < QApplication::startDragDistance())
        return;
    m_moving = true;
    // The distance is snapped, not the place, so that cards in line stay in line.
    const QPointF by = snapped(point.scene - m_start.scene);
    m_after.clear();
    for (const auto& [id, place] : m_before)
        m_after[id] = place + by;
    m_scene->previewMove(m_after);
}

void MoveGesture::finish(const GesturePoint& point)
{
    move(point);
    if (!m_moving)
        return;
    const Positions places = m_after;
    m_scene->previewMove({});
    m_scene->document()->moveNodes(places);
}

void MoveGesture::cancel()
{
    m_scene->previewMove({});
}

} // namespace convarium::ui
