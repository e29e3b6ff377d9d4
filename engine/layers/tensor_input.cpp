#include "engine/graph/shape_text.h"
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
        int axis = 0;
        for (const std::int64_t size : c.params->list("shape"))
            f.output.sizes.push_back(c.named(size, "size " + std::to_string(++axis)));
        return f;
    }
};

/// The numbers are put into the output by whoever runs the network: there is nothing to compute.
struct Reference {
    template <class T>
    static void forward(const ReferenceCall<T>&)
    {
    }
    template <class T>
    static void backward(const ReferenceCall<T>&)
    {
    }
};

} // namespace

LayerDescriptor describe_tensor_input()
{
    LayerDescriptor d;
    d.id = "tensor_input";
    d.icon = "input";
    d.title = "TensorInput";
    d.family = "data";
    d.shortName = "X";
    d.help = "Numbers that enter the network in any shape, for networks from elsewhere that do not read images.";
    d.minInputs = 0;
    d.maxInputs = 0;
    d.isInput = true;
    ParamInfo shape;
    shape.key = "shape";
    shape.title = "Shape";
    shape.type = ParamType::List;
    shape.defaultValue = std::string("10");
    shape.minimum = 1;
    shape.maximum = 1 << 24;
    shape.help = "The sizes of one sample, without the batch.";
    d.parameters = {shape};
    d.summary = [](const Params&) { return std::string("numbers of any kind"); };
    d.check = anyShape;
    d.tensors = noTensors;
    setFormulas<Formulas>(d);
    setReference<Reference>(d);
    d.lower = [](const LowerCall& call) { return call.builder->input(call); };
    d.samples = {{"list", {}, {{"shape", std::string("7")}}}, {"rank 4", {}, {{"shape", std::string("2,3,2,2")}}}};
    return d;
}

} // namespace convarium::engine
