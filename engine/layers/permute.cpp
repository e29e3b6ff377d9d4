#include "engine/graph/shape_text.h"
#include "engine/layers/messages.h"
#include "engine/layers/reference.h"
#include "engine/ops/op_graph_builder.h"

#include <algorithm>

namespace convarium::engine
{
namespace
{

/// Axis i of the output is this axis of the input, counted from 0 without the batch.
std::vector<int> axesOf(const Params& params)
{
    std::vector<int> axes;
    for (const std::int64_t axis : params.list("order"))
        axes.push_back(static_cast<int>(axis - 1));
    return axes;
}

struct Formulas {
    template <class I>
    static LayerFormulas<I> eval(const FormulaContext<I>& c)
    {
        LayerFormulas<I> f;
        for (const int axis : axesOf(*c.params))
            f.output.sizes.push_back(c.inputs[0].sizes[static_cast<std::size_t>(axis)]);
        return f;
    }
};

struct Reference {
    /// Calls f(image, element of the output, element of the input).
    template <class T, class F>
    static void forEachPair(const ReferenceCall<T>& call, F f)
    {
        const std::vector<int> axes = axesOf(*call.params);
        const Shape& in = call.inputs[0].shape();
        const Shape& out = call.output.shape();
        forEachElement(call.output, [&](std::int64_t n, std::int64_t i) {
            std::array<std::int64_t, kMaxRank> place{};
            std::int64_t rest = i;
            for (int d = out.rank() - 1; d >= 0; --d) {
                place[static_cast<std::size_t>(axes[static_cast<std::size_t>(d)])] = rest % out[d];
                rest /= out[d];
            }
            std::int64_t source = 0;
            for (int d = 0; d < in.rank(); ++d)
                source = source * in[d] + place[static_cast<std::size_t>(d)];
            f(n, i, source);
        });
    }
    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        forEachPair(call, [&](std::int64_t n, std::int64_t to, std::int64_t from) {
            call.output.flat(n, to) = call.inputs[0].flat(n, from);
        });
    }
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        if (wanted(call.inputGradients, 0))
            forEachPair(call, [&](std::int64_t n, std::int64_t to, std::int64_t from) {
                call.inputGradients[0].flat(n, from) += call.outputGradient.flat(n, to);
            });
    }
};

Result<void> check(std::span<const Shape> inputs, const Params& params)
{
    std::vector<std::int64_t> sorted = params.list("order");
    std::sort(sorted.begin(), sorted.end());
    bool fits = static_cast<int>(sorted.size()) == inputs[0].rank();
    std::string axes;
    for (std::int64_t i = 1; i <= inputs[0].rank(); ++i) {
        fits = fits && sorted[static_cast<std::size_t>(i - 1)] == i;
        axes += (i == 1 ? "" : i == inputs[0].rank() ? " and " : ", ") + std::to_string(i);
    }
    if (fits)
        return {};
    return Error{ErrorCode::ShapeMismatch,
                 "Permute needs an order that names each axis of its input once. It gets " + shapeText(inputs[0]) +
                     fromSlot(0) + "; its order is " + params.text("order") + ".",
                 axes.empty() ? "Remove it: a single number has no axes."
                              : "Use the numbers " + axes + " in another order.",
                 {}};
}

} // namespace

LayerDescriptor describe_permute()
{
    LayerDescriptor d;
    d.id = d.icon = "permute";
    d.title = "Permute";
    d.family = "dense";
    d.shortName = "Pm";
    d.help = "Exchanges the axes of its input, for example maps last instead of first, or rows for columns.";
    d.paper = "Open Neural Network Exchange, operator Transpose";
    ParamInfo order;
    order.key = "order";
    order.title = "Order of the axes";
    order.type = ParamType::List;
    order.defaultValue = std::string("2,3,1");
    order.minimum = 1;
    order.maximum = kMaxRank;
    order.help = "For each axis of the output the axis of the input; of maps, 1 is the map, 2 the row, 3 the column.";
    d.parameters = {order};
    d.summary = [](const Params& p) { return "axes " + p.text("order"); };
    d.check = check;
    d.tensors = noTensors;
    d.seen = [](std::span<const Shape>, const Params&) {
        SeenWindow window;
        window.everything = true; // rows may become maps: places are no places any more
        return window;
    };
    setFormulas<Formulas>(d);
    setReference<Reference>(d);
    d.lower = [](const LowerCall& call) { return call.builder->permute(call, call.inputs[0], axesOf(*call.params)); };
    d.onnx = [](const OnnxCall& call) {
        std::vector<std::int64_t> axes = call.params->list("order");
        axes.insert(axes.begin(), 0); // the batch
        return call.builder->add("Transpose", call.inputs, {{"perm", axes}});
    };
    d.torch = [](const TorchCall& call) {
        TorchCode code;
        code.call = "{0}.permute(0";
        for (const std::int64_t axis : call.params->list("order"))
            code.call += ", " + std::to_string(axis);
        code.call += ")";
        return code;
    };
    const auto in = [](const char* axes) { return Params{{"order", std::string(axes)}}; };
    d.samples = {{"maps last", {{3, 2, 4}}, {}},
                 {"rows for columns", {{9, 2, 3}}, in("1,3,2")},
                 {"turned round", {{2, 3, 4}}, in("3,2,1")},
                 {"channel shuffle", {{2, 3, 2, 2}}, in("2,1,3,4")},
                 {"rank 2", {{3, 5}}, in("2,1")},
                 {"rank 5", {{2, 1, 3, 2, 2}}, in("5,3,1,2,4")},
                 {"list", {{7}}, in("1")}};
    return d;
}

} // namespace convarium::engine
