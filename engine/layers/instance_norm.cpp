#include "engine/layers/image_norm_reference.h"
#include "engine/layers/messages.h"
#include "engine/layers/settings.h"
#include "engine/ops/op_graph_builder.h"

namespace convarium::engine
{
namespace
{

struct Formulas {
    template <class I>
    static LayerFormulas<I> eval(const FormulaContext<I>& c)
    {
        LayerFormulas<I> f;
        f.output = c.inputs[0];
        if (c.params->flag("affine"))
            f.weights = I(2) * f.output.sizes[0];
        return f;
    }
};

struct Sets {
    static std::int64_t count(const Params&, const Shape& shape) { return shape[0]; }
    static std::int64_t setOf(const Params&, const Shape& shape, std::int64_t i) { return i / (shape[1] * shape[2]); }
    static std::int64_t scaleOf(const Params& p, const Shape& shape, std::int64_t i) { return setOf(p, shape, i); }
};

SeenWindow wholeMap(std::span<const Shape>, const Params&)
{
    SeenWindow window;
    window.everything = true;
    return window;
}

} // namespace

LayerDescriptor describe_instance_norm()
{
    LayerDescriptor d;
    d.id = "instance_norm";
    d.icon = "instancenorm";
    d.title = "InstanceNorm";
    d.family = "normalise";
    d.shortName = "Inn";
    d.help =
        "Shifts and scales every map of each image to mean 0 and deviation 1, then by two learned numbers per map. "
        "Takes the contrast of an image away; style transfer uses it.";
    d.paper =
        "Ulyanov, Vedaldi and Lempitsky, Instance Normalization: The Missing Ingredient for Fast Stylization, 2016, "
        "arXiv 1607.08022";
    d.parameters = {
        realParameter("epsilon", "Epsilon", 1e-5, 1e-12, 0.1,
                      "Added to the variance so that a constant map does no harm."),
        flagParameter("affine", "Scale and shift", true, "Two learned numbers per map scale and shift it.")};
    d.summary = [](const Params&) { return std::string("each map by itself"); };
    d.check = [](std::span<const Shape> inputs, const Params&) { return needMaps("InstanceNorm", inputs[0]); };
    d.tensors = [](std::span<const Shape> inputs, const Params& p) {
        return p.flag("affine") ? scaleAndShift({inputs[0][0]}) : std::vector<TensorInfo>{};
    };
    d.seen = wholeMap;
    d.docks = true;
    setFormulas<Formulas>(d);
    setReference<ImageNormReference<Sets>>(d);
    d.lower = [](const LowerCall& call) {
        return call.builder->imageNorm(call, call.inputs[0], call.params->real("epsilon"), call.inputShapes[0][0]);
    };
    d.onnx = [](const OnnxCall& call) {
        const Params& p = *call.params;
        OnnxBuilder& b = *call.builder;
        const std::int64_t maps = call.inputShapes[0][0];
        const auto numbers = [&](const char* key, float value) {
            return p.flag("affine") ? b.tensor(key)
                                    : b.constant({maps}, std::vector<float>(static_cast<std::size_t>(maps), value));
        };
        return b.add("InstanceNormalization", {call.inputs[0], numbers("gamma", 1), numbers("beta", 0)},
                     {{"epsilon", p.real("epsilon")}});
    };
    d.torch = [](const TorchCall& call) {
        const Params& p = *call.params;
        TorchCode code;
        code.module = "nn.InstanceNorm2d(" + std::to_string(call.inputShapes[0][0]) +
                      ", eps=" + paramText(p.real("epsilon")) + (p.flag("affine") ? ", affine=True)" : ")");
        if (p.flag("affine"))
            code.tensors = {{"gamma", "weight"}, {"beta", "bias"}};
        return code;
    };
    d.samples = {{"17 maps", {{17, 3, 2}}, {}},
                 {"one map, without scale", {{1, 4, 5}}, {{"affine", false}}},
                 {"without scale, large epsilon", {{3, 2, 5}}, {{"affine", false}, {"epsilon", 0.05}}}};
    return d;
}

} // namespace convarium::engine
