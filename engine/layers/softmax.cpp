#include "engine/layers/messages.h"
#include "engine/layers/reference.h"
#include "engine/ops/op_graph_builder.h"

#include <algorithm>
#include <cmath>

namespace convarium::engine
{
namespace
{

/// y_c = exp(x_c - max) / sum of exp(x_j - max), over the maps at each place or over a list. The maximum only keeps exp
/// from overflowing.
struct Reference {
    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        using std::exp;
        const auto& in = call.inputs[0];
        const std::int64_t classes = in.shape().channels();
        const std::int64_t places = in.elements() / classes;
        for (std::int64_t n = 0; n < in.batch(); ++n)
            for (std::int64_t p = 0; p < places; ++p) {
                if (!wantsPlace(call, Focus::Of::Output, n, p))
                    continue;
                Wide<T> largest = in.flat(n, p);
                for (std::int64_t c = 1; c < classes; ++c)
                    largest = std::max(largest, wide(in.flat(n, c * places + p)));
                largest = called(largest, "largest");
                Wide<T> sum = 0;
                for (std::int64_t c = 0; c < classes; ++c)
                    sum += exp(in.flat(n, c * places + p) - largest);
                sum = called(sum, "sum");
                for (std::int64_t c = 0; c < classes; ++c)
                    call.output.flat(n, c * places + p) =
                        static_cast<T>(exp(in.flat(n, c * places + p) - largest) / sum);
            }
    }
    /// dx_c = y_c * (dy_c - sum of dy_j y_j)
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        if (!wanted(call.inputGradients, 0))
            return;
        const auto& y = call.output;
        const auto& dy = call.outputGradient;
        const std::int64_t classes = y.shape().channels();
        const std::int64_t places = y.elements() / classes;
        for (std::int64_t n = 0; n < y.batch(); ++n)
            for (std::int64_t p = 0; p < places; ++p) {
                if (!wantsPlace(call, Focus::Of::InputGradient, n, p))
                    continue;
                Wide<T> sum = 0;
                for (std::int64_t i = p; i < classes * places; i += places)
                    sum += wide(dy.flat(n, i)) * y.flat(n, i);
                sum = called(sum, "sum");
                for (std::int64_t i = p; i < classes * places; i += places)
                    addTo(call.inputGradients[0].flat(n, i), y.flat(n, i) * (dy.flat(n, i) - sum));
            }
    }
};

SeenWindow seen(std::span<const Shape> inputs, const Params&)
{
    SeenWindow window;
    window.everything = inputs[0].isList();
    return window;
}

} // namespace

LayerDescriptor describe_softmax()
{
    LayerDescriptor d;
    d.id = d.icon = "softmax";
    d.title = "Softmax";
    d.family = "activation";
    d.shortName = "Sm";
    d.help =
        "Turns scores into probabilities that sum to 1. Belongs at the end; the loss then works on its input directly.";
    d.paper =
        "Bridle, Probabilistic Interpretation of Feedforward Classification Network Outputs, Neurocomputing, NATO ASI "
        "F68, 1990, doi 10.1007/978-3-642-76153-9_28";
    d.summary = [](const Params&) { return std::string("probabilities"); };
    d.check = [](std::span<const Shape> inputs, const Params&) { return needAxes("Softmax", inputs[0]); };
    d.tensors = noTensors;
    d.docks = true;
    d.belongsAtEnd = true;
    d.seen = seen;
    setFormulas<SameShapeFormulas>(d);
    setReference<Reference>(d);
    d.lower = [](const LowerCall& call) { return call.builder->softmax(call, call.inputs[0]); };
    d.onnx = [](const OnnxCall& call) {
        return call.builder->add("Softmax", call.inputs, {{"axis", std::int64_t{1}}});
    };
    d.torch = [](const TorchCall&) {
        TorchCode code;
        code.call = "torch.softmax({0}, 1)";
        return code;
    };
    d.samples = {{"ten classes", {{10}}, {}},
                 {"over maps", {{3, 2, 4}}, {}},
                 {"seventeen classes", {{17}}, {}},
                 {"rank 4", {{3, 2, 2, 2}}, {}}};
    return d;
}

} // namespace convarium::engine
