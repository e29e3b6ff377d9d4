#include "engine/graph/shape_text.h"
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
        const I units = c.integer("units", "units");
        const I& in = c.inputs[0].sizes[0];
        LayerFormulas<I> f;
        f.output.sizes = {units};
        f.weights = (c.params->flag("bias") ? in + I(1) : in) * units;
        f.macs = in * units;
        return f;
    }
};

/// y[o] = b[o] + sum of w[o, i] * x[i]
struct Reference {
    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        const auto& in = call.inputs[0];
        const auto& weight = call.tensors[0];
        forEachElement(call.output, call.only(Focus::Of::Output), [&](std::int64_t n, std::int64_t o) {
            Wide<T> sum = 0;
            if (call.params->flag("bias"))
                sum = call.tensors[1].at(0, o);
            for (std::int64_t i = 0; i < weight.shape()[1]; ++i)
                sum += wide(element(weight, o, i)) * in.at(n, i);
            call.output.at(n, o) = static_cast<T>(sum);
        });
    }
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        const auto& in = call.inputs[0];
        const auto& dy = call.outputGradient;
        const auto& weight = call.tensors[0];
        const std::int64_t units = weight.shape()[0];
        const std::int64_t numbers = weight.shape()[1];
        if (wanted(call.inputGradients, 0))
            forEachElement(in, call.only(Focus::Of::InputGradient), [&](std::int64_t n, std::int64_t i) {
                Wide<T> sum = 0;
                for (std::int64_t o = 0; o < units; ++o)
                    sum += wide(element(weight, o, i)) * dy.at(n, o);
                addTo(call.inputGradients[0].at(n, i), sum);
            });
        const Only only = call.only(Focus::Of::TensorGradient);
        for (std::int64_t o = 0; o < units; ++o) {
            for (std::int64_t i = 0; wanted(call.tensorGradients, 0) && i < numbers; ++i) {
                if (only.skips(0, o * numbers + i))
                    continue;
                Wide<T> sum = 0;
                for (std::int64_t n = 0; n < in.batch(); ++n)
                    sum += wide(in.at(n, i)) * dy.at(n, o);
                addTo(element(call.tensorGradients[0], o, i), sum);
            }
            if (wanted(call.tensorGradients, 1) && !only.skips(0, o)) {
                Wide<T> sum = 0;
                for (std::int64_t n = 0; n < in.batch(); ++n)
                    sum += dy.at(n, o);
                addTo(call.tensorGradients[1].at(0, o), sum);
            }
        }
    }
};

Result<void> check(std::span<const Shape> inputs, const Params&)
{
    if (inputs[0].isList())
        return {};
    return Error{ErrorCode::ShapeMismatch,
                 "Dense needs a plain list of numbers. It gets " + shapeText(inputs[0]) + fromSlot(0) + ".",
                 "Insert a Flatten or a GlobalAvgPool layer before it.",
                 {}};
}

std::vector<TensorInfo> tensors(std::span<const Shape> inputs, const Params& params)
{
    TensorInfo weight;
    weight.key = "weight";
    weight.shape = {params.integer("units"), inputs[0][0]};
    weight.initializer = Initializer::GlorotUniform;
    weight.fanIn = inputs[0][0];
    weight.fanOut = params.integer("units");
    weight.decay = true;
    if (!params.flag("bias"))
        return {weight};
    TensorInfo bias;
    bias.key = "bias";
    bias.shape = {params.integer("units")};
    return {weight, bias};
}

} // namespace

LayerDescriptor describe_dense()
{
    LayerDescriptor d;
    d.id = d.icon = "dense";
    d.title = "Dense";
    d.family = "dense";
    d.shortName = "F";
    d.help = "Connects every number that comes in with every unit by a weight of its own. The last one gives a score "
             "per class.";
    d.paper =
        "Rosenblatt, The Perceptron: A Probabilistic Model for Information Storage and Organization in the Brain, "
        "Psychological Review 65(6), 1958, doi 10.1037/h0042519";
    ParamInfo units;
    units.key = "units";
    units.title = "Units";
    units.defaultValue = std::int64_t{10};
    units.minimum = 1;
    units.maximum = 65536;
    units.unit = "numbers";
    units.help = "How many numbers come out; as many as classes in the last layer.";
    ParamInfo bias;
    bias.key = "bias";
    bias.title = "Bias";
    bias.type = ParamType::Flag;
    bias.unit = "one per unit";
    bias.defaultValue = true;
    bias.help = "One number per unit that is added to its sum.";
    d.parameters = {units, bias};
    d.summary = [](const Params& p) {
        const std::int64_t count = p.integer("units");
        return std::to_string(count) + (count == 1 ? " unit" : " units");
    };
    d.check = check;
    d.tensors = tensors;
    d.seen = [](std::span<const Shape>, const Params&) {
        SeenWindow window;
        window.everything = true;
        return window;
    };
    setFormulas<Formulas>(d);
    setReference<Reference>(d);
    d.lower = [](const LowerCall& call) { return call.builder->dense(call, call.inputs[0]); };
    d.onnx = [](const OnnxCall& call) {
        std::vector<std::string> inputs{call.inputs[0], call.builder->tensor("weight")};
        if (call.params->flag("bias"))
            inputs.push_back(call.builder->tensor("bias"));
        return call.builder->add("Gemm", inputs, {{"transB", std::int64_t{1}}});
    };
    d.torch = [](const TorchCall& call) {
        const bool withBias = call.params->flag("bias");
        TorchCode code;
        code.module = "nn.Linear(" + std::to_string(call.inputShapes[0][0]) + ", " +
                      std::to_string(call.params->integer("units")) + (withBias ? ")" : ", bias=False)");
        code.tensors = {{"weight", "weight"}};
        if (withBias)
            code.tensors.emplace_back("bias", "bias");
        return code;
    };
    d.samples = {{"11 to 5", {{11}}, {{"units", std::int64_t{5}}}},
                 {"without bias", {{6}}, {{"units", std::int64_t{9}}, {"bias", false}}},
                 {"one to one", {{1}}, {{"units", std::int64_t{1}}}},
                 {"17 to 10", {{17}}, {}}};
    return d;
}

} // namespace convarium::engine
