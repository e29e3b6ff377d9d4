// Which pixels of the image can change a number: exact, padding left out.
#pragma once

#include "engine/analysis/pixel_box.h"
#include "engine/explain/network_numbers.h"

namespace convarium::engine
{

/// The smallest box of the first Input's pixels that holds all of them. numbers: after run().
PixelBox seenPixels(const NetworkNumbers& numbers, const GraphSpec& graph, NodeId node, std::int64_t element);

} // namespace convarium::engine
