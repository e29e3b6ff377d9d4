#include "engine/blocks/groups.h"

#include <algorithm>
#include <map>

namespace convarium::engine
{

const Group* findGroup(const GraphSpec& graph, std::int64_t id)
{
    const auto it = std::find_if(graph.groups.begin(), graph.groups.end(), [id](const Group& g) { return g.id == id; });
    return it == graph.groups.end() ? nullptr : &*it;
}

std::vector<std::int64_t> groupPath(const GraphSpec& graph, std::int64_t id)
{
    std::vector<std::int64_t> path;
    // A circle of parents cannot be loaded, but must not hang either.
    while (const Group* group = path.size() > graph.groups.size() ? nullptr : findGroup(graph, id)) {
        path.push_back(id);
        id = group->parent;
    }
    return path;
}

std::vector<NodeId> membersOf(const GraphSpec& graph, std::int64_t group)
{
    std::set<std::int64_t> inside{group};
    for (std::size_t before = 0; before != inside.size();) {
        before = inside.size();
        for (const Group& g : graph.groups)
            if (inside.contains(g.parent))
                inside.insert(g.id);
    }
    std::vector<NodeId> members;
    for (const Node& node : graph.nodes)
        if (inside.contains(node.group))
            members.push_back(node.id);
    return members;
}

std::string commonPrefix(const GraphSpec& graph, const std::vector<NodeId>& members)
{
    std::string prefix = members.empty() ? "" : graph.node(members.front())->name;
    for (const NodeId id : members) {
        const std::string& name = graph.node(id)->name;
        const auto end = std::mismatch(prefix.begin(), prefix.end(), name.begin(), name.end()).first;
        prefix.erase(end, prefix.end());
    }
    const auto dot = prefix.rfind('.');
    return dot == std::string::npos ? std::string() : prefix.substr(0, dot);
}

void dropEmptyGroups(GraphSpec& graph)
{
    std::set<std::int64_t> used;
    for (const Node& node : graph.nodes)
        if (!used.contains(node.group))
            for (const std::int64_t id : groupPath(graph, node.group))
                used.insert(id);
    std::erase_if(graph.groups, [&](const Group& g) { return !used.contains(g.id); });
}

void forgetTemplates(std::vector<Group>& groups, const std::set<std::int64_t>& edited)
{
    std::set<std::int64_t> all = edited;
    for (std::size_t before = 0; before != all.size();) {
        before = all.size();
        for (const Group& g : groups)
            if (all.contains(g.id) && g.parent != -1)
                all.insert(g.parent);
    }
    for (Group& g : groups)
        if (all.contains(g.id)) {
            g.templateName.clear();
            g.arguments = {};
        }
}

std::set<std::int64_t> editedGroups(const GraphSpec& before, const GraphSpec& after)
{
    const auto inside = [](const GraphSpec& graph, std::int64_t group) {
        std::pair<std::map<NodeId, std::pair<std::string, std::int64_t>>, std::set<Edge>> found; // type, group
        for (const NodeId id : membersOf(graph, group))
            found.first[id] = {graph.node(id)->type, graph.node(id)->group};
        for (const Edge& edge : graph.edges)
            if (found.first.contains(edge.from) && found.first.contains(edge.to))
                found.second.insert(edge);
        return found;
    };
    std::set<std::int64_t> edited;
    for (const Group& group : after.groups) {
        const Group* old = findGroup(before, group.id);
        // A block that is written again changes inside, but its arguments tell of it.
        if (old && !group.templateName.empty() && old->arguments == group.arguments &&
            inside(before, group.id) != inside(after, group.id))
            edited.insert(group.id);
    }
    return edited;
}

} // namespace convarium::engine
