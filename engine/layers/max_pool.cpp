#include "engine/layers/reference.h"
#include "engine/layers/window.h"

namespace convarium::engine
{
namespace
{

/// The largest number of each window; of equal ones the first, row by row.
struct Reference {
    template <class T, class F>
    static void forEachLargest(const ReferenceCall<T>& call, F f)
    {
        const auto& in = call.inputs[0];
        const Shape& out = call.output.shape();
        const WindowGeometry g = windowGeometry(*call.params, in.shape());
        const WantedPlaces places = wantedPlaces(call, g);
        for (std::int64_t n = 0; n < in.batch(); ++n)
            for (std::int64_t c = places.map.first; c < places.map.endWithin(out[0]); ++c)
                for (std::int64_t y = places.y.first; y < places.y.endWithin(out[1]); ++y)
                    for (std::int64_t x = places.x.first; x < places.x.endWithin(out[2]); ++x) {
                        std::int64_t bestY = -1, bestX = -1;
                        forEachCell(g, in.shape(), y, x, [&](auto, auto, std::int64_t iy, std::int64_t ix) {
                            if (bestY >= 0 && !(in.at(n, c, iy, ix) > in.at(n, c, bestY, bestX)))
                                return;
                            bestY = iy;
                            bestX = ix;
                        });
                        f(n, c, y, x, bestY, bestX);
                    }
    }
    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        forEachLargest(call, [&](auto n, auto c, auto y, auto x, auto iy, auto ix) {
            call.output.at(n, c, y, x) = call.inputs[0].at(n, c, iy, ix);
        });
    }
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        if (!wanted(call.inputGradients, 0))
            return;
        forEachLargest(call, [&](auto n, auto c, auto y, auto x, auto iy, auto ix) {
            call.inputGradients[0].at(n, c, iy, ix) += call.outputGradient.at(n, c, y, x);
        });
    }
};

} // namespace

LayerDescriptor describe_max_pool()
{
    LayerDescriptor d;
    d.id = "max_pool";
    d.icon = "pool";
    d.title = "MaxPool";
    d.family = "pooling";
    d.shortName = "P";
    d.help = "Keeps the largest number of each window: the maps shrink and what was found may move a little.";
    d.paper =
        "Riesenhuber and Poggio, Hierarchical models of object recognition in cortex, Nature Neuroscience 2(11), 1999, "
        "doi 10.1038/14819";
    d.parameters = windowParameters(2, 2, "valid");
    for (ParamInfo& info : dilationParameters("window"))
        d.parameters.push_back(info);
    d.parameters.push_back(ceilParameter());
    d.summary = [](const Params& p) { return windowSummary(p, 0, "valid"); };
    d.check = [](std::span<const Shape> inputs, const Params& p) { return checkPool("MaxPool", inputs[0], p); };
    d.tensors = noTensors;
    d.seen = seenWindow;
    setFormulas<PoolFormulas>(d);
    setReference<Reference>(d);
    d.lower = [](const LowerCall& call) {
        return call.builder->maxPool(call, call.inputs[0], windowGeometry(*call.params, call.inputShapes[0]));
    };
    d.onnx = [](const OnnxCall& call) { return call.builder->add("MaxPool", call.inputs, onnxWindow(call)); };
    d.torch = [](const TorchCall& call) {
        const Params& p = *call.params;
        TorchCode code;
        code.call = "F.max_pool2d(" + torchPadded(call, "float('-inf')") + ", " +
                    torchTuple({p.integer("kernelHeight"), p.integer("kernelWidth")}) + torchWindow(call) + ")";
        return code;
    };
    d.samples = poolSamples();
    Params spread = squareWindow(2, 1, "valid");
    spread.set("dilationHeight", std::int64_t{2});
    spread.set("dilationWidth", std::int64_t{3});
    d.samples.push_back({"dilation 2x3", {{3, 6, 7}}, spread});
    spread = withPads(squareWindow(3, 2, ""), {1, 0, 2, 2});
    spread.set("dilationHeight", std::int64_t{2});
    spread.set("dilationWidth", std::int64_t{2});
    spread.set("ceilMode", true);
    d.samples.push_back({"dilation 2, rounded up, padding on three sides", {{2, 6, 5}}, spread});
    return d;
}

} // namespace convarium::engine
