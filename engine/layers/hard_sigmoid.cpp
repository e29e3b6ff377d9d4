#include "engine/layers/pointwise.h"

namespace convarium::engine
{
namespace
{

struct HardSigmoid {
    double alpha, beta;
    explicit HardSigmoid(const Params& params) : alpha(params.real("alpha")), beta(params.real("beta")) {}
    template <class T>
    T value(T x) const
    {
        const T y = T(alpha) * x + T(beta);
        return y < T(0) ? T(0) : y > T(1) ? T(1) : y;
    }
    /// 0 at both ends.
    template <class T>
    T slope(T, T y) const
    {
        return y > T(0) && y < T(1) ? T(alpha) : T(0);
    }
};

kernels::FunctionCall call(const Params& params)
{
    return {kernels::Function::HardSigmoid, static_cast<float>(params.real("alpha")),
            static_cast<float>(params.real("beta"))};
}

} // namespace

LayerDescriptor describe_hard_sigmoid()
{
    LayerDescriptor d = functionLayer<HardSigmoid>("hard_sigmoid", call);
    d.title = "HardSigmoid";
    d.shortName = "Hs";
    d.help =
        "A sigmoid made of three straight lines: min(max(alpha · x + beta, 0), 1). Cheap; the gates of MobileNetV3 "
        "use it.";
    d.paper = "Courbariaux, Bengio and David, BinaryConnect, NIPS 2015, arXiv 1511.00363; Howard et al., Searching for "
              "MobileNetV3, ICCV 2019, arXiv 1905.02244";
    d.parameters = {realParameter("alpha", "Alpha", 1.0 / 6, -100, 100,
                                  "Steepness of the middle line: 1/6 in PyTorch, 0.2 in ONNX and Keras."),
                    realParameter("beta", "Beta", 0.5, -100, 100, "Height of the middle line at x = 0.")};
    d.summary = [](const Params&) { return std::string("between 0 and 1"); };
    d.onnx = [](const OnnxCall& c) {
        return c.builder->add("HardSigmoid", c.inputs,
                              {{"alpha", c.params->real("alpha")}, {"beta", c.params->real("beta")}});
    };
    d.torch = [](const TorchCall& c) {
        TorchCode code;
        code.call = "torch.clamp({0} * " + paramText(c.params->real("alpha")) + " + " +
                    paramText(c.params->real("beta")) + ", 0, 1)";
        return code;
    };
    // The ends lie between the numbers that the tests put in.
    d.samples.push_back({"both ends", {{17}}, {{"alpha", 1.7}, {"beta", 0.45}}});
    return d;
}

} // namespace convarium::engine
