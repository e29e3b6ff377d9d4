// What can be said and done about groups of layers: members and templates.
#pragma once

#include "engine/blocks/block.h"

#include <set>

namespace convarium::engine
{

/// Null when unknown.
const Group* findGroup(const GraphSpec& graph, std::int64_t id);

/// The group, then the one around it and so on to the outermost. Empty for -1.
std::vector<std::int64_t> groupPath(const GraphSpec& graph, std::int64_t id);

/// Layers of the group and of all groups within it, in the graph's order.
std::vector<NodeId> membersOf(const GraphSpec& graph, std::int64_t group);

/// Names of a block's layers start alike: everything up to the last dot that all share, without it. Empty where they
/// share none.
std::string commonPrefix(const GraphSpec& graph, const std::vector<NodeId>& members);

/// Groups without any layer, at any depth, go.
void dropEmptyGroups(GraphSpec& graph);

/// The layers of these groups are no longer what their templates would write: they and the groups around them forget
/// template and arguments and stay as plain groups.
void forgetTemplates(std::vector<Group>& groups, const std::set<std::int64_t>& edited);

/// Groups with a template that have other layers inside, or other wires among them. Settings and names do not count:
/// the template still tells every layer's part. Groups that only one of the graphs has do not count either.
std::set<std::int64_t> editedGroups(const GraphSpec& before, const GraphSpec& after);

} // namespace convarium::engine
