#include "engine/layers/pointwise.h"

#include <cmath>

namespace convarium::engine
{
namespace
{

constexpr double kRootHalf = 0.70710678118654752;    // 1 / sqrt 2
constexpr double kRootTwoByPi = 0.79788456080286536; // sqrt(2 / pi)
constexpr double kCubic = 0.044715;

bool isTanhForm(const Params& params)
{
    return params.text("form") == "tanh";
}

/// x * Phi(x) with the normal distribution Phi, or the paper's approximation by a tanh.
struct Gelu {
    bool tanhForm;
    explicit Gelu(const Params& params) : tanhForm(isTanhForm(params)) {}
    template <class T>
    T share(T x) const
    {
        using std::erfc, std::tanh;
        return tanhForm ? T(0.5) * (T(1) + tanh(T(kRootTwoByPi) * (x + T(kCubic) * x * x * x)))
                        : T(0.5) * erfc(-x * T(kRootHalf));
    }
    template <class T>
    T value(T x) const
    {
        return x * share(x);
    }
    template <class T>
    T slope(T x, T) const
    {
        using std::exp;
        const T s = share(x);
        if (!tanhForm)
            return s + x * T(kRootTwoByPi / 2) * exp(-x * x / T(2));
        return s + x * T(2) * s * (T(1) - s) * T(kRootTwoByPi) * (T(1) + T(3 * kCubic) * x * x);
    }
};

kernels::FunctionCall call(const Params& params)
{
    return {isTanhForm(params) ? kernels::Function::GeluTanh : kernels::Function::Gelu};
}

/// GELU is no operator of opset 17: it is stated in those there are.
std::string onnx(const OnnxCall& c)
{
    OnnxBuilder& b = *c.builder;
    const std::string& x = c.inputs[0];
    const auto number = [&b](double value) { return b.constant({}, {static_cast<float>(value)}); };
    std::string inner;
    if (isTanhForm(*c.params)) {
        const std::string cube = b.add("Mul", {b.add("Mul", {x, x}), x});
        const std::string sum = b.add("Add", {x, b.add("Mul", {cube, number(kCubic)})});
        inner = b.add("Tanh", {b.add("Mul", {sum, number(kRootTwoByPi)})});
    } else {
        inner = b.add("Erf", {b.add("Mul", {x, number(kRootHalf)})});
    }
    return b.add("Mul", {b.add("Mul", {x, number(0.5)}), b.add("Add", {inner, number(1)})});
}

} // namespace

LayerDescriptor describe_gelu()
{
    LayerDescriptor d = functionLayer<Gelu>("gelu", call);
    d.title = "GELU";
    d.shortName = "Ge";
    d.help = "x times the share of the normal distribution below x: a smooth ReLU. ConvNeXt and transformers use it.";
    d.paper = "Hendrycks and Gimpel, Gaussian Error Linear Units (GELUs), 2016, arXiv 1606.08415";
    d.parameters = {choiceParameter(
        "form", "Form", {"exact", "tanh"},
        "The exact distribution, or the approximation by a tanh that some networks were trained with.")};
    d.summary = [](const Params& p) { return std::string(isTanhForm(p) ? "tanh form" : "x · Φ(x)"); };
    d.onnx = onnx;
    d.torch = [](const TorchCall& c) {
        TorchCode code;
        code.call = isTanhForm(*c.params) ? "F.gelu({0}, approximate=\"tanh\")" : "F.gelu({0})";
        return code;
    };
    d.samples.push_back({"tanh form", {{2, 3, 2}}, {{"form", std::string("tanh")}}});
    return d;
}

} // namespace convarium::engine
