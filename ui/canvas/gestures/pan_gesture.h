// Drags the picture through the window.
#pragma once

#include "ui/canvas/gestures/gesture.h"

namespace convarium::ui
{

class CanvasView;

class PanGesture final : public Gesture
{
public:
    PanGesture(CanvasView* view, const GesturePoint& start);
    void move(const GesturePoint& point) override;
    void finish(const GesturePoint& point) override { move(point); }
    void cancel() override;
    [[nodiscard]] bool scrollsAtEdge() const override { return false; }
    [[nodiscard]] Qt::CursorShape cursor() const override { return Qt::ClosedHandCursor; }

private:
    CanvasView* m_view;
    QPoint m_start;
    QPoint m_scroll;
};

} // namespace convarium::ui
