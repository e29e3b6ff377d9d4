// Where wires run: horizontal and vertical only, around cards, bundles without crossings. Pure functions.
#pragma once

#include "ui/canvas/geometry.h"

#include <cstdint>
#include <map>
#include <vector>

namespace convarium::ui
{

struct RouteCard {
    QRectF rect;
    int inputs = 1; ///< input ports to show, at least as many as wires arrive
};

/// A wire between two cards; `slot` orders the inputs of a merge.
struct RouteWire {
    NodeId from = engine::kNoNode; ///< head of the source's card
    NodeId to = engine::kNoNode;
    int slot = 0;
};

/// A frame around cards: a block. Frames lie within one another or apart.
struct RouteFrame {
    std::int64_t id = -1;
    std::int64_t parent = -1;  ///< the frame around this one; -1: none
    std::vector<NodeId> cards; ///< in the frame itself and in those within it
};

struct RoutedWire {
    std::vector<QPointF> points; ///< from port to port
    bool labelled = true;        ///< the one wire of its source that carries the shape
    bool labelBelow = false;     ///< another wire of the source turns up where the shape would stand
    std::vector<QPointF> splits; ///< dots where it leaves another wire of the same source
    int port = 0;                ///< place among the target's input ports, from the top
};

struct Routes {
    std::vector<RoutedWire> wires; ///< as given
    /// Heights of the input ports below the top of the card, from the top; ports without a wire come last.
    std::map<NodeId, std::vector<double>> inputPorts;
    /// By frame: around its cards and the wires that pass over them, with room for the head.
    std::map<std::int64_t, QRectF> frames;
};

/// Wires in the same row run straight, bend once, or pass over what lies between. A wire into a lower row runs between
/// the rows and lands at the left of its target, or of the frame around it; wires of one source land together.
[[nodiscard]] Routes routeWires(const std::map<NodeId, RouteCard>& cards, const std::vector<RouteWire>& wires,
                                const std::vector<RouteFrame>& frames = {});

} // namespace convarium::ui
