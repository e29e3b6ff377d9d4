// Drags cards. They follow the pointer on a grid of 8 and fall into line with others; a card without wires, or any card
// with Alt, goes into the wire it is let go on, or takes the place of the layer it is let go on. The document hears of
// it once, at the end. A click without a drag on one of several selected layers selects that one.
#pragma once

#include "ui/canvas/gestures/gesture.h"
#include "ui/canvas/stacks.h"
#include "ui/document/document_state.h"

#include <QLineF>
#include <QRectF>
#include <map>
#include <optional>

namespace convarium::ui
{

class CanvasScene;

class MoveGesture final : public Gesture
{
public:
    /// Moves the cards of all selected layers, and the selected notes; `held` is the layer under the pointer.
    MoveGesture(CanvasScene* scene, NodeId held, const GesturePoint& start);
    void move(const GesturePoint& point) override;
    void finish(const GesturePoint& point) override;
    void cancel() override;
    void paint(QPainter* painter) const override;
    [[nodiscard]] Qt::CursorShape cursor() const override;

private:
    [[nodiscard]] bool mayLeave(const GesturePoint& point) const;
    [[nodiscard]] std::optional<engine::Edge> wireFor(const GesturePoint& point, QPointF by) const;
    [[nodiscard]] NodeId layerFor(const GesturePoint& point) const;

    CanvasScene* m_scene;
    NodeId m_pressed;
    GesturePoint m_start;
    Positions m_before, m_after; ///< of all layers on the cards
    std::map<std::size_t, engine::Note> m_notes, m_movedNotes;
    QRectF m_held; ///< the card under the pointer, where it was
    std::vector<QRectF> m_others;
    std::vector<QLineF> m_guides;
    std::optional<Stack> m_chain; ///< the only card there is to move
    bool m_loose = false;         ///< it has no wires
    std::optional<engine::Edge> m_wire;
    NodeId m_replaced = engine::kNoNode;
    bool m_moving = false; ///< the pointer has gone far enough to mean it
};

} // namespace convarium::ui
