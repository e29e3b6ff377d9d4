#include "engine/graph/shape_text.h"
#include "engine/layers/messages.h"
#include "engine/layers/reference.h"
#include "engine/ops/op_graph_builder.h"

#include <algorithm>

namespace convarium::engine
{
namespace
{

struct Formulas {
    template <class I>
    static LayerFormulas<I> eval(const FormulaContext<I>& c)
    {
        LayerFormulas<I> f;
        const std::vector<std::int64_t> wanted = c.params->list("shape");
        I known = I(1);
        bool first = true;
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            f.output.sizes.push_back(c.named(wanted[i], "size " + std::to_string(i + 1)));
            if (wanted[i] < 0)
                continue;
            known = first ? f.output.sizes.back() : known * f.output.sizes.back();
            first = false;
        }
        const auto open = std::find(wanted.begin(), wanted.end(), -1);
        if (open == wanted.end())
            return f;
        I numbers = c.inputs[0].sizes.empty() ? I(1) : c.inputs[0].sizes[0];
        for (std::size_t d = 1; d < c.inputs[0].sizes.size(); ++d)
            numbers = numbers * c.inputs[0].sizes[d];
        f.output.sizes[static_cast<std::size_t>(open - wanted.begin())] =
            first ? numbers : exactDiv(grouped(numbers), grouped(known));
        return f;
    }
};

/// Element i stays element i in logical order (maps, rows, columns).
struct Reference {
    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        forEachElement(call.output,
                       [&](std::int64_t n, std::int64_t i) { call.output.flat(n, i) = call.inputs[0].flat(n, i); });
    }
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        if (wanted(call.inputGradients, 0))
            forEachElement(call.output, [&](std::int64_t n, std::int64_t i) {
                call.inputGradients[0].flat(n, i) += call.outputGradient.flat(n, i);
            });
    }
};

Error shapeError(std::string message, std::string hint)
{
    Error error{ErrorCode::InvalidArgument, std::move(message), std::move(hint), {}};
    error.place.port = "shape";
    return error;
}

Result<void> check(std::span<const Shape> inputs, const Params& params)
{
    const std::vector<std::int64_t> wanted = params.list("shape");
    const std::string text = "Shape of Reshape is " + (wanted.empty() ? "empty" : listText(wanted));
    if (std::count(wanted.begin(), wanted.end(), -1) > 1)
        return shapeError(text + ", but only one size can be left open by −1.", "Write the other sizes out.");
    if (std::count(wanted.begin(), wanted.end(), 0) > 0)
        return shapeError(text + ", but sizes must be at least 1.", "Write −1 for the size that is to follow.");
    Checked known = 1;
    bool open = false;
    for (const std::int64_t size : wanted) {
        open = open || size < 0;
        known = known * Checked(size < 0 ? 1 : size);
    }
    const std::int64_t numbers = inputs[0].elements();
    if (!known.overflow && (open ? numbers % known.value == 0 : numbers == known.value))
        return {};
    return Error{ErrorCode::ShapeMismatch,
                 "Reshape needs a shape of as many numbers as it gets. It gets " + shapeText(inputs[0]) + fromSlot(0) +
                     ", " + groupDigits(numbers) + " numbers; its shape is " + listText(wanted) + ".",
                 "Write sizes whose product is " + groupDigits(numbers) + ", one of them as −1 if you like.",
                 {}};
}

} // namespace

LayerDescriptor describe_reshape()
{
    LayerDescriptor d;
    d.id = d.icon = "reshape";
    d.title = "Reshape";
    d.family = "dense";
    d.shortName = "Rs";
    d.help = "Reads the same numbers, in the same order (map by map, row by row), as maps or lists of other sizes.";
    d.paper = "Open Neural Network Exchange, operator Reshape";
    ParamInfo shape;
    shape.key = "shape";
    shape.title = "Shape";
    shape.type = ParamType::List;
    shape.defaultValue = std::string("-1");
    shape.minimum = -1;
    shape.maximum = 1 << 24;
    shape.help = "The new sizes, for maps: maps, height, width; one of them may be −1 and follows from the others.";
    d.parameters = {shape};
    d.summary = [](const Params& p) {
        const std::string text = p.text("shape");
        return text.empty() ? std::string("to one number") : text == "-1" ? std::string("to a list") : "to " + text;
    };
    d.check = check;
    d.tensors = noTensors;
    d.inPlace = true;
    d.isView = true;
    setFormulas<Formulas>(d);
    setReference<Reference>(d);
    d.lower = [](const LowerCall& call) { return call.builder->reshape(call, call.inputs[0], call.outputShape); };
    d.onnx = [](const OnnxCall& call) {
        std::vector<std::int64_t> sizes{0}; // the batch as it is
        for (int i = 0; i < call.outputShape.rank(); ++i)
            sizes.push_back(call.outputShape[i]);
        return call.builder->add("Reshape", {call.inputs[0], call.builder->integers(sizes)});
    };
    d.torch = [](const TorchCall& call) {
        TorchCode code;
        code.call = "{0}.reshape(-1";
        for (int i = 0; i < call.outputShape.rank(); ++i)
            code.call += ", " + std::to_string(call.outputShape[i]);
        code.call += ")";
        return code;
    };
    const auto to = [](const char* sizes) { return Params{{"shape", std::string(sizes)}}; };
    d.samples = {{"maps to a list", {{3, 2, 5}}, {}},
                 {"list to maps", {{24}}, to("3,2,-1")},
                 {"maps to other maps", {{4, 3, 2}}, to("2,2,6")},
                 {"maps to groups", {{6, 2, 3}}, to("2,-1,2,3")},
                 {"rank 4 to maps", {{2, 3, 2, 2}}, to("-1,2,2")},
                 {"list to one pixel", {{9}}, to("9,1,1")},
                 {"rank 2 to rank 6", {{4, 6}}, to("2,2,3,1,2,1")},
                 {"to rank 0", {{1, 1, 1}}, to("")}};
    return d;
}

} // namespace convarium::engine
