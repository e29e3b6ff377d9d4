#include "engine/analysis/seen_box.h"

#include "engine/analysis/node_formulas.h"

#include <map>

namespace convarium::engine
{

namespace
{

/// Places of one direction, inclusive.
struct Span {
    std::int64_t first = 0, last = -1;
    [[nodiscard]] bool isEmpty() const { return last < first; }
};

std::int64_t floorDiv(std::int64_t a, std::int64_t b)
{
    return a >= 0 ? a / b : -((b - 1 - a) / b);
}

std::int64_t ceilDiv(std::int64_t a, std::int64_t b)
{
    return -floorDiv(-a, b);
}

/// How a layer's window slides in one direction.
struct Slide {
    std::int64_t start, stride, spread, reach, dilation;

    Slide(const SeenWindow& w, bool vertical)
        : start(vertical ? w.startHeight : w.startWidth), stride(vertical ? w.strideHeight : w.strideWidth),
          spread(vertical ? w.spreadHeight : w.spreadWidth), reach(vertical ? w.reachHeight : w.reachWidth),
          dilation(vertical ? w.dilationHeight : w.dilationWidth)
    {
        if (reach < 0)
            reach = ((vertical ? w.kernelHeight : w.kernelWidth) - 1) * dilation;
        if (spread != 1)
            dilation = 1; // counted in parts of a place: some of them hold nothing
    }

    [[nodiscard]] Span before(std::int64_t place) const
    {
        const std::int64_t from = place * stride + start;
        return {ceilDiv(from, spread), floorDiv(from + reach, spread)};
    }
    /// Padding left out: the first cell of a dilated window that lies in 0 .. size - 1, and the last.
    [[nodiscard]] Span insideBefore(std::int64_t place, std::int64_t size) const
    {
        const Span all = before(place);
        return {all.first < 0 ? all.first + ceilDiv(-all.first, dilation) * dilation : all.first,
                all.last >= size ? all.last - ceilDiv(all.last - size + 1, dilation) * dilation : all.last};
    }
};

Span fieldBefore(const Slide& slide, const Span& places)
{
    return {slide.before(places.first).first, slide.before(places.last).last};
}

Span insideBefore(const Slide& slide, const Span& places, std::int64_t size)
{
    Span all;
    for (std::int64_t place = places.first; place <= places.last; ++place) {
        const Span read = slide.insideBefore(place, size);
        if (read.isEmpty())
            continue;
        all = all.isEmpty() ? read : Span{std::min(all.first, read.first), std::max(all.last, read.last)};
    }
    return all;
}

PixelBox boxOf(const Span& rows, const Span& columns)
{
    return {rows.first, columns.first, rows.last, columns.last};
}

PixelBox whole(const Shape& shape)
{
    return shape.isMaps() ? PixelBox{0, 0, shape[1] - 1, shape[2] - 1} : PixelBox{0, 0, 0, shape.elements() - 1};
}

/// What a layer reads of an input of shape `in` for the places `box` of its output.
SeenBox readBy(const NodeContext& node, const Shape& in, const SeenBox& box)
{
    const SeenBox all{whole(in), whole(in)};
    const Shape& out = node.output;
    const bool windowed = static_cast<bool>(node.layer->seen);
    const SeenWindow window = windowed ? node.layer->seen(node.inputs, node.params) : SeenWindow{};
    if (window.everything)
        return all;
    if (!in.isMaps() || !out.isMaps()) {
        if (in.isMaps() && node.layer->isView && box.inside.left == box.inside.right) {
            const std::int64_t place = box.inside.left; // of one number of a list that was maps
            PixelBox one;
            one.add(place / in[2] % in[1], place % in[2]);
            return {one, one};
        }
        return in == out ? box : all;
    }
    const auto along = [&](bool vertical, const Span& field, const Span& inside) -> std::pair<Span, Span> {
        const std::int64_t size = in[vertical ? 1 : 2];
        if (windowed) {
            const Slide slide(window, vertical);
            return {fieldBefore(slide, field), insideBefore(slide, inside, size)};
        }
        if (size == out[vertical ? 1 : 2])
            return {field, inside};
        return {{0, size - 1}, {0, size - 1}}; // a size of 1 that is stretched
    };
    const auto [rows, rowsInside] = along(true, {box.field.top, box.field.bottom}, {box.inside.top, box.inside.bottom});
    const auto [columns, columnsInside] =
        along(false, {box.field.left, box.field.right}, {box.inside.left, box.inside.right});
    return {boxOf(rows, columns), boxOf(rowsInside, columnsInside)};
}

} // namespace

SeenBox seenBox(const GraphSpec& graph, const ShapedGraph& shapes, NodeId node, std::int64_t element)
{
    const auto shape = shapes.shapes.find(node);
    if (shape == shapes.shapes.end())
        return {};
    const std::int64_t width = shape->second.isMaps() ? shape->second[2] : shape->second.elements();
    const std::int64_t height = shape->second.isMaps() ? shape->second[1] : 1;
    std::map<NodeId, SeenBox> boxes;
    PixelBox one;
    one.add(element / width % height, element % width);
    boxes[node] = {one, one};
    const auto begin = std::find(shapes.order.rbegin(), shapes.order.rend(), node);
    for (auto id = begin; id != shapes.order.rend(); ++id) {
        const auto box = boxes.find(*id);
        const auto context = box == boxes.end() ? std::nullopt : nodeContext(graph, shapes, *id);
        if (!context || box->second.field.isEmpty())
            continue;
        if (context->layer->isInput)
            return box->second;
        const auto edges = graph.edgesInto(*id);
        for (std::size_t k = 0; k < edges.size() && k < context->inputs.size(); ++k) {
            const SeenBox read = readBy(*context, context->inputs[k], box->second);
            boxes[edges[k].from].field.add(read.field);
            boxes[edges[k].from].inside.add(read.inside);
        }
    }
    return {};
}

} // namespace convarium::engine
