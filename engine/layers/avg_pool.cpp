#include "engine/layers/reference.h"
#include "engine/layers/window.h"

namespace convarium::engine
{
namespace
{

/// The mean of each window over the cells that lie on the input; with countPadding also over those in the padding, but
/// not over what a size that is rounded up reaches beyond it.
struct Reference {
    template <class T, class F>
    static void forEachWindow(const ReferenceCall<T>& call, F f)
    {
        const Shape& in = call.inputs[0].shape();
        const Shape& out = call.output.shape();
        const WindowGeometry g = windowGeometry(*call.params, in);
        const WantedPlaces places = wantedPlaces(call, g);
        for (std::int64_t y = places.y.first; y < places.y.endWithin(out[1]); ++y)
            for (std::int64_t x = places.x.first; x < places.x.endWithin(out[2]); ++x) {
                std::int64_t cells = 0;
                forEachCell(g, in, y, x, [&](auto, auto, auto, auto) { ++cells; });
                const std::int64_t divisor = g.countPadding ? countedCells(g, in, y, x) : cells;
                for (std::int64_t n = 0; n < call.inputs[0].batch(); ++n)
                    for (std::int64_t c = places.map.first; c < places.map.endWithin(out[0]); ++c)
                        f(g, n, c, y, x, static_cast<double>(divisor));
            }
    }
    static std::int64_t countedCells(const WindowGeometry& g, const Shape& in, std::int64_t y, std::int64_t x)
    {
        const std::int64_t rows = std::min(g.kernelHeight, in[1] + g.padTop + g.padBottom - y * g.strideHeight);
        const std::int64_t columns = std::min(g.kernelWidth, in[2] + g.padLeft + g.padRight - x * g.strideWidth);
        return rows * columns;
    }
    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        const auto& in = call.inputs[0];
        forEachWindow(call, [&](const WindowGeometry& g, auto n, auto c, auto y, auto x, double divisor) {
            Wide<T> sum = 0;
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
            const Wide<T> share = wide(call.outputGradient.at(n, c, y, x)) / divisor;
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
    d.parameters.push_back(ceilParameter());
    ParamInfo count;
    count.key = "countPadding";
    count.title = "Count padding";
    count.type = ParamType::Flag;
    count.defaultValue = false;
    count.help = "Divide by the whole window even where it hangs over the edge, as if zeros were there; what rounding "
                 "up reaches beyond the padding never counts.";
    d.parameters.push_back(count);
    d.summary = [](const Params& p) { return windowSummary(p, 0, "valid"); };
    d.check = [](std::span<const Shape> inputs, const Params& p) { return checkPool("AvgPool", inputs[0], p); };
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
        TorchCode code;
        if (torchPadded(call) == "{0}") {
            code.call =
                "F.avg_pool2d({0}" + window + ", count_include_pad=" + (p.flag("countPadding") ? "True)" : "False)");
            return code;
        }
        const WindowGeometry g = windowGeometry(p, call.inputShapes[0]);
        const WindowPads all = windowPads(p, call.inputShapes[0], call.outputShape);
        const WindowPads given =
            p.flag("countPadding") ? WindowPads{g.padTop, g.padLeft, g.padBottom, g.padRight} : WindowPads{};
        code.call = "F.avg_pool2d(" + torchPad("{0}", all) + window + ")";
        if (given != all) // the share of each window that counts undoes the zeros around it
            code.call += " / F.avg_pool2d(" +
                         torchPad(torchPad("torch.ones_like({0})", given, "1"),
                                  {all.top - given.top, all.left - given.left, all.bottom - given.bottom,
                                   all.right - given.right}) +
                         window + ")";
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
