#include "engine/train/network_loss.h"

#include "engine/losses/loss.h"

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

TargetKind targetOf(const GraphSpec& graph, const std::string& loss)
{
    const GraphSpec trained = withLoss(graph, loss.empty() ? "cross-entropy" : loss);
    const ShapedGraph shaped = inferShapes(graph);
    if (trained.outputs.empty() || !shaped.shapes.contains(trained.outputs.front().node))
        return TargetKind::Class;
    const Shape& shape = shaped.shapes.at(trained.outputs.front().node);
    const std::string& own = graph.outputs.empty() ? std::string() : graph.outputs.front().loss;
    const auto found = lossFor(loss.empty() ? own : loss, shape.rank() == 3 && shape[1] * shape[2] > 1);
    return found ? found->info->target : TargetKind::Class;
}

} // namespace convarium::engine
