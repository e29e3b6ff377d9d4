#include "engine/ops/op_graph.h"

#include <algorithm>

namespace convarium::engine
{

void Op::pack(int, const TensorInfo& info, const float* logical, float* packed) const
{
    std::copy(logical, logical + info.shape.elements(), packed);
}

void Op::unpack(int, const TensorInfo& info, const float* packed, float* logical) const
{
    std::copy(packed, packed + info.shape.elements(), logical);
}

/// Numbers come and go at the speed of the caches.
std::int64_t Op::forwardWork(const OpGraph& graph) const
{
    constexpr std::int64_t kPerNumber = 8;
    return kPerNumber * graph.layoutOf(output).floats();
}

int OpGraph::addValue(const Shape& shape, NodeId node)
{
    ValueInfo v;
    v.shape = shape;
    v.node = node;
    v.storage = static_cast<int>(values.size());
    Layout& l = v.layout;
    if (shape.rank() == 3) {
        l = {Layout::Kind::Pixels, shape[0], shape[1], shape[2], pad(shape[0])};
    } else if (shape.rank() == 1) {
        l = {Layout::Kind::Pixels, shape[0], 1, 1, pad(shape[0])};
    } else {
        l = {Layout::Kind::Dense, shape.elements(), 1, 1, shape.elements()};
    }
    values.push_back(v);
    return v.storage;
}

int OpGraph::addOp(std::unique_ptr<Op> op, const LowerCall& call, const std::vector<int>& inputs,
                   const Shape& outputShape, const std::vector<std::string>& tensorKeys)
{
    op->node = call.node;
    op->inputs = inputs;
    op->output = addValue(outputShape, call.node);
    const int id = static_cast<int>(ops.size());
    if (!tensorKeys.empty()) {
        for (const TensorInfo& info : call.tensors) {
            const auto key = std::find(tensorKeys.begin(), tensorKeys.end(), info.key);
            if (key == tensorKeys.end())
                continue;
            Parameter p;
            p.node = call.node;
            p.info = info;
            p.trainable = training && !call.frozen && info.role == TensorRole::Weight;
            p.op = id;
            p.index = static_cast<int>(key - tensorKeys.begin());
            op->params.push_back(static_cast<int>(parameters.size()));
            parameters.push_back(std::move(p));
        }
        std::sort(op->params.begin(), op->params.end(), [this](int a, int b) {
            return parameters[static_cast<std::size_t>(a)].index < parameters[static_cast<std::size_t>(b)].index;
        });
    }
    const int output = op->output;
    ops.push_back(std::move(op));
    return output;
}

std::vector<std::string> TensorKeys::present(const LowerCall& call) const
{
    std::vector<std::string> list;
    for (const std::string& key : {weight, bias})
        if (std::any_of(call.tensors.begin(), call.tensors.end(),
                        [&](const TensorInfo& t) { return !key.empty() && t.key == key; }))
            list.push_back(key);
    return list;
}

int OpGraph::plain(int value, const LowerCall& call)
{
    if (layoutOf(value).kind != Layout::Kind::Flat)
        return value;
    return addOp(makeRearrangeOp(), call, {value}, values[static_cast<std::size_t>(value)].shape);
}

int OpGraphBuilder::input(const LowerCall& call)
{
    return m_graph.addOp(makeInputOp(), call, {}, call.outputShape);
}

void transpose(const kernels::KernelTable& table, const PackedMatrix& from, const float* source, std::int64_t fromRow,
               const PackedMatrix& to, float* target, std::int64_t toRow, std::int64_t toColumn, std::int64_t rows,
               std::int64_t columns)
{
    for (std::int64_t k = 0, n = 0; k < rows; k += n) {
        n = std::min(rows - k, to.block - (toColumn + k) % to.block);
        const std::int64_t down = to.rowFloats(toColumn + k);
        for (std::int64_t j = 0, m = 0; j < columns; j += m) {
            m = std::min(columns - j, from.block - j % from.block);
            table.transpose(source + from.index(fromRow + k, j), from.rowFloats(j),
                            target + to.index(toRow + j, toColumn + k), down, n, m);
        }
    }
}

} // namespace convarium::engine
