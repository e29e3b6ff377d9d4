// The networks that are computed here and in PyTorch.
#pragma once

#include "engine/train/trainer.h"
#include "tests/support/graphs.h"

#include <string>
#include <vector>

namespace convarium::test
{

struct PeerNetwork {
    std::string name; ///< fit for a file
    GraphSpec graph;
    bool large = false; ///< slow on a slow kernel level
};

/// Networks by hand, then one for every sample case of every layer.
std::vector<PeerNetwork> peerNetworks();

/// Random weights all of which matter: initial kernels, biases and scales that are neither 0 nor 1, positive variances.
WeightMap peerWeights(const GraphSpec& graph);

} // namespace convarium::test
