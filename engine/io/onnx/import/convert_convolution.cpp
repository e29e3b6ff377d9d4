// Convolutions.
#include "engine/io/onnx/import/converters.h"
#include "engine/io/onnx/import/window_settings.h"

namespace convarium::engine
{

namespace
{

struct Kernel {
    HostTensorPtr weight, bias; ///< bias may be null
    std::array<std::int64_t, 2> size{};
    std::int64_t groups = 1;
};

Result<Kernel> kernelOf(Importer& importer, const NodeView& node, const MapsInput& input)
{
    Kernel kernel;
    const auto weight = importer.needConstant(node, 1, "its weights");
    if (!weight)
        return weight.error();
    kernel.weight = *weight;
    const std::vector<std::int64_t>& sizes = kernel.weight->sizes;
    if (sizes.size() != (input.isRow() ? 3u : 4u) || kernel.weight->elements() == 0)
        return refused("Its weights have the shape " + sizesText(sizes) + ", which does not fit an input of " +
                           input.shape.text() + " (maps first).",
                       "Export the model again.");
    kernel.size = {input.isRow() ? 1 : sizes[2], sizes.back()};
    const std::vector<std::int64_t> stated = node.integers("kernel_shape");
    if (!stated.empty() && stated != std::vector(sizes.begin() + 2, sizes.end()))
        return refused("Its kernel is said to be " + sizesText(stated) + ", but its weights have the shape " +
                           sizesText(sizes) + ".",
                       "Export the model again.");
    kernel.groups = node.integer("group", 1);
    if (kernel.groups < 1 || input.shape[0] % kernel.groups != 0)
        return refused("It has " + std::to_string(kernel.groups) + " groups, which do not divide its " +
                           std::to_string(input.shape[0]) + " maps.",
                       "Export the model again.");
    if (!node.input(2).empty()) {
        const auto bias = importer.needConstant(node, 2, "its bias");
        if (!bias)
            return bias.error();
        kernel.bias = *bias;
    }
    return kernel;
}

Result<void> giveConvolution(Importer& importer, const NodeView& node, const MapsInput& input, const Kernel& kernel,
                             const std::string& layer, const Params& params, const Shape& weightShape)
{
    const auto out = importer.addLayer(layer, params, {input.maps}, node.name());
    if (!out)
        return out.error();
    if (auto set = importer.setTensor(*out, "weight", TensorRole::Weight, weightShape, *kernel.weight); !set)
        return set;
    if (kernel.bias)
        if (auto set = importer.setTensor(*out, "bias", TensorRole::Weight, {params.integer("filters")}, *kernel.bias);
            !set)
            return set;
    importer.giveSample(node, likeInput(input, *out));
    return {};
}

Result<void> convolution(Importer& importer, const NodeView& node)
{
    const auto input = mapsInput(importer, node);
    if (!input)
        return input.error();
    const auto kernel = kernelOf(importer, node, *input);
    if (!kernel)
        return kernel.error();
    const std::vector<std::int64_t>& sizes = kernel->weight->sizes;
    if (sizes[1] != input->shape[0] / kernel->groups)
        return refused("Its weights are made for " + std::to_string(sizes[1]) + " maps, but " +
                           std::to_string(input->shape[0] / kernel->groups) + " come in per group.",
                       "Export the model again.");
    Params params{{"filters", sizes[0]}, {"groups", kernel->groups}, {"bias", kernel->bias != nullptr}};
    if (auto window = setWindow(node, *input, kernel->size, true, params); !window)
        return window;
    return giveConvolution(importer, node, *input, *kernel, "conv2d", params,
                           {sizes[0], sizes[1], kernel->size[0], kernel->size[1]});
}

/// output_shape states the result: the padding follows from it, the odd row is cut at the top (SAME_UPPER: at the
/// bottom).
Result<void> padToShape(const NodeView& node, const MapsInput& input, const Kernel& kernel, Params& params)
{
    std::vector<std::int64_t> wanted = node.integers("output_shape");
    const std::string mode = node.text("auto_pad", "NOTSET");
    if (wanted.size() > (input.isRow() ? 1u : 2u))
        wanted.erase(wanted.begin(), wanted.end() - (input.isRow() ? 1 : 2));
    if (input.isRow() && wanted.size() == 1)
        wanted.insert(wanted.begin(), 1);
    std::array<std::int64_t, 4> pads{};
    for (std::size_t i = 0; i < 2; ++i) {
        const std::string side = i == 0 ? "Height" : "Width";
        const std::int64_t stride = params.integer("stride" + side), in = input.maps.shape[static_cast<int>(i) + 1];
        const std::int64_t covered = params.integer("dilation" + side) * (kernel.size[i] - 1) + 1;
        const std::int64_t out = wanted.size() == 2 ? wanted[i] : in * stride;
        if (stride < 1 || stride > 1 << 20 || covered > 1 << 20 || out < 1 || out > 1 << 20)
            return refused("Its strides, kernel or output shape are out of range.", "Export the model again.");
        const std::int64_t all = stride * (in - 1) + params.integer("outputPad" + side) + covered - out;
        if (all < 0)
            return refused("Its output of " + std::to_string(out) + " pixels is larger than what its kernels reach.",
                           "Export the model again.");
        pads[i] = mode == "SAME_UPPER" ? all / 2 : all - all / 2;
        pads[i + 2] = all - pads[i];
    }
    setPadding(params, pads);
    return {};
}

Result<void> transposedConvolution(Importer& importer, const NodeView& node)
{
    const auto input = mapsInput(importer, node);
    if (!input)
        return input.error();
    const auto kernel = kernelOf(importer, node, *input);
    if (!kernel)
        return kernel.error();
    const std::vector<std::int64_t>& sizes = kernel->weight->sizes;
    std::int64_t filters = 0;
    if (sizes[0] != input->shape[0] || __builtin_mul_overflow(sizes[1], kernel->groups, &filters))
        return refused("Its weights are made for " + std::to_string(sizes[0]) + " maps, but " +
                           std::to_string(input->shape[0]) + " come in.",
                       "Export the model again.");
    const auto extra = pairAttribute(node, "output_padding", input->isRow(), 0);
    if (!extra)
        return extra.error();
    Params params{{"filters", filters},
                  {"groups", kernel->groups},
                  {"bias", kernel->bias != nullptr},
                  {"outputPadHeight", input->isRow() ? 0 : (*extra)[0]},
                  {"outputPadWidth", (*extra)[1]}};
    if (auto window = setWindow(node, *input, kernel->size, true, params); !window)
        return window;
    const std::string mode = node.text("auto_pad", "NOTSET");
    if (!node.integers("output_shape").empty() || mode == "SAME_UPPER" || mode == "SAME_LOWER")
        if (auto padded = padToShape(node, *input, *kernel, params); !padded)
            return padded;
    return giveConvolution(importer, node, *input, *kernel, "conv_transpose2d", params,
                           {sizes[0], sizes[1], kernel->size[0], kernel->size[1]});
}

} // namespace

std::vector<ConverterEntry> convolutionConverters()
{
    return {{"Conv", convolution}, {"ConvTranspose", transposedConvolution}};
}

} // namespace convarium::engine
