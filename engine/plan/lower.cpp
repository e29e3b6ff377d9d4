#include "engine/plan/lower.h"

#include <string_view>

namespace convarium::engine
{

namespace
{

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

Result<std::unique_ptr<OpGraph>> lower(const GraphSpec& graph, const kernels::KernelTable& table,
                                       const LowerOptions& options)
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
        call.frozen = node.frozen || options.eachByItself;
        call.training = options.training && !options.eachByItself;
        call.tensors = layer.tensors(call.inputShapes, *params);
        for (const Edge& e : graph.edgesInto(id))
            call.inputs.push_back(out->nodeValue.at(e.from));
        const int value = layer.lower ? layer.lower(call) : builder.reference(call, layer);
        out->nodeValue[id] = value;
        if (layer.isInput) {
            out->inputValues.push_back(value);
            if (out->inputValues.size() > 1 && !options.severalInputs)
                return Error{ErrorCode::InvalidGraph,
                             "The network has two Input layers; this version trains networks with one.",
                             "Remove one of them.",
                             {id, {}, {}, -1}};
            out->inputValue = out->inputValues.front();
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
        return Error{ErrorCode::InvalidGraph,
                     "The network needs an Input layer and at least one layer after it.",
                     "Drag an Input from the palette and connect it.",
                     {}};
    out->result = out->nodeValue.at(ends.front());
    if (options.training && ends.size() > 1)
        return Error{ErrorCode::InvalidGraph,
                     "Training needs one output; " + graph.label(ends[0]) + " and " + graph.label(ends[1]) +
                         " both end the network.",
                     "Connect or delete one of them.",
                     {ends[1], {}, {}, -1}};
    out->logits = logitsOf(*out, out->result);
    const bool endsInMaps =
        out->layoutOf(out->logits).kind == Layout::Kind::Pixels && out->layoutOf(out->logits).pixels() > 1;
    auto loss = lossFor(graph.outputs.empty() ? std::string() : graph.outputs.front().loss, endsInMaps);
    if (!loss)
        return loss.error();
    out->loss = *loss;
    if (!(options.training && options.keepAll)) // its gradient is wanted then
        unpadInput(*out);
    if (options.training) {
        const ValueInfo& v = out->values[static_cast<std::size_t>(out->logits)];
        LowerCall call;
        call.node = v.node;
        const int logits = out->plain(out->logits, call);
        auto op = makeLossOp(out->loss);
        op->node = v.node;
        op->inputs = {logits};
        out->ops.push_back(std::move(op));
    }
    return out;
}

} // namespace convarium::engine
