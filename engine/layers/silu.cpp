#include "engine/layers/pointwise.h"

#include <cmath>

namespace convarium::engine
{
namespace
{

template <class T>
T logistic(T x)
{
    using std::exp;
    return T(1) / (T(1) + exp(-x));
}

struct Silu {
    template <class T>
    static T value(T x)
    {
        return x * logistic(x);
    }
    template <class T>
    static T slope(T x, T)
    {
        const T s = logistic(x);
        return s * (T(1) + x * (T(1) - s));
    }
};

kernels::FunctionCall call(const Params&)
{
    return {kernels::Function::Silu};
}

} // namespace

LayerDescriptor describe_silu()
{
    LayerDescriptor d = functionLayer<Silu>("silu", call);
    d.title = "SiLU";
    d.shortName = "Si";
    d.help = "x · sigmoid(x), also called Swish: a smooth ReLU that dips a little below 0. EfficientNet uses it.";
    d.paper =
        "Ramachandran, Zoph and Le, Searching for Activation Functions, 2017, arXiv 1710.05941; Elfwing, Uchibe and "
        "Doya, Sigmoid-Weighted Linear Units, Neural Networks 107, 2018, arXiv 1702.03118";
    d.summary = [](const Params&) { return std::string("x · sigmoid(x)"); };
    d.onnx = [](const OnnxCall& c) {
        return c.builder->add("Mul", {c.inputs[0], c.builder->add("Sigmoid", c.inputs)});
    };
    setTorchCall(d, "F.silu({0})");
    return d;
}

} // namespace convarium::engine
