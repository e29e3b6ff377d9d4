// Functions of single numbers, and those over classes.
#include "engine/io/onnx/import/converters.h"

#include <cmath>

namespace convarium::engine
{

namespace
{

/// One layer that leaves the shape as it is.
Result<void> function(Importer& importer, const NodeView& node, const std::string& layer, const Params& params = {})
{
    const auto in = importer.wire(node, 0);
    if (!in)
        return in.error();
    const auto out = importer.addLayer(layer, params, {*in}, node.name());
    if (!out)
        return out.error();
    importer.give(node, *out);
    return {};
}

Result<void> relu(Importer& i, const NodeView& n)
{
    return function(i, n, "relu");
}
Result<void> sigmoid(Importer& i, const NodeView& n)
{
    return function(i, n, "sigmoid");
}
Result<void> tanhFunction(Importer& i, const NodeView& n)
{
    return function(i, n, "tanh");
}
Result<void> softplus(Importer& i, const NodeView& n)
{
    return function(i, n, "softplus");
}
Result<void> gelu(Importer& i, const NodeView& n)
{
    return function(i, n, "gelu");
}
Result<void> leakyRelu(Importer& i, const NodeView& n)
{
    return function(i, n, "leaky_relu", {{"slope", n.real("alpha", 0.01)}});
}
Result<void> elu(Importer& i, const NodeView& n)
{
    return function(i, n, "elu", {{"alpha", n.real("alpha", 1.0)}});
}
Result<void> hardSigmoid(Importer& i, const NodeView& n)
{
    return function(i, n, "hard_sigmoid", {{"alpha", n.real("alpha", 0.2)}, {"beta", n.real("beta", 0.5)}});
}
Result<void> hardSwish(Importer& i, const NodeView& n)
{
    return function(i, n, "hard_swish");
}

Result<void> selu(Importer& i, const NodeView& n)
{
    const double alpha = n.real("alpha", 1.6732632), gamma = n.real("gamma", 1.0507010);
    // Operator set 1 wrote 1.6732 and 1.0507.
    if (std::abs(alpha - 1.6732632) > 2e-4 || std::abs(gamma - 1.0507010) > 2e-4)
        return refused("Its alpha and gamma are " + std::to_string(alpha) + " and " + std::to_string(gamma) +
                           ", but SELU's are 1.67326 and 1.05070.",
                       "Export the model with ELU.");
    return function(i, n, "selu");
}

/// A limit from an attribute (older sets) or an input (newer ones).
Result<double> limit(const Importer& importer, const NodeView& node, const char* attribute, int input, double byDefault)
{
    if (node.has(attribute) || node.input(input).empty())
        return node.real(attribute, byDefault);
    const auto tensor = importer.needConstant(node, input, "its limits");
    if (!tensor)
        return tensor.error();
    if ((*tensor)->elements() != 1)
        return refused("Its limit is not one number.", "Export the model again.");
    return (*tensor)->isInteger ? static_cast<double>((*tensor)->integers[0])
                                : static_cast<double>((*tensor)->reals[0]);
}

Result<void> clip(Importer& importer, const NodeView& node)
{
    constexpr double kNone = std::numeric_limits<float>::max();
    const auto least = limit(importer, node, "min", 1, -kNone);
    const auto most = limit(importer, node, "max", 2, kNone);
    if (!least || !most)
        return least ? most.error() : least.error();
    // Infinities are no limits either; where the limits cross, the upper one wins.
    const double high = std::min(*most, kNone), low = std::min(std::max(*least, -kNone), high);
    if (low == 0 && high == 6)
        return function(importer, node, "relu6");
    if (low == 0 && high == kNone)
        return function(importer, node, "relu");
    return function(importer, node, "clip", {{"min", low}, {"max", high}});
}

Result<void> prelu(Importer& importer, const NodeView& node)
{
    const auto in = importer.wire(node, 0);
    if (!in)
        return in.error();
    const auto slope = importer.needConstant(node, 1, "its slopes");
    if (!slope)
        return slope.error();
    // One slope per map: {C} in operator set 6, {C, 1, 1} (or with more ones) from 7 on.
    const std::vector<std::int64_t>& sizes = (*slope)->sizes;
    const std::int64_t maps =
        in->shape.rank() == 0 ? 1 : in->shape[importer.batched() ? 0 : std::min(1, in->shape.rank() - 1)];
    const std::int64_t count = (*slope)->elements();
    bool fits = importer.batched() && count == maps;
    if (fits && importer.opset() >= 7 && count != 1) {
        const auto rank = static_cast<std::size_t>(in->shape.rank());
        fits = sizes.size() >= rank && sizes[sizes.size() - rank] == maps;
    }
    if (!fits && count != 1)
        return importer.batched() ? refused("Its slopes have the shape " + sizesText(sizes) +
                                            ", but one slope per map or one for all is needed.")
                                  : refused("Its slopes need a batch axis.", "Export the model with a batch axis.");
    const Params params{{"slopes", std::string(fits ? "per map" : "shared")}};
    const auto out = importer.addLayer("prelu", params, {*in}, node.name());
    if (!out)
        return out.error();
    if (auto set = importer.setTensor(*out, "slope", TensorRole::Weight, {count}, **slope); !set)
        return set;
    importer.give(node, *out);
    return {};
}

/// Makes axis `axis` the first one, puts the layer there, and undoes it.
Result<Wire> overAxis(Importer& importer, const NodeView& node, const std::string& layer, Wire in, int axis)
{
    const Shape shape = in.shape;
    std::int64_t outer = 1, inner = 1;
    for (int d = 0; d < shape.rank(); ++d)
        (d < axis ? outer : inner) *= d == axis ? 1 : shape[d];
    if (outer == 1) {
        // Leading sizes of 1 can go: what is left starts with the classes.
        const auto out = importer.addLayer(layer, {},
                                           {Importer::reshaped(in, inner == 1  ? Shape{shape[axis]}
                                                                   : axis == 0 ? shape
                                                                               : Shape{shape[axis], inner})},
                                           node.name());
        return out ? Importer::reshaped(*out, shape) : out;
    }
    const Params swap{{"order", std::string("2,1,3")}};
    auto turned = importer.addLayer("permute", swap, {Importer::reshaped(in, {outer, shape[axis], inner})},
                                    node.name() + " order");
    if (!turned)
        return turned;
    auto out = importer.addLayer(layer, {}, {*turned}, node.name());
    if (!out)
        return out;
    auto back = importer.addLayer("permute", swap, {*out}, node.name() + " order back");
    return back ? Importer::reshaped(*back, shape) : back;
}

/// Before operator set 13 everything from the axis on is one list of classes; later the axis alone counts.
Result<void> overClasses(Importer& importer, const NodeView& node, const std::string& layer)
{
    const auto in = importer.wire(node, 0);
    if (!in)
        return in.error();
    const bool list = importer.opset() < 13;
    const auto axis = importer.axisOf(*in, node.integer("axis", list ? 1 : -1));
    if (!axis)
        return axis.error();
    Wire flat = *in;
    if (list) {
        Shape shape;
        std::int64_t classes = 1;
        for (int d = 0; d < in->shape.rank(); ++d) {
            if (d < *axis)
                shape.append(in->shape[d]);
            else
                classes *= in->shape[d];
        }
        shape.append(classes);
        flat = Importer::reshaped(flat, shape);
    }
    auto out = overAxis(importer, node, layer, flat, *axis);
    if (!out)
        return out.error();
    importer.give(node, Importer::reshaped(*out, in->shape));
    return {};
}

Result<void> softmax(Importer& i, const NodeView& n)
{
    return overClasses(i, n, "softmax");
}
Result<void> logSoftmax(Importer& i, const NodeView& n)
{
    return overClasses(i, n, "log_softmax");
}

Result<void> dropout(Importer& importer, const NodeView& node)
{
    double rate = node.real("ratio", 0.5);
    if (!node.input(1).empty()) {
        const auto given = limit(importer, node, "ratio", 1, 0.5);
        if (!given)
            return given.error();
        rate = *given;
    }
    if (rate >= 1) // legal, though nothing could be learned behind it; what is read here computes
        return importer.pass(node);
    return function(importer, node, "dropout", {{"rate", rate}});
}

} // namespace

std::vector<ConverterEntry> activationConverters()
{
    return {{"Clip", clip},
            {"Dropout", dropout},
            {"Elu", elu},
            {"Gelu", gelu},
            {"HardSigmoid", hardSigmoid},
            {"HardSwish", hardSwish},
            {"LeakyRelu", leakyRelu},
            {"LogSoftmax", logSoftmax},
            {"PRelu", prelu},
            {"Relu", relu},
            {"Selu", selu},
            {"Sigmoid", sigmoid},
            {"Softmax", softmax},
            {"Softplus", softplus},
            {"Tanh", tanhFunction}};
}

} // namespace convarium::engine
