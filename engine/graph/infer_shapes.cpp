#include "engine/graph/graph_order.h"
#include "engine/graph/graph_spec.h"
#include "engine/graph/shape_text.h"
#include "engine/layers/messages.h"

#include <algorithm>
#include <map>
#include <set>

namespace convarium::engine
{
namespace
{

/// Most numbers of one output or one layer's weights: far beyond any memory, and totals over thousands of layers still
/// fit.
constexpr std::int64_t kMostNumbers = std::int64_t{1} << 40;

std::string count(std::size_t n, const std::string& one, const std::string& many)
{
    return std::to_string(n) + " " + (n == 1 ? one : many);
}

/// One run of inferShapes().
class Inference
{
public:
    Inference(const GraphSpec& graph, std::optional<std::int64_t> classes) : m_graph(graph), m_classes(classes) {}

    ShapedGraph run()
    {
        checkReferences();
        const GraphOrder order = orderOf(m_graph);
        m_result.order = order.order;
        reportCycle(order.cycle);
        for (const NodeId id : order.order)
            inferNode(*m_graph.node(id));
        for (const Node& node : m_graph.nodes)
            if (!order.contains(node.id))
                completedParams(node); // settings are checked even where no shape can be known
        checkInput();
        checkParts();
        checkEnds();
        checkSharedWeights();
        checkOutputs();
        return std::move(m_result);
    }

private:
    void report(NodeId node, ErrorCode code, std::string message, std::string hint, std::string port = {})
    {
        Problem problem;
        problem.error = {code, std::move(message), std::move(hint), {}};
        problem.error.place.node = node;
        problem.error.place.port = std::move(port);
        m_result.problems.push_back(std::move(problem));
    }
    void warn(NodeId node, ErrorCode code, std::string message, std::string hint)
    {
        report(node, code, std::move(message), std::move(hint));
        m_result.problems.back().warning = true;
    }

    /// Ids that appear twice and wires that lead nowhere: faults of files, never of the window.
    void checkReferences()
    {
        std::set<NodeId> seen;
        for (const Node& node : m_graph.nodes)
            if (!seen.insert(node.id).second)
                report(node.id, ErrorCode::InvalidGraph, "Two layers have the number " + std::to_string(node.id) + ".",
                       "Repair the file: every layer needs a number of its own.");
        for (const Edge& edge : m_graph.edges) {
            for (const NodeId end : {edge.from, edge.to})
                if (seen.count(end) == 0)
                    report(seen.count(edge.to) != 0 ? edge.to : kNoNode, ErrorCode::InvalidGraph,
                           "A wire from layer " + std::to_string(edge.from) + " to layer " + std::to_string(edge.to) +
                               " ends at a layer that does not exist.",
                           "Remove the wire.");
            if (edge.fromPort != 0 || edge.toPort != 0)
                report(edge.to, ErrorCode::InvalidGraph,
                       "A wire into " + m_graph.label(edge.to) + " uses a port that layers do not have.",
                       "Remove the wire and draw it again.");
        }
        for (const OutputSpec& output : m_graph.outputs)
            if (seen.count(output.node) == 0)
                report(kNoNode, ErrorCode::InvalidGraph,
                       "The network's output is layer " + std::to_string(output.node) + ", which does not exist.",
                       "Choose the layer that gives the result.");
    }

    void reportCycle(const std::vector<NodeId>& cycle)
    {
        if (cycle.empty())
            return;
        std::string way;
        for (const NodeId id : cycle)
            way += m_graph.label(id) + " → ";
        report(cycle.front(), ErrorCode::InvalidGraph,
               "The wires run in a circle: " + way + m_graph.label(cycle.front()) + ".",
               "Remove one of these wires; numbers can only flow forwards.");
    }

    /// Descriptor and all settings of a node, or nothing after reporting why.
    std::optional<Params> completedParams(const Node& node)
    {
        const LayerDescriptor* layer = findLayer(node.type);
        if (!layer) {
            report(node.id, ErrorCode::UnknownName, "This version knows no layer of the type '" + node.type + "'.",
                   "Replace the layer, or open the network with a newer version.");
            return std::nullopt;
        }
        if (node.version > layer->version) {
            report(node.id, ErrorCode::NewerVersion,
                   m_graph.label(node.id) + " was made by a newer version of Convarium.",
                   "Open the network with that version.");
            return std::nullopt;
        }
        auto params = completeParams(*layer, node.params);
        if (params)
            return *params;
        Problem problem;
        problem.error = params.error();
        problem.error.place.node = node.id;
        m_result.problems.push_back(std::move(problem));
        return std::nullopt;
    }

