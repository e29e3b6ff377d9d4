#include "engine/layers/pointwise.h"

#include <limits>

namespace convarium::engine
{
namespace
{

constexpr double kNoLimit = std::numeric_limits<float>::max();

struct Clip {
    double least, most;
    explicit Clip(const Params& params) : least(params.real("min")), most(params.real("max")) {}
    template <class T>
    T value(T x) const
    {
        return x < T(least) ? T(least) : x > T(most) ? T(most) : x;
    }
    /// 0 at both ends.
    template <class T>
    T slope(T x, T) const
    {
        return x > T(least) && x < T(most) ? T(1) : T(0);
    }
};

kernels::FunctionCall call(const Params& params)
{
    return {kernels::Function::Clip, static_cast<float>(params.real("min")), static_cast<float>(params.real("max"))};
}

Result<void> check(std::span<const Shape>, const Params& params)
{
    if (params.real("min") <= params.real("max"))
        return {};
    return Error{ErrorCode::InvalidArgument,
                 "Clip needs a smallest value that is not above its largest. They are " +
                     paramText(params.real("min")) + " and " + paramText(params.real("max")) + ".",
                 "Swap them.",
                 {kNoNode, "min", {}, -1}};
}

} // namespace

LayerDescriptor describe_clip()
{
    LayerDescriptor d = functionLayer<Clip>("clip", call);
    d.title = "Clip";
    d.shortName = "Cl";
    d.help = "Keeps numbers between two limits: smaller ones become the smallest value, larger ones the largest.";
    d.paper = "Open Neural Network Exchange, operator Clip";
    d.parameters = {realParameter("min", "Smallest value", 0, -kNoLimit, kNoLimit,
                                  "Nothing comes out below it; −3.4028234663852886e38 for no limit."),
                    realParameter("max", "Largest value", 1, -kNoLimit, kNoLimit,
                                  "Nothing comes out above it; 3.4028234663852886e38 for no limit.")};
    d.summary = [](const Params& p) {
        const double least = p.real("min"), most = p.real("max");
        if (least > -kNoLimit && most < kNoLimit)
            return "between " + paramText(least) + " and " + paramText(most);
        if (least > -kNoLimit)
            return "from " + paramText(least);
        return most < kNoLimit ? "up to " + paramText(most) : std::string("no limit");
    };
    d.check = check;
    d.onnx = [](const OnnxCall& c) {
        const auto limit = [&](const char* key) {
            return c.builder->constant({}, {static_cast<float>(c.params->real(key))});
        };
        return c.builder->add("Clip", {c.inputs[0], limit("min"), limit("max")});
    };
    d.torch = [](const TorchCall& c) {
        TorchCode code;
        code.call =
            "torch.clamp({0}, " + paramText(c.params->real("min")) + ", " + paramText(c.params->real("max")) + ")";
        return code;
    };
    // Limits between the numbers that the tests put in.
    d.samples = {{"both limits", {{3, 4, 5}}, {{"min", -0.3337}, {"max", 0.5443}}},
                 {"lower limit only", {{17}}, {{"min", -0.2113}, {"max", kNoLimit}}}};
    return d;
}

} // namespace convarium::engine
