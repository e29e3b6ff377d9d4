// The textbook memory model: unpadded float32, whole batch. What this program allocates itself is another model, read
// from the execution plan; the two are never mixed.
#pragma once

#include "engine/graph/graph_spec.h"

#include <cstdint>
#include <map>
#include <set>

namespace convarium::engine
{

struct TextbookMemory {
    std::int64_t weights = 0;   ///< bytes of all parameters and statistics
    std::int64_t inference = 0; ///< weights + batch x largest sum of tensors that exist at once, in topological order
    std::int64_t training = 0;  ///< weights + batch x (input + outputs kept for backward)
};

/// Bytes for `batch` images; the largest int64 where they cannot be counted.
TextbookMemory textbookMemory(const GraphSpec& graph, const ShapedGraph& shapes, std::int64_t batch);

/// What each layer adds to the training figure: its weights, and its output unless it is computed in place. The sum
/// over all layers is TextbookMemory::training.
std::map<NodeId, std::int64_t> textbookTrainingMemory(const GraphSpec& graph, const ShapedGraph& shapes,
                                                      std::int64_t batch);

/// Nodes whose output is their input's memory: pointwise layers and Dropout that are the only reader of their input,
/// and Flatten, which only reads it in another shape.
std::set<NodeId> computedInPlace(const GraphSpec& graph);

} // namespace convarium::engine