    /// Are there as many wires as the layer needs, each in a slot of its own?
    bool wiresFit(const Node& node, const LayerDescriptor& layer, const std::vector<Edge>& wires)
    {
        const std::string label = m_graph.label(node.id);
        const auto most = static_cast<std::size_t>(layer.maxInputs);
        if (wires.size() > most) {
            report(node.id, ErrorCode::InvalidGraph,
                   layer.maxInputs == 0
                       ? label + " takes no wire, but " + count(wires.size(), "wire leads", "wires lead") + " to it."
                       : label + " takes " + count(most, "wire", "wires") + ", but " + std::to_string(wires.size()) +
                             " lead to it.",
                   layer.maxInputs == 1 ? "Join them in an Add or Concat layer before it." : "Remove the extra wires.");
            return false;
        }
        for (std::size_t i = 0; i < wires.size(); ++i) {
            const bool twice = i > 0 && wires[i].slot == wires[i - 1].slot;
            if (!twice && wires[i].slot >= 0 && wires[i].slot < layer.maxInputs)
                continue;
            report(node.id, ErrorCode::InvalidGraph,
                   twice ? "Two wires lead to the same input of " + label + "."
                         : "A wire leads to input " + std::to_string(wires[i].slot + 1) + " of " + label +
                               ", which it does not have.",
                   "Remove the wire and draw it again.");
            return false;
        }
        if (wires.size() < static_cast<std::size_t>(layer.minInputs)) {
            const std::string needs = layer.minInputs == 1 ? "an input" : std::to_string(layer.minInputs) + " inputs";
            report(node.id, ErrorCode::InvalidGraph,
                   label + " needs " + needs + ". " +
                       (wires.empty() ? "No wire leads to it." : "Only one wire leads to it."),
                   "Draw a wire from the layer before it.");
            return false;
        }
        return true;
    }

    void inferNode(const Node& node)
    {
        const std::optional<Params> params = completedParams(node);
        const LayerDescriptor* layer = findLayer(node.type);
        const std::vector<Edge> wires = m_graph.edgesInto(node.id);
        if (!layer || !wiresFit(node, *layer, wires) || !params)
            return;
        std::vector<Shape> inputs;
        std::vector<std::string> sources;
        for (const Edge& wire : wires) {
            const auto shape = m_result.shapes.find(wire.from);
            if (shape == m_result.shapes.end())
                return; // the fault lies further up and is reported there
            const Node& source = *m_graph.node(wire.from);
            inputs.push_back(shape->second);
            sources.push_back(source.name.empty() ? m_graph.label(source.id) : source.name);
        }
        if (auto valid = layer->check(inputs, *params); !valid) {
            Problem problem;
            problem.error = valid.error();
            problem.error.message = nameSources(problem.error.message, sources);
            problem.error.hint = nameSources(problem.error.hint, sources);
            problem.error.place.node = node.id;
            problem.inputShapes = inputs;
            m_result.problems.push_back(std::move(problem));
            return;
        }
        if (const std::optional<Shape> shape = computeShape(node, *layer, *params, inputs))
            m_result.shapes[node.id] = *shape;
    }

    std::optional<Shape> computeShape(const Node& node, const LayerDescriptor& layer, const Params& params,
                                      const std::vector<Shape>& inputs)
    {
        const auto formulas = layer.formulas(formulaContext<Checked>(params, inputs));
        Shape shape;
        Checked numbers = 1;
        for (const Checked& size : formulas.output.sizes) {
            numbers = numbers * size;
            shape.append(size.value);
        }
        const auto tooLarge = [](Checked n) { return n.overflow || n.value > kMostNumbers; };
        if (!tooLarge(numbers) && !tooLarge(formulas.weights) && !tooLarge(formulas.statistics) &&
            !formulas.macs.overflow && formulas.macs.value <= kMostNumbers * 1024)
            return shape;
        report(node.id, ErrorCode::Overflow,
               m_graph.label(node.id) + " would be too large for any computer: " +
                   (tooLarge(formulas.weights) ? "its weights"
                    : tooLarge(numbers)        ? "its output"
                                               : "its work") +
                   " cannot even be counted sensibly.",
               "Use fewer filters or units, or make the maps smaller before it.");
        return std::nullopt;
    }

    void checkInput()
    {
        if (std::any_of(m_graph.nodes.begin(), m_graph.nodes.end(), [](const Node& n) { return isInput(n); }))
            return;
        report(kNoNode, ErrorCode::InvalidGraph,
               m_graph.nodes.empty() ? "A network needs an Input layer. This one is empty."
                                     : "A network needs an Input layer. This one has none.",
               "Drag an Input layer on to the canvas.");
    }

    static bool isInput(const Node& node)
    {
        const LayerDescriptor* layer = findLayer(node.type);
        return layer && layer->isInput;
    }

