// What the activations share: every number by itself, computed in place.
#pragma once

#include "engine/layers/reference.h"
#include "engine/ops/op_graph_builder.h"

namespace convarium::engine
{

/// Op has value(x) and slope(x, value(x)).
template <class Op>
struct PointwiseReference {
    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        const auto& in = call.inputs[0];
        forEachElement(in, [&](std::int64_t n, std::int64_t i) { call.output.flat(n, i) = Op::value(in.flat(n, i)); });
    }
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        if (!wanted(call.inputGradients, 0))
            return;
        const auto& in = call.inputs[0];
        forEachElement(in, [&](std::int64_t n, std::int64_t i) {
            const T slope = Op::slope(in.flat(n, i), call.output.flat(n, i));
            call.inputGradients[0].flat(n, i) += call.outputGradient.flat(n, i) * slope;
        });
    }
};

/// A descriptor to which only the words are missing. torchCall: "torch.relu({0})".
template <class Op>
LayerDescriptor pointwiseLayer(const std::string& id, kernels::Activation activation, const std::string& onnxName,
                               const std::string& torchCall)
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
    d.lower = [activation](const LowerCall& call) {
        return call.builder->activation(call, call.inputs[0], activation);
    };
    d.onnx = [onnxName](const OnnxCall& call) { return call.builder->add(onnxName, call.inputs); };
    d.torch = [torchCall](const TorchCall&) {
        TorchCode code;
        code.call = torchCall;
        return code;
    };
    d.samples = {{"maps", {{3, 4, 5}}, {}}, {"one number", {{1}}, {}}, {"list", {{17}}, {}}};
    return d;
}

} // namespace convarium::engine
