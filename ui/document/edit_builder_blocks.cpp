// The part of EditBuilder that knows of blocks.
#include "ui/document/edit_builder.h"

#include "engine/blocks/groups.h"

#include <algorithm>

namespace convarium::ui
{

using engine::Edge;
using engine::Node;

engine::Result<engine::WrittenBlock> EditBuilder::addBlock(const std::string& blockId, const engine::Params& arguments,
                                                           const std::vector<NodeId>& inputs, QPointF position)
{
    engine::GraphSpec next = m_state.graph;
    engine::GraphWriter writer(next);
    const engine::BlockDescriptor* block = engine::findBlock(blockId);
    const engine::BlockName name = block ? engine::freeBlockName(next, *block) : engine::BlockName();
    auto written = engine::writeBlock(writer, blockId, name.name, name.prefix, arguments, inputs);
    if (!written)
        return written;
    // A writer only appends, so what is new stands at the ends.
    const std::size_t nodes = m_state.graph.nodes.size(), edges = m_state.graph.edges.size();
    push(step::NextIdStep{m_state.graph.nextId, next.nextId});
    push(step::GroupsStep{m_state.graph.groups, next.groups});
    for (std::size_t i = nodes; i < next.nodes.size(); ++i)
        push(step::NodeStep{true, i, next.nodes[i], position});
    for (std::size_t i = edges; i < next.edges.size(); ++i)
        push(step::EdgeStep{true, i, next.edges[i]});
    return written;
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

} // namespace convarium::ui
