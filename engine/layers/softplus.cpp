#include "engine/layers/pointwise.h"

#include <cmath>

namespace convarium::engine
{
namespace
{

struct Softplus {
    template <class T>
    static T value(T x)
    {
        using std::abs, std::exp, std::log1p;
        return (x > T(0) ? x : T(0)) + log1p(exp(-abs(x)));
    }
    template <class T>
    static T slope(T x, T)
    {
        using std::exp;
        return T(1) / (T(1) + exp(-x));
    }
};

kernels::FunctionCall call(const Params&)
{
    return {kernels::Function::Softplus};
}

} // namespace

LayerDescriptor describe_softplus()
{
    LayerDescriptor d = functionLayer<Softplus>("softplus", call);
    d.title = "Softplus";
    d.shortName = "Sp";
    d.help = "ReLU with a rounded corner: ln(1 + exp(x)). Always positive, so it suits outputs such as a variance.";
    d.paper = "Dugas, Bengio, Belisle, Nadeau and Garcia, Incorporating Second-Order Functional Knowledge for Better "
              "Option Pricing, NIPS 2000";
    d.summary = [](const Params&) { return std::string("ln(1 + exp(x))"); };
    d.onnx = [](const OnnxCall& c) { return c.builder->add("Softplus", c.inputs); };
    setTorchCall(d, "F.softplus({0})");
    return d;
}

} // namespace convarium::engine
