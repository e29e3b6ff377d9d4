// A layer dragged in from the palette: a ghost card, the wire it would be put into or would bring with it, or the layer
// it would replace.
#pragma once

#include "engine/graph/graph_spec.h"
#include "ui/canvas/gestures/gesture.h"
#include "ui/canvas/joint.h"

#include <QRectF>
#include <optional>
#include <string>

namespace convarium::ui
{

class CanvasView;

class DropGesture final : public Gesture
{
public:
    DropGesture(CanvasView* view, std::string layerId) : m_view(view), m_layer(std::move(layerId)) {}
    void move(const GesturePoint& point) override;
    void finish(const GesturePoint& point) override;
    void cancel() override;
    void paint(QPainter* painter) const override;

private:
    CanvasView* m_view;
    std::string m_layer;
    QRectF m_ghost;
    std::optional<engine::Edge> m_wire;
    engine::NodeId m_replaced = engine::kNoNode;
    std::optional<Joint> m_joint; ///< in the open; Alt leaves the wire out
};

} // namespace convarium::ui
