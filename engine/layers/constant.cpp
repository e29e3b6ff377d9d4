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
        I numbers = I(1);
        int axis = 0;
        for (const std::int64_t size : c.params->list("shape")) {
            f.output.sizes.push_back(c.named(size, "size " + std::to_string(++axis)));
            numbers = axis == 1 ? f.output.sizes.back() : numbers * f.output.sizes.back();
        }
        if (c.params->flag("trainable"))
            f.weights = numbers;
        return f;
    }
};

/// The same numbers for every image.
struct Reference {
    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        forEachElement(call.output,
                       [&](std::int64_t n, std::int64_t i) { call.output.flat(n, i) = call.tensors[0].flat(0, i); });
    }
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        if (!wanted(call.tensorGradients, 0))
            return;
        for (std::int64_t i = 0; i < call.output.elements(); ++i) {
            if (call.only(Focus::Of::TensorGradient).skips(0, i))
                continue;
            Wide<T> sum = 0;
            for (std::int64_t n = 0; n < call.outputGradient.batch(); ++n)
                sum += call.outputGradient.flat(n, i);
            addTo(call.tensorGradients[0].flat(0, i), sum);
        }
    }
};

} // namespace

LayerDescriptor describe_constant()
{
    LayerDescriptor d;
    d.id = d.icon = "constant";
    d.title = "Constant";
    d.family = "data";
    d.shortName = "K";
    d.help = "Numbers of the network's own that are the same for every image: fixed, or learned like weights.";
    d.minInputs = 0;
    d.maxInputs = 0;
    ParamInfo shape;
    shape.key = "shape";
    shape.title = "Shape";
    shape.type = ParamType::List;
    shape.defaultValue = std::string("1");
    shape.minimum = 1;
    shape.maximum = 1 << 24;
    shape.help = "Its sizes, for maps: maps, height, width.";
    ParamInfo trainable;
    trainable.key = "trainable";
    trainable.title = "Learned";
    trainable.type = ParamType::Flag;
    trainable.defaultValue = true;
    trainable.help = "Training changes the numbers; otherwise they stay as they are.";
    d.parameters = {shape, trainable};
    d.summary = [](const Params& p) {
        std::string text = p.flag("trainable") ? "learned numbers" : "fixed numbers";
        return text;
    };
    d.check = anyShape;
    d.tensors = [](std::span<const Shape>, const Params& params) {
        TensorInfo value;
        value.key = "value";
        value.role = params.flag("trainable") ? TensorRole::Weight : TensorRole::Constant;
        for (const std::int64_t size : params.list("shape"))
            value.shape.append(size);
        return std::vector<TensorInfo>{value};
    };
    setFormulas<Formulas>(d);
    setReference<Reference>(d);
    d.lower = [](const LowerCall& call) { return call.builder->constant(call, "value", call.outputShape); };
    d.onnx = [](const OnnxCall& call) {
        // The batch axis comes with broadcasting.
        Shape batched{1};
        for (int i = 0; i < call.outputShape.rank(); ++i)
            batched.append(call.outputShape[i]);
        return call.builder->tensor("value", batched);
    };
    d.torch = [](const TorchCall& call) {
        std::vector<std::int64_t> sizes;
        for (int i = 0; i < call.outputShape.rank(); ++i)
            sizes.push_back(call.outputShape[i]);
        TorchCode code;
        code.module = "nn.Parameter(torch.zeros([" + listText(sizes) +
                      "]), requires_grad=" + (call.params->flag("trainable") ? "True" : "False") + ")";
        code.call = "{self}.unsqueeze(0)";
        code.tensors = {{"value", ""}};
        return code;
    };
    d.samples = {{"learned maps", {}, {{"shape", std::string("3,2,4")}}},
                 {"learned list", {}, {{"shape", std::string("19")}}},
                 {"fixed", {}, {{"shape", std::string("2,1,1")}, {"trainable", false}}}};
    return d;
}

} // namespace convarium::engine
