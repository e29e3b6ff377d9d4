// "Why this number": each number of a layer with its formula in symbols, the values filled in, and the result.
#pragma once

#include "engine/graph/formula.h"
#include "engine/graph/graph_spec.h"

#include <string>
#include <vector>

namespace convarium::engine
{

/// title            result
/// symbols                        "(kernel · kernel · maps in + 1) · filters"
/// numbers                        "(5 · 5 · 6 + 1) · 16 = 2,416"
struct Derivation {
    std::string title;  ///< "Parameters"
    std::string result; ///< "2,416"
    std::string symbols;
    std::string numbers; ///< empty where there is nothing to work out
    friend bool operator==(const Derivation&, const Derivation&) = default;
};

/// A traced formula for display; unit (" bytes") follows the result behind the equals sign.
Derivation renderTraced(const std::string& title, const Traced& formula, const std::string& unit = {});

/// "409.6 kB", "4.8 MB": MB = 10^6 bytes, at most one digit after the point.
std::string bytesText(std::int64_t bytes);

/// The sizes of the output alone: one line for each, or one for all.
std::vector<Derivation> deriveOutput(const GraphSpec& graph, const ShapedGraph& shapes, NodeId node);

/// Output size, parameters, statistics, MACs per image, what is kept for backward at this batch, what it sees of the
/// input; only those that the layer has. Empty for a node without a shape. The batch stands in no other number.
std::vector<Derivation> deriveNode(const GraphSpec& graph, const ShapedGraph& shapes, NodeId node, std::int64_t batch);

} // namespace convarium::engine
