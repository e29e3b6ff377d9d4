#include "engine/layers/messages.h"
#include "engine/layers/resample_reference.h"
#include "engine/layers/settings.h"

namespace convarium::engine
{
namespace
{

struct Formulas {
    template <class I>
    static LayerFormulas<I> eval(const FormulaContext<I>& c)
    {
        const std::vector<I>& in = c.inputs[0].sizes;
        LayerFormulas<I> f;
        f.output.sizes = {in[0], in[1] - c.integer("top", "top") - c.integer("bottom", "bottom"),
                          in[2] - c.integer("left", "left") - c.integer("right", "right")};
        return f;
    }
};

struct Axes {
    static double fill(const Params&) { return 0; }
    static ResampleAxis axis(const Params& params, const Shape& input, bool vertical)
    {
        const std::int64_t end = input[vertical ? 1 : 2] - params.integer(vertical ? "bottom" : "right");
        ResampleAxis axis;
        for (std::int64_t i = params.integer(vertical ? "top" : "left"); i < end; ++i)
            axis.add({{i, 1.0f}});
        return axis;
    }
};

Result<void> check(std::span<const Shape> inputs, const Params& params)
{
    if (auto maps = needMaps("Crop", inputs[0]); !maps)
        return maps;
    for (const bool vertical : {true, false}) {
        const std::int64_t in = inputs[0][vertical ? 1 : 2];
        const std::int64_t cut =
            params.integer(vertical ? "top" : "left") + params.integer(vertical ? "bottom" : "right");
        if (cut < in)
            continue;
        Error error{ErrorCode::ShapeMismatch,
                    "Crop cuts " + std::to_string(cut) + (vertical ? " rows" : " columns") + " from maps that have " +
                        std::to_string(in) + fromSlot(0) + ": nothing is left.",
                    "Cut less.",
                    {}};
        error.place.port = vertical ? "top" : "left";
        return error;
    }
    return {};
}

} // namespace

LayerDescriptor describe_crop()
{
    LayerDescriptor d;
    d.id = "crop";
    d.icon = "crop";
    d.title = "Crop";
    d.family = "pooling";
    d.shortName = "Cr";
    d.help = "Cuts rows and columns from the edges of the maps. U-Net crops maps so that they fit beside smaller ones.";
    d.paper = "Ronneberger, Fischer and Brox, U-Net: Convolutional Networks for Biomedical Image Segmentation, MICCAI "
              "2015, arXiv 1505.04597";
    const auto side = [](const char* key, const char* title, const char* help) {
        return integerParameter(key, title, 1, 0, 4096, "pixels", help);
    };
    d.parameters = {side("top", "Top", "Rows cut at the top."), side("bottom", "Bottom", "Rows cut at the bottom."),
                    side("left", "Left", "Columns cut at the left."),
                    side("right", "Right", "Columns cut at the right.")};
    d.summary = [](const Params& p) {
        const std::int64_t top = p.integer("top"), left = p.integer("left");
        const std::int64_t bottom = p.integer("bottom"), right = p.integer("right");
        const bool even = top == left && top == bottom && top == right;
        return (even ? std::to_string(top) : listText({top, left, bottom, right})) + " cut" +
               (even ? " on each side" : "");
    };
    d.check = check;
    d.tensors = noTensors;
    d.seen = [](std::span<const Shape>, const Params& p) {
        SeenWindow window;
        window.startHeight = p.integer("top");
        window.startWidth = p.integer("left");
        return window;
    };
    setFormulas<Formulas>(d);
    setReference<ResampleReference<Axes>>(d);
    d.lower = [](const LowerCall& call) {
        return call.builder->resample(call, call.inputs[0], Axes::axis(*call.params, call.inputShapes[0], true),
                                      Axes::axis(*call.params, call.inputShapes[0], false), 0);
    };
    d.onnx = [](const OnnxCall& call) {
        const std::int64_t top = call.params->integer("top"), left = call.params->integer("left");
        OnnxBuilder& b = *call.builder;
        return b.add("Slice",
                     {call.inputs[0], b.integers({top, left}),
                      b.integers({top + call.outputShape[1], left + call.outputShape[2]}), b.integers({2, 3})});
    };
    d.torch = [](const TorchCall& call) {
        const std::int64_t top = call.params->integer("top"), left = call.params->integer("left");
        TorchCode code;
        code.call = "{0}[:, :, " + std::to_string(top) + ":" + std::to_string(top + call.outputShape[1]) + ", " +
                    std::to_string(left) + ":" + std::to_string(left + call.outputShape[2]) + "]";
        return code;
    };
    const auto sample = [](std::int64_t top, std::int64_t bottom, std::int64_t left, std::int64_t right) {
        return Params{{"top", top}, {"bottom", bottom}, {"left", left}, {"right", right}};
    };
    d.samples = {{"one on each side", {{17, 4, 5}}, sample(1, 1, 1, 1)},
                 {"uneven", {{1, 5, 4}}, sample(0, 3, 2, 0)},
                 {"one pixel left", {{3, 4, 3}}, sample(2, 1, 0, 2)},
                 {"nothing cut", {{2, 3, 2}}, sample(0, 0, 0, 0)}};
    return d;
}

} // namespace convarium::engine
