#include "engine/ops/op_graph.h"

#include <algorithm>

namespace convarium::engine {

void Op::pack(int, const TensorInfo& info, const float* logical, float* packed) const
{
    std::copy(logical, logical + info.shape.elements(), packed);
}

void Op::unpack(int, const TensorInfo& info, const float* packed, float* logical) const
{
    std::copy(packed, packed + info.shape.elements(), logical);
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

int OpGraph::addOp(std::unique_ptr<Op> op, const LowerCall& call, const std::vector<int>& inputs, const Shape& outputShape,
                   const std::vector<std::string>& tensorKeys)
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
        std::sort(op->params.begin(), op->params.end(),
                  [this](int a, int b) { return parameters[static_cast<std::size_t>(a)].index < parameters[static_cast<std::size_t>(b)].index; });
    }
    const int output = op->output;
    ops.push_back(std::move(op));
    return output;
}

int OpGraph::plain(int value, const LowerCall& call)
{
    if (layoutOf(value).kind != Layout::Kind::Flat)
        return value;
    return addOp(makeUnflattenOp(), call, {value}, values[static_cast<std::size_t>(value)].shape);
}

int OpGraphBuilder::input(const LowerCall& call)
{
    return m_graph.addOp(makeInputOp(), call, {}, call.outputShape);
}

int OpGraphBuilder::flatten(const LowerCall& call, int in)
{
    const ValueInfo source = m_graph.values[static_cast<std::size_t>(in)];
    const int value = m_graph.addValue(call.outputShape, call.node);
    ValueInfo& v = m_graph.values[static_cast<std::size_t>(value)];
    v.storage = source.storage;
    v.layout = source.layout;
    // One pixel is a plain list already; several keep their places and are read through offsets.
    if (v.layout.kind == Layout::Kind::Pixels && v.layout.pixels() > 1)
        v.layout.kind = Layout::Kind::Flat;
    return value;
}

namespace {

/// The value the loss reads: the input of a final Softmax, else the output itself.
int logitsOf(const OpGraph& graph, int result)
{
    for (const auto& op : graph.ops)
        if (op->output == result && std::string_view(op->kind()) == "softmax")
            return op->inputs[0];
    return result;
}

/// The network's input keeps its natural channel count when every reader can take it: one channel stays one float.
void unpadInput(OpGraph& graph)
{
    const int input = graph.inputValue;
    if (input < 0 || graph.layoutOf(input).kind == Layout::Kind::Dense || graph.result == input)
        return;
    for (const auto& op : graph.ops)
        for (int v : op->inputs)
            if (graph.values[static_cast<std::size_t>(v)].storage == input && !op->acceptsUnpaddedInput())
                return;
    for (ValueInfo& v : graph.values)
        if (v.storage == input)
            v.layout.lanes = v.layout.channels;
}

} // namespace

Result<std::unique_ptr<OpGraph>> lower(const GraphSpec& graph, const kernels::KernelTable& table, const LowerOptions& options)
{
    const ShapedGraph shaped = inferShapes(graph);
    for (const Problem& p : shaped.problems)
        if (!p.warning)
            return p.error;
    auto out = std::make_unique<OpGraph>(table, options.training);
    OpGraphBuilder builder(*out);
    for (NodeId id : shaped.order) {
        const Node& node = *graph.node(id);
        const LayerDescriptor& layer = *findLayer(node.type);
        auto params = completeParams(layer, node.params);
        if (!params)
            return params.error();
        LowerCall call;
        call.builder = &builder;
        call.node = id;
        call.params = &*params;
        call.inputShapes = shaped.inputShapes(graph, id);
        call.outputShape = shaped.shapes.at(id);
        call.frozen = node.frozen;
        call.training = options.training;
        call.tensors = layer.tensors(call.inputShapes, *params);
        for (const Edge& e : graph.edgesInto(id))
            call.inputs.push_back(out->nodeValue.at(e.from));
        const int value = layer.lower ? layer.lower(call) : builder.reference(call, layer);
        out->nodeValue[id] = value;
        if (layer.id == "input") {
            if (out->inputValue >= 0)
                return Error{ErrorCode::InvalidGraph, "The network has two Input layers; this version trains networks with one.",
                             "Remove one of them.", {id, {}, {}, -1}};
            out->inputValue = value;
        }
    }
    std::vector<NodeId> ends;
    for (const OutputSpec& o : graph.outputs)
        ends.push_back(o.node);
    if (ends.empty())
        for (NodeId id : shaped.order)
            if (graph.edgesFrom(id).empty())
                ends.push_back(id);
    if (ends.empty() || out->inputValue < 0)
        return Error{ErrorCode::InvalidGraph, "The network needs an Input layer and at least one layer after it.",
                     "Drag an Input from the palette and connect it.", {}};
    out->result = out->nodeValue.at(ends.front());
    if (options.training && ends.size() > 1)
        return Error{ErrorCode::InvalidGraph,
                     "Training needs one output; " + graph.label(ends[0]) + " and " + graph.label(ends[1]) + " both end the network.",
                     "Connect or delete one of them.", {ends[1], {}, {}, -1}};
    out->logits = logitsOf(*out, out->result);
    unpadInput(*out);
    if (options.training) {
        const ValueInfo& v = out->values[static_cast<std::size_t>(out->logits)];
        const bool oneList = v.shape.rank() == 1 || (v.shape.rank() == 3 && v.layout.pixels() == 1);
        if (!oneList)
            return Error{ErrorCode::ShapeMismatch,
                         "The loss needs a list with one number per class; " + graph.label(v.node) + " gives " + v.shape.text() + ".",
                         "End the network with Flatten and Dense, or with GlobalAvgPool.", {v.node, {}, {}, -1}};
        LowerCall call;
        call.node = v.node;
        const int logits = out->plain(out->logits, call);
        auto loss = makeLossOp();
        loss->node = v.node;
        loss->inputs = {logits};
        out->ops.push_back(std::move(loss));
    }
    return out;
}

} // namespace convarium::engine
