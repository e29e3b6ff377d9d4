// What a layer's lower() is written with: states the layer in the closed set of operations.
#pragma once

#include "engine/kernels/kernel_table.h"
#include "engine/layers/layer.h"

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
};

/// Every function adds one op for node call.node and returns the id of its output value. Weights are the node's
/// tensors, by key, as its descriptor lists them ("weight", "bias", "gamma", "beta", "runningMean", "runningVariance").
class OpGraphBuilder
{
public:
    explicit OpGraphBuilder(OpGraph& graph) : m_graph(graph) {}

    int input(const LowerCall& call);
    int constant(const LowerCall& call); ///< tensor "value", the same for every image
    /// weight: maps out, maps in / groups, kernel height, kernel width; bias (if the node has it): maps out.
    int convolution(const LowerCall& call, int in, const WindowGeometry& geometry);
    /// Fully connected; weight: units, inputs; accepts a flattened value without copying it.
    int dense(const LowerCall& call, int in);
    int maxPool(const LowerCall& call, int in, const WindowGeometry& geometry);
    int averagePool(const LowerCall& call, int in, const WindowGeometry& geometry);
    int activation(const LowerCall& call, int in, kernels::Activation activation);
    /// gamma, beta, runningMean, runningVariance; share: weight of the new batch in the running values.
    int batchNorm(const LowerCall& call, int in, double epsilon, double share);
    int dropout(const LowerCall& call, int in, double rate);
    int add(const LowerCall& call, const std::vector<int>& in);
    int concat(const LowerCall& call, const std::vector<int>& in); ///< along maps (axis 0 of the shape)
    int softmax(const LowerCall& call, int in);                    ///< over maps at each place, or over a list
    int flatten(const LowerCall& call, int in);
    /// Runs the layer's reference functions; right for every layer, slow.
    int reference(const LowerCall& call, const LayerDescriptor& layer);

private:
    OpGraph& m_graph;
};

} // namespace convarium::engine
