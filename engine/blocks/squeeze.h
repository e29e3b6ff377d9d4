// The gate of squeeze-and-excitation, for blocks that contain one.
#pragma once

#include "engine/blocks/parts.h"

namespace convarium::engine::parts
{

/// 0: no gate. Otherwise the number of maps divided by this is the width of the gate's narrow layer.
ParamInfo squeezeRatio();

/// Writes the gate around `maps` maps as a group of its own; ratio 0 writes nothing and returns the input.
NodeId squeezed(GraphWriter& writer, NodeId input, std::int64_t maps, std::int64_t ratio);

/// The gate's layers, in the group that is open: mean of each map, two dense layers, one factor for each map.
NodeId gate(GraphWriter& writer, NodeId input, std::int64_t maps, std::int64_t ratio);

} // namespace convarium::engine::parts
