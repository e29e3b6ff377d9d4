#include "engine/layers/broadcast.h"
#include "engine/layers/messages.h"
#include "engine/layers/settings.h"

#include <algorithm>

namespace convarium::engine
{
namespace
{

struct Sum {
    template <class T>
    static T value(T a, T b)
    {
        return a + b;
    }
    template <class T>
    static T byLeft(T, T)
    {
        return T(1);
    }
    template <class T>
    static T byRight(T, T)
    {
        return T(1);
    }
};

bool allEqual(std::span<const Shape> inputs)
{
    return std::all_of(inputs.begin(), inputs.end(), [&](const Shape& s) { return s == inputs[0]; });
}

Result<void> check(std::span<const Shape> inputs, const Params& params)
{
    if (params.flag("broadcast"))
        return checkBroadcast("Add", inputs);
    if (allEqual(inputs))
        return {};
    return Error{ErrorCode::ShapeMismatch,
                 std::string("Add needs ") + (inputs.size() == 2 ? "two " : "") + "equal shapes. It gets " +
                     listShapes(inputs) + ".",
                 "Insert a 1×1 Conv2D with the same filters and stride into the shorter way.",
                 {}};
}

} // namespace

LayerDescriptor describe_add()
{
    LayerDescriptor d;
    d.id = d.icon = "add";
    d.title = "Add";
    d.family = "merge";
    d.shortName = "A";
    d.help = "Adds its inputs number by number. The shortcut of a residual block ends here.";
    d.paper = "He, Zhang, Ren and Sun, Deep Residual Learning for Image Recognition, CVPR 2016, arXiv 1512.03385";
    d.minInputs = 2;
    d.maxInputs = 64;
    d.parameters = {
        flagParameter("broadcast", "Stretch sizes of 1", false,
                      "Inputs may differ where one has the size 1, and a list of C numbers counts as C maps of 1×1.")};
    d.summary = [](const Params&) { return std::string("sum of its inputs"); };
    d.check = check;
    d.tensors = noTensors;
    setFormulas<BroadcastFormulas>(d);
    setReference<BroadcastReference<Sum>>(d);
    d.lower = [](const LowerCall& call) {
        return allEqual(call.inputShapes) ? call.builder->add(call, call.inputs)
                                          : call.builder->binary(call, kernels::Binary::Add, call.inputs);
    };
    d.onnx = [](const OnnxCall& call) {
        return call.builder->add(call.inputs.size() == 2 ? "Add" : "Sum", onnxBroadcast(call));
    };
    d.torch = [](const TorchCall& call) {
        TorchCode code;
        code.call.clear();
        for (const std::string& input : torchBroadcast(call))
            code.call += (code.call.empty() ? "" : " + ") + input;
        return code;
    };
    const Params stretch{{"broadcast", true}};
    d.samples = {{"two inputs", {{2, 3, 4}, {2, 3, 4}}, {}},
                 {"three inputs", {{3, 2, 2}, {3, 2, 2}, {3, 2, 2}}, {}},
                 {"lists", {{9}, {9}}, {}},
                 {"one number per map", {{9, 2, 3}, {9}}, stretch},
                 {"three stretch", {{1, 3, 1}, {4}, {4, 1, 2}}, stretch},
                 {"rank 4 and rank 2", {{2, 3, 2, 2}, {2, 3}}, stretch}};
    return d;
}

} // namespace convarium::engine
