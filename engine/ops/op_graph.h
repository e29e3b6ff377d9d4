// The lowered network: values, ops and parameters. Made from a GraphSpec by lower(); holds no weights.
#pragma once

#include "engine/losses/loss.h"
#include "engine/ops/op.h"
#include "engine/ops/op_graph_builder.h"

#include <algorithm>
#include <map>
#include <memory>

namespace convarium::engine
{

struct ValueInfo {
    Shape shape;
    Layout layout;
    NodeId node = kNoNode;
    int storage = -1; ///< the value whose memory this is; itself unless flattened
};

class OpGraph
{
public:
    OpGraph(const kernels::KernelTable& table, bool forTraining) : training(forTraining), m_kernels(&table) {}

    std::vector<ValueInfo> values;
    std::vector<std::unique_ptr<Op>> ops; ///< in topological order
    std::vector<Parameter> parameters;
    std::map<NodeId, int> nodeValue; ///< output value of each node
    const bool training;
    int inputValue = -1;          ///< the first of inputValues
    std::vector<int> inputValues; ///< values of all Input layers, in the order of the graph
    int logits = -1;              ///< value that the loss reads (the input of a final Softmax)
    int result = -1;              ///< value of the output node
    Loss loss;                    ///< of the output; the evaluation uses it too

    [[nodiscard]] const kernels::KernelTable& kernels() const { return *m_kernels; }
    [[nodiscard]] std::int64_t pad(std::int64_t channels) const
    {
        const std::int64_t w = m_kernels->width;
        return (channels + w - 1) / w * w;
    }
    int addValue(const Shape& shape, NodeId node);
    /// Adds op with its output value and parameters; returns the output value.
    int addOp(std::unique_ptr<Op> op, const LowerCall& call, const std::vector<int>& inputs, const Shape& outputShape,
              const std::vector<std::string>& tensorKeys = {});
    /// A value that every op can read: copies a flattened value into a plain list.
    int plain(int value, const LowerCall& call);
    [[nodiscard]] const Layout& layoutOf(int value) const { return values[static_cast<std::size_t>(value)].layout; }

private:
    const kernels::KernelTable* m_kernels;
};

/// The size of parts of at most `most` that are nearly equal.
constexpr std::int64_t evenly(std::int64_t n, std::int64_t most)
{
    const std::int64_t parts = (n + most - 1) / most;
    return (n + parts - 1) / parts;
}

/// Matrix in the packed layout of kernel_table.h.
struct PackedMatrix {
    std::int64_t depth = 0, columns = 0, width = 1, block = 1;

    PackedMatrix() = default;
    PackedMatrix(const kernels::KernelTable& t, std::int64_t depth_, std::int64_t columns_)
        : depth(depth_), columns((columns_ + t.width - 1) / t.width * t.width), width(t.width), block(t.block)
    {
    }
    [[nodiscard]] std::int64_t floats() const { return depth * columns; }
    /// From one row to the next within the block of column j.
    [[nodiscard]] std::int64_t rowFloats(std::int64_t j) const { return std::min(block, columns - j / block * block); }
    [[nodiscard]] std::int64_t index(std::int64_t k, std::int64_t j) const
    {
        const std::int64_t b = j / block;
        return b * block * depth + k * rowFloats(j) + (j - b * block);
    }
};

/// target(toRow + j, toColumn + k) = source(fromRow + k, j) for k < rows and j < columns. Goes through the blocks of
/// both matrices, within which steps are constant: this runs after every training step.
void transpose(const kernels::KernelTable& table, const PackedMatrix& from, const float* source, std::int64_t fromRow,
               const PackedMatrix& to, float* target, std::int64_t toRow, std::int64_t toColumn, std::int64_t rows,
               std::int64_t columns);

template <class F>
int OpGraphBuilder::overChannels(int in, const LowerCall& call, F add)
{
    const Shape shape = m_graph.values[static_cast<std::size_t>(in)].shape;
    if (m_graph.layoutOf(in).kind != Layout::Kind::Dense)
        return add(in, shape);
    const Shape maps{shape.channels(), shape.elements() / shape.channels(), 1};
    return reshape(call, add(reshape(call, in, maps), maps), shape);
}

std::unique_ptr<Op> makeInputOp();
std::unique_ptr<Op> makeLossOp(const Loss& loss);
/// Copies numbers in logical order from one layout to another.
std::unique_ptr<Op> makeRearrangeOp();

} // namespace convarium::engine
