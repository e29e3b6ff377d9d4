#include "engine/graph/graph_order.h"
#include "engine/graph/graph_spec.h"
#include "engine/layers/layer.h"

#include <algorithm>

namespace convarium::engine
{
namespace
{

Error refusal(NodeId node, std::string message, std::string hint)
{
    Error error{ErrorCode::InvalidGraph, std::move(message), std::move(hint), {}};
    error.place.node = node;
    return error;
}

} // namespace

Result<void> canConnect(const GraphSpec& graph, const Edge& edge)
{
    const Node* from = graph.node(edge.from);
    const Node* to = graph.node(edge.to);
    if (!from || !to)
        return refusal(kNoNode, "A wire needs a layer at both ends. One of them does not exist.",
                       "Draw the wire from one layer to another.");
    if (edge.from == edge.to)
        return refusal(edge.to, "A layer cannot feed itself.", "Draw the wire to another layer.");
    const LayerDescriptor* layer = findLayer(to->type);
    if (!layer)
        return refusal(edge.to,
                       "Nothing is known about layers of the type '" + to->type + "', so no wire can lead to one.",
                       "Replace the layer first.");
    const std::string label = graph.label(edge.to);
    if (layer->maxInputs == 0)
        return refusal(edge.to,
                       label + (layer->isInput ? " takes no wire: the images enter the network there."
                                               : " takes no wire: its numbers are its own."),
                       "Draw the wire from it instead.");
    if (edge.fromPort != 0 || edge.toPort != 0 || edge.slot < 0 || edge.slot >= layer->maxInputs)
        return refusal(edge.to, label + " has no such input.", "Draw the wire to one of its ports.");
    if (reaches(graph, edge.to, edge.from))
        return refusal(
            edge.to, "The wire would close a circle: " + graph.label(edge.from) + " already depends on " + label + ".",
            "Numbers can only flow forwards.");
    const std::vector<Edge> wires = graph.edgesInto(edge.to);
    if (std::find(wires.begin(), wires.end(), edge) != wires.end())
        return refusal(edge.to, graph.label(edge.from) + " already feeds " + label + ".", "The wire is there.");
    const auto taken = std::find_if(wires.begin(), wires.end(), [&](const Edge& e) { return e.slot == edge.slot; });
    if (taken != wires.end()) {
        const std::string holder = graph.label(taken->from);
        return layer->maxInputs == 1 ? refusal(edge.to, label + " takes one wire and gets it from " + holder + ".",
                                               "Remove that wire first, or join both in an Add or Concat layer.")
                                     : refusal(edge.to, "This input of " + label + " is taken by " + holder + ".",
                                               "Use another input of the layer.");
    }
    if (wires.size() >= static_cast<std::size_t>(layer->maxInputs))
        return refusal(edge.to, label + " already has all its " + std::to_string(layer->maxInputs) + " wires.",
                       "Remove one of them first.");
    return {};
}

} // namespace convarium::engine
