// How much of the input one number of a layer depends on.
#pragma once

#include "engine/graph/formula.h"
#include "engine/graph/graph_spec.h"

#include <cstdint>
#include <map>

namespace convarium::engine
{

/// Seen rows and columns of the input (may be larger than it: padding counts) and the distance between neighbours.
/// size = size so far + (kernel - 1) * dilation * step so far; step = step so far * stride.
struct ReceptiveField {
    std::int64_t height = 1, width = 1;
    std::int64_t stepHeight = 1, stepWidth = 1;
    bool everything = false; ///< the whole input, by a Dense layer on the way
};

/// Of every node with a shape. Merges see what the input with the largest field sees.
std::map<NodeId, ReceptiveField> receptiveFields(const GraphSpec& graph, const ShapedGraph& shapes);

/// Rows (vertical) or columns after a window with these numbers.
template <class I>
I seenAfter(const I& soFar, const I& kernel, const I& dilation, const I& step, bool dilated)
{
    return dilated ? soFar + (kernel - I(1)) * dilation * step : soFar + (kernel - I(1)) * step;
}

} // namespace convarium::engine
