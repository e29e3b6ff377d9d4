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
        const std::vector<I>& in = c.inputs[0].sizes;
        if (in.empty()) {
            f.output.sizes = {I(1)};
            return f;
        }
        // Read as the shape is written: height, width, maps.
        I numbers = in.size() > 1 ? in[1] : in[0];
        for (std::size_t i = 2; i < in.size(); ++i)
            numbers = numbers * in[i];
        f.output.sizes = {in.size() > 1 ? numbers * in[0] : numbers};
        return f;
    }
};

/// The numbers in logical order (maps, rows, columns) as one list.
struct Reference {
    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        forEachElement(call.inputs[0],
                       [&](std::int64_t n, std::int64_t i) { call.output.at(n, i) = call.inputs[0].flat(n, i); });
    }
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        if (!wanted(call.inputGradients, 0))
            return;
        forEachElement(call.inputs[0], [&](std::int64_t n, std::int64_t i) {
            call.inputGradients[0].flat(n, i) += call.outputGradient.at(n, i);
        });
    }
};

} // namespace

LayerDescriptor describe_flatten()
{
    LayerDescriptor d;
    d.id = d.icon = "flatten";
    d.title = "Flatten";
    d.family = "dense";
    d.shortName = "Fl";
    d.help = "Lays all maps out as one list, map by map and row by row, so that a Dense layer can read them.";
    d.summary = [](const Params&) { return std::string("maps to one list"); };
    d.check = anyShape;
    d.tensors = noTensors;
    d.inPlace = true;
    d.isView = true;
    setFormulas<Formulas>(d);
    setReference<Reference>(d);
    d.lower = [](const LowerCall& call) { return call.builder->reshape(call, call.inputs[0], call.outputShape); };
    d.onnx = [](const OnnxCall& call) {
        return call.builder->add("Flatten", call.inputs, {{"axis", std::int64_t{1}}});
    };
    d.torch = [](const TorchCall& call) {
        TorchCode code;
        // A batch of single numbers has no axis to flatten.
        code.call = call.inputShapes[0].rank() == 0 ? "{0}.reshape(-1, 1)" : "torch.flatten({0}, 1)";
        return code;
    };
    d.samples = {{"maps", {{3, 2, 5}}, {}},
                 {"list", {{7}}, {}},
                 {"one pixel", {{6, 1, 1}}, {}},
                 {"rank 4", {{2, 3, 1, 2}}, {}},
                 {"rank 0", {Shape{}}, {}}};
    return d;
}

} // namespace convarium::engine
