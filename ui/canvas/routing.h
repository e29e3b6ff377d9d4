// Where wires run: horizontal and vertical only, around cards, bundles without crossings. Pure functions.
#pragma once

#include "ui/canvas/geometry.h"

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
};

[[nodiscard]] Routes routeWires(const std::map<NodeId, RouteCard>& cards, const std::vector<RouteWire>& wires);

} // namespace convarium::ui
