#include "engine/layers/messages.h"
#include "engine/layers/reference.h"
#include "engine/ops/op_graph_builder.h"

#include <algorithm>

namespace convarium::engine
{
namespace
{

struct Reference {
    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        forEachElement(call.output, [&](std::int64_t n, std::int64_t i) {
            T sum = call.inputs[0].flat(n, i);
            for (std::size_t k = 1; k < call.inputs.size(); ++k)
                sum += call.inputs[k].flat(n, i);
            call.output.flat(n, i) = sum;
        });
    }
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        for (std::size_t k = 0; k < call.inputs.size(); ++k)
            if (wanted(call.inputGradients, k))
                forEachElement(call.outputGradient, [&](std::int64_t n, std::int64_t i) {
                    call.inputGradients[k].flat(n, i) += call.outputGradient.flat(n, i);
                });
    }
};

Result<void> check(std::span<const Shape> inputs, const Params&)
{
    if (std::all_of(inputs.begin(), inputs.end(), [&](const Shape& s) { return s == inputs[0]; }))
        return {};
    return Error{ErrorCode::ShapeMismatch,
                 std::string("Add needs ") + (inputs.size() == 2 ? "two " : "") + "equal shapes. It gets " +
                     listShapes(inputs) + ".",
                 "Insert a 1×1 Conv2D with the same filters and stride into the shorter way.",
                 {}};
}

} // namespace

LayerDescriptor describe_add()
{
    LayerDescriptor d;
    d.id = d.icon = "add";
    d.title = "Add";
    d.family = "merge";
    d.shortName = "A";
    d.help = "Adds its inputs number by number. The shortcut of a residual block ends here.";
    d.paper = "He, Zhang, Ren and Sun, Deep Residual Learning for Image Recognition, CVPR 2016, arXiv 1512.03385";
    d.minInputs = 2;
    d.maxInputs = 64;
    d.summary = [](const Params&) { return std::string("sum of its inputs"); };
    d.check = check;
    d.tensors = noTensors;
    setFormulas<SameShapeFormulas>(d);
    setReference<Reference>(d);
    d.lower = [](const LowerCall& call) { return call.builder->add(call, call.inputs); };
    d.onnx = [](const OnnxCall& call) {
        return call.builder->add(call.inputs.size() == 2 ? "Add" : "Sum", call.inputs);
    };
    d.torch = [](const TorchCall& call) {
        TorchCode code;
        code.call = "{0}";
        for (std::size_t i = 1; i < call.inputShapes.size(); ++i)
            code.call += " + {" + std::to_string(i) + "}";
        return code;
    };
    d.samples = {{"two inputs", {{2, 3, 4}, {2, 3, 4}}, {}},
                 {"three inputs", {{3, 2, 2}, {3, 2, 2}, {3, 2, 2}}, {}},
                 {"lists", {{9}, {9}}, {}}};
    return d;
}

} // namespace convarium::engine
