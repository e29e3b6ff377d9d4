// The whole network on the reference functions of its layers: slow, plain, in any precision. The model that fast paths
// are compared with, and the source of activations, gradients and updates for panels that explain a StepRecord.
#pragma once

#include "engine/train/trainer.h"

namespace convarium::engine
{

template <class T>
struct ReferencePass {
    std::map<NodeId, TensorOf<T>> outputs;         ///< shape: batch first (within size 0 of rank 6)
    std::map<NodeId, TensorOf<T>> outputGradients; ///< of the mean loss
    std::map<TensorKey, TensorOf<T>> tensorGradients;
    std::map<TensorKey, TensorOf<T>> newStatistics;
    double loss = 0;          ///< mean over the batch
    std::int64_t targets = 0; ///< images or pixels that were judged
    std::int64_t correct = 0;
};

struct ReferenceInput {
    std::vector<std::uint8_t> pixels;   ///< image after image, C H W
    std::vector<int> labels;            ///< per image, or per pixel of its mask (-1: not judged); empty: forward only
    std::vector<std::uint32_t> indices; ///< data set index per image, for counted randomness
    int scoreClass = -1; ///< without labels: gradients of this class's number before the softmax, not of the loss
    bool training = false;
    std::uint64_t seed = 1;
    std::uint32_t step = 0;
};

/// Forward, and with labels (or a class to score) also loss and backward. The graph must have no faults; weights must
/// hold every tensor. Batches have at most 2^31 elements per tensor.
template <class T>
Result<ReferencePass<T>> runReference(const GraphSpec& graph, const WeightMap& weights, const ReferenceInput& input);

/// Recomputes the gradients of a recorded step; data is the training set the trainer had.
Result<ReferencePass<double>> replay(const GraphSpec& graph, const StepRecord& record, const Dataset& data);

} // namespace convarium::engine
