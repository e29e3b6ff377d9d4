#include "engine/layers/broadcast.h"

#include "engine/layers/messages.h"

namespace convarium::engine
{
namespace
{

/// onnxName: Max and Min take any number of inputs, the others two.
std::string onnxMerge(const OnnxCall& call, const std::string& onnxName)
{
    const std::vector<std::string> names = onnxBroadcast(call);
    if (onnxName == "Max" || onnxName == "Min")
        return call.builder->add(onnxName, names);
    std::string left = names.front();
    for (std::size_t i = 1; i < names.size(); ++i)
        left = call.builder->add(onnxName, {left, names[i]});
    return left;
}

TorchCode torchMerge(const TorchCall& call, const std::string& word)
{
    const std::vector<std::string> inputs = torchBroadcast(call);
    TorchCode code;
    code.call = inputs.front();
    for (std::size_t i = 1; i < inputs.size(); ++i)
        code.call =
            word.front() == ' ' ? code.call + word + inputs[i] : word + "(" + code.call + ", " + inputs[i] + ")";
    return code;
}

} // namespace

std::int64_t broadcastElement(const Shape& input, const Shape& output, std::int64_t i)
{
    std::int64_t element = 0, step = 1;
    for (int d = output.rank() - 1; d >= 0; --d) {
        if (d < input.rank()) {
            element += input[d] == 1 ? 0 : i % output[d] * step;
            step *= input[d];
        }
        i /= output[d];
    }
    return element;
}

Result<void> checkBroadcast(const std::string& title, std::span<const Shape> inputs)
{
    Shape together = inputs.front();
    for (const Shape& shape : inputs.subspan(1)) {
        const auto next = broadcastShapes(together, shape);
        if (!next)
            return Error{ErrorCode::ShapeMismatch,
                         title + " needs equal shapes, or sizes of 1 where they differ. It gets " + listShapes(inputs) +
                             ".",
                         "Give all ways to it the same maps and strides, or lead in a list with one number per map.",
                         {}};
        together = *next;
    }
    return {};
}

std::vector<std::string> onnxBroadcast(const OnnxCall& call)
{
    std::vector<std::string> names = call.inputs;
    for (std::size_t k = 0; k < names.size(); ++k) {
        std::vector<std::int64_t> axes; // the batch is axis 0
        for (int d = call.inputShapes[k].rank(); d < call.outputShape.rank(); ++d)
            axes.push_back(d + 1);
        if (!axes.empty())
            names[k] = call.builder->add("Unsqueeze", {names[k], call.builder->integers(axes)});
    }
    return names;
}

std::vector<std::string> torchBroadcast(const TorchCall& call)
{
    std::vector<std::string> inputs;
    for (std::size_t k = 0; k < call.inputShapes.size(); ++k) {
        std::string text = "{" + std::to_string(k) + "}";
        if (call.inputShapes[k].rank() < call.outputShape.rank()) {
            text += "[...";
            for (int d = call.inputShapes[k].rank(); d < call.outputShape.rank(); ++d)
                text += ", None";
            text += "]";
        }
        inputs.push_back(text);
    }
    return inputs;
}

LayerDescriptor broadcastLayer(const std::string& id, const std::string& title, kernels::Binary function,
                               const std::string& onnxName, const std::string& torchWord, int most)
{
    LayerDescriptor d;
    d.id = d.icon = id;
    d.title = title;
    d.family = "merge";
    d.minInputs = 2;
    d.maxInputs = most;
    d.check = [title](std::span<const Shape> inputs, const Params&) { return checkBroadcast(title, inputs); };
    d.tensors = noTensors;
    setFormulas<BroadcastFormulas>(d);
    d.lower = [function](const LowerCall& call) { return call.builder->binary(call, function, call.inputs); };
    d.onnx = [onnxName](const OnnxCall& call) { return onnxMerge(call, onnxName); };
    d.torch = [torchWord](const TorchCall& call) { return torchMerge(call, torchWord); };
    // Few numbers: of many, some lie so near zero that the differences of a quotient are no measure.
    d.samples = {{"equal maps", {{2, 2, 3}, {2, 2, 3}}, {}},
                 {"one number per map", {{9, 2, 3}, {9}}, {}},
                 {"one map for all", {{1, 1, 2}, {9, 1, 2}}, {}},
                 {"both stretch", {{3, 1, 2}, {1, 4, 2}}, {}},
                 {"lists", {{9}, {9}}, {}},
                 {"one number", {{1}, {5}}, {}},
                 {"rank 2", {{3, 1}, {3, 4}}, {}},
                 {"rank 4 and a list", {{2, 3, 2, 2}, {2}}, {}},
                 {"rank 0", {Shape{}, {2, 3, 2}}, {}}};
    if (most > 2)
        d.samples.push_back({"three inputs", {{2, 3, 2}, {2}, {1, 3, 2}}, {}});
    return d;
}

} // namespace convarium::engine
