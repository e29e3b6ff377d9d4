#include "engine/layers/messages.h"
#include "engine/layers/reference.h"
#include "engine/layers/settings.h"
#include "engine/ops/op_graph_builder.h"

#include <algorithm>
#include <cmath>

namespace convarium::engine
{
namespace
{

/// The window of map c reaches from c - before to c + after; of an even size the odd map lies behind, as in ONNX.
LrnGeometry geometry(const Params& params)
{
    const std::int64_t size = params.integer("size");
    LrnGeometry g;
    g.before = (size - 1) / 2;
    g.after = size - 1 - g.before;
    g.scale = params.real("alpha") / static_cast<double>(size);
    g.beta = params.real("beta");
    g.k = params.real("k");
    return g;
}

/// b[c] = a[c] / (k + alpha / size * sum of a^2 over `size` neighbouring maps)^beta at each place.
struct Reference {
    /// k + alpha / size * sum, for every map at a place.
    template <class T>
    static std::vector<Wide<T>> bases(const LrnGeometry& g, const TensorView<const T>& in, std::int64_t n,
                                      std::int64_t y, std::int64_t x)
    {
        const std::int64_t maps = in.shape()[0];
        std::vector<Wide<T>> list(static_cast<std::size_t>(maps), g.k);
        for (std::int64_t c = 0; c < maps; ++c)
            for (std::int64_t i = std::max<std::int64_t>(0, c - g.before); i <= std::min(maps - 1, c + g.after); ++i) {
                const Wide<T> a = in.at(n, i, y, x);
                list[static_cast<std::size_t>(c)] += g.scale * a * a;
            }
        for (Wide<T>& base : list)
            base = called(base, "base");
        return list;
    }
    template <class T, class F>
    static void forEachPlace(const ReferenceCall<T>& call, Focus::Of of, F f)
    {
        const auto& in = call.inputs[0];
        const LrnGeometry g = geometry(*call.params);
        for (std::int64_t n = 0; n < in.batch(); ++n)
            for (std::int64_t y = 0; y < in.shape()[1]; ++y)
                for (std::int64_t x = 0; x < in.shape()[2]; ++x)
                    if (wantsPlace(call, of, n, y * in.shape()[2] + x))
                        f(g, n, y, x, bases(g, in, n, y, x));
    }
    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        using std::pow;
        const auto& in = call.inputs[0];
        forEachPlace(call, Focus::Of::Output,
                     [&](const LrnGeometry& g, auto n, auto y, auto x, const std::vector<Wide<T>>& base) {
                         for (std::int64_t c = 0; c < in.shape()[0]; ++c)
                             call.output.at(n, c, y, x) =
                                 static_cast<T>(in.at(n, c, y, x) * pow(base[static_cast<std::size_t>(c)], -g.beta));
                     });
    }
    /// da[i] = db[i] s[i]^-beta - 2 beta alpha / size * a[i] * sum over windows j that hold i of db[j] a[j]
    /// s[j]^(-beta-1)
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        if (!wanted(call.inputGradients, 0))
            return;
        using std::pow;
        const auto& in = call.inputs[0];
        const auto& dy = call.outputGradient;
        const std::int64_t maps = in.shape()[0];
        forEachPlace(call, Focus::Of::InputGradient,
                     [&](const LrnGeometry& g, auto n, auto y, auto x, const std::vector<Wide<T>>& base) {
                         for (std::int64_t i = 0; i < maps; ++i) {
                             Wide<T> sum = dy.at(n, i, y, x) * pow(base[static_cast<std::size_t>(i)], -g.beta);
                             for (std::int64_t j = std::max<std::int64_t>(0, i - g.after);
                                  j <= std::min(maps - 1, i + g.before); ++j)
                                 sum -= 2 * g.beta * g.scale * in.at(n, i, y, x) * dy.at(n, j, y, x) *
                                        in.at(n, j, y, x) * pow(base[static_cast<std::size_t>(j)], -g.beta - 1);
                             addTo(call.inputGradients[0].at(n, i, y, x), sum);
                         }
                     });
    }
};

} // namespace

LayerDescriptor describe_lrn()
{
    LayerDescriptor d;
    d.id = "lrn";
    d.icon = "lrn";
    d.title = "LRN";
    d.family = "normalise";
    d.shortName = "L";
    d.help =
        "Local response normalisation: divides each number by a measure of its neighbours in the maps around it, so "
        "that strong maps quieten the others. Alpha is divided by the size, as PyTorch and ONNX do; AlexNet's paper "
        "has k 2 and an alpha of 0.0001 that is not divided: enter 0.0005 for size 5.";
    d.paper = "Krizhevsky, Sutskever and Hinton, ImageNet Classification with Deep Convolutional Neural Networks, NIPS "
              "2012, section 3.3";
    d.parameters = {
        integerParameter(
            "size", "Size", 5, 1, 255, "maps",
            "How many neighbouring maps are summed, itself included. Of an even number one more lies behind."),
        realParameter("alpha", "Alpha", 1e-4, 0, 1000, "Weight of the sum of squares; it is divided by the size."),
        realParameter("beta", "Beta", 0.75, 0, 10, "Exponent of the divisor."),
        realParameter("k", "k", 1, 1e-6, 1000, "Added to the weighted sum, so that the divisor is never zero.")};
    d.summary = [](const Params& p) {
        return "over " + std::to_string(p.integer("size")) + (p.integer("size") == 1 ? " map" : " maps");
    };
    d.check = [](std::span<const Shape> inputs, const Params&) { return needMaps("LRN", inputs[0]); };
    d.tensors = noTensors;
    d.docks = true;
    setFormulas<SameShapeFormulas>(d);
    setReference<Reference>(d);
    d.lower = [](const LowerCall& call) { return call.builder->lrn(call, call.inputs[0], geometry(*call.params)); };
    d.onnx = [](const OnnxCall& call) {
        const Params& p = *call.params;
        return call.builder->add(
            "LRN", call.inputs,
            {{"size", p.integer("size")}, {"alpha", p.real("alpha")}, {"beta", p.real("beta")}, {"bias", p.real("k")}});
    };
    d.torch = [](const TorchCall& call) {
        const Params& p = *call.params;
        const std::string settings = ", " + std::to_string(p.integer("size")) +
                                     ", alpha=" + paramText(p.real("alpha")) + ", beta=" + paramText(p.real("beta")) +
                                     ", k=" + paramText(p.real("k")) + ")";
        TorchCode code;
        // PyTorch's window of an even size has its odd map in front.
        code.call = p.integer("size") % 2 == 1 ? "F.local_response_norm({0}" + settings
                                               : "F.local_response_norm({0}.flip(1)" + settings + ".flip(1)";
        return code;
    };
    const std::int64_t two = 2, three = 3, four = 4;
    d.samples = {{"17 maps", {{17, 3, 2}}, {{"alpha", 2.0}}},
                 {"beta 0.5, size 3", {{5, 2, 3}}, {{"size", three}, {"alpha", 1.5}, {"beta", 0.5}, {"k", 2.0}}},
                 {"beta 1, even size", {{9, 2, 2}}, {{"size", four}, {"alpha", 3.0}, {"beta", 1.0}}},
                 {"beta 0.6, window wider than the maps",
                  {{3, 2, 2}},
                  {{"size", std::int64_t{9}}, {"alpha", 4.0}, {"beta", 0.6}}},
                 {"size 2", {{4, 1, 2}}, {{"size", two}, {"alpha", 1.0}}},
                 {"one map", {{1, 2, 3}}, {{"alpha", 0.5}}}};
    return d;
}

} // namespace convarium::engine
