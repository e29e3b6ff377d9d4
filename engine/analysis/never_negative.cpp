#include "engine/analysis/never_negative.h"

#include "engine/layers/layer.h"

#include <algorithm>

namespace convarium::engine
{

std::set<NodeId> neverNegative(const GraphSpec& graph)
{
    std::set<NodeId> found;
    // Nodes stand in any order: a layer may have to wait for what feeds it.
    for (bool more = true; more;) {
        more = false;
        for (const Node& node : graph.nodes) {
            const LayerDescriptor* layer = findLayer(node.type);
            if (!layer || found.contains(node.id) || layer->lowest == LowestOutput::Any)
                continue;
            const auto into = graph.edgesInto(node.id);
            const bool holds = layer->lowest == LowestOutput::Zero ||
                               (!into.empty() && std::all_of(into.begin(), into.end(),
                                                             [&](const Edge& e) { return found.contains(e.from); }));
            if (holds)
                more = found.insert(node.id).second || more;
        }
    }
    return found;
}

} // namespace convarium::engine
