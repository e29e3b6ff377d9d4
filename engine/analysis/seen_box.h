// Where one number of a layer looks: the rectangle of the image that it depends on.
#pragma once

#include "engine/analysis/pixel_box.h"
#include "engine/graph/graph_spec.h"

namespace convarium::engine
{

struct SeenBox {
    PixelBox field;  ///< with what lies outside of the image, in padding
    PixelBox inside; ///< the pixels of the image alone; empty: none
    [[nodiscard]] bool isCut() const { return !(field == inside); }
};

/// Of the first image that the network reads, from the shapes alone: no number is computed. element: in logical order.
/// Ways that split and meet count together, so a number behind Concat sees what any of its inputs sees. Layers that
/// shuffle places (Permute, Reshape into maps) count as seeing everything.
[[nodiscard]] SeenBox seenBox(const GraphSpec& graph, const ShapedGraph& shapes, NodeId node, std::int64_t element);

} // namespace convarium::engine
