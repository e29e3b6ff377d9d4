// How weights start.
#pragma once

#include "engine/layers/layer.h"

namespace convarium::engine
{

/// Writes info.shape.elements() numbers in logical order. They depend on the seed, the node's id and the tensor's key
/// only, so editing one layer leaves the others' start alone.
///   HeNormal       normal, deviation sqrt(2 / fanIn): He et al., "Delving Deep into Rectifiers", ICCV 2015, arXiv
///   1502.01852 GlorotUniform  uniform in +-sqrt(6 / (fanIn + fanOut)): Glorot and Bengio, "Understanding the
///   difficulty of training
///                  deep feedforward neural networks", AISTATS 2010
void fillInitial(const TensorInfo& info, std::uint64_t seed, NodeId node, float* values);

} // namespace convarium::engine
