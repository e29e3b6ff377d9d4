#include "engine/blocks/groups.h"

#include <algorithm>
#include <map>

namespace convarium::engine
{

namespace
{

/// The block written alone, behind stand-ins for its inputs: tells the parts its layers play.
struct Scratch {
    GraphSpec graph;
    std::vector<NodeId> sources;
    BlockOutput output;
    std::vector<NodeId> members;
};

Result<Scratch> writeAlone(const std::string& id, const Params& arguments)
{
    Scratch scratch;
    GraphWriter writer(scratch.graph);
    const BlockDescriptor* block = findBlock(id);
    for (int i = 0; block && i < block->inputs; ++i)
        scratch.sources.push_back(writer.add("input", "in", {}, {}));
    auto written = writeBlock(writer, id, "block", "block", arguments, scratch.sources);
    if (!written)
        return written.error();
    scratch.output = written->output;
    scratch.members = membersOf(scratch.graph, written->group);
    return scratch;
}

Error cannotRewrite(const Group& group, const std::string& reason, const std::string& hint)
{
    return {ErrorCode::InvalidArgument, "The block '" + group.name + "' cannot be written again: " + reason, hint, {}};
}

} // namespace

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
        std::pair<std::map<NodeId, Node>, std::set<Edge>> found;
        for (const NodeId id : membersOf(graph, group))
            found.first[id] = *graph.node(id);
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

Result<void> rewriteBlock(GraphSpec& graph, std::int64_t id, const Params& arguments)
{
    const Group* found = findGroup(graph, id);
    if (!found)
        return Error{ErrorCode::InvalidArgument, "There is no group " + std::to_string(id) + ".", {}, {}};
    const Group group = *found;
    if (group.templateName.empty())
        return cannotRewrite(group, "its layers were edited, so it has no template any more.",
                             "Undo those edits, or insert a new block.");
    const auto old = writeAlone(group.templateName, group.arguments);
    if (!old)
        return old.error();
    const std::vector<NodeId> members = membersOf(graph, id);
    bool same = members.size() == old->members.size();
    std::map<NodeId, NodeId> part; // layer in the graph -> layer of the scratch block
    for (std::size_t i = 0; same && i < members.size(); ++i) {
        same = graph.node(members[i])->type == old->graph.node(old->members[i])->type;
        part[members[i]] = old->members[i];
    }
    if (!same)
        return cannotRewrite(group, "its layers are not those of its template.", "Insert a new block.");

    GraphSpec next = graph;
    std::vector<NodeId> sources(old->sources.size(), kNoNode);
    for (const Edge& edge : graph.edges)
        if (part.contains(edge.to) && !part.contains(edge.from))
            for (const Edge& twin : old->graph.edgesInto(part.at(edge.to)))
                if (twin.slot == edge.slot)
                    for (std::size_t i = 0; i < sources.size(); ++i)
                        if (twin.from == old->sources[i])
                            sources[i] = edge.from;

    std::erase_if(next.nodes, [&](const Node& n) { return part.contains(n.id); });
    std::erase_if(next.edges, [&](const Edge& e) { return part.contains(e.from) || part.contains(e.to); });
    dropEmptyGroups(next);
    GraphWriter writer(next);
    const std::string prefix = commonPrefix(graph, members);
    auto written =
        writeBlock(writer, group.templateName, group.name, prefix.empty() ? "block" : prefix, arguments, sources);
    if (!written)
        return written.error();
    for (Edge edge : graph.edges) {
        if (!part.contains(edge.from) || part.contains(edge.to))
            continue;
        const NodeId role = part.at(edge.from);
        edge.from = role == old->output.out    ? written->output.out
                    : role == old->output.skip ? written->output.skip
                                               : kNoNode;
        if (edge.from == kNoNode)
            return cannotRewrite(group, "a wire leaves '" + graph.label(edge.from) + "', which the new block has not.",
                                 "Remove that wire first.");
        next.edges.push_back(edge);
    }
    for (OutputSpec& output : next.outputs)
        if (part.contains(output.node))
            output.node = written->output.out;
    // The block keeps its place in the tree and its id, so that views keep track of it.
    std::erase_if(next.groups, [id](const Group& g) { return g.id == id; });
    for (Group& g : next.groups) {
        if (g.id == written->group) {
            g.id = id;
            g.parent = group.parent;
        } else if (g.parent == written->group) {
            g.parent = id;
        }
    }
    for (Node& node : next.nodes)
        if (node.group == written->group)
            node.group = id;
    graph = std::move(next);
    return {};
}

} // namespace convarium::engine
