// A network as a function of numbers: any batch of float samples in, any layer's output out.
#pragma once

#include "engine/train/trainer.h"

#include <atomic>
#include <vector>

namespace convarium::engine
{

/// What a network reads: the Input layers in the order in which inferValues() takes them.
struct NetworkInput {
    NodeId node = kNoNode;
    Shape shape; ///< of one sample
};
std::vector<NetworkInput> networkInputs(const GraphSpec& graph);

/// The node that gives the network's result: the first output, else the first layer that nothing reads.
NodeId resultNode(const GraphSpec& graph);

/// Values of `node` for `images` samples, in logical order, one sample after the other.
struct InferredValues {
    Shape shape; ///< of one sample
    std::vector<float> values;
};

/// Runs the network on samples of float numbers in logical order, as they are (no scaling of pixels). inputs[i] holds
/// the samples of input i. Works in batches that keep memory within about a gigabyte. threads 0: all cores. Errors:
/// those of makePlan(), OutOfMemory, Cancelled.
Result<InferredValues> inferValues(const GraphSpec& graph, const WeightMap& weights, NodeId node,
                                   const std::vector<const float*>& inputs, std::int64_t images, int threads = 0,
                                   const std::atomic<bool>* stop = nullptr);

} // namespace convarium::engine
