#include "engine/layers/messages.h"
#include "engine/layers/resample_reference.h"
#include "engine/layers/settings.h"

#include <algorithm>

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
        f.output.sizes = {in[0], in[1] + c.integer("top", "top") + c.integer("bottom", "bottom"),
                          in[2] + c.integer("left", "left") + c.integer("right", "right")};
        return f;
    }
};

struct Axes {
    static double fill(const Params& params) { return params.real("value"); }
    static ResampleAxis axis(const Params& params, const Shape& input, bool vertical)
    {
        const std::int64_t in = input[vertical ? 1 : 2];
        const std::int64_t before = params.integer(vertical ? "top" : "left");
        const std::int64_t behind = params.integer(vertical ? "bottom" : "right");
        const std::string& mode = params.text("mode");
        ResampleAxis axis;
        for (std::int64_t i = -before; i < in + behind; ++i) {
            if (i >= 0 && i < in)
                axis.add({{i, 1.0f}});
            else if (mode == "constant")
                axis.add({});
            else if (mode == "edge")
                axis.add({{i < 0 ? 0 : in - 1, 1.0f}});
            else
                axis.add({{i < 0 ? -i : 2 * (in - 1) - i, 1.0f}});
        }
        return axis;
    }
};

Result<void> check(std::span<const Shape> inputs, const Params& params)
{
    if (auto maps = needMaps("Pad", inputs[0]); !maps)
        return maps;
    if (params.text("mode") != "reflect")
        return {};
    for (const char* side : {"top", "bottom", "left", "right"}) {
        const bool vertical = side[0] == 't' || side[0] == 'b';
        const std::int64_t in = inputs[0][vertical ? 1 : 2];
        if (params.integer(side) < in)
            continue;
        Error error{ErrorCode::InvalidArgument,
                    "A reflection reaches at most " + std::to_string(in - 1) + " pixels into maps of " +
                        (vertical ? "height " : "width ") + std::to_string(in) + fromSlot(0) + "; the padding at the " +
                        side + " is " + std::to_string(params.integer(side)) + ".",
                    "Use less padding, or repeat the edge instead.",
                    {}};
        error.place.port = side;
        return error;
    }
    return {};
}

std::vector<std::int64_t> sides(const Params& p, std::initializer_list<const char*> order)
{
    std::vector<std::int64_t> list;
    for (const char* side : order)
        list.push_back(p.integer(side));
    return list;
}

} // namespace

LayerDescriptor describe_pad()
{
    LayerDescriptor d;
    d.id = "pad";
    d.icon = "pad";
    d.title = "Pad";
    d.family = "pooling";
    d.shortName = "Pad";
    d.help = "Adds rows and columns around the maps: a constant number, the maps reflected at their edge, or the edge "
             "repeated.";
    d.paper = "Reflection: Johnson, Alahi and Fei-Fei, Perceptual Losses for Real-Time Style Transfer and "
              "Super-Resolution, ECCV 2016, arXiv 1603.08155";
    const auto side = [](const char* key, const char* title, const char* help) {
        return integerParameter(key, title, 1, 0, 1024, "pixels", help);
    };
    d.parameters = {
        side("top", "Top", "Rows added above the maps."),
        side("bottom", "Bottom", "Rows added below the maps."),
        side("left", "Left", "Columns added to the left of the maps."),
        side("right", "Right", "Columns added to the right of the maps."),
        choiceParameter("mode", "With", {"constant", "reflect", "edge"},
                        "constant: one number everywhere. reflect: the maps mirrored, without repeating the "
                        "edge itself. edge: the outermost pixel repeated."),
        realParameter("value", "Number", 0, -1e6, 1e6, "The number that is added.")};
    d.parameters.back().visibleWhen = {"mode", "constant"};
    d.summary = [](const Params& p) {
        const std::vector<std::int64_t> list = sides(p, {"top", "left", "bottom", "right"});
        const bool even = std::all_of(list.begin(), list.end(), [&](std::int64_t v) { return v == list.front(); });
        return (even ? std::to_string(list.front()) + " on each side" : listText(list)) + ", " + p.text("mode");
    };
    d.check = check;
    d.tensors = noTensors;
    d.seen = [](std::span<const Shape>, const Params& p) {
        SeenWindow window;
        window.startHeight = -p.integer("top");
        window.startWidth = -p.integer("left");
        return window;
    };
    setFormulas<Formulas>(d);
    setReference<ResampleReference<Axes>>(d);
    d.lower = [](const LowerCall& call) {
        return call.builder->resample(call, call.inputs[0], Axes::axis(*call.params, call.inputShapes[0], true),
                                      Axes::axis(*call.params, call.inputShapes[0], false), Axes::fill(*call.params));
    };
    d.onnx = [](const OnnxCall& call) {
        const Params& p = *call.params;
        const auto value = static_cast<float>(p.real("value"));
        return call.builder->add("Pad",
                                 {call.inputs[0],
                                  call.builder->integers({0, 0, p.integer("top"), p.integer("left"), 0, 0,
                                                          p.integer("bottom"), p.integer("right")}),
                                  p.text("mode") == "constant" ? call.builder->constant({}, {value}) : std::string()},
                                 {{"mode", p.text("mode")}});
    };
    d.torch = [](const TorchCall& call) {
        const Params& p = *call.params;
        const std::string mode = p.text("mode");
        TorchCode code;
        code.call = "F.pad({0}, (" + listText(sides(p, {"left", "right", "top", "bottom"})) + ")" +
                    (mode == "constant" ? ", value=" + paramText(p.real("value"))
                                        : ", mode='" + std::string(mode == "edge" ? "replicate" : "reflect") + "'") +
                    ")";
        return code;
    };
    const auto sample = [](std::int64_t top, std::int64_t bottom, std::int64_t left, std::int64_t right,
                           const char* mode, double value = 0) {
        return Params{{"top", top},     {"bottom", bottom},          {"left", left},
                      {"right", right}, {"mode", std::string(mode)}, {"value", value}};
    };
    d.samples = {{"zeros", {{17, 3, 2}}, sample(1, 1, 1, 1, "constant")},
                 {"a constant on three sides", {{1, 2, 4}}, sample(0, 2, 1, 3, "constant", -1.5)},
                 {"reflected", {{3, 4, 3}}, sample(3, 1, 0, 2, "reflect")},
                 {"edge", {{5, 2, 3}}, sample(4, 0, 3, 1, "edge")},
                 {"nothing", {{2, 3, 3}}, sample(0, 0, 0, 0, "reflect")}};
    return d;
}

} // namespace convarium::engine
