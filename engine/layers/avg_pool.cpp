#include "engine/layers/reference.h"
#include "engine/layers/window.h"

namespace convarium::engine
{
namespace
{

/// The mean of each window over the cells that lie on the input, or over the whole window with countPadding.
struct Reference {
    template <class T, class F>
    static void forEachWindow(const ReferenceCall<T>& call, F f)
    {
        const Shape& in = call.inputs[0].shape();
        const Shape& out = call.output.shape();
        const WindowGeometry g = windowGeometry(*call.params, in);
        for (std::int64_t y = 0; y < out[1]; ++y)
            for (std::int64_t x = 0; x < out[2]; ++x) {
                std::int64_t cells = 0;
                forEachCell(g, in, y, x, [&](auto, auto, auto, auto) { ++cells; });
                const std::int64_t divisor = g.countPadding ? g.kernelHeight * g.kernelWidth : cells;
                for (std::int64_t n = 0; n < call.inputs[0].batch(); ++n)
                    for (std::int64_t c = 0; c < out[0]; ++c)
                        f(g, n, c, y, x, static_cast<double>(divisor));
            }
    }
    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        const auto& in = call.inputs[0];
        forEachWindow(call, [&](const WindowGeometry& g, auto n, auto c, auto y, auto x, double divisor) {
            double sum = 0;
            forEachCell(g, in.shape(), y, x, [&](auto, auto, auto iy, auto ix) { sum += in.at(n, c, iy, ix); });
            call.output.at(n, c, y, x) = static_cast<T>(sum / divisor);
        });
    }
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        if (!wanted(call.inputGradients, 0))
            return;
        forEachWindow(call, [&](const WindowGeometry& g, auto n, auto c, auto y, auto x, double divisor) {
            const double share = call.outputGradient.at(n, c, y, x) / divisor;
            forEachCell(g, call.inputs[0].shape(), y, x,
                        [&](auto, auto, auto iy, auto ix) { addTo(call.inputGradients[0].at(n, c, iy, ix), share); });
        });
    }
};

} // namespace

LayerDescriptor describe_avg_pool()
{
    LayerDescriptor d;
    d.id = "avg_pool";
    d.icon = "avgpool";
    d.title = "AvgPool";
    d.family = "pooling";
    d.shortName = "S";
    d.help = "Keeps the mean of each window: the maps shrink and become smoother. Called subsampling in LeNet-5.";
    d.paper = "LeCun, Bottou, Bengio and Haffner, Gradient-Based Learning Applied to Document Recognition, Proc. IEEE "
              "86(11), 1998, doi 10.1109/5.726791";
    d.parameters = windowParameters(2, 2, "valid");
    ParamInfo count;
    count.key = "countPadding";
    count.title = "Count padding";
    count.type = ParamType::Flag;
    count.defaultValue = false;
    count.help = "Divide by the whole window even where it hangs over the edge, as if zeros were there.";
    d.parameters.push_back(count);
    d.summary = [](const Params& p) { return windowSummary(p, 0, "valid"); };
    d.check = [](std::span<const Shape> inputs, const Params& p) {
        auto window = checkWindow("AvgPool", inputs[0], p);
        return window ? checkPoolPadding("AvgPool", p) : window;
    };
    d.tensors = noTensors;
    d.seen = seenWindow;
    setFormulas<PoolFormulas>(d);
    setReference<Reference>(d);
    d.lower = [](const LowerCall& call) {
        return call.builder->averagePool(call, call.inputs[0], windowGeometry(*call.params, call.inputShapes[0]));
    };
    d.onnx = [](const OnnxCall& call) {
        std::vector<OnnxAttribute> attributes = onnxWindow(call);
        attributes.push_back({"count_include_pad", std::int64_t{call.params->flag("countPadding") ? 1 : 0}});
        return call.builder->add("AveragePool", call.inputs, attributes);
    };
    d.torch = [](const TorchCall& call) {
        const Params& p = *call.params;
        const std::string window =
            ", " + torchTuple({p.integer("kernelHeight"), p.integer("kernelWidth")}) + torchWindow(call);
        const std::string padded = torchPadded(call);
        TorchCode code;
        if (padded == "{0}") {
            code.call =
                "F.avg_pool2d({0}" + window + ", count_include_pad=" + (p.flag("countPadding") ? "True)" : "False)");
        } else {
            code.call = "F.avg_pool2d(" + padded + window + ")";
            if (!p.flag("countPadding")) // the share of each window that lies on the input undoes the zeros around it
                code.call += " / F.avg_pool2d(" +
                             std::string(padded).replace(padded.find("{0}"), 3, "torch.ones_like({0})") + window + ")";
        }
        return code;
    };
    d.samples = poolSamples();
    for (const LayerSample& sample : poolSamples()) {
        LayerSample counted = sample;
        counted.name += ", counting padding";
        counted.params.set("countPadding", true);
        d.samples.push_back(counted);
    }
    return d;
}

} // namespace convarium::engine
