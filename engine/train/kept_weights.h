// What stays of a network's weights when the network is edited: by layer and shape, all of a layer or nothing of it.
#pragma once

#include "engine/train/trainer.h"

namespace convarium::engine
{

/// Layers with weights, by whether the weights they have had before fit them.
struct KeptLayers {
    std::vector<NodeId> kept, anew;
    std::vector<NodeId> waiting; ///< they have had some; what they need is not known while their input is missing
    [[nodiscard]] bool any() const { return !kept.empty() || !waiting.empty(); }
};
[[nodiscard]] KeptLayers keptLayers(const GraphSpec& graph, const WeightMap& weights);

/// initialWeights(), in which layers whose weights are in `kept` with the shapes they need now have those. Where `kept`
/// is what the network needs, it comes back itself. kept may be null.
[[nodiscard]] WeightsPtr startWeights(const GraphSpec& graph, std::uint64_t seed, const WeightsPtr& kept);

/// A run that begins with these weights.
[[nodiscard]] std::shared_ptr<const TrainingState> newRun(WeightsPtr weights, std::uint64_t seed);

/// Its weights are what training this network needs.
[[nodiscard]] bool goesOn(const GraphSpec& graph, const TrainingState& state);

/// The same where it goes on; else a new run that keeps what fits of its result.
/// state may be null.
[[nodiscard]] std::shared_ptr<const TrainingState> startState(const GraphSpec& graph,
                                                              const std::shared_ptr<const TrainingState>& state);

} // namespace convarium::engine
