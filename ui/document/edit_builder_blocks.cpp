// The part of EditBuilder that knows of blocks.
#include "ui/document/edit_builder.h"

#include "engine/blocks/groups.h"
#include "engine/blocks/rewrite.h"
#include "ui/document/own_blocks.h"

#include <algorithm>

namespace convarium::ui
{

using engine::Edge;
using engine::Node;

engine::Result<engine::WrittenBlock> EditBuilder::addBlock(const std::string& blockId, const engine::Params& arguments,
                                                           const std::vector<NodeId>& inputs, QPointF position)
{
    const engine::BlockDescriptor* block = findBlock(blockId);
    if (!block)
        return engine::Error{engine::ErrorCode::UnknownName,
                             "There is no block '" + blockId + "'.",
                             "Choose another one from the palette.",
                             {}};
    engine::GraphSpec next = m_state.graph;
    engine::GraphWriter writer(next);
    const engine::BlockName name = engine::freeBlockName(next, *block);
    auto written = engine::writeBlock(writer, *block, name.name, name.prefix, arguments, inputs);
    if (!written)
        return written;
    const OwnBlock* own = OwnBlocks::instance().find(QString::fromStdString(blockId));
    // Templates are for the engine's blocks, which everybody has.
    for (engine::Group& group : next.groups)
        if (own && group.id == written->group)
            group.templateName.clear();
    // A writer only appends, so what is new stands at the ends.
    const std::size_t nodes = m_state.graph.nodes.size(), edges = m_state.graph.edges.size();
    const std::size_t groups = m_state.graph.groups.size();
    push(step::NextIdStep{m_state.graph.nextId, next.nextId});
    push(step::GroupsStep{m_state.graph.groups, next.groups});
    for (std::size_t i = nodes; i < next.nodes.size(); ++i)
        push(step::NodeStep{true, i, next.nodes[i], position});
    for (std::size_t i = edges; i < next.edges.size(); ++i)
        push(step::EdgeStep{true, i, next.edges[i]});
    if (own) {
        std::vector<engine::BlockCard> cards = m_state.blocks;
        for (const engine::BlockCard& card :
             own->cardsFor({next.nodes.begin() + std::ptrdiff_t(nodes), next.nodes.end()},
                           {next.groups.begin() + std::ptrdiff_t(groups), next.groups.end()}))
            cards.push_back(card);
        setBlocks(std::move(cards));
    }
    return written;
}

engine::Result<void> EditBuilder::setBlockArguments(std::int64_t group, const engine::Params& arguments)
{
    engine::GraphSpec next = m_state.graph;
    if (auto written = engine::rewriteBlock(next, group, arguments); !written)
        return written;
    const engine::GraphSpec before = m_state.graph;
    const auto members = engine::membersOf(before, group);
    const auto first = m_state.positions.find(members.front());
    const auto place = first == m_state.positions.end() ? std::nullopt : std::optional(first->second);
    std::set<NodeId> gone;
    for (const NodeId id : members)
        if (!next.node(id))
            gone.insert(id);
    removeNodes(gone, false);
    const auto missing = [](const Edge& edge, const std::vector<Edge>& in) {
        return std::find(in.begin(), in.end(), edge) == in.end();
    };
    for (const Edge& edge : std::vector<Edge>(m_state.graph.edges))
        if (missing(edge, next.edges))
            removeEdge(edge, false);
    if (next.nextId != before.nextId)
        push(step::NextIdStep{before.nextId, next.nextId});
    setGroups(next.groups);
    for (std::size_t i = 0; i < next.nodes.size(); ++i) {
        const Node& node = next.nodes[i];
        const Node* was = before.node(node.id);
        if (!was) {
            push(step::NodeStep{true, i, node, place});
            continue;
        }
        const auto& nodes = m_state.graph.nodes;
        if (const auto now = std::find_if(nodes.begin(), nodes.end(), [&](const Node& n) { return n.id == node.id; });
            now - nodes.begin() != std::ptrdiff_t(i)) {
            const auto position = m_state.positions.find(node.id);
            const auto at = position == m_state.positions.end() ? std::nullopt : std::optional(position->second);
            push(step::NodeStep{false, std::size_t(now - nodes.begin()), *was, at});
            push(step::NodeStep{true, i, *was, at});
        }
        if (was->group != node.group)
            push(step::MemberStep{node.id, was->group, node.group});
        for (const auto& [key, value] : node.params.values())
            if (const engine::ParamValue* old = was->params.find(key); old && *old != value)
                push(step::ParamStep{node.id, key, *old, value});
    }
    for (const Edge& edge : next.edges)
        if (missing(edge, m_state.graph.edges))
            addEdge(edge);
    setOutputs(next.outputs);
    return {};
}

std::int64_t EditBuilder::makeBlock(const std::set<NodeId>& ids, std::int64_t parent, const std::string& name)
{
    engine::Group group;
    group.id = m_state.graph.nextId;
    group.parent = parent;
    group.name = name;
    std::vector<engine::Group> groups = m_state.graph.groups;
    for (engine::Group& inner : groups) {
        const auto members = engine::membersOf(m_state.graph, inner.id);
        if (inner.parent == parent && !members.empty() && ids.contains(members.front()))
            inner.parent = group.id;
    }
    groups.push_back(group);
    push(step::NextIdStep{group.id, group.id + 1});
    setGroups(std::move(groups));
    for (const NodeId id : ids)
        if (m_state.graph.node(id)->group == parent)
            push(step::MemberStep{id, parent, group.id});
    return group.id;
}

/// A group of which all layers are among them moves as a whole, unless it is the goal or around it.
void EditBuilder::moveIntoGroup(const std::set<NodeId>& ids, std::int64_t group)
{
    const std::vector<std::int64_t> around = engine::groupPath(m_state.graph, group);
    const auto isWhole = [&](std::int64_t id) {
        const auto members = engine::membersOf(m_state.graph, id);
        return !members.empty() && std::find(around.begin(), around.end(), id) == around.end() &&
               std::all_of(members.begin(), members.end(), [&](NodeId member) { return ids.contains(member); });
    };
    std::vector<engine::Group> groups = m_state.graph.groups;
    for (engine::Group& inner : groups)
        if (isWhole(inner.id) && !isWhole(inner.parent))
            inner.parent = group;
    for (const NodeId id : ids)
        if (const std::int64_t own = m_state.graph.node(id)->group; own != group && !isWhole(own))
            push(step::MemberStep{id, own, group});
    setGroups(std::move(groups));
}

void EditBuilder::dissolveBlock(std::int64_t id)
{
    const engine::Group* found = engine::findGroup(m_state.graph, id);
    if (!found)
        return;
    const std::int64_t parent = found->parent;
    for (const NodeId member : engine::membersOf(m_state.graph, id))
        if (m_state.graph.node(member)->group == id)
            push(step::MemberStep{member, id, parent});
    std::vector<engine::Group> groups = m_state.graph.groups;
    std::erase_if(groups, [&](const engine::Group& g) { return g.id == id; });
    for (engine::Group& inner : groups)
        inner.parent = inner.parent == id ? parent : inner.parent;
    setGroups(std::move(groups));
}

void EditBuilder::setBlockCard(const engine::BlockCard& card)
{
    std::vector<engine::BlockCard> blocks = m_state.blocks;
    const auto it = std::find_if(blocks.begin(), blocks.end(), [&](const auto& c) { return c.group == card.group; });
    if (it == blocks.end())
        blocks.push_back(card);
    else
        *it = card;
    setBlocks(std::move(blocks));
}

std::vector<Edge> EditBuilder::drawnAsOne(const Edge& wire) const
{
    const Node* target = m_state.graph.node(wire.to);
    std::int64_t folded = -1;
    for (const std::int64_t group : engine::groupPath(m_state.graph, target ? target->group : -1))
        if (blockCard(group).folded)
            folded = group;
    if (folded == -1)
        return {wire};
    const auto members = engine::membersOf(m_state.graph, folded);
    std::vector<Edge> wires;
    for (const Edge& edge : m_state.graph.edgesFrom(wire.from))
        if (edge.fromPort == wire.fromPort && std::find(members.begin(), members.end(), edge.to) != members.end())
            wires.push_back(edge);
    return wires;
}

engine::BlockCard EditBuilder::blockCard(std::int64_t group) const
{
    const engine::BlockCard* known = findBlockCard(m_state.blocks, group);
    return known ? *known : engine::BlockCard{group, false, {}, {}};
}

void EditBuilder::setFolded(std::int64_t group, bool folded)
{
    engine::BlockCard card = blockCard(group);
    card.folded = folded;
    setBlockCard(card);
}

void EditBuilder::setBlockParameters(std::int64_t group, std::vector<engine::BlockParameter> parameters)
{
    engine::BlockCard card = blockCard(group);
    card.parameters = std::move(parameters);
    setBlockCard(card);
}

void EditBuilder::setBlockSource(std::int64_t group, const std::string& name)
{
    engine::BlockCard card = blockCard(group);
    card.source = name;
    setBlockCard(card);
}

void EditBuilder::renameBlock(std::int64_t group, const std::string& name)
{
    std::vector<engine::Group> groups = m_state.graph.groups;
    for (engine::Group& g : groups)
        if (g.id == group)
            g.name = name;
    setGroups(std::move(groups));
}

/// Parameters of nothing and cards that say nothing go.
void EditBuilder::setBlocks(std::vector<engine::BlockCard> blocks)
{
    for (engine::BlockCard& card : blocks)
        std::erase_if(card.parameters, [](const engine::BlockParameter& p) { return p.settings.empty(); });
    std::erase_if(blocks, [](const engine::BlockCard& card) {
        return card == engine::BlockCard{card.group, false, {}, {}};
    });
    if (blocks != m_state.blocks)
        push(step::BlocksStep{m_state.blocks, std::move(blocks)});
}

void EditBuilder::setGroups(std::vector<engine::Group> groups)
{
    if (groups != m_state.graph.groups)
        push(step::GroupsStep{m_state.graph.groups, std::move(groups)});
}

std::map<std::int64_t, std::int64_t> EditBuilder::addGroupCopies(const std::vector<engine::Group>& groups)
{
    std::map<std::int64_t, std::int64_t> ids;
    if (groups.empty())
        return ids;
    std::vector<engine::Group> all = m_state.graph.groups;
    NodeId next = m_state.graph.nextId;
    for (const engine::Group& group : groups)
        ids[group.id] = next++;
    for (engine::Group group : groups) {
        const std::string name = group.name;
        const auto taken = [&](const engine::Group& other) { return other.name == group.name; };
        for (int n = 2; std::any_of(all.begin(), all.end(), taken); ++n)
            group.name = name + " (" + std::to_string(n) + ")";
        group.id = ids.at(group.id);
        const auto parent = ids.find(group.parent);
        group.parent = parent == ids.end() ? -1 : parent->second;
        all.push_back(std::move(group));
    }
    push(step::NextIdStep{m_state.graph.nextId, next});
    setGroups(std::move(all));
    return ids;
}

void EditBuilder::tidyGroups()
{
    if (m_before.groups.empty() && m_state.graph.groups.empty())
        return;
    engine::GraphSpec after = m_state.graph;
    engine::dropEmptyGroups(after);
    engine::forgetTemplates(after.groups, engine::editedGroups(m_before, after));
    setGroups(after.groups);
}

/// What belongs to groups, layers and settings that are gone goes with them.
void EditBuilder::tidyBlocks()
{
    std::vector<engine::BlockCard> blocks = m_state.blocks;
    std::erase_if(blocks, [&](const engine::BlockCard& card) { return !engine::findGroup(m_state.graph, card.group); });
    for (engine::BlockCard& card : blocks) {
        const auto members = engine::membersOf(m_state.graph, card.group);
        for (engine::BlockParameter& parameter : card.parameters)
            std::erase_if(parameter.settings, [&](const auto& setting) {
                const Node* node = m_state.graph.node(setting.first);
                return !node || !node->params.find(setting.second) ||
                       std::find(members.begin(), members.end(), setting.first) == members.end();
            });
    }
    setBlocks(std::move(blocks));
}

} // namespace convarium::ui
