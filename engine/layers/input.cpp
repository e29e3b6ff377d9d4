#include "engine/graph/shape_text.h"
#include "engine/layers/reference.h"
#include "engine/ops/op_graph_builder.h"

namespace convarium::engine
{
namespace
{

struct Formulas {
    template <class I>
    static LayerFormulas<I> eval(const FormulaContext<I>& c)
    {
        LayerFormulas<I> f;
        f.output.sizes = {c.integer("channels", "channels"), c.integer("height", "height"),
                          c.integer("width", "width")};
        return f;
    }
};

/// The images are put into the output by whoever runs the network: there is nothing to compute.
struct Reference {
    template <class T>
    static void forward(const ReferenceCall<T>&)
    {
    }
    template <class T>
    static void backward(const ReferenceCall<T>&)
    {
    }
};

ParamInfo size(const std::string& key, const std::string& title, std::int64_t value, double maximum,
               const std::string& unit, const std::string& help)
{
    ParamInfo info;
    info.key = key;
    info.title = title;
    info.defaultValue = value;
    info.minimum = 1;
    info.maximum = maximum;
    info.unit = unit;
    info.help = help;
    return info;
}

} // namespace

LayerDescriptor describe_input()
{
    LayerDescriptor d;
    d.id = d.icon = "input";
    d.title = "Input";
    d.family = "data";
    d.shortName = "In";
    d.help = "The images that enter the network. Their size must be that of the data set.";
    d.minInputs = 0;
    d.maxInputs = 0;
    d.isInput = true;
    d.parameters = {size("channels", "Channels", 1, 4096, "maps", "1 for grey images, 3 for colour."),
                    size("height", "Height", 28, 8192, "pixels", "Rows of an image."),
                    size("width", "Width", 28, 8192, "pixels", "Columns of an image.")};
    d.parameters[1].pairedWith = "width";
    d.summary = [](const Params& p) {
        const std::int64_t channels = p.integer("channels");
        return pairText(p.integer("height"), p.integer("width")) + " pixels, " +
               (channels == 1   ? std::string("grey")
                : channels == 3 ? std::string("colour")
                                : std::to_string(channels) + " channels");
    };
    d.check = anyShape;
    d.tensors = noTensors;
    setFormulas<Formulas>(d);
    setReference<Reference>(d);
    d.lower = [](const LowerCall& call) { return call.builder->input(call); };
    d.samples = {
        {"MNIST", {}, {}},
        {"colour", {}, {{"channels", std::int64_t{3}}, {"height", std::int64_t{5}}, {"width", std::int64_t{7}}}}};
    return d;
}

} // namespace convarium::engine
