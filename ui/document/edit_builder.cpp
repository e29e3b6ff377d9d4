#include "ui/document/edit_builder.h"

#include "engine/layers/layer.h"

#include <algorithm>
#include <utility>

namespace convarium::ui
{

using engine::Edge;
using engine::GraphSpec;
using engine::kNoNode;
using engine::Node;

void EditBuilder::push(Step step)
{
    applyStep(step, m_state);
    m_steps.push_back(std::move(step));
}

std::vector<Step> EditBuilder::takeSteps()
{
    if (std::any_of(m_steps.begin(), m_steps.end(), changesGraph)) {
        tidyGroups();
        tidyBlocks();
    }
    return std::move(m_steps);
}

NodeId EditBuilder::addNode(Node node, QPointF position)
{
    node.id = m_state.graph.nextId;
    push(step::NextIdStep{node.id, node.id + 1});
    push(step::NodeStep{true, m_state.graph.nodes.size(), node, position});
    return node.id;
}

NodeId EditBuilder::addLayer(const LayerChoice& choice, QPointF position)
{
    const engine::LayerDescriptor* layer = engine::findLayer(choice.id);
    if (!layer)
        return kNoNode;
    Node node = engine::makeNode(m_state.graph, *layer);
    for (const auto& [key, value] : choice.settings)
        node.params.set(key, value);
    return addNode(std::move(node), position);
}

NodeId EditBuilder::replaceNode(NodeId old, const LayerChoice& choice)
{
    const engine::LayerDescriptor* layer = engine::findLayer(choice.id);
    const Node* found = m_state.graph.node(old);
    if (!layer || !found)
        return kNoNode;
    const Node before = *found;
    const std::vector<Edge> into = m_state.graph.edgesInto(old), out = m_state.graph.edgesFrom(old);
    Node node = engine::makeNode(m_state.graph, *layer);
    node.id = m_state.graph.nextId;
    node.group = before.group;
    node.frozen = before.frozen && layer->tensors;
    for (const engine::ParamInfo& info : layer->parameters)
        if (const engine::ParamValue* value = before.params.find(info.key)) {
            engine::Params with = node.params;
            with.set(info.key, *value);
            if (engine::completeParams(*layer, with))
                node.params = std::move(with);
        }
    for (const auto& [key, value] : choice.settings)
        node.params.set(key, value);

    for (const std::vector<Edge>* wires : {&into, &out})
        for (const Edge& edge : *wires)
            removeEdge(edge, false);
    const auto& nodes = m_state.graph.nodes;
    const auto at = std::find_if(nodes.begin(), nodes.end(), [&](const Node& n) { return n.id == old; });
    const auto index = static_cast<std::size_t>(at - nodes.begin());
    const auto place = m_state.positions.find(old);
    const auto position = place == m_state.positions.end() ? std::nullopt : std::optional(place->second);
    push(step::NextIdStep{node.id, node.id + 1});
    push(step::NodeStep{false, index, before, position});
    push(step::NodeStep{true, index, node, position});
    takeOver({old}, {node.id}, node.id, node.id, node.group);
    const auto keep = [&](Edge edge) {
        if (engine::canConnect(m_state.graph, edge))
            addEdge(edge);
    };
    for (const Edge& edge : into)
        keep({edge.from, edge.fromPort, node.id, 0, nextEdge(edge.from, node.id).slot});
    for (const Edge& edge : out)
        keep({node.id, 0, edge.to, edge.toPort, edge.slot});
    return node.id;
}

void EditBuilder::takeOver(const std::set<NodeId>& old, const std::set<NodeId>& heirs, NodeId first, NodeId last,
                           std::int64_t group)
{
    moveIntoGroup(heirs, group);
    const auto heir = [&old](NodeId id, NodeId of) { return old.contains(id) ? of : id; };
    std::vector<engine::Note> notes = m_state.notes;
    for (engine::Note& note : notes)
        for (engine::NoteArrow& arrow : note.arrows)
            arrow.node = heir(arrow.node, first);
    setNotes(std::move(notes));
    std::vector<engine::BlockCard> blocks = m_state.blocks;
    for (engine::BlockCard& card : blocks)
        for (engine::BlockParameter& parameter : card.parameters) {
            const auto before = std::exchange(parameter.settings, {});
            for (const auto& [id, key] : before)
                if (const std::pair now{heir(id, first), key};
                    std::find(parameter.settings.begin(), parameter.settings.end(), now) == parameter.settings.end())
                    parameter.settings.push_back(now);
        }
    setBlocks(std::move(blocks));
    auto inputs = m_state.graph.inputs;
    auto outputs = m_state.graph.outputs;
    for (engine::InputSpec& spec : inputs)
        spec.node = heir(spec.node, first);
    const engine::LayerDescriptor* layer = engine::findLayer(m_state.graph.node(first)->type);
    if (!layer || !layer->isInput)
        std::erase_if(inputs, [&](const engine::InputSpec& spec) { return spec.node == first; });
    for (engine::OutputSpec& spec : outputs)
        spec.node = heir(spec.node, last);
    if (inputs != m_state.graph.inputs)
        push(step::InputsStep{m_state.graph.inputs, inputs});
    setOutputs(std::move(outputs));
}

NodeId EditBuilder::addCopy(Node node, QPointF position)
{
    const auto taken = [&](const Node& other) { return other.name == node.name; };
    const engine::LayerDescriptor* layer = engine::findLayer(node.type);
    if (layer && std::any_of(m_state.graph.nodes.begin(), m_state.graph.nodes.end(), taken))
        node.name = engine::makeNode(m_state.graph, *layer).name;
    // The copy has weights of its own: under the name in the file they came from there are others.
    for (engine::TensorRecord& tensor : node.tensors)
        tensor.externalName.clear();
    return addNode(std::move(node), position);
}

void EditBuilder::addEdge(const Edge& edge)
{
    push(step::EdgeStep{true, m_state.graph.edges.size(), edge});
}

void EditBuilder::removeEdge(const Edge& edge, bool closeGap)
{
    const auto& edges = m_state.graph.edges;
    const auto drop = [&](const Edge& e) {
        const auto it = std::find(edges.begin(), edges.end(), e);
        if (it == edges.end())
            return false;
        push(step::EdgeStep{false, static_cast<std::size_t>(it - edges.begin()), e});
        return true;
    };
    if (!drop(edge) || !closeGap)
        return;
    for (Edge later : m_state.graph.edgesInto(edge.to)) {
        if (later.toPort != edge.toPort || later.slot <= edge.slot)
            continue;
        drop(later);
        --later.slot;
        addEdge(later);
    }
}

void EditBuilder::leadThrough(const Edge& wire, NodeId first, NodeId last)
{
    leadThrough(wire, {{kNoNode, 0, first, 0, 0}}, last);
}

void EditBuilder::leadThrough(const Edge& wire, const std::vector<Edge>& entries, NodeId last)
{
    const std::vector<Edge> wires = drawnAsOne(wire);
    for (const Edge& one : wires)
        removeEdge(one, false);
    for (const Edge& entry : entries)
        addEdge({wire.from, wire.fromPort, entry.to, entry.toPort, entry.slot});
    for (const Edge& one : wires)
        addEdge({last, 0, one.to, one.toPort, one.slot});
}

namespace
{

/// What feeds a layer through the layers `ids`: the port outside of them. Nothing where there are several, or none.
std::optional<Edge> onlySource(const GraphSpec& graph, const std::set<NodeId>& ids, NodeId layer)
{
    std::optional<Edge> found;
    std::set<NodeId> seen{layer};
    std::vector<NodeId> open{layer};
    while (!open.empty()) {
        const NodeId at = open.back();
        open.pop_back();
        const std::vector<Edge> into = graph.edgesInto(at);
        if (into.empty())
            return std::nullopt;
        for (const Edge& edge : into) {
            if (ids.contains(edge.from)) {
                if (seen.insert(edge.from).second)
                    open.push_back(edge.from);
            } else if (!found) {
                found = edge;
            } else if (found->from != edge.from || found->fromPort != edge.fromPort) {
                return std::nullopt;
            }
        }
    }
    return found;
}

} // namespace

void EditBuilder::detachNodes(const std::set<NodeId>& ids, bool bridge)
{
    const GraphSpec before = m_state.graph;
    std::vector<Edge> bridges;
    std::vector<Edge> gaps;
    for (const Edge& out : before.edges) {
        if (!ids.contains(out.from) || ids.contains(out.to))
            continue;
        const auto source = bridge ? onlySource(before, ids, out.from) : std::nullopt;
        if (source)
            bridges.push_back({source->from, source->fromPort, out.to, out.toPort, out.slot});
        else
            gaps.push_back(out);
    }
    for (const Edge& edge : before.edges)
        if (ids.contains(edge.from) != ids.contains(edge.to) && std::find(gaps.begin(), gaps.end(), edge) == gaps.end())
            removeEdge(edge, false);
    for (const Edge& edge : bridges) {
        if (engine::canConnect(m_state.graph, edge))
            addEdge(edge);
    }
    // From the last slot down, so that the remembered slots stay true while the gaps close.
    std::sort(gaps.begin(), gaps.end(), [](const Edge& a, const Edge& b) { return a.slot > b.slot; });
    for (const Edge& edge : gaps)
        removeEdge(edge);
}

void EditBuilder::removeNodes(const std::set<NodeId>& ids, bool bridge)
{
    detachNodes(ids, bridge);
    const std::vector<Edge> rest = m_state.graph.edges;
    for (const Edge& edge : rest)
        if (ids.contains(edge.from))
            removeEdge(edge, false);

    std::vector<engine::Note> notes = m_state.notes;
    for (engine::Note& note : notes)
        std::erase_if(note.arrows, [&](const engine::NoteArrow& arrow) { return ids.contains(arrow.node); });
    setNotes(std::move(notes));
    auto inputs = m_state.graph.inputs;
    if (std::erase_if(inputs, [&](const engine::InputSpec& s) { return ids.contains(s.node); }) > 0)
        push(step::InputsStep{m_state.graph.inputs, inputs});
    auto outputs = m_state.graph.outputs;
    if (std::erase_if(outputs, [&](const engine::OutputSpec& s) { return ids.contains(s.node); }) > 0)
        push(step::OutputsStep{m_state.graph.outputs, outputs});

    for (NodeId id : ids) {
        const auto& nodes = m_state.graph.nodes;
        const auto it = std::find_if(nodes.begin(), nodes.end(), [&](const Node& n) { return n.id == id; });
        if (it != nodes.end()) {
            const auto place = m_state.positions.find(id);
            push(step::NodeStep{false, static_cast<std::size_t>(it - nodes.begin()), *it,
                                place == m_state.positions.end() ? std::nullopt : std::optional(place->second)});
        }
    }
}

void EditBuilder::setParam(NodeId id, const std::string& key, const engine::ParamValue& value)
{
    const Node* node = m_state.graph.node(id);
    const engine::ParamValue* before = node ? node->params.find(key) : nullptr;
    if (!before || *before == value)
        return;
    // A value that no file may hold would lose the network when it is opened again.
    engine::Params with = node->params;
    with.set(key, value);
    const engine::LayerDescriptor* layer = engine::findLayer(node->type);
    if (!layer || engine::completeParams(*layer, with))
        push(step::ParamStep{id, key, *before, value});
}

void EditBuilder::rename(NodeId id, const std::string& name)
{
    const Node* node = m_state.graph.node(id);
    const std::string before = id == kNoNode ? m_state.graph.title : node ? node->name : name;
    if (before != name)
        push(step::NameStep{id, before, name});
}

void EditBuilder::setFrozen(NodeId id, bool frozen)
{
    const Node* node = m_state.graph.node(id);
    if (node && node->frozen != frozen)
        push(step::FrozenStep{id, node->frozen, frozen});
}

void EditBuilder::move(const Positions& places)
{
    step::MoveStep result;
    for (const auto& [id, place] : places) {
        const auto it = m_state.positions.find(id);
        if (m_state.graph.node(id) && it != m_state.positions.end() && it->second != place)
            result.moves[id] = {it->second, place};
    }
    if (!result.moves.empty())
        push(std::move(result));
}

void EditBuilder::setOutputs(std::vector<engine::OutputSpec> outputs)
{
    if (outputs != m_state.graph.outputs)
        push(step::OutputsStep{m_state.graph.outputs, std::move(outputs)});
}

void EditBuilder::setNotes(std::vector<engine::Note> notes)
{
    if (notes != m_state.notes)
        push(step::NotesStep{m_state.notes, std::move(notes)});
}

void EditBuilder::setTrainConfig(const engine::TrainConfig& config)
{
    if (m_state.train != config)
        push(step::TrainStep{m_state.train, config});
}

Edge EditBuilder::nextEdge(NodeId from, NodeId to) const
{
    Edge edge{from, 0, to, 0, 0};
    const Node* target = m_state.graph.node(to);
    const engine::LayerDescriptor* layer = target ? engine::findLayer(target->type) : nullptr;
    if (layer && layer->maxInputs > 1)
        for (const Edge& other : m_state.graph.edgesInto(to))
            edge.slot = std::max(edge.slot, other.slot + 1);
    return edge;
}

} // namespace convarium::ui
