// Draws a wire from port to port, or takes the end of an existing one elsewhere.
#pragma once

#include "ui/canvas/canvas_scene.h"
#include "ui/canvas/gestures/gesture.h"

namespace convarium::ui
{

class CanvasView;

/// The wire in the hand: dashed, from an output to an input, with a dot at its loose end.
void paintWireDraft(QPainter* painter, QPointF output, QPointF input, QPointF looseEnd, const QColor& color);

class ConnectGesture final : public Gesture
{
public:
    /// start: the port under the pointer. A free input is connected backwards; the wire in a taken one is lifted off.
    ConnectGesture(CanvasView* view, const Hit& start, const GesturePoint& point);
    void move(const GesturePoint& point) override;
    void finish(const GesturePoint& point) override;
    void cancel() override;
    void paint(QPainter* painter) const override;
    [[nodiscard]] Qt::CursorShape cursor() const override { return Qt::CrossCursor; }

private:
    /// The layer that a wire let go here would reach; kNoNode: none.
    [[nodiscard]] NodeId targetAt(QPointF scenePos) const;
    [[nodiscard]] engine::Result<void> verdict(NodeId other) const;
    /// The card at which the wire in the hand ended.
    [[nodiscard]] bool isOldTarget(NodeId other) const;
    /// Anywhere in the frame of a block that waits for its input will do, unless the wire began in it.
    [[nodiscard]] std::optional<std::int64_t> blockUnder(QPointF scenePos) const;
    void end();

    CanvasView* m_view;
    CanvasScene* m_scene;
    NodeId m_node; ///< at the fixed end
    bool m_fromOutput;
    std::optional<engine::Edge> m_lifted;
    WireDraft m_draft;
    NodeId m_target = engine::kNoNode;
    QString m_reason; ///< why the present target is refused; empty: it fits
    QPoint m_start;
    bool m_moving = false;
};

} // namespace convarium::ui
