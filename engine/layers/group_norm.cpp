#include "engine/layers/image_norm_reference.h"
#include "engine/layers/messages.h"
#include "engine/layers/settings.h"
#include "engine/ops/op_graph_builder.h"

namespace convarium::engine
{
namespace
{

std::int64_t area(const Shape& shape)
{
    return shape[1] * shape[2];
}

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
    static std::int64_t count(const Params& p, const Shape&) { return p.integer("groups"); }
    static std::int64_t setOf(const Params& p, const Shape& shape, std::int64_t i)
    {
        return i / (area(shape) * (shape[0] / p.integer("groups")));
    }
    static std::int64_t scaleOf(const Params&, const Shape& shape, std::int64_t i) { return i / area(shape); }
};

Result<void> check(std::span<const Shape> inputs, const Params& params)
{
    if (auto maps = needMaps("GroupNorm", inputs[0]); !maps)
        return maps;
    const std::int64_t groups = params.integer("groups");
    if (inputs[0][0] % groups == 0)
        return {};
    Error error{ErrorCode::InvalidArgument,
                "The number of groups of GroupNorm must divide the maps. There are " + std::to_string(groups) +
                    " groups and " + std::to_string(inputs[0][0]) + " maps" + fromSlot(0) + ".",
                "Choose a divisor of " + std::to_string(inputs[0][0]) + ".",
                {}};
    error.place.port = "groups";
    return error;
}

} // namespace

LayerDescriptor describe_group_norm()
{
    LayerDescriptor d;
    d.id = "group_norm";
    d.icon = "groupnorm";
    d.title = "GroupNorm";
    d.family = "normalise";
    d.shortName = "Gn";
    d.help = "Shifts and scales groups of maps of each image to mean 0 and deviation 1, then each map by two learned "
             "numbers. Works with batches of any size.";
    d.paper = "Wu and He, Group Normalization, ECCV 2018, arXiv 1803.08494";
    d.parameters = {
        integerParameter("groups", "Groups", 1, 1, 4096, "",
                         "How many groups the maps are cut into; each has its own mean and deviation."),
        realParameter("epsilon", "Epsilon", 1e-5, 1e-12, 0.1,
                      "Added to the variance so that equal numbers do no harm."),
        flagParameter("affine", "Scale and shift", true, "Two learned numbers per map scale and shift it.")};
    d.summary = [](const Params& p) {
        const std::int64_t groups = p.integer("groups");
        return std::to_string(groups) + (groups == 1 ? " group of maps" : " groups of maps");
    };
    d.check = check;
    d.tensors = [](std::span<const Shape> inputs, const Params& p) {
        return p.flag("affine") ? scaleAndShift({inputs[0][0]}) : std::vector<TensorInfo>{};
    };
    d.seen = [](std::span<const Shape>, const Params&) {
        SeenWindow window;
        window.everything = true;
        return window;
    };
    d.docks = true;
    setFormulas<Formulas>(d);
    setReference<ImageNormReference<Sets>>(d);
    d.lower = [](const LowerCall& call) {
        return call.builder->imageNorm(call, call.inputs[0], call.params->real("epsilon"),
                                       call.params->integer("groups"));
    };
    d.onnx = [](const OnnxCall& call) {
        // Opset 17 has no group normalisation: instances of groups, then one scale and shift per map.
        const Params& p = *call.params;
        OnnxBuilder& b = *call.builder;
        const Shape& in = call.inputShapes[0];
        const std::int64_t groups = p.integer("groups");
        const auto numbers = [&](float value) {
            return b.constant({groups}, std::vector<float>(static_cast<std::size_t>(groups), value));
        };
        const std::string normal =
            b.add("InstanceNormalization",
                  {b.add("Reshape", {call.inputs[0], b.integers({0, groups, -1})}), numbers(1), numbers(0)},
                  {{"epsilon", p.real("epsilon")}});
        const std::string maps = b.add("Reshape", {normal, b.integers({0, in[0], in[1], in[2]})});
        if (!p.flag("affine"))
            return maps;
        return b.add("Add", {b.add("Mul", {maps, b.tensor("gamma", {in[0], 1, 1})}), b.tensor("beta", {in[0], 1, 1})});
    };
    d.torch = [](const TorchCall& call) {
        const Params& p = *call.params;
        TorchCode code;
        code.module = "nn.GroupNorm(" + std::to_string(p.integer("groups")) + ", " +
                      std::to_string(call.inputShapes[0][0]) + ", eps=" + paramText(p.real("epsilon")) +
                      (p.flag("affine") ? ")" : ", affine=False)");
        if (p.flag("affine"))
            code.tensors = {{"gamma", "weight"}, {"beta", "bias"}};
        return code;
    };
    const auto sample = [](std::int64_t groups, double epsilon = 1e-5, bool affine = true) {
        return Params{{"groups", groups}, {"epsilon", epsilon}, {"affine", affine}};
    };
    d.samples = {{"three groups of six maps", {{18, 3, 2}}, sample(3)},
                 {"one group, 17 maps", {{17, 2, 3}}, sample(1)},
                 {"as many groups as maps, without scale", {{3, 4, 3}}, sample(3, 0.01, false)}};
    return d;
}

} // namespace convarium::engine
