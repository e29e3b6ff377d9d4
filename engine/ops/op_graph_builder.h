// What a layer's lower() is written with: states the layer in the closed set of operations.
#pragma once

#include "engine/kernels/kernel_table.h"
#include "engine/layers/layer.h"

#include <initializer_list>
#include <span>
#include <string>
#include <vector>

namespace convarium::engine
{

class OpGraph;

/// Geometry of a window that slides over maps. Output sizes come from the layer's formulas (LowerCall::outputShape).
struct WindowGeometry {
    std::int64_t kernelHeight = 1, kernelWidth = 1;
    std::int64_t strideHeight = 1, strideWidth = 1;
    std::int64_t padTop = 0, padLeft = 0;
    /// Counted by average pooling only: how far a window reaches follows from the output size.
    std::int64_t padBottom = 0, padRight = 0;
    std::int64_t dilationHeight = 1, dilationWidth = 1;
    std::int64_t groups = 1;
    bool countPadding = false; ///< average pooling: the divisor counts padding cells

    /// Each output pixel comes from the input pixel at its place.
    [[nodiscard]] bool pixelwise() const
    {
        return kernelHeight == 1 && kernelWidth == 1 && strideHeight == 1 && strideWidth == 1 && padTop == 0 &&
               padLeft == 0 && padBottom == 0 && padRight == 0 && groups == 1;
    }
};

/// Keys of the tensors that an op takes from its node; an empty key, or one the node does not have: none.
struct TensorKeys {
    std::string weight = "weight", bias = "bias";
    /// Those that the node has.
    [[nodiscard]] std::vector<std::string> present(const LowerCall& call) const;
};

/// One input row or column and its share of an output row or column.
struct ResampleTap {
    std::int64_t source = 0;
    float weight = 1;
};

/// What every output row (or column) is made of: a weighted sum of input rows. One without taps is filled.
struct ResampleAxis {
    std::vector<ResampleTap> taps;
    std::vector<std::int32_t> first{0}; ///< taps of row i: first[i] ... first[i + 1]

    void add(std::initializer_list<ResampleTap> row)
    {
        taps.insert(taps.end(), row);
        first.push_back(static_cast<std::int32_t>(taps.size()));
    }
    [[nodiscard]] std::span<const ResampleTap> at(std::int64_t i) const
    {
        const auto from = static_cast<std::size_t>(first[static_cast<std::size_t>(i)]);
        const auto to = static_cast<std::size_t>(first[static_cast<std::size_t>(i) + 1]);
        return {taps.data() + from, to - from};
    }
};

/// y[c] = x[c] / (k + scale * sum of x^2 over maps c - before to c + after)^beta.
struct LrnGeometry {
    std::int64_t before = 0, after = 0;
    double scale = 0, k = 1, beta = 0.75;
};

/// Every function adds one op for node call.node and returns the id of its output value. Weights are the node's
/// tensors, by key, as its descriptor lists them ("weight", "bias", "gamma", "beta", "runningMean", "runningVariance").
class OpGraphBuilder
{
public:
    explicit OpGraphBuilder(OpGraph& graph) : m_graph(graph) {}

    int input(const LowerCall& call);
    /// The node's tensor `key` in another shape of as many numbers, the same for every image.
    int constant(const LowerCall& call, const std::string& key, const Shape& shape);
    /// weight: maps out, maps in / groups, kernel height, kernel width; bias (if the node has it): maps out.
    /// As many groups as maps come in: the same as depthwise().
    int convolution(const LowerCall& call, int in, const WindowGeometry& geometry, const TensorKeys& keys = {});
    /// As many groups as maps come in. weight: maps out, 1, kernel height, kernel width.
    int depthwise(const LowerCall& call, int in, const WindowGeometry& geometry, const TensorKeys& keys = {});
    /// The way back of a convolution with this geometry, which slides over the output. weight: maps in, maps out /
    /// groups, kernel height, kernel width.
    int transposedConvolution(const LowerCall& call, int in, const WindowGeometry& geometry);
    /// Weighted sums of input pixels; the weights of rows and columns multiply. fill: output pixels without any.
    int resample(const LowerCall& call, int in, ResampleAxis rows, ResampleAxis columns, double fill);
    int lrn(const LowerCall& call, int in, const LrnGeometry& geometry);
    /// Each image by itself, over groups of maps. gamma, beta (if the node has them): one per map, or one per number.
    int imageNorm(const LowerCall& call, int in, double epsilon, std::int64_t groups);
    /// Over the maps at each place, or the numbers of a list. gamma, beta (if the node has them): one per map.
    int placeNorm(const LowerCall& call, int in, double epsilon);
    /// Fully connected; weight: units, inputs; accepts a flattened value without copying it.
    int dense(const LowerCall& call, int in);
    int maxPool(const LowerCall& call, int in, const WindowGeometry& geometry);
    int averagePool(const LowerCall& call, int in, const WindowGeometry& geometry);
    int activation(const LowerCall& call, int in, kernels::Activation activation);
    int function(const LowerCall& call, int in, const kernels::FunctionCall& function);
    /// From left to right: f(f(a, b), c). Shapes as in broadcastShapes().
    int binary(const LowerCall& call, kernels::Binary function, const std::vector<int>& in);
    /// gamma, beta, runningMean, runningVariance; share: weight of the new batch in the running values.
    int batchNorm(const LowerCall& call, int in, double epsilon, double share);
    int dropout(const LowerCall& call, int in, double rate);
    int add(const LowerCall& call, const std::vector<int>& in);
    int concat(const LowerCall& call, const std::vector<int>& in); ///< along maps (axis 0 of the shape)
    int softmax(const LowerCall& call, int in);                    ///< over maps at each place, or over a list
    int logSoftmax(const LowerCall& call, int in);
    /// The same numbers in logical order. Copies only where the new shape is stored in another way.
    int reshape(const LowerCall& call, int in, const Shape& shape);
    /// Axis i of the output is axis order[i] of the input, counted from 0 without the batch.
    int permute(const LowerCall& call, int in, const std::vector<int>& order);
    /// Over these axes, counted from 0 without the batch, to call.outputShape.
    int reduceMean(const LowerCall& call, int in, const std::vector<int>& axes);
    /// Runs the layer's reference functions; right for every layer, slow.
    int reference(const LowerCall& call, const LayerDescriptor& layer);

private:
    /// For ops that work on the channels of pixels: other ranks are brought to maps of C x rest x 1 and back.
    template <class F>
    int overChannels(int in, const LowerCall& call, F add);

    OpGraph& m_graph;
};

} // namespace convarium::engine
