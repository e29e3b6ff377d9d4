// Parameters and multiply-accumulates of a network. Pure functions: nothing is allocated or run.
#pragma once

#include "engine/graph/graph_spec.h"

#include <cstdint>
#include <map>

namespace convarium::engine
{

/// Counts of one layer or of all. Parameters are numbers, not bytes.
struct Counts {
    std::int64_t trainable = 0;  ///< weights that training changes
    std::int64_t frozen = 0;     ///< weights of frozen layers
    std::int64_t statistics = 0; ///< running means and variances
    std::int64_t macs = 0;       ///< multiply-accumulates of convolution and dense weights for one image, without bias

    [[nodiscard]] std::int64_t parameters() const { return trainable + frozen; }
    friend bool operator==(const Counts&, const Counts&) = default;
};

struct NetworkCounts {
    std::map<NodeId, Counts> nodes; ///< every node that has a shape
    Counts total;
};

/// Counts what shape inference could work out; nodes without a shape count nothing.
NetworkCounts countNetwork(const GraphSpec& graph, const ShapedGraph& shapes);

} // namespace convarium::engine
