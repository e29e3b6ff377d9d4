// GELU has no operator of its own up to set 17: exporters write it as five.
#pragma once

#include "engine/io/onnx/schema.h"

#include <map>

namespace convarium::engine
{

/// Finds 0.5 x (1 + Erf(x / sqrt 2)), in either order of its products: index of the last node -> one node "Gelu" for
/// it.
std::map<int, schema::NodeProto> findGelus(const schema::GraphProto& graph);

} // namespace convarium::engine
