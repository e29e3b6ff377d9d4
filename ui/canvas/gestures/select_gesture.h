// The rubber band: selects every card and note it touches.
#pragma once

#include "engine/graph/graph_spec.h"
#include "ui/canvas/gestures/gesture.h"

#include <QList>
#include <QRectF>
#include <set>

namespace convarium::ui
{

class CanvasScene;

class SelectGesture final : public Gesture
{
public:
    /// add: to what is selected already.
    SelectGesture(CanvasScene* scene, const GesturePoint& start, bool add);
    void move(const GesturePoint& point) override;
    void finish(const GesturePoint& point) override { move(point); }
    void cancel() override;
    void paint(QPainter* painter) const override;

private:
    CanvasScene* m_scene;
    QPointF m_start;
    QRectF m_band;
    QList<engine::NodeId> m_before, m_kept;
    std::set<std::size_t> m_notesBefore, m_notesKept;
};

} // namespace convarium::ui
