#include "engine/graph/shape_text.h"
#include "engine/layers/messages.h"
#include "engine/layers/resample_reference.h"
#include "engine/layers/settings.h"

#include <algorithm>
#include <cmath>

namespace convarium::engine
{
namespace
{

struct Formulas {
    template <class I>
    static LayerFormulas<I> eval(const FormulaContext<I>& c)
    {
        const bool even = c.params->integer("factorHeight") == c.params->integer("factorWidth");
        const std::vector<I>& in = c.inputs[0].sizes;
        LayerFormulas<I> f;
        f.output.sizes = {in[0], in[1] * c.integer("factorHeight", even ? "factor" : "factor height"),
                          in[2] * c.integer("factorWidth", even ? "factor" : "factor width")};
        return f;
    }
};

struct Axes {
    static double fill(const Params&) { return 0; }
    static ResampleAxis axis(const Params& params, const Shape& input, bool vertical)
    {
        const std::int64_t in = input[vertical ? 1 : 2];
        const std::int64_t factor = params.integer(vertical ? "factorHeight" : "factorWidth");
        const std::string& mode = params.text("mode");
        ResampleAxis axis;
        for (std::int64_t i = 0; i < in * factor; ++i) {
            if (mode == "nearest") {
                axis.add({{i / factor, 1.0f}});
                continue;
            }
            // Where the centre of output pixel i lies between the centres of input pixels.
            const auto position = static_cast<double>(i);
            const double place = mode == "bilinear"
                                     ? std::max(0.0, (position + 0.5) / static_cast<double>(factor) - 0.5)
                                     : position * static_cast<double>(in - 1) /
                                           static_cast<double>(std::max<std::int64_t>(1, in * factor - 1));
            const auto below = std::min(in - 1, static_cast<std::int64_t>(place));
            const auto share = static_cast<float>(place - static_cast<double>(below));
            if (share > 0 && below + 1 < in)
                axis.add({{below, 1.0f - share}, {below + 1, share}});
            else
                axis.add({{below, 1.0f}});
        }
        return axis;
    }
};

} // namespace

LayerDescriptor describe_upsample()
{
    LayerDescriptor d;
    d.id = "upsample";
    d.icon = "upsample";
    d.title = "Upsample";
    d.family = "pooling";
    d.shortName = "Up";
    d.help = "Enlarges the maps by a whole factor: nearest repeats every pixel, bilinear draws straight lines between "
             "neighbours. Nothing is learned.";
    d.paper = "Odena, Dumoulin and Olah, Deconvolution and Checkerboard Artifacts, Distill 2016, doi "
              "10.23915/distill.00003 (why to resize and convolve)";
    ParamInfo height =
        integerParameter("factorHeight", "Factor", 2, 1, 32, "", "How many times larger the maps become.");
    height.pairedWith = "factorWidth";
    ParamInfo width = integerParameter("factorWidth", "Factor width", 2, 1, 32, "", height.help);
    d.parameters = {
        height, width,
        choiceParameter("mode", "How", {"nearest", "bilinear", "bilinear, corners aligned"},
                        "bilinear: the pixels are small squares whose centres are compared (PyTorch's "
                        "align_corners False). corners aligned: the centres of the corner pixels stay in the "
                        "corners (align_corners True).")};
    d.summary = [](const Params& p) {
        return pairText(p.integer("factorHeight"), p.integer("factorWidth")) + ", " + p.text("mode");
    };
    d.check = [](std::span<const Shape> inputs, const Params&) { return needMaps("Upsample", inputs[0]); };
    d.tensors = noTensors;
    d.seen = [](std::span<const Shape>, const Params& p) {
        SeenWindow window;
        window.kernelHeight = p.text("mode") == "nearest" || p.integer("factorHeight") == 1 ? 1 : 2;
        window.kernelWidth = p.text("mode") == "nearest" || p.integer("factorWidth") == 1 ? 1 : 2;
        window.spreadHeight = p.integer("factorHeight");
        window.spreadWidth = p.integer("factorWidth");
        // Nearest: place y reads y / factor. Bilinear: half a factor more on either side; aligned corners move by up to
        // as much again.
        const auto half = [&](std::int64_t factor) {
            return p.text("mode") == "nearest" ? 0 : p.text("mode") == "bilinear" ? factor / 2 : factor;
        };
        window.startHeight = 1 - window.spreadHeight - half(window.spreadHeight);
        window.startWidth = 1 - window.spreadWidth - half(window.spreadWidth);
        window.reachHeight = window.spreadHeight - 1 + 2 * half(window.spreadHeight);
        window.reachWidth = window.spreadWidth - 1 + 2 * half(window.spreadWidth);
        return window;
    };
    setFormulas<Formulas>(d);
    setReference<ResampleReference<Axes>>(d);
    d.lower = [](const LowerCall& call) {
        return call.builder->resample(call, call.inputs[0], Axes::axis(*call.params, call.inputShapes[0], true),
                                      Axes::axis(*call.params, call.inputShapes[0], false), 0);
    };
    d.onnx = [](const OnnxCall& call) {
        const Params& p = *call.params;
        const std::string scales = call.builder->constant(
            {4}, {1, 1, static_cast<float>(p.integer("factorHeight")), static_cast<float>(p.integer("factorWidth"))});
        std::vector<OnnxAttribute> attributes{{"mode", std::string("linear")},
                                              {"coordinate_transformation_mode", std::string("half_pixel")}};
        if (p.text("mode") == "nearest")
            attributes = {{"mode", std::string("nearest")},
                          {"coordinate_transformation_mode", std::string("asymmetric")},
                          {"nearest_mode", std::string("floor")}};
        else if (p.text("mode") != "bilinear")
            attributes[1].value = std::string("align_corners");
        return call.builder->add("Resize", {call.inputs[0], "", scales}, attributes);
    };
    d.torch = [](const TorchCall& call) {
        const Params& p = *call.params;
        TorchCode code;
        code.call =
            "F.interpolate({0}, scale_factor=" + torchTuple({p.integer("factorHeight"), p.integer("factorWidth")}) +
            (p.text("mode") == "nearest" ? std::string(", mode='nearest')")
                                         : ", mode='bilinear', align_corners=" +
                                               std::string(p.text("mode") == "bilinear" ? "False)" : "True)"));
        return code;
    };
    const auto sample = [](std::int64_t vertical, std::int64_t horizontal, const char* mode) {
        return Params{{"factorHeight", vertical}, {"factorWidth", horizontal}, {"mode", std::string(mode)}};
    };
    d.samples = {{"nearest, doubled, 17 maps", {{17, 2, 3}}, sample(2, 2, "nearest")},
                 {"nearest 3x1", {{1, 3, 2}}, sample(3, 1, "nearest")},
                 {"bilinear, doubled", {{3, 3, 4}}, sample(2, 2, "bilinear")},
                 {"bilinear 1x3", {{5, 2, 3}}, sample(1, 3, "bilinear")},
                 {"bilinear from one pixel", {{2, 1, 1}}, sample(4, 2, "bilinear")},
                 {"corners aligned", {{3, 3, 4}}, sample(2, 3, "bilinear, corners aligned")},
                 {"corners aligned, one row", {{9, 1, 2}}, sample(2, 2, "bilinear, corners aligned")}};
    return d;
}

} // namespace convarium::engine
