// Writes the block of a group again with other arguments.
#pragma once

#include "engine/blocks/block.h"

namespace convarium::engine
{

/// The block of this group with other arguments (complete or not; what is left out has its default). Layers that both
/// have keep their ids, names and whatever was set in them by hand, unless the new arguments say otherwise; wires to
/// what lies outside stay. InvalidArgument where the group has no template (it was edited), where arguments are out of
/// range (place.port names the argument), or where a wire from outside is at a layer that the new block does not have.
/// The graph changes only on success.
Result<void> rewriteBlock(GraphSpec& graph, std::int64_t group, const Params& arguments);

} // namespace convarium::engine
