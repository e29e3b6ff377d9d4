#include "engine/layers/pointwise.h"

#include <cmath>

namespace convarium::engine
{
namespace
{

struct Elu {
    double alpha;
    explicit Elu(const Params& params) : alpha(params.real("alpha")) {}
    template <class T>
    T value(T x) const
    {
        using std::expm1;
        return x > T(0) ? x : T(alpha) * expm1(x);
    }
    template <class T>
    T slope(T x, T y) const
    {
        return x > T(0) ? T(1) : y + T(alpha);
    }
};

kernels::FunctionCall call(const Params& params)
{
    return {kernels::Function::Elu, static_cast<float>(params.real("alpha")), 1};
}

} // namespace

LayerDescriptor describe_elu()
{
    LayerDescriptor d = functionLayer<Elu>("elu", call);
    d.title = "ELU";
    d.shortName = "El";
    d.help =
        "Lets positive numbers pass; negative ones approach −alpha smoothly: alpha · (exp(x) − 1). Mean outputs stay "
        "near 0.";
    d.paper =
        "Clevert, Unterthiner and Hochreiter, Fast and Accurate Deep Network Learning by Exponential Linear Units, "
        "ICLR 2016, arXiv 1511.07289";
    d.parameters = {realParameter("alpha", "Alpha", 1, 0, 100, "Negative numbers come no lower than minus this.")};
    d.summary = [](const Params& p) { return "alpha " + paramText(p.real("alpha")); };
    d.onnx = [](const OnnxCall& c) { return c.builder->add("Elu", c.inputs, {{"alpha", c.params->real("alpha")}}); };
    d.torch = [](const TorchCall& c) {
        TorchCode code;
        code.call = "F.elu({0}, " + paramText(c.params->real("alpha")) + ")";
        return code;
    };
    d.samples.push_back({"alpha 0.3", {{2, 3, 2}}, {{"alpha", 0.3}}});
    return d;
}

} // namespace convarium::engine
