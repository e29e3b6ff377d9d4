#include "engine/analysis/derivation.h"

#include "engine/analysis/node_formulas.h"
#include "engine/analysis/receptive_field.h"
#include "engine/analysis/textbook_memory.h"
#include "engine/graph/shape_text.h"

#include <algorithm>
#include <charconv>

namespace convarium::engine
{
namespace
{

/// A value or a name: nothing to work out.
bool isPlain(const Traced& t)
{
    return std::all_of(t.numbers.begin(), t.numbers.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string joined(const std::vector<Traced>& sizes, const std::string Traced::*text)
{
    std::string result;
    for (std::size_t i = 1; i < sizes.size(); ++i)
        result += sizes[i].*text + " × ";
    return sizes.empty() ? result : result + sizes[0].*text;
}

/// One line for a size that both directions share, else one for each.
void addOutput(const std::vector<Traced>& sizes, const Shape& output, std::vector<Derivation>& list)
{
    const std::size_t before = list.size();
    const bool square =
        sizes.size() == 3 && sizes[1].symbols == sizes[2].symbols && sizes[1].numbers == sizes[2].numbers;
    for (std::size_t d = 0; d < sizes.size(); ++d) {
        if (isPlain(sizes[d]) || (square && d == 2))
            continue;
        std::string title = "Output size";
        if (sizes.size() == 3 && d == 0)
            title = "Output maps";
        else if (sizes.size() == 3 && !square)
            title = d == 1 ? "Output height" : "Output width";
        list.push_back(renderTraced(title, sizes[d]));
    }
    if (list.size() == before)
        list.push_back({"Output size", shapeText(output), joined(sizes, &Traced::symbols),
                        sizes.size() > 1 ? joined(sizes, &Traced::numbers) : std::string()});
}

Derivation deriveKept(const Shape& output, std::int64_t batch)
{
    const auto named = [](std::int64_t value, const char* name) { return Traced(Checked(value), name); };
    Traced product = output.isMaps() ? named(output[1], "height") * named(output[2], "width") * named(output[0], "maps")
                                     : named(output.elements(), "numbers");
    product = product * named(4, "4 bytes") * named(batch, "batch");
    Derivation d = renderTraced("Kept for backward", product, " bytes");
    d.result = bytesText(product.value.value);
    return d;
}

/// The input nodes' largest height and width: what can be seen at most.
Shape inputExtent(const GraphSpec& graph, const ShapedGraph& shapes)
{
    Shape extent{1, 1, 1};
    for (const Node& node : graph.nodes) {
        const auto shape = shapes.shapes.find(node.id);
        if (shape == shapes.shapes.end() || !shape->second.isMaps() || !graph.edgesInto(node.id).empty())
            continue;
        extent[1] = std::max(extent[1], shape->second[1]);
        extent[2] = std::max(extent[2], shape->second[2]);
    }
    return extent;
}

Derivation deriveSeen(const NodeContext& context, const ReceptiveField& before, const ReceptiveField& field,
                      const Shape& extent)
{
    Derivation d;
    d.title = "Sees of the input";
    const std::int64_t height = field.rows.pixels(), width = field.columns.pixels();
    d.result = pairText(std::min(height, extent[1]), std::min(width, extent[2]));
    if (field.everything) {
        d.result = pairText(extent[1], extent[2]);
        d.symbols = "all of it";
        return d;
    }
    if (!context.layer->seen) {
        d.symbols = "as much as the layer before";
        return d;
    }
    const SeenWindow window = context.layer->seen(context.inputs, context.params);
    const auto traced = [&](bool vertical) {
        const auto named = [](std::int64_t value, const char* name) { return Traced(Checked(value), name); };
        const SeenExtent& soFar = vertical ? before.rows : before.columns;
        // Behind enlarged maps lengths are counted in parts of a pixel, so that nothing is rounded on the way.
        const bool parts = soFar.spread != 1;
        const Traced size = seenAfter<Traced>(
            named(soFar.size, parts ? "parts of a pixel so far" : "receptive field so far"),
            named(vertical ? window.kernelHeight : window.kernelWidth, "kernel"),
            named(vertical ? window.dilationHeight : window.dilationWidth, "dilation"),
            named(soFar.step, "step so far"), window.dilationHeight != 1 || window.dilationWidth != 1);
        return parts ? ceilDiv(size, named(soFar.spread, "parts per pixel")) : size;
    };
    const Derivation rows = renderTraced({}, traced(true));
    const Derivation columns = renderTraced({}, traced(false));
    d.symbols = rows.symbols;
    d.numbers = rows.numbers == columns.numbers ? rows.numbers : rows.numbers + ", across " + columns.numbers;
    if (height > extent[1] || width > extent[2])
        d.numbers += ", more than the " + pairText(extent[1], extent[2]) + " there are";
    return d;
}

auto tracedFormulas(const NodeContext& context)
{
    return context.layer->tracedFormulas(formulaContext<Traced>(context.params, context.inputs));
}

} // namespace

Derivation renderTraced(const std::string& title, const Traced& formula, const std::string& unit)
{
    Derivation d;
    d.title = title;
    d.result = formula.value.overflow ? "too large to count" : groupDigits(formula.value.value);
    d.symbols = formula.symbols;
    d.numbers = formula.numbers + " = " + d.result + (formula.value.overflow ? std::string() : unit);
    return d;
}

std::string bytesText(std::int64_t bytes)
{
    if (bytes < 1000)
        return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
    const char* units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    std::size_t unit = 0;
    double value = static_cast<double>(bytes) / 1000;
    for (; value >= 999.95 && unit + 1 < std::size(units); ++unit)
        value /= 1000;
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, 1); // any locale
    std::string number(text, end.ptr);
    if (number.ends_with(".0"))
        number.resize(number.size() - 2);
    return number + " " + units[unit];
}

std::vector<Derivation> deriveOutput(const GraphSpec& graph, const ShapedGraph& shapes, NodeId id)
{
    std::vector<Derivation> list;
    if (const auto context = nodeContext(graph, shapes, id))
        addOutput(tracedFormulas(*context).output.sizes, context->output, list);
    return list;
}

std::vector<Derivation> deriveNode(const GraphSpec& graph, const ShapedGraph& shapes, NodeId id, std::int64_t batch)
{
    std::vector<Derivation> list;
    const auto context = nodeContext(graph, shapes, id);
    if (!context)
        return list;
    const auto formulas = tracedFormulas(*context);
    addOutput(formulas.output.sizes, context->output, list);
    if (formulas.weights.value.value > 0)
        list.push_back(renderTraced("Parameters", formulas.weights));
    if (formulas.statistics.value.value > 0)
        list.push_back(renderTraced("Statistics", formulas.statistics));
    if (formulas.macs.value.value > 0)
        list.push_back(renderTraced("MACs per image", formulas.macs));
    if (computedInPlace(graph).count(id) == 0)
        list.push_back(deriveKept(context->output, batch));
    else
        list.push_back({"Kept for backward", "nothing", "computed in place of its input", {}});
    if (context->inputs.empty())
        return list;
    const auto fields = receptiveFields(graph, shapes);
    ReceptiveField before = fields.at(graph.edgesInto(id).front().from);
    list.push_back(deriveSeen(*context, before, fields.at(id), inputExtent(graph, shapes)));
    return list;
}

} // namespace convarium::engine
