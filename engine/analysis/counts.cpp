#include "engine/analysis/counts.h"

#include "engine/analysis/node_formulas.h"

namespace convarium::engine
{

NetworkCounts countNetwork(const GraphSpec& graph, const ShapedGraph& shapes)
{
    NetworkCounts result;
    for (const Node& node : graph.nodes) {
        const auto context = nodeContext(graph, shapes, node.id);
        if (!context)
            continue;
        const auto formulas = context->layer->formulas(formulaContext<Checked>(context->params, context->inputs));
        Counts counts;
        (node.frozen ? counts.frozen : counts.trainable) = formulas.weights.value;
        counts.statistics = formulas.statistics.value;
        counts.macs = formulas.macs.value;
        result.nodes[node.id] = counts;
        result.total.trainable += counts.trainable;
        result.total.frozen += counts.frozen;
        result.total.statistics += counts.statistics;
        result.total.macs += counts.macs;
    }
    return result;
}

} // namespace convarium::engine
