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

/// The largest number of each map; of equal ones the first, row by row.
struct Reference {
    template <class T>
    static std::int64_t largest(const TensorView<const T>& in, std::int64_t n, std::int64_t c)
    {
        const std::int64_t area = in.shape()[1] * in.shape()[2];
        std::int64_t best = c * area;
        for (std::int64_t i = best + 1; i < (c + 1) * area; ++i)
            if (in.flat(n, i) > in.flat(n, best))
                best = i;
        return best;
    }
    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        const auto& in = call.inputs[0];
        forEachElement(call.output, call.only(Focus::Of::Output),
                       [&](std::int64_t n, std::int64_t c) { call.output.at(n, c) = in.flat(n, largest(in, n, c)); });
    }
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        if (!wanted(call.inputGradients, 0))
            return;
        const auto& in = call.inputs[0];
        const Only only = call.only(Focus::Of::InputGradient);
        for (std::int64_t n = 0; n < in.batch(); ++n)
            for (std::int64_t c = 0; c < in.shape()[0]; ++c) {
                if (only.element >= 0 && only.element / (in.shape()[1] * in.shape()[2]) != c)
                    continue;
                call.inputGradients[0].flat(n, largest(in, n, c)) += call.outputGradient.at(n, c);
            }
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

LayerDescriptor describe_global_max_pool()
{
    LayerDescriptor d;
    d.id = "global_max_pool";
    d.icon = "globalmax";
    d.title = "GlobalMaxPool";
    d.family = "pooling";
    d.shortName = "Gm";
    d.help = "Keeps the largest number of each map: whether a pattern is anywhere, whatever the size of the image.";
    d.paper = "Oquab, Bottou, Laptev and Sivic, Is object localization for free? Weakly-supervised learning with "
              "convolutional neural networks, CVPR 2015, doi 10.1109/CVPR.2015.7298668";
    d.summary = [](const Params&) { return std::string("largest of each map"); };
    d.check = [](std::span<const Shape> inputs, const Params&) { return needMaps("GlobalMaxPool", inputs[0]); };
    d.tensors = noTensors;
    d.seen = wholeMap;
    setFormulas<Formulas>(d);
    setReference<Reference>(d);
    d.lower = [](const LowerCall& call) {
        // The largest of each row, then the largest of those: the place within a window stays a short number.
        const Shape& in = call.inputShapes[0];
        LowerCall rows = call;
        rows.outputShape = {in[0], in[1], 1};
        WindowGeometry row, column;
        row.kernelWidth = in[2];
        column.kernelHeight = in[1];
        return call.builder->maxPool(call, call.builder->maxPool(rows, call.inputs[0], row), column);
    };
    d.onnx = [](const OnnxCall& call) {
        return call.builder->add("Flatten", {call.builder->add("GlobalMaxPool", call.inputs)});
    };
    d.torch = [](const TorchCall&) {
        TorchCode code;
        code.call = "{0}.amax((2, 3))";
        return code;
    };
    d.samples = {{"7x5", {{3, 7, 5}}, {}}, {"17 maps", {{17, 2, 3}}, {}}, {"one pixel", {{4, 1, 1}}, {}}};
    return d;
}

} // namespace convarium::engine
