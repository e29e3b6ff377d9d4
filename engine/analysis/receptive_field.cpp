#include "engine/analysis/receptive_field.h"

#include "engine/analysis/node_formulas.h"

#include <algorithm>

namespace convarium::engine
{
namespace
{

/// Fields grow by stride after stride; a network deep enough to overflow sees everything.
constexpr std::int64_t kLimit = std::int64_t{1} << 40;

std::int64_t grown(std::int64_t soFar, std::int64_t kernel, std::int64_t dilation, std::int64_t step)
{
    const Checked seen = seenAfter<Checked>(soFar, kernel, dilation, step, true);
    return seen.overflow ? kLimit : std::min(kLimit, seen.value);
}

} // namespace

std::map<NodeId, ReceptiveField> receptiveFields(const GraphSpec& graph, const ShapedGraph& shapes)
{
    std::map<NodeId, ReceptiveField> fields;
    for (const NodeId id : shapes.order) {
        const auto context = nodeContext(graph, shapes, id);
        if (!context)
            continue;
        ReceptiveField field;
        for (const Edge& edge : graph.edgesInto(id)) {
            const ReceptiveField& source = fields[edge.from];
            field.height = std::max(field.height, source.height);
            field.width = std::max(field.width, source.width);
            field.stepHeight = std::max(field.stepHeight, source.stepHeight);
            field.stepWidth = std::max(field.stepWidth, source.stepWidth);
            field.everything = field.everything || source.everything;
        }
        if (context->layer->seen) {
            const SeenWindow window = context->layer->seen(context->inputs, context->params);
            field.height = grown(field.height, window.kernelHeight, window.dilationHeight, field.stepHeight);
            field.width = grown(field.width, window.kernelWidth, window.dilationWidth, field.stepWidth);
            field.stepHeight = std::min(kLimit, field.stepHeight * window.strideHeight);
            field.stepWidth = std::min(kLimit, field.stepWidth * window.strideWidth);
            field.everything = field.everything || window.everything;
        }
        fields[id] = field;
    }
    return fields;
}

} // namespace convarium::engine
