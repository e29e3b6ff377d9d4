// How much of the input one number of a layer depends on.
#pragma once

#include "engine/graph/formula.h"
#include "engine/graph/graph_spec.h"
#include "engine/layers/layer.h"

#include <cstdint>
#include <map>

namespace convarium::engine
{

/// One direction: rows or columns of the input, counted in steps of 1 / spread because enlarged maps move by less than
/// a pixel. size = size so far + (kernel - 1) * dilation * step so far; step = step so far * stride.
struct SeenExtent {
    std::int64_t size = 1, step = 1, spread = 1;
    /// Whole pixels seen, at most (may be more than the input has: padding counts).
    [[nodiscard]] std::int64_t pixels() const { return (size + spread - 1) / spread; }
};

struct ReceptiveField {
    SeenExtent rows, columns;
    bool everything = false; ///< the whole input, by a Dense layer on the way
};

/// Of every node with a shape. Merges see what the input with the largest field sees.
std::map<NodeId, ReceptiveField> receptiveFields(const GraphSpec& graph, const ShapedGraph& shapes);

/// Size after a window with these numbers, counted like `soFar` and `step`.
template <class I>
I seenAfter(const I& soFar, const I& kernel, const I& dilation, const I& step, bool dilated)
{
    return dilated ? soFar + (kernel - I(1)) * dilation * step : soFar + (kernel - I(1)) * step;
}

} // namespace convarium::engine
