// Which layers give no number below zero, whatever the weights and the image.
#pragma once

#include "engine/graph/graph_spec.h"

#include <set>

namespace convarium::engine
{

/// In evaluation. Found by trying every layer on its samples; of images nothing is assumed.
[[nodiscard]] std::set<NodeId> neverNegative(const GraphSpec& graph);

} // namespace convarium::engine
