// The loss of a network, and data with the targets it asks for.
#pragma once

#include "engine/graph/graph_spec.h"
#include "engine/train/train_config.h"

#include <string>

namespace convarium::engine
{

/// The network with this loss at its outputs; unchanged when the text is empty. The text is not checked here.
GraphSpec withLoss(GraphSpec graph, const std::string& loss);

} // namespace convarium::engine
