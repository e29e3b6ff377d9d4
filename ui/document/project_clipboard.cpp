// The part of ProjectDocument that copies and pastes.
#include "ui/document/edit_builder.h"
#include "ui/document/edit_texts.h"
#include "ui/document/project_document.h"

#include "engine/blocks/groups.h"

#include <algorithm>

namespace convarium::ui
{

using engine::Edge;
using engine::kNoNode;

Fragment ProjectDocument::fragment(const std::vector<NodeId>& ids, const std::set<NoteIndex>& notes) const
{
    Fragment result;
    for (NodeId id : ids)
        if (const engine::Node* node = m_state.graph.node(id); node && !result.positions.contains(id)) {
            result.nodes.push_back(*node);
            result.positions[id] = position(id);
        }
    for (NoteIndex i = 0; i < m_state.notes.size(); ++i)
        if (notes.contains(i)) {
            result.notes.push_back(m_state.notes[i]);
            std::erase_if(result.notes.back().arrows, [&](const engine::NoteArrow& arrow) {
                return arrow.node != kNoNode && !result.positions.contains(arrow.node);
            });
        }
    for (const Edge& edge : m_state.graph.edges)
        if (result.positions.contains(edge.from) && result.positions.contains(edge.to))
            result.edges.push_back(edge);
    // A part of a block is not the block: its layers are copied as single ones.
    std::set<std::int64_t> whole;
    for (const engine::Group& group : m_state.graph.groups) {
        const auto members = engine::membersOf(m_state.graph, group.id);
        if (std::all_of(members.begin(), members.end(), [&](NodeId id) { return result.positions.contains(id); })) {
            whole.insert(group.id);
            result.groups.push_back(group);
            if (const engine::BlockCard* card = findBlockCard(m_state.blocks, group.id))
                result.blocks.push_back(*card);
        }
    }
    for (engine::Group& group : result.groups)
        if (!whole.contains(group.parent))
            group.parent = -1;
    for (engine::Node& node : result.nodes)
        if (!whole.contains(node.group))
            node.group = -1;
    return result;
}

std::vector<NodeId> ProjectDocument::paste(const Fragment& fragment, QPointF offset, const QString& verb)
{
    std::vector<NodeId> added;
    if (fragment.isEmpty())
        return added;
    engine::GraphSpec named;
    std::vector<NodeId> ids;
    for (const engine::Node& node : fragment.nodes) {
        named.nodes.push_back(node);
        ids.push_back(node.id);
    }
    edit(countedText(verb, named, ids, fragment.notes.size()), [&](EditBuilder& b) {
        std::map<NodeId, NodeId> copies;
        const auto groups = b.addGroupCopies(fragment.groups);
        for (engine::Node node : fragment.nodes) {
            const auto group = groups.find(node.group);
            node.group = group == groups.end() ? -1 : group->second;
            const auto place = fragment.positions.find(node.id);
            copies[node.id] = b.addCopy(node, (place == fragment.positions.end() ? QPointF() : place->second) + offset);
            added.push_back(copies[node.id]);
        }
        for (Edge edge : fragment.edges) {
            edge.from = copies.at(edge.from);
            edge.to = copies.at(edge.to);
            // Wires from outside stay behind, so the slots of a copied merge start again at 0.
            edge.slot = b.nextEdge(edge.from, edge.to).slot;
            if (engine::canConnect(b.graph(), edge))
                b.addEdge(edge);
        }
        for (engine::BlockCard card : fragment.blocks) {
            card.group = groups.at(card.group);
            for (engine::BlockParameter& parameter : card.parameters)
                for (auto& setting : parameter.settings)
                    setting.first = copies.at(setting.first);
            b.setBlockCard(card);
        }
        std::vector<engine::Note> notes = b.state().notes;
        for (engine::Note note : fragment.notes) {
            note.x += offset.x();
            note.y += offset.y();
            for (engine::NoteArrow& arrow : note.arrows) {
                if (arrow.node != kNoNode)
                    arrow.node = copies.at(arrow.node);
                else
                    arrow = {kNoNode, arrow.x + offset.x(), arrow.y + offset.y()};
            }
            notes.push_back(std::move(note));
        }
        b.setNotes(std::move(notes));
    });
    return added;
}

} // namespace convarium::ui
