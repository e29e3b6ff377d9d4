#include "engine/analysis/receptive_field.h"

#include "engine/analysis/node_formulas.h"

#include <algorithm>
#include <numeric>

namespace convarium::engine
{
namespace
{

/// Fields grow by stride after stride; a network deep enough to overflow sees everything.
constexpr std::int64_t kLimit = std::int64_t{1} << 40;

std::int64_t limited(const Checked& number)
{
    return number.overflow ? kLimit : std::min(kLimit, number.value);
}

SeenExtent after(const SeenExtent& before, std::int64_t kernel, std::int64_t dilation, std::int64_t stride,
                 std::int64_t spread)
{
    SeenExtent next;
    next.size = limited(seenAfter<Checked>(before.size, kernel, dilation, before.step, true));
    next.step = limited(Checked(before.step) * Checked(stride));
    next.spread = before.spread;
    if (spread == 1)
        return next;
    // The same lengths in finer steps; a common divisor of all three is taken out again.
    next.size = limited(Checked(next.size) * Checked(spread));
    next.spread = limited(Checked(next.spread) * Checked(spread));
    const std::int64_t common = std::gcd(std::gcd(next.size, next.spread), next.step);
    return {next.size / common, next.step / common, next.spread / common};
}

SeenExtent larger(const SeenExtent& a, const SeenExtent& b)
{
    const auto ratio = [](std::int64_t n, std::int64_t d) { return static_cast<double>(n) / static_cast<double>(d); };
    const double sizeA = ratio(a.size, a.spread), sizeB = ratio(b.size, b.spread);
    if (sizeA != sizeB)
        return sizeA > sizeB ? a : b;
    return ratio(a.step, a.spread) >= ratio(b.step, b.spread) ? a : b;
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
            field.rows = larger(field.rows, source.rows);
            field.columns = larger(field.columns, source.columns);
            field.everything = field.everything || source.everything;
        }
        if (context->layer->seen) {
            const SeenWindow w = context->layer->seen(context->inputs, context->params);
            field.rows = after(field.rows, w.kernelHeight, w.dilationHeight, w.strideHeight, w.spreadHeight);
            field.columns = after(field.columns, w.kernelWidth, w.dilationWidth, w.strideWidth, w.spreadWidth);
            field.everything = field.everything || w.everything;
        }
        fields[id] = field;
    }
    return fields;
}

} // namespace convarium::engine
