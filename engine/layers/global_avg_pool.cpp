#include "engine/layers/messages.h"
#include "engine/layers/reference.h"
#include "engine/ops/op_graph_builder.h"

namespace convarium::engine
{
namespace
{

/// Maps become a list with one number each.
struct Formulas {
    template <class I>
    static LayerFormulas<I> eval(const FormulaContext<I>& c)
    {
        LayerFormulas<I> f;
        f.output.sizes = {c.inputs[0].sizes[0]};
        return f;
    }
};

struct Reference {
    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        const auto& in = call.inputs[0];
        const std::int64_t area = in.shape()[1] * in.shape()[2];
        const Only only = call.only(Focus::Of::Output);
        for (std::int64_t n = 0; n < in.batch(); ++n)
            for (std::int64_t c = 0; c < in.shape()[0]; ++c) {
                if (only.skips(n, c))
                    continue;
                Wide<T> sum = 0;
                for (std::int64_t i = 0; i < area; ++i)
                    sum += in.flat(n, c * area + i);
                call.output.at(n, c) = static_cast<T>(sum / static_cast<double>(area));
            }
    }
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        if (!wanted(call.inputGradients, 0))
            return;
        const auto& in = call.inputs[0];
        const std::int64_t area = in.shape()[1] * in.shape()[2];
        forEachElement(in, call.only(Focus::Of::InputGradient), [&](std::int64_t n, std::int64_t i) {
            addTo(call.inputGradients[0].flat(n, i),
                  wide(call.outputGradient.at(n, i / area)) / static_cast<double>(area));
        });
    }
};

SeenWindow wholeMap(std::span<const Shape> inputs, const Params&)
{
    SeenWindow seen;
    seen.kernelHeight = inputs[0][1];
    seen.kernelWidth = inputs[0][2];
    return seen;
}

} // namespace

LayerDescriptor describe_global_avg_pool()
{
    LayerDescriptor d;
    d.id = "global_avg_pool";
    d.icon = "globalpool";
    d.title = "GlobalAvgPool";
    d.family = "pooling";
    d.shortName = "G";
    d.help = "Takes the mean of each whole map: a list with one number per map, whatever the size of the image.";
    d.paper = "Lin, Chen and Yan, Network In Network, ICLR 2014, arXiv 1312.4400";
    d.summary = [](const Params&) { return std::string("mean of each map"); };
    d.check = [](std::span<const Shape> inputs, const Params&) { return needMaps("GlobalAvgPool", inputs[0]); };
    d.tensors = noTensors;
    d.seen = wholeMap;
    setFormulas<Formulas>(d);
    setReference<Reference>(d);
    d.lower = [](const LowerCall& call) {
        // An average pool whose window is the map; the single output place is then read as a list.
        WindowGeometry geometry;
        geometry.kernelHeight = call.inputShapes[0][1];
        geometry.kernelWidth = call.inputShapes[0][2];
        return call.builder->averagePool(call, call.inputs[0], geometry);
    };
    d.onnx = [](const OnnxCall& call) {
        return call.builder->add("Flatten", {call.builder->add("GlobalAveragePool", call.inputs)});
    };
    d.torch = [](const TorchCall&) {
        TorchCode code;
        code.call = "{0}.mean((2, 3))";
        return code;
    };
    d.samples = {{"7x5", {{3, 7, 5}}, {}}, {"one pixel", {{4, 1, 1}}, {}}, {"one map", {{1, 2, 3}}, {}}};
    return d;
}

} // namespace convarium::engine
