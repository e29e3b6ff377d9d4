#include "engine/graph/shape_text.h"
#include "engine/layers/messages.h"
#include "engine/layers/reference.h"
#include "engine/layers/settings.h"
#include "engine/ops/op_graph_builder.h"

#include <algorithm>

namespace convarium::engine
{
namespace
{

bool isReduced(const Params& params, int axis)
{
    const std::vector<std::int64_t> axes = params.list("axes");
    return std::find(axes.begin(), axes.end(), axis + 1) != axes.end();
}

struct Formulas {
    template <class I>
    static LayerFormulas<I> eval(const FormulaContext<I>& c)
    {
        LayerFormulas<I> f;
        for (std::size_t d = 0; d < c.inputs[0].sizes.size(); ++d) {
            if (!isReduced(*c.params, static_cast<int>(d)))
                f.output.sizes.push_back(c.inputs[0].sizes[d]);
            else if (c.params->flag("keep"))
                f.output.sizes.push_back(I(1));
        }
        return f;
    }
};

struct Reference {
    /// For each element of the input, in order, the element of the output that it goes into.
    template <class T>
    static std::vector<std::int64_t> targets(const ReferenceCall<T>& call)
    {
        const Shape& in = call.inputs[0].shape();
        std::vector<std::int64_t> target(static_cast<std::size_t>(in.elements()));
        for (std::int64_t i = 0; i < in.elements(); ++i) {
            std::int64_t rest = i, step = 1;
            for (int d = in.rank() - 1; d >= 0; --d) {
                if (!isReduced(*call.params, d)) {
                    target[static_cast<std::size_t>(i)] += rest % in[d] * step;
                    step *= in[d];
                }
                rest /= in[d];
            }
        }
        return target;
    }
    template <class T>
    static double share(const ReferenceCall<T>& call)
    {
        return static_cast<double>(call.output.elements()) / static_cast<double>(call.inputs[0].elements());
    }
    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        const std::vector<std::int64_t> target = targets(call);
        const Only only = call.only(Focus::Of::Output);
        for (std::int64_t n = 0; n < call.output.batch(); ++n) {
            std::vector<Wide<T>> sums(static_cast<std::size_t>(call.output.elements()));
            for (std::size_t i = 0; i < target.size(); ++i)
                if (!only.skips(n, target[i]))
                    sums[static_cast<std::size_t>(target[i])] += call.inputs[0].flat(n, static_cast<std::int64_t>(i));
            for (std::size_t o = 0; o < sums.size(); ++o)
                call.output.flat(n, static_cast<std::int64_t>(o)) = static_cast<T>(sums[o] * share(call));
        }
    }
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        if (!wanted(call.inputGradients, 0))
            return;
        const std::vector<std::int64_t> target = targets(call);
        forEachElement(call.inputs[0], call.only(Focus::Of::InputGradient), [&](std::int64_t n, std::int64_t i) {
            addTo(call.inputGradients[0].flat(n, i),
                  wide(call.outputGradient.flat(n, target[static_cast<std::size_t>(i)])) * share(call));
        });
    }
};

Result<void> check(std::span<const Shape> inputs, const Params& params)
{
    std::vector<std::int64_t> sorted = params.list("axes");
    std::sort(sorted.begin(), sorted.end());
    const bool twice = std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
    if (!twice && sorted.back() <= inputs[0].rank())
        return {};
    return Error{ErrorCode::ShapeMismatch,
                 "ReduceMean needs axes that its input has, each once. It gets " + shapeText(inputs[0]) + fromSlot(0) +
                     "; its axes are " + params.text("axes") + ".",
                 inputs[0].rank() == 0 ? "Remove it: a single number is its own mean."
                                       : "Use numbers from 1 to " + std::to_string(inputs[0].rank()) + ".",
                 {}};
}

SeenWindow seen(std::span<const Shape> inputs, const Params& params)
{
    SeenWindow window;
    if (inputs[0].isMaps()) {
        window.kernelHeight = isReduced(params, 1) ? inputs[0][1] : 1;
        window.kernelWidth = isReduced(params, 2) ? inputs[0][2] : 1;
    } else {
        window.everything = true;
    }
    return window;
}

} // namespace

LayerDescriptor describe_reduce_mean()
{
    LayerDescriptor d;
    d.id = d.icon = "reduce_mean";
    d.title = "ReduceMean";
    d.family = "pooling";
    d.shortName = "Me";
    d.help = "The mean over whole axes: over rows and columns it is GlobalAvgPool, over maps the mean picture.";
    d.paper = "Open Neural Network Exchange, operator ReduceMean";
    ParamInfo axes;
    axes.key = "axes";
    axes.title = "Axes";
    axes.type = ParamType::List;
    axes.defaultValue = std::string("2,3");
    axes.minimum = 1;
    axes.maximum = kMaxRank;
    axes.minItems = 1;
    axes.help = "The axes that the mean runs over; of maps, 1 is the map, 2 the row, 3 the column.";
    d.parameters = {
        axes, flagParameter("keep", "Keep the axes", false, "The axes stay with the size 1; otherwise they vanish.")};
    d.summary = [](const Params& p) { return "over axes " + p.text("axes"); };
    d.check = check;
    d.tensors = noTensors;
    d.seen = seen;
    setFormulas<Formulas>(d);
    setReference<Reference>(d);
    d.lower = [](const LowerCall& call) {
        std::vector<int> reduced;
        for (const std::int64_t axis : call.params->list("axes"))
            reduced.push_back(static_cast<int>(axis - 1));
        return call.builder->reduceMean(call, call.inputs[0], reduced);
    };
    d.onnx = [](const OnnxCall& call) {
        return call.builder->add(
            "ReduceMean", call.inputs,
            {{"axes", call.params->list("axes")}, {"keepdims", std::int64_t{call.params->flag("keep") ? 1 : 0}}});
    };
    d.torch = [](const TorchCall& call) {
        TorchCode code;
        code.call = "{0}.mean([" + listText(call.params->list("axes")) +
                    "], keepdim=" + (call.params->flag("keep") ? "True" : "False") + ")";
        return code;
    };
    const auto over = [](const char* list, bool kept) { return Params{{"axes", std::string(list)}, {"keep", kept}}; };
    d.samples = {{"each map", {{9, 2, 3}}, {}},
                 {"each map, kept", {{3, 4, 5}}, over("2,3", true)},
                 {"mean picture", {{9, 2, 3}}, over("1", true)},
                 {"rows", {{3, 4, 5}}, over("2", false)},
                 {"everything", {{3, 2, 2}}, over("1,2,3", false)},
                 {"list", {{17}}, over("1", true)},
                 {"rank 4", {{2, 3, 2, 2}}, over("4,1", false)},
                 {"rank 4 to maps", {{2, 3, 4, 2}}, over("1", false)}};
    return d;
}

} // namespace convarium::engine
