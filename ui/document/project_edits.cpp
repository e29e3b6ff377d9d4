// The edits of ProjectDocument: each builds its steps and pushes them as one command.
#include "ui/document/edit_builder.h"
#include "ui/document/edit_texts.h"
#include "ui/document/project_document.h"

#include "engine/blocks/groups.h"
#include "engine/layers/layer.h"

#include <algorithm>
#include <set>

namespace convarium::ui
{

using engine::Edge;
using engine::kNoNode;

namespace
{

QString insertText(const std::string& layerId)
{
    const engine::LayerDescriptor* layer = engine::findLayer(layerId);
    return ProjectDocument::tr("Insert %1").arg(QString::fromStdString(layer ? layer->title : layerId));
}

std::vector<NodeId> existing(const engine::GraphSpec& graph, const std::vector<NodeId>& ids)
{
    std::vector<NodeId> result;
    for (NodeId id : ids)
        if (graph.node(id) && std::find(result.begin(), result.end(), id) == result.end())
            result.push_back(id);
    return result;
}

} // namespace

engine::Result<void> ProjectDocument::canConnect(NodeId from, NodeId to) const
{
    return engine::canConnect(m_state.graph, EditBuilder(m_state).nextEdge(from, to));
}

engine::Result<void> ProjectDocument::canRewire(const Edge& edge, NodeId to) const
{
    EditBuilder builder(m_state);
    builder.removeEdge(edge);
    return engine::canConnect(builder.graph(), builder.nextEdge(edge.from, to));
}

void ProjectDocument::edit(const QString& text, const std::function<void(EditBuilder&)>& build, bool dragging)
{
    EditBuilder builder(m_state);
    build(builder);
    pushSteps(text, builder.takeSteps(), dragging);
}

NodeId ProjectDocument::addNode(const LayerChoice& choice, QPointF position)
{
    return addNodeAfter(choice, position, kNoNode);
}

NodeId ProjectDocument::addNodeAfter(const LayerChoice& choice, QPointF position, NodeId after)
{
    NodeId added = kNoNode;
    edit(insertText(choice.id), [&](EditBuilder& b) {
        added = b.addLayer(choice, position);
        if (added == kNoNode || after == kNoNode)
            return;
        const Edge edge = b.nextEdge(after, added);
        if (engine::canConnect(b.graph(), edge))
            b.addEdge(edge);
    });
    return added;
}

NodeId ProjectDocument::insertOnWire(const Edge& edge, const std::string& layerId, QPointF position)
{
    const auto& wires = m_state.graph.edges;
    if (std::find(wires.begin(), wires.end(), edge) == wires.end())
        return addNode(layerId, position);
    NodeId added = kNoNode;
    edit(insertText(layerId), [&](EditBuilder& b) {
        added = b.addLayer(layerId, position);
        if (added == kNoNode)
            return;
        const Edge in = b.nextEdge(edge.from, added);
        if (!engine::canConnect(b.graph(), in))
            return;
        b.leadThrough(edge, added, added);
    });
    return added;
}

void ProjectDocument::removeNodes(const std::vector<NodeId>& ids, bool bridge, const std::set<NoteIndex>& notes,
                                  const QString& verb)
{
    const std::vector<NodeId> gone = existing(m_state.graph, ids);
    std::vector<engine::Note> kept;
    for (NoteIndex i = 0; i < m_state.notes.size(); ++i)
        if (!notes.contains(i))
            kept.push_back(m_state.notes[i]);
    if (gone.empty() && kept.size() == m_state.notes.size())
        return;
    edit(countedText(verb, m_state.graph, gone, m_state.notes.size() - kept.size()), [&](EditBuilder& b) {
        b.setNotes(kept);
        b.removeNodes({gone.begin(), gone.end()}, bridge);
    });
}

engine::Result<void> ProjectDocument::connectNodes(NodeId from, NodeId to)
{
    const Edge edge = EditBuilder(m_state).nextEdge(from, to);
    auto verdict = engine::canConnect(m_state.graph, edge);
    if (verdict)
        this->edit(stepText(m_state.graph, step::EdgeStep{true, 0, edge}), [&](EditBuilder& b) { b.addEdge(edge); });
    return verdict;
}

namespace
{

/// Wires from the layer to every layer of the block that has no input yet.
engine::Result<void> feedBlock(EditBuilder& b, NodeId from, const engine::Group& block)
{
    const std::vector<NodeId> members = engine::membersOf(b.graph(), block.id);
    if (std::find(members.begin(), members.end(), from) != members.end())
        return engine::Error{engine::ErrorCode::InvalidArgument,
                             "'" + block.name + "' cannot feed itself.",
                             "Draw the wire from a layer outside of it.",
                             {}};
    engine::Result<void> verdict;
    bool open = false;
    for (const NodeId member : members) {
        const engine::LayerDescriptor* layer = engine::findLayer(b.graph().node(member)->type);
        if (!layer || layer->maxInputs == 0 || !b.graph().edgesInto(member).empty())
            continue;
        open = true;
        const Edge edge = b.nextEdge(from, member);
        if (auto may = engine::canConnect(b.graph(), edge); may)
            b.addEdge(edge);
        else
            verdict = may;
    }
    if (!open)
        return engine::Error{engine::ErrorCode::InvalidArgument,
                             "Every layer of '" + block.name + "' has an input already.",
                             "Draw the wire to the layer that should get one more.",
                             {}};
    return verdict;
}

} // namespace

engine::Result<void> ProjectDocument::canConnectToBlock(NodeId from, std::int64_t group) const
{
    EditBuilder trial(m_state);
    const engine::Group* block = engine::findGroup(m_state.graph, group);
    return block ? feedBlock(trial, from, *block) : engine::Result<void>();
}

engine::Result<void> ProjectDocument::connectToBlock(NodeId from, std::int64_t group)
{
    const engine::Group* found = engine::findGroup(m_state.graph, group);
    if (!found)
        return {};
    const engine::Group block = *found;
    engine::Result<void> verdict;
    edit(tr("Connect %1 to %2").arg(shortLabel(m_state.graph, from), QString::fromStdString(block.name)),
         [&](EditBuilder& b) { verdict = feedBlock(b, from, block); });
    return verdict;
}

void ProjectDocument::removeEdge(const Edge& edge)
{
    this->edit(stepText(m_state.graph, step::EdgeStep{false, 0, edge}), [&](EditBuilder& b) { b.removeEdge(edge); });
}

engine::Result<void> ProjectDocument::rewire(const Edge& edge, NodeId to)
{
    if (edge.to == to)
        return {};
    auto verdict = canRewire(edge, to);
    if (verdict)
        this->edit(stepText(m_state.graph, step::EdgeStep{true, 0, {edge.from, 0, to, 0, 0}}), [&](EditBuilder& b) {
            b.removeEdge(edge);
            b.addEdge(b.nextEdge(edge.from, to));
        });
    return verdict;
}

void ProjectDocument::moveNodes(const Positions& places, bool dragging, const std::map<NoteIndex, QPointF>& notes)
{
    EditBuilder builder(m_state);
    builder.move(places);
    std::vector<engine::Note> moved = m_state.notes;
    for (const auto& [index, place] : notes)
        if (index < moved.size()) {
            moved[index].x = place.x();
            moved[index].y = place.y();
        }
    builder.setNotes(std::move(moved));
    std::vector<Step> steps = builder.takeSteps();
    const QString text = steps.empty() ? QString() : stepText(m_state.graph, steps.front());
    pushSteps(text, std::move(steps), dragging);
}

void ProjectDocument::setParam(NodeId node, const std::string& key, const engine::ParamValue& value, bool dragging)
{
    EditBuilder builder(m_state);
    builder.setParam(node, key, value);
    std::vector<Step> steps = builder.takeSteps();
    const QString text = steps.empty() ? QString() : stepText(m_state.graph, steps.front());
    pushSteps(text, std::move(steps), dragging);
}

void ProjectDocument::setParams(NodeId node, const std::vector<std::pair<std::string, engine::ParamValue>>& values)
{
    EditBuilder builder(m_state);
    for (const auto& [key, value] : values)
        builder.setParam(node, key, value);
    std::vector<Step> steps = builder.takeSteps();
    const QString text = steps.empty() ? QString() : stepText(m_state.graph, steps.front());
    pushSteps(text, std::move(steps), false);
}

void ProjectDocument::setTrainConfig(const engine::TrainConfig& config, bool dragging)
{
    EditBuilder builder(m_state);
    builder.setTrainConfig(config);
    std::vector<Step> steps = builder.takeSteps();
    const QString text = steps.empty() ? QString() : stepText(m_state.graph, steps.front());
    pushSteps(text, std::move(steps), dragging);
}

void ProjectDocument::renameNode(NodeId node, const QString& name)
{
    if (!m_state.graph.node(node))
        return;
    const std::string text = name.trimmed().toStdString();
    edit(stepText(m_state.graph, step::NameStep{node, m_state.graph.node(node)->name, text}),
         [&](EditBuilder& b) { b.rename(node, text); });
}

void ProjectDocument::renameNetwork(const QString& title)
{
    const std::string text = title.trimmed().toStdString();
    edit(stepText(m_state.graph, step::NameStep{kNoNode, m_state.graph.title, text}),
         [&](EditBuilder& b) { b.rename(kNoNode, text); });
}

void ProjectDocument::setFrozen(const std::vector<NodeId>& nodes, bool frozen)
{
    std::vector<NodeId> changed = existing(m_state.graph, nodes);
    std::erase_if(changed, [&](NodeId id) { return m_state.graph.node(id)->frozen == frozen; });
    edit(countedText(frozen ? tr("Freeze") : tr("Unfreeze"), m_state.graph, changed), [&](EditBuilder& b) {
        for (const NodeId id : changed)
            b.setFrozen(id, frozen);
    });
}

NoteIndex ProjectDocument::addNote(const engine::Note& note)
{
    std::vector<engine::Note> notes = m_state.notes;
    notes.push_back(note);
    edit(tr("Add a note"), [&](EditBuilder& b) { b.setNotes(notes); });
    return m_state.notes.size() - 1;
}

void ProjectDocument::setNote(NoteIndex index, const engine::Note& note, bool dragging)
{
    if (index >= m_state.notes.size())
        return;
    std::vector<engine::Note> notes = m_state.notes;
    notes[index] = note;
    EditBuilder builder(m_state);
    builder.setNotes(std::move(notes));
    std::vector<Step> steps = builder.takeSteps();
    const QString text = steps.empty() ? QString() : stepText(m_state.graph, steps.front());
    pushSteps(text, std::move(steps), dragging);
}

void ProjectDocument::arrange(const Positions& places)
{
    edit(tr("Tidy the layout"), [&](EditBuilder& b) { b.move(places); });
}

} // namespace convarium::ui
