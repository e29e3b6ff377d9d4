#include "engine/layers/dropout_mask.h"
#include "engine/layers/reference.h"
#include "engine/ops/op_graph_builder.h"

#include <charconv>

namespace convarium::engine
{
namespace
{

/// In training y = x / (1 - rate) or 0, by the mask of dropout_mask.h; else y = x.
struct Reference {
    template <class T>
    static T factor(const ReferenceCall<T>& call, std::int64_t n, std::int64_t i)
    {
        if (!call.training)
            return T(1);
        const double rate = call.params->real("rate");
        const std::uint32_t image = call.random.imageIndices[static_cast<std::size_t>(n)];
        const bool keeps =
            dropoutKeeps(dropoutRng(call.random), dropoutThreshold(rate), image, static_cast<std::uint32_t>(i));
        return keeps ? static_cast<T>(dropoutScale(rate)) : T(0);
    }
    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        forEachPlace(call, [&](std::int64_t n, std::int64_t i) {
            call.output.flat(n, i) = call.inputs[0].flat(n, i) * called(factor(call, n, i), "mask");
        });
    }
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        if (!wanted(call.inputGradients, 0))
            return;
        forEachPlace(call, [&](std::int64_t n, std::int64_t i) {
            call.inputGradients[0].flat(n, i) += call.outputGradient.flat(n, i) * called(factor(call, n, i), "mask");
        });
    }
};

Result<void> check(std::span<const Shape> inputs, const Params&)
{
    if (inputs[0].elements() <= std::int64_t{0xFFFFFFFF})
        return {};
    return Error{ErrorCode::Overflow,
                 "Dropout can number at most 4,294,967,295 values of an image.",
                 "Put it behind a layer with a smaller output.",
                 {}};
}

} // namespace

LayerDescriptor describe_dropout()
{
    LayerDescriptor d;
    d.id = d.icon = "dropout";
    d.title = "Dropout";
    d.family = "normalise";
    d.shortName = "D";
    d.help =
        "Sets a random share of the numbers to zero while training, so that no unit can rely on a single other one.";
    d.paper =
        "Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, Dropout: A Simple Way to Prevent Neural Networks "
        "from Overfitting, JMLR 15, 2014";
    ParamInfo rate;
    rate.key = "rate";
    rate.title = "Rate";
    rate.type = ParamType::Real;
    rate.defaultValue = 0.5;
    rate.minimum = 0;
    rate.maximum = 0.95;
    rate.help = "Share of the numbers that is set to zero. The others are divided by 1 − rate.";
    d.parameters = {rate};
    d.summary = [](const Params& p) {
        char text[32];
        const auto end = std::to_chars(text, text + sizeof text, 100 * p.real("rate"), std::chars_format::general, 4);
        return "drops " + std::string(text, end.ptr) + " %";
    };
    d.check = check;
    d.tensors = noTensors;
    d.inPlace = true;
    d.docks = true;
    setFormulas<SameShapeFormulas>(d);
    setReference<Reference>(d);
    d.lower = [](const LowerCall& call) {
        return call.builder->dropout(call, call.inputs[0], call.params->real("rate"));
    };
    d.onnx = [](const OnnxCall& call) {
        const auto share = static_cast<float>(call.params->real("rate"));
        return call.builder->add("Dropout", {call.inputs[0], call.builder->constant({}, {share})});
    };
    d.torch = [](const TorchCall& call) {
        TorchCode code;
        code.module = "nn.Dropout(" + paramText(call.params->real("rate")) + ")";
        return code;
    };
    d.samples = {
        {"maps", {{3, 4, 5}}, {}}, {"list, rate 0.3", {{19}}, {{"rate", 0.3}}}, {"rate 0", {{7}}, {{"rate", 0.0}}}};
    return d;
}

} // namespace convarium::engine
