#include "engine/layers/pointwise.h"

namespace convarium::engine
{
namespace
{

struct LeakyRelu {
    double negative;
    explicit LeakyRelu(const Params& params) : negative(params.real("slope")) {}
    template <class T>
    T value(T x) const
    {
        return x > T(0) ? x : x * T(negative);
    }
    template <class T>
    T slope(T x, T) const
    {
        return x > T(0) ? T(1) : T(negative);
    }
};

kernels::FunctionCall call(const Params& params)
{
    return {kernels::Function::LeakyRelu, static_cast<float>(params.real("slope"))};
}

} // namespace

LayerDescriptor describe_leaky_relu()
{
    LayerDescriptor d = functionLayer<LeakyRelu>("leaky_relu", call);
    d.title = "LeakyReLU";
    d.shortName = "LR";
    d.help = "Lets positive numbers pass and multiplies negative ones by a small slope, so that no unit falls silent.";
    d.paper = "Maas, Hannun and Ng, Rectifier Nonlinearities Improve Neural Network Acoustic Models, ICML 2013";
    d.parameters = {realParameter("slope", "Slope", 0.01, 0, 100, "Factor of the negative numbers.")};
    d.summary = [](const Params& p) { return "slope " + paramText(p.real("slope")); };
    d.onnx = [](const OnnxCall& c) {
        return c.builder->add("LeakyRelu", c.inputs, {{"alpha", c.params->real("slope")}});
    };
    d.torch = [](const TorchCall& c) {
        TorchCode code;
        code.call = "F.leaky_relu({0}, " + paramText(c.params->real("slope")) + ")";
        return code;
    };
    d.samples.push_back({"slope 0.2", {{2, 3, 2}}, {{"slope", 0.2}}});
    return d;
}

} // namespace convarium::engine
