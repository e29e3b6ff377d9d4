// Drags cards. They follow the pointer on a grid of 8; the document hears of it once, at the end.
#pragma once

#include "ui/canvas/gestures/gesture.h"
#include "ui/document/document_state.h"

namespace convarium::ui
{

class CanvasScene;

class MoveGesture final : public Gesture
{
public:
    /// Moves the cards of all selected layers.
    MoveGesture(CanvasScene* scene, const GesturePoint& start);
    void move(const GesturePoint& point) override;
    void finish(const GesturePoint& point) override;
    void cancel() override;
    [[nodiscard]] Qt::CursorShape cursor() const override;

private:
    CanvasScene* m_scene;
    GesturePoint m_start;
    Positions m_before, m_after; ///< of all layers on the cards
    bool m_moving = false;       ///< the pointer has gone far enough to mean it
};

} // namespace convarium::ui
