// Matrix products with constant matrices: Dense layers.
#include "engine/io/onnx/import/converters.h"

#include <algorithm>

namespace convarium::engine
{

namespace
{

/// The second factor, which has to be known.
struct Matrix {
    HostTensorPtr values;
    bool lying = false; ///< inputs x units; the layer's own order is units x inputs
    std::int64_t units = 0, inputs = 0;
};

Result<Matrix> matrixOf(const Importer& importer, const NodeView& node, bool lying)
{
    const auto values = importer.needConstant(node, 1, "its matrix");
    if (!values)
        return values.error();
    const std::vector<std::int64_t>& sizes = (*values)->sizes;
    if (sizes.size() != 2 || (*values)->elements() == 0 || (*values)->isInteger)
        return refused("Its matrix has the shape " + sizesText(sizes) + ", but inputs x units is needed.",
                       "Export the model again.");
    return Matrix{*values, lying, sizes[lying ? 1 : 0], sizes[lying ? 0 : 1]};
}

HostTensor scaled(const HostTensor& tensor, float factor)
{
    HostTensor out = tensor;
    if (factor != 1)
        for (float& value : out.reals)
            value *= factor;
    return out;
}

/// {units}, {1, units}, or one number for all.
Result<HostTensor> biasOf(const HostTensor& given, std::int64_t units, float factor)
{
    HostTensor bias = scaled(given, factor);
    const bool flat = std::all_of(given.sizes.begin(), given.sizes.end() - (given.sizes.empty() ? 0 : 1),
                                  [](std::int64_t size) { return size == 1; });
    if (!given.isInteger && flat && given.elements() == units)
        return bias;
    if (!given.isInteger && given.elements() == 1) {
        bias.reals.assign(static_cast<std::size_t>(units), bias.reals[0]);
        bias.name.clear();
        return bias;
    }
    return refused("Its bias has the shape " + sizesText(given.sizes) + ", but one number for each of " +
                       std::to_string(units) + " units is needed.",
                   "Export the model again.");
}

Error unfit(const Wire& in, const Matrix& matrix)
{
    return refused("Its matrix is made for " + std::to_string(matrix.inputs) + " numbers, but its input is " +
                       in.shape.text() + " (without the batch).",
                   in.shape.elements() == matrix.inputs ? "Flatten the input before it." : "Export the model again.");
}

Result<Wire> dense(Importer& importer, const NodeView& node, const Wire& in, const Matrix& matrix, bool bias,
                   float factor)
{
    if (!in.shape.isList() || in.shape[0] != matrix.inputs)
        return unfit(in, matrix);
    auto out = importer.addLayer("dense", {{"units", matrix.units}, {"bias", bias}}, {in}, node.name());
    if (!out)
        return out;
    if (auto set = importer.setTensor(*out, "weight", TensorRole::Weight, {matrix.units, matrix.inputs},
                                      scaled(*matrix.values, factor), matrix.lying);
        !set)
        return set.error();
    return out;
}

Result<void> gemm(Importer& importer, const NodeView& node)
{
    if (node.integer("transA", 0) != 0)
        return refused("It transposes its input, the batch included.");
    auto in = importer.sample(node, 0);
    if (!in)
        return in.error();
    if (importer.opset() < 11 && in->shape.rank() > 1) // old exporters let it flatten
        in->shape = {in->shape.elements()};
    const auto matrix = matrixOf(importer, node, node.integer("transB", 0) == 0);
    if (!matrix)
        return matrix.error();
    const bool withBias = !node.input(2).empty();
    auto out = dense(importer, node, *in, *matrix, withBias, static_cast<float>(node.real("alpha", 1)));
    if (!out)
        return out.error();
    if (withBias) {
        const auto given = importer.needConstant(node, 2, "its bias");
        if (!given)
            return given.error();
        const auto bias = biasOf(**given, matrix->units, static_cast<float>(node.real("beta", 1)));
        if (!bias)
            return bias.error();
        if (auto set = importer.setTensor(*out, "bias", TensorRole::Weight, {matrix->units}, *bias); !set)
            return set;
    }
    importer.giveSample(node, *out);
    return {};
}

/// The same matrix for every row: a 1x1 convolution over maps of one number per row.
Result<Wire> rowByRow(Importer& importer, const NodeView& node, const Wire& in, const Matrix& matrix)
{
    Shape shape = in.shape;
    if (shape[shape.rank() - 1] != matrix.inputs)
        return unfit(in, matrix);
    const std::int64_t rows = shape.elements() / matrix.inputs, one = 1;
    const Params turn{{"order", std::string("2,1")}};
    const auto columns =
        importer.addLayer("permute", turn, {Importer::reshaped(in, {rows, matrix.inputs})}, node.name() + " order");
    if (!columns)
        return columns;
    const Params params{{"filters", matrix.units},
                        {"kernelHeight", one},
                        {"kernelWidth", one},
                        {"padding", std::string("valid")},
                        {"bias", false}};
    const auto product =
        importer.addLayer("conv2d", params, {Importer::reshaped(*columns, {matrix.inputs, rows, 1})}, node.name());
    if (!product)
        return product;
    if (auto set = importer.setTensor(*product, "weight", TensorRole::Weight, {matrix.units, matrix.inputs, 1, 1},
                                      *matrix.values, matrix.lying);
        !set)
        return set.error();
    const auto back = importer.addLayer("permute", turn, {Importer::reshaped(*product, {matrix.units, rows})},
                                        node.name() + " order back");
    if (!back)
        return back;
    shape[shape.rank() - 1] = matrix.units;
    return Importer::reshaped(*back, shape);
}

Result<void> matMul(Importer& importer, const NodeView& node)
{
    if (importer.constant(node, 0))
        return refused("Its first factor is a constant, but layers take a constant as the second one.",
                       "Export the model with the factors the other way round.");
    const auto in = importer.sample(node, 0);
    if (!in)
        return in.error();
    const auto matrix = matrixOf(importer, node, true);
    if (!matrix)
        return matrix.error();
    auto out =
        in->shape.rank() > 1 ? rowByRow(importer, node, *in, *matrix) : dense(importer, node, *in, *matrix, false, 1);
    if (!out)
        return out.error();
    importer.giveSample(node, *out);
    return {};
}

} // namespace

std::vector<ConverterEntry> denseConverters()
{
    return {{"Gemm", gemm}, {"MatMul", matMul}};
}

} // namespace convarium::engine
