// Pooling.
#include "engine/io/onnx/import/converters.h"
#include "engine/io/onnx/import/window_settings.h"

namespace convarium::engine
{

namespace
{

Result<void> pool(Importer& importer, const NodeView& node, const std::string& layer)
{
    const auto input = mapsInput(importer, node);
    if (!input)
        return input.error();
    if (node.integers("kernel_shape").empty())
        return refused("It states no kernel.", "Export the model again.");
    const auto kernel = pairAttribute(node, "kernel_shape", input->isRow(), 1);
    if (!kernel)
        return kernel.error();
    Params params{{"ceilMode", node.integer("ceil_mode", 0) != 0}};
    if (layer == "avg_pool")
        params.set("countPadding", node.integer("count_include_pad", 0) != 0);
    if (auto window = setWindow(node, *input, *kernel, layer == "max_pool", params); !window)
        return window;
    const auto out = importer.addLayer(layer, params, {input->maps}, node.name());
    if (!out)
        return out.error();
    importer.giveSample(node, likeInput(*input, *out));
    return {};
}

Result<void> maxPool(Importer& i, const NodeView& n)
{
    return pool(i, n, "max_pool");
}
Result<void> averagePool(Importer& i, const NodeView& n)
{
    return pool(i, n, "avg_pool");
}

/// One number per map; the graph keeps sizes of 1 for what is gone.
Result<void> globalPool(Importer& importer, const NodeView& node, const std::string& layer)
{
    const auto in = importer.sample(node, 0);
    if (!in)
        return in.error();
    if (in->shape.rank() < 2)
        return refused("It needs maps, but its input is " + in->shape.text() + ".", "Export the model again.");
    const std::int64_t maps = in->shape[0];
    Wire whole = *in;
    if (in->shape.rank() != 3)
        whole = Importer::reshaped(whole, {maps, 1, in->shape.elements() / maps});
    const auto out = importer.addLayer(layer, {}, {whole}, node.name());
    if (!out)
        return out.error();
    Shape kept{maps};
    while (kept.rank() < in->shape.rank())
        kept.append(1);
    importer.giveSample(node, Importer::reshaped(*out, kept));
    return {};
}

Result<void> globalAverage(Importer& i, const NodeView& n)
{
    return globalPool(i, n, "global_avg_pool");
}
Result<void> globalMaximum(Importer& i, const NodeView& n)
{
    return globalPool(i, n, "global_max_pool");
}

Result<void> reduceMean(Importer& importer, const NodeView& node)
{
    const auto in = importer.wire(node, 0);
    if (!in)
        return in.error();
    std::vector<std::int64_t> axes = node.integers("axes");
    if (axes.empty()) // over everything
        for (int d = 0; d < importer.rankOf(*in); ++d)
            axes.push_back(d);
    const bool keep = node.integer("keepdims", 1) != 0;
    std::vector<bool> reduced(static_cast<std::size_t>(in->shape.rank()));
    for (const std::int64_t axis : axes) {
        const auto at = importer.axisOf(*in, axis);
        if (!at)
            return at.error();
        reduced[static_cast<std::size_t>(*at)] = true;
    }
    std::vector<std::int64_t> numbers; // the layer counts axes from 1
    Shape shape;
    for (int d = 0; d < in->shape.rank(); ++d) {
        if (reduced[static_cast<std::size_t>(d)])
            numbers.push_back(d + 1);
        if (!reduced[static_cast<std::size_t>(d)] || keep)
            shape.append(reduced[static_cast<std::size_t>(d)] ? 1 : in->shape[d]);
    }
    const bool global = in->shape.isMaps() && numbers == std::vector<std::int64_t>{2, 3};
    const auto out =
        global ? importer.addLayer("global_avg_pool", {}, {*in}, node.name())
               : importer.addLayer("reduce_mean", {{"axes", listText(numbers)}, {"keep", keep}}, {*in}, node.name());
    if (!out)
        return out.error();
    importer.give(node, Importer::reshaped(*out, shape));
    return {};
}

} // namespace

std::vector<ConverterEntry> windowConverters()
{
    return {{"AveragePool", averagePool},
            {"GlobalAveragePool", globalAverage},
            {"GlobalMaxPool", globalMaximum},
            {"MaxPool", maxPool},
            {"ReduceMean", reduceMean}};
}

} // namespace convarium::engine