    /// Parts without a fault of their own that nothing joins with the largest part.
    void checkParts()
    {
        std::vector<std::vector<NodeId>> parts = partsOf(m_graph);
        if (parts.size() < 2)
            return;
        std::stable_sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
        std::set<NodeId> faulty;
        for (const Problem& problem : m_result.problems)
            faulty.insert(problem.error.place.node);
        for (std::size_t i = 1; i < parts.size(); ++i) {
            if (std::any_of(parts[i].begin(), parts[i].end(), [&](NodeId id) { return faulty.count(id) != 0; }))
                continue;
            warn(parts[i].front(), ErrorCode::InvalidGraph,
                 "The network has " + std::to_string(parts.size()) + " parts that no wire joins. " +
                     m_graph.label(parts[i].front()) + " belongs to a part of " +
                     count(parts[i].size(), "layer", "layers") + " on its own.",
                 "Join the parts by a wire, or delete the one you do not need.");
        }
    }

    void checkEnds()
    {
        for (const Node& node : m_graph.nodes) {
            const LayerDescriptor* layer = findLayer(node.type);
            if (!layer || !layer->belongsAtEnd)
                continue;
            const std::vector<Edge> wires = m_graph.edgesFrom(node.id);
            if (!wires.empty())
                warn(node.id, ErrorCode::InvalidGraph,
                     m_graph.label(node.id) + " belongs at the end, but " + m_graph.label(wires.front().to) +
                         " computes on with them. The layers behind it learn slowly from such small numbers.",
                     "Put " + layer->title + " at the end of the network, or use ReLU here.");
        }
    }

    /// Layers whose weights were one tensor in the model they came from: here each learns its own.
    void checkSharedWeights()
    {
        std::map<std::string, const Node*> owners;
        std::vector<std::string> shared;
        NodeId first = kNoNode;
        std::string users;
        for (const Node& node : m_graph.nodes)
            for (const TensorRecord& record : node.tensors) {
                if (record.externalName.empty() || record.role != TensorRole::Weight || node.frozen)
                    continue;
                const auto [owner, isNew] = owners.emplace(record.externalName, &node);
                if (isNew || (!shared.empty() && shared.back() == record.externalName))
                    continue;
                shared.push_back(record.externalName);
                if (first == kNoNode) {
                    first = node.id;
                    users = m_graph.label(owner->second->id) + " and " + m_graph.label(node.id);
                }
            }
        if (shared.empty())
            return;
        const std::string more =
            shared.size() == 1 ? "" : " (and " + std::to_string(shared.size() - 1) + " more are shared too)";
        warn(first, ErrorCode::InvalidGraph,
             users + " share the weights '" + shared.front() + "' in the model they came from" + more +
                 ". Here each of them has its own, and training moves them apart.",
             "Freeze these layers to keep their weights equal.");
    }

    void checkOutputs()
    {
        if (!m_classes)
            return;
        std::vector<NodeId> outputs;
        for (const OutputSpec& output : m_graph.outputs)
            outputs.push_back(output.node);
        if (outputs.empty())
            for (const Node& node : m_graph.nodes)
                if (m_graph.edgesFrom(node.id).empty())
                    outputs.push_back(node.id);
        for (const NodeId id : outputs) {
            const auto it = m_result.shapes.find(id);
            if (it == m_result.shapes.end() || it->second == Shape{*m_classes} || givesMask(it->second))
                continue;
            report(id, ErrorCode::ShapeMismatch,
                   "The last layer must give a list of " + std::to_string(*m_classes) + " numbers, one per class. " +
                       m_graph.label(id) + " gives " + shapeWords(it->second) + ".",
                   it->second.isList()
                       ? "Set its units to " + std::to_string(*m_classes) + " or add a Dense layer with " +
                             std::to_string(*m_classes) + " units."
                       : "Add Flatten and a Dense layer with " + std::to_string(*m_classes) + " units.");
            m_result.problems.back().inputShapes = {it->second};
        }
    }

    /// Segmentation: one map per class and one for the background, of the size of the images.
    bool givesMask(const Shape& shape) const
    {
        return shape.rank() == 3 && shape[0] == *m_classes + 1 &&
               std::any_of(m_graph.nodes.begin(), m_graph.nodes.end(), [&](const Node& node) {
                   const auto image = m_result.shapes.find(node.id);
                   return isInput(node) && image != m_result.shapes.end() && image->second.rank() == 3 &&
                          image->second[1] == shape[1] && image->second[2] == shape[2];
               });
    }

    const GraphSpec& m_graph;
    std::optional<std::int64_t> m_classes;
    ShapedGraph m_result;
};

} // namespace

ShapedGraph inferShapes(const GraphSpec& graph, std::optional<std::int64_t> classes)
{
    return Inference(graph, classes).run();
}

std::string GraphSpec::label(NodeId id) const
{
    const Node* found = node(id);
    if (!found)
        return "layer " + std::to_string(id);
    const LayerDescriptor* layer = findLayer(found->type);
    const std::string kind = layer ? layer->title : found->type;
    return found->name.empty() ? kind : kind + " " + found->name;
}

} // namespace convarium::engine
