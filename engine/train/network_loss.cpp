#include "engine/train/network_loss.h"

namespace convarium::engine
{

GraphSpec withLoss(GraphSpec graph, const std::string& loss)
{
    if (loss.empty())
        return graph;
    if (graph.outputs.empty())
        for (const Node& node : graph.nodes)
            if (graph.edgesFrom(node.id).empty())
                graph.outputs.push_back({node.id});
    for (OutputSpec& output : graph.outputs)
        output.loss = loss;
    return graph;
}

} // namespace convarium::engine
