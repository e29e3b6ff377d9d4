#include "engine/layers/messages.h"
#include "engine/layers/reference.h"
#include "engine/ops/op_graph_builder.h"

#include <algorithm>
#include <cmath>

namespace convarium::engine
{
namespace
{

/// y_c = x_c - ln(sum of exp(x_j)), over the maps at each place or over a list. The maximum only keeps exp from
/// overflowing.
struct Reference {
    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        using std::exp, std::log;
        const auto& in = call.inputs[0];
        const std::int64_t classes = in.shape().channels();
        const std::int64_t places = in.elements() / classes;
        for (std::int64_t n = 0; n < in.batch(); ++n)
            for (std::int64_t p = 0; p < places; ++p) {
                if (!wantsPlace(call, Focus::Of::Output, n, p))
                    continue;
                Wide<T> largest = in.flat(n, p);
                for (std::int64_t i = p; i < classes * places; i += places)
                    largest = std::max(largest, wide(in.flat(n, i)));
                largest = called(largest, "largest");
                Wide<T> sum = 0;
                for (std::int64_t i = p; i < classes * places; i += places)
                    sum += exp(in.flat(n, i) - largest);
                sum = called(sum, "sum");
                for (std::int64_t i = p; i < classes * places; i += places)
                    call.output.flat(n, i) = static_cast<T>(in.flat(n, i) - largest - log(sum));
            }
    }
    /// dx_c = dy_c - exp(y_c) * sum of dy_j
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        if (!wanted(call.inputGradients, 0))
            return;
        using std::exp;
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
                    sum += dy.flat(n, i);
                sum = called(sum, "sum");
                for (std::int64_t i = p; i < classes * places; i += places)
                    addTo(call.inputGradients[0].flat(n, i), dy.flat(n, i) - exp(wide(y.flat(n, i))) * sum);
            }
    }
};

} // namespace

LayerDescriptor describe_log_softmax()
{
    LayerDescriptor d;
    d.id = "log_softmax";
    d.icon = "log_softmax";
    d.title = "LogSoftmax";
    d.family = "activation";
    d.shortName = "Ls";
    d.help =
        "The logarithms of Softmax's probabilities. Networks from elsewhere end with it; their largest number still "
        "names the class.";
    d.paper =
        "Bridle, Probabilistic Interpretation of Feedforward Classification Network Outputs, Neurocomputing, NATO ASI "
        "F68, 1990, doi 10.1007/978-3-642-76153-9_28";
    d.summary = [](const Params&) { return std::string("log probabilities"); };
    d.check = [](std::span<const Shape> inputs, const Params&) { return needAxes("LogSoftmax", inputs[0]); };
    d.tensors = noTensors;
    d.docks = true;
    d.belongsAtEnd = true;
    d.seen = [](std::span<const Shape> inputs, const Params&) {
        SeenWindow window;
        window.everything = inputs[0].isList();
        return window;
    };
    setFormulas<SameShapeFormulas>(d);
    setReference<Reference>(d);
    d.lower = [](const LowerCall& call) { return call.builder->logSoftmax(call, call.inputs[0]); };
    d.onnx = [](const OnnxCall& call) {
        return call.builder->add("LogSoftmax", call.inputs, {{"axis", std::int64_t{1}}});
    };
    setTorchCall(d, "F.log_softmax({0}, 1)");
    d.samples = {{"ten classes", {{10}}, {}},
                 {"over maps", {{3, 2, 4}}, {}},
                 {"seventeen classes", {{17}}, {}},
                 {"rank 4", {{3, 2, 2, 2}}, {}}};
    return d;
}

} // namespace convarium::engine
