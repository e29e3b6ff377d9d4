#include "engine/layers/messages.h"
#include "engine/layers/reference.h"
#include "engine/ops/op_graph_builder.h"

namespace convarium::engine
{
namespace
{

struct Formulas {
    template <class I>
    static LayerFormulas<I> eval(const FormulaContext<I>& c)
    {
        LayerFormulas<I> f;
        f.output = c.inputs[0];
        for (std::size_t k = 1; k < c.inputs.size(); ++k)
            f.output.sizes[0] = f.output.sizes[0] + c.inputs[k].sizes[0];
        // One height and width for all, so they lose their number.
        for (std::size_t d = 1; d < f.output.sizes.size(); ++d)
            f.output.sizes[d] = renamed(f.output.sizes[d], d == 1 ? "height in" : "width in");
        return f;
    }
};

/// In logical order the maps of one input follow those of the one before without a gap.
struct Reference {
    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        std::int64_t first = 0;
        for (const auto& in : call.inputs) {
            forEachElement(in, [&](std::int64_t n, std::int64_t i) { call.output.flat(n, first + i) = in.flat(n, i); });
            first += in.elements();
        }
    }
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        std::int64_t first = 0;
        for (std::size_t k = 0; k < call.inputs.size(); ++k) {
            if (wanted(call.inputGradients, k))
                forEachElement(call.inputs[k], [&](std::int64_t n, std::int64_t i) {
                    call.inputGradients[k].flat(n, i) += call.outputGradient.flat(n, first + i);
                });
            first += call.inputs[k].elements();
        }
    }
};

Result<void> check(std::span<const Shape> inputs, const Params&)
{
    if (auto valid = needAxes("Concat", inputs[0]); !valid)
        return valid;
    for (const Shape& shape : inputs.subspan(1)) {
        bool fits = shape.rank() == inputs[0].rank();
        for (int d = 1; fits && d < shape.rank(); ++d)
            fits = shape[d] == inputs[0][d];
        if (!fits)
            return Error{ErrorCode::ShapeMismatch,
                         "Concat needs maps of equal height and width. It gets " + listShapes(inputs) + ".",
                         "Give all ways to it the same strides and padding.",
                         {}};
    }
    return {};
}

} // namespace

LayerDescriptor describe_concat()
{
    LayerDescriptor d;
    d.id = d.icon = "concat";
    d.title = "Concat";
    d.family = "merge";
    d.shortName = "Cat";
    d.help = "Stacks the maps of its inputs behind one another. The branches of an inception block end here.";
    d.paper = "Szegedy et al., Going Deeper with Convolutions, CVPR 2015, arXiv 1409.4842";
    d.minInputs = 2;
    d.maxInputs = 64;
    d.summary = [](const Params&) { return std::string("all maps, stacked"); };
    d.check = check;
    d.tensors = noTensors;
    setFormulas<Formulas>(d);
    setReference<Reference>(d);
    d.lower = [](const LowerCall& call) { return call.builder->concat(call, call.inputs); };
    d.onnx = [](const OnnxCall& call) { return call.builder->add("Concat", call.inputs, {{"axis", std::int64_t{1}}}); };
    d.torch = [](const TorchCall&) {
        TorchCode code;
        code.call = "torch.cat(({all}), 1)";
        return code;
    };
    d.samples = {{"two inputs", {{2, 3, 4}, {3, 3, 4}}, {}},
                 {"three inputs", {{1, 2, 2}, {5, 2, 2}, {8, 2, 2}}, {}},
                 {"lists", {{9}, {4}}, {}}};
    return d;
}

} // namespace convarium::engine
