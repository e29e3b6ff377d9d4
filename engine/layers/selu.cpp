#include "engine/layers/pointwise.h"

#include <cmath>

namespace convarium::engine
{
namespace
{

// The fixed point of mean 0 and variance 1, from the paper.
constexpr double kAlpha = 1.6732632423543772848170429916717;
constexpr double kScale = 1.0507009873554804934193349852946;

struct Selu {
    template <class T>
    static T value(T x)
    {
        using std::expm1;
        return x > T(0) ? T(kScale) * x : T(kScale * kAlpha) * expm1(x);
    }
    template <class T>
    static T slope(T x, T y)
    {
        return x > T(0) ? T(kScale) : y + T(kScale * kAlpha);
    }
};

kernels::FunctionCall call(const Params&)
{
    return {kernels::Function::Elu, static_cast<float>(kScale * kAlpha), static_cast<float>(kScale)};
}

} // namespace

LayerDescriptor describe_selu()
{
    LayerDescriptor d = functionLayer<Selu>("selu", call);
    d.title = "SELU";
    d.shortName = "Se";
    d.help =
        "An ELU with two fixed numbers, chosen so that mean 0 and deviation 1 keep themselves up from layer to layer.";
    d.paper =
        "Klambauer, Unterthiner, Mayr and Hochreiter, Self-Normalizing Neural Networks, NIPS 2017, arXiv 1706.02515";
    d.summary = [](const Params&) { return std::string("keeps mean and deviation"); };
    d.onnx = [](const OnnxCall& c) { return c.builder->add("Selu", c.inputs, {{"alpha", kAlpha}, {"gamma", kScale}}); };
    setTorchCall(d, "F.selu({0})");
    return d;
}

} // namespace convarium::engine
