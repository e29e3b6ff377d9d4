#include "engine/layers/reference.h"
#include "engine/layers/settings.h"
#include "engine/ops/op_graph_builder.h"

namespace convarium::engine
{
namespace
{

bool isShared(const Params& params)
{
    return params.text("slopes") == "shared";
}

struct Formulas {
    template <class I>
    static LayerFormulas<I> eval(const FormulaContext<I>& c)
    {
        LayerFormulas<I> f;
        f.output = c.inputs[0];
        f.weights = isShared(*c.params) || c.inputs[0].sizes.empty() ? I(1) : c.inputs[0].sizes[0];
        return f;
    }
};

/// y = x, below zero slope * x; one slope per map (or per number of a list), or one for all.
struct Reference {
    template <class T>
    static std::int64_t slopeOf(const ReferenceCall<T>& call, std::int64_t element)
    {
        const auto& in = call.inputs[0];
        return isShared(*call.params) ? 0 : element / (in.elements() / in.shape().channels());
    }
    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        forEachPlace(call, [&](std::int64_t n, std::int64_t i) {
            const T x = call.inputs[0].flat(n, i);
            call.output.flat(n, i) = x > T(0) ? x : x * call.tensors[0].flat(0, slopeOf(call, i));
        });
    }
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        std::vector<Wide<T>> sums(static_cast<std::size_t>(call.tensors[0].elements()));
        forEachPlace(call, [&](std::int64_t n, std::int64_t i) {
            const T x = call.inputs[0].flat(n, i);
            const T g = call.outputGradient.flat(n, i);
            const std::int64_t s = slopeOf(call, i);
            if (x <= T(0))
                sums[static_cast<std::size_t>(s)] += wide(g) * x;
            if (wanted(call.inputGradients, 0))
                call.inputGradients[0].flat(n, i) += x > T(0) ? g : g * call.tensors[0].flat(0, s);
        });
        if (wanted(call.tensorGradients, 0))
            for (std::size_t s = 0; s < sums.size(); ++s)
                addTo(call.tensorGradients[0].flat(0, static_cast<std::int64_t>(s)), sums[s]);
    }
};

std::vector<TensorInfo> tensors(std::span<const Shape> inputs, const Params& params)
{
    TensorInfo slope;
    slope.key = "slope";
    slope.shape = {isShared(params) ? 1 : inputs[0].channels()};
    slope.initializer = Initializer::Quarter;
    return {slope};
}

/// The slopes so that they meet the maps: C x 1 x 1.
Shape slopeShape(const Shape& input, const Params& params)
{
    Shape shape = input;
    for (int d = isShared(params) ? 0 : 1; d < shape.rank(); ++d)
        shape[d] = 1;
    return shape;
}

} // namespace

LayerDescriptor describe_prelu()
{
    LayerDescriptor d;
    d.id = d.icon = "prelu";
    d.title = "PReLU";
    d.family = "activation";
    d.shortName = "Pr";
    d.help = "Lets positive numbers pass and multiplies negative ones by a slope that is learned, one per map.";
    d.paper = "He, Zhang, Ren and Sun, Delving Deep into Rectifiers: Surpassing Human-Level Performance on ImageNet "
              "Classification, ICCV 2015, arXiv 1502.01852";
    d.parameters = {choiceParameter("slopes", "Slopes", {"per map", "shared"},
                                    "One learned slope per map, or one that all maps share.")};
    d.summary = [](const Params& p) { return std::string(isShared(p) ? "one learned slope" : "learned slopes"); };
    d.check = anyShape;
    d.tensors = tensors;
    d.docks = true;
    setFormulas<Formulas>(d);
    setReference<Reference>(d);
    d.lower = [](const LowerCall& call) {
        const int slope = call.builder->constant(call, "slope", slopeShape(call.outputShape, *call.params));
        return call.builder->binary(call, kernels::Binary::RightSlope, {call.inputs[0], slope});
    };
    d.onnx = [](const OnnxCall& call) {
        return call.builder->add(
            "PRelu", {call.inputs[0], call.builder->tensor("slope", slopeShape(call.outputShape, *call.params))});
    };
    d.torch = [](const TorchCall& call) {
        TorchCode code;
        code.module = "nn.PReLU(" + std::to_string(isShared(*call.params) ? 1 : call.inputShapes[0].channels()) + ")";
        code.tensors = {{"slope", "weight"}};
        return code;
    };
    const Params shared{{"slopes", std::string("shared")}};
    d.samples = {{"maps", {{3, 4, 5}}, {}},
                 {"list", {{17}}, {}},
                 {"shared", {{9, 2, 3}}, shared},
                 {"rank 2", {{3, 4}}, {}},
                 {"rank 4, shared", {{2, 2, 1, 3}}, shared}};
    return d;
}

} // namespace convarium::engine
