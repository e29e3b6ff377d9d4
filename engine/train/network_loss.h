// The loss of a network, and data with the targets it asks for.
#pragma once

#include "engine/data/dataset.h"
#include "engine/graph/graph_spec.h"
#include "engine/train/train_config.h"

#include <string>

namespace convarium::engine
{

/// The network with this loss at its outputs; unchanged when the text is empty. The text is not checked here.
GraphSpec withLoss(GraphSpec graph, const std::string& loss);

/// What the network is compared with under this loss (empty: its own): a class for every image, or for every pixel.
TargetKind targetOf(const GraphSpec& graph, const std::string& loss);

} // namespace convarium::engine
