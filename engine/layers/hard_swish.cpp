#include "engine/layers/pointwise.h"

namespace convarium::engine
{
namespace
{

struct HardSwish {
    template <class T>
    static T value(T x)
    {
        return x <= T(-3) ? T(0) : x >= T(3) ? x : x * (x / T(6) + T(0.5));
    }
    template <class T>
    static T slope(T x, T)
    {
        return x <= T(-3) ? T(0) : x >= T(3) ? T(1) : x / T(3) + T(0.5);
    }
};

kernels::FunctionCall call(const Params&)
{
    return {kernels::Function::HardSwish};
}

} // namespace

LayerDescriptor describe_hard_swish()
{
    LayerDescriptor d = functionLayer<HardSwish>("hard_swish", call);
    d.title = "HardSwish";
    d.shortName = "Hw";
    d.help =
        "SiLU with straight lines in place of the sigmoid: x · min(max(x / 6 + 1/2, 0), 1). Cheap; MobileNetV3 uses "
        "it.";
    d.paper = "Howard et al., Searching for MobileNetV3, ICCV 2019, arXiv 1905.02244";
    d.summary = [](const Params&) { return std::string("cheap SiLU"); };
    d.onnx = [](const OnnxCall& c) { return c.builder->add("HardSwish", c.inputs); };
    setTorchCall(d, "F.hardswish({0})");
    return d;
}

} // namespace convarium::engine
