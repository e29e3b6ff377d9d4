// What the activations share: every number by itself.
#pragma once

#include "engine/layers/reference.h"
#include "engine/layers/settings.h"
#include "engine/ops/op_graph_builder.h"

namespace convarium::engine
{

/// Op has value(x) and slope(x, value(x)); one with settings is made from Params.
template <class Op>
struct PointwiseReference {
    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        const Op op = made(*call.params);
        const auto& in = call.inputs[0];
        forEachPlace(call, [&](std::int64_t n, std::int64_t i) { call.output.flat(n, i) = op.value(in.flat(n, i)); });
    }
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        if (!wanted(call.inputGradients, 0))
            return;
        const Op op = made(*call.params);
        const auto& in = call.inputs[0];
        forEachPlace(call, [&](std::int64_t n, std::int64_t i) {
            const T slope = op.slope(in.flat(n, i), call.output.flat(n, i));
            call.inputGradients[0].flat(n, i) += call.outputGradient.flat(n, i) * called(slope, "slope");
        });
    }

private:
    static Op made(const Params& params)
    {
        if constexpr (std::is_constructible_v<Op, const Params&>)
            return Op(params);
        else
            return Op();
    }
};

/// A descriptor to which the words, lower() and the exports are missing.
template <class Op>
LayerDescriptor elementwiseLayer(const std::string& id)
{
    LayerDescriptor d;
    d.id = d.icon = id;
    d.family = "activation";
    d.check = anyShape;
    d.tensors = noTensors;
    d.inPlace = true;
    d.docks = true;
    setFormulas<SameShapeFormulas>(d);
    setReference<PointwiseReference<Op>>(d);
    d.samples = {{"maps", {{3, 4, 5}}, {}}, {"one number", {{1}}, {}}, {"list", {{17}}, {}}};
    return d;
}

/// A function without settings. torchCall: "torch.relu({0})".
template <class Op>
LayerDescriptor pointwiseLayer(const std::string& id, kernels::Activation activation, const std::string& onnxName,
                               const std::string& torchCall)
{
    LayerDescriptor d = elementwiseLayer<Op>(id);
    d.lower = [activation](const LowerCall& call) {
        return call.builder->activation(call, call.inputs[0], activation);
    };
    d.onnx = [onnxName](const OnnxCall& call) { return call.builder->add(onnxName, call.inputs); };
    setTorchCall(d, torchCall);
    return d;
}

/// A function that the kernels know; `function` reads its settings. The exports are missing.
template <class Op>
LayerDescriptor functionLayer(const std::string& id, kernels::FunctionCall (*function)(const Params&))
{
    LayerDescriptor d = elementwiseLayer<Op>(id);
    d.lower = [function](const LowerCall& call) {
        return call.builder->function(call, call.inputs[0], function(*call.params));
    };
    return d;
}

} // namespace convarium::engine
