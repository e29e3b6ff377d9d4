#include "engine/blocks/rewrite.h"

#include "engine/blocks/groups.h"

#include <algorithm>
#include <map>

namespace convarium::engine
{

namespace
{

/// The block written alone, behind stand-ins for its inputs: tells the parts its layers play, by name.
struct Scratch {
    GraphSpec graph;
    std::vector<NodeId> sources;
    WrittenBlock block;
    std::vector<NodeId> members;

    [[nodiscard]] const Node* part(const Node& like) const
    {
        const auto it = std::find_if(members.begin(), members.end(), [&](NodeId id) {
            return graph.node(id)->name == like.name && graph.node(id)->type == like.type;
        });
        return it == members.end() ? nullptr : graph.node(*it);
    }
    [[nodiscard]] const Group* group(const std::string& name) const
    {
        const auto it =
            std::find_if(graph.groups.begin(), graph.groups.end(), [&](const Group& g) { return g.name == name; });
        return it == graph.groups.end() ? nullptr : &*it;
    }
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
    scratch.block = *written;
    scratch.members = membersOf(scratch.graph, written->group);
    return scratch;
}

/// One block on its way from what it is to what it will be.
class Rewriting
{
public:
    Rewriting(const GraphSpec& graph, const Group& group, Scratch before, Scratch after)
        : m_graph(graph), m_next(graph), m_group(group), m_before(std::move(before)), m_after(std::move(after))
    {
    }

    Result<GraphSpec> run()
    {
        if (!match())
            return refusal("its layers are not those of its template.", "Insert a new block.");
        chooseIds();
        writeGroups();
        writeNodes();
        if (auto written = writeEdges(); !written)
            return written.error();
        for (OutputSpec& output : m_next.outputs)
            if (const auto part = m_partOf.find(output.node); part != m_partOf.end()) {
                const NodeId now = leaves(part->second);
                output.node = now == kNoNode ? m_place.at(m_after.block.output.out) : now;
            }
        return std::move(m_next);
    }

    [[nodiscard]] Error refusal(const std::string& reason, const std::string& hint) const
    {
        return {
            ErrorCode::InvalidArgument, "The block '" + m_group.name + "' cannot be written so: " + reason, hint, {}};
    }

private:
    /// Which layer of the graph plays which part of the old block?
    bool match()
    {
        const std::vector<NodeId> members = membersOf(m_graph, m_group.id);
        if (members.size() != m_before.members.size())
            return false;
        for (std::size_t i = 0; i < members.size(); ++i) {
            const Node& layer = *m_graph.node(members[i]);
            const Node& part = *m_before.graph.node(m_before.members[i]);
            if (layer.type != part.type || m_groupOf.emplace(part.group, layer.group).first->second != layer.group)
                return false;
            m_partOf[layer.id] = part.id;
            m_place[part.id] = layer.id;
        }
        for (const Edge& edge : m_before.graph.edges)
            if (std::find(m_before.sources.begin(), m_before.sources.end(), edge.from) != m_before.sources.end())
                m_fed[{m_place.at(edge.to), edge.slot}] = kNoNode;
        for (const Edge& edge : m_graph.edges)
            if (const auto source = sourceOf(edge))
                m_fed[{edge.to, edge.slot}] = m_sources[*source] = edge.from;
        return m_groupOf[m_before.block.group] == m_group.id;
    }

    /// Index of the input whose wire this is, by the place where the template has it.
    [[nodiscard]] std::optional<std::size_t> sourceOf(const Edge& edge) const
    {
        if (!m_partOf.contains(edge.to) || m_partOf.contains(edge.from))
            return std::nullopt;
        for (const Edge& twin : m_before.graph.edgesInto(m_partOf.at(edge.to)))
            for (std::size_t i = 0; i < m_before.sources.size(); ++i)
                if (twin.slot == edge.slot && twin.from == m_before.sources[i])
                    return i;
        return std::nullopt;
    }

    void chooseIds()
    {
        std::map<NodeId, NodeId> places;
        for (const NodeId id : m_after.members) {
            const Node* twin = m_before.part(*m_after.graph.node(id));
            places[id] = twin ? m_place.at(twin->id) : m_next.nextId++;
        }
        m_place = std::move(places);
        std::map<std::int64_t, std::int64_t> groups;
        for (const Group& group : m_after.graph.groups) {
            const Group* twin = m_before.group(group.name);
            groups[group.id] = twin && m_groupOf.contains(twin->id) ? m_groupOf.at(twin->id) : m_next.nextId++;
        }
        m_groupOf = std::move(groups);
    }

    void writeGroups()
    {
        std::erase_if(m_next.groups, [&](const Group& g) {
            const auto path = groupPath(m_graph, g.id);
            return g.id != m_group.id && std::find(path.begin(), path.end(), m_group.id) != path.end() &&
                   std::none_of(m_groupOf.begin(), m_groupOf.end(),
                                [&](const auto& pair) { return pair.second == g.id; });
        });
        for (const Group& group : m_after.graph.groups) {
            const std::int64_t id = m_groupOf.at(group.id);
            const auto known =
                std::find_if(m_next.groups.begin(), m_next.groups.end(), [&](const Group& g) { return g.id == id; });
            if (known != m_next.groups.end()) {
                const Group* twin = m_before.group(group.name);
                if (!twin || twin->arguments != group.arguments)
                    known->arguments = group.arguments;
                if (id != m_group.id)
                    known->parent = m_groupOf.at(group.parent);
            } else {
                m_next.groups.push_back(
                    {id, m_groupOf.at(group.parent), group.name, group.templateName, group.arguments});
            }
        }
    }

    /// What was set by hand stays, but where the arguments now say something else, they are meant.
    [[nodiscard]] static Node merged(Node layer, const Node& before, const Node& after)
    {
        for (const auto& [key, value] : after.params.values()) {
            const ParamValue* was = before.params.find(key);
            if (!was || *was != value)
                layer.params.set(key, value);
        }
        return layer;
    }

    [[nodiscard]] bool goes(NodeId layer) const
    {
        return m_partOf.contains(layer) &&
               std::none_of(m_place.begin(), m_place.end(), [layer](const auto& pair) { return pair.second == layer; });
    }

    /// The new block's own name of a layer behind the names that the others begin with.
    [[nodiscard]] std::string nameFor(const Node& part) const
    {
        std::string prefix = commonPrefix(m_graph, membersOf(m_graph, m_group.id));
        if (prefix.empty())
            prefix = freeBlockName(m_graph, *findBlock(m_group.templateName)).prefix;
        const std::string wanted = prefix + part.name.substr(part.name.find('.'));
        std::string name = wanted;
        for (int n = 2; std::any_of(m_graph.nodes.begin(), m_graph.nodes.end(),
                                    [&](const Node& node) { return node.name == name && !goes(node.id); });
             ++n)
            name = wanted + "_" + std::to_string(n);
        return name;
    }

    /// Layers stand in the order in which the template writes them, in the places that those that stay have among the
    /// others.
    void writeNodes()
    {
        std::vector<std::vector<Node>> runs(1); // each from a layer that stays to the next; new ones at the beginning
        for (const NodeId id : m_after.members) {
            const Node& part = *m_after.graph.node(id);
            const Node* layer = m_graph.node(m_place.at(id));
            Node node = layer ? merged(*layer, *m_before.part(part), part) : part;
            if (layer)
                runs.emplace_back();
            else
                node.name = nameFor(part);
            node.id = m_place.at(id);
            node.group = m_groupOf.at(part.group);
            runs.back().push_back(std::move(node));
        }
        m_next.nodes.clear();
        std::size_t run = 0;
        const auto addRun = [&] {
            m_next.nodes.insert(m_next.nodes.end(), runs[run].begin(), runs[run].end());
            ++run;
        };
        for (const Node& node : m_graph.nodes) {
            if (!m_partOf.contains(node.id)) {
                m_next.nodes.push_back(node);
                continue;
            }
            if (run == 0)
                addRun();
            if (!goes(node.id))
                addRun();
        }
    }

    /// The layer of the new block that gives what this part of the old one gave; kNoNode when there is none.
    [[nodiscard]] NodeId leaves(NodeId part) const
    {
        const BlockOutput &was = m_before.block.output, &is = m_after.block.output;
        if (part == was.out)
            return m_place.at(is.out);
        if (part == was.skip && is.skip != kNoNode)
            return m_place.at(is.skip);
        const Node* twin = m_after.part(*m_before.graph.node(part));
        return twin ? m_place.at(twin->id) : kNoNode;
    }

    /// What a wire of the new block comes from. A layer that was there before keeps what it was fed by.
    [[nodiscard]] NodeId feeds(const Edge& edge) const
    {
        const auto source = std::find(m_after.sources.begin(), m_after.sources.end(), edge.from);
        if (source == m_after.sources.end())
            return m_place.at(edge.from);
        if (const auto fed = m_fed.find({edge.to, edge.slot}); fed != m_fed.end())
            return fed->second;
        const auto outside = m_sources.find(static_cast<std::size_t>(source - m_after.sources.begin()));
        return outside == m_sources.end() ? kNoNode : outside->second;
    }

    Result<void> writeEdges()
    {
        std::vector<Edge> extra; // into a layer of the block, beyond what the template has there
        m_next.edges.clear();
        for (Edge edge : m_graph.edges) {
            const auto from = m_partOf.find(edge.from), to = m_partOf.find(edge.to);
            if (from != m_partOf.end() && to != m_partOf.end())
                continue;
            if (from != m_partOf.end()) {
                edge.from = leaves(from->second);
                if (edge.from == kNoNode)
                    return refusal("a wire leaves '" + m_graph.label(from->first) + "', which it would not have.",
                                   "Remove that wire first.");
            } else if (to != m_partOf.end()) {
                if (sourceOf(edge))
                    continue;
                if (!m_after.part(*m_before.graph.node(to->second)))
                    return refusal("a wire leads to '" + m_graph.label(to->first) + "', which it would not have.",
                                   "Remove that wire first.");
                extra.push_back(edge);
                continue;
            }
            m_next.edges.push_back(edge);
        }
        for (Edge edge : m_after.graph.edges) {
            edge.to = m_place.at(edge.to);
            edge.from = feeds(edge);
            if (edge.from != kNoNode)
                m_next.edges.push_back(edge);
        }
        for (Edge edge : extra) {
            for (const Edge& other : m_next.edgesInto(edge.to))
                if (other.slot == edge.slot)
                    ++edge.slot; // they come by slot, so the next free one is found
            m_next.edges.push_back(edge);
        }
        return {};
    }

    const GraphSpec& m_graph;
    GraphSpec m_next;
    Group m_group;
    Scratch m_before, m_after;
    std::map<NodeId, NodeId> m_partOf;              ///< layer of the graph -> part of the old block
    std::map<NodeId, NodeId> m_place;               ///< part -> layer: of the old block, then of the new one
    std::map<std::int64_t, std::int64_t> m_groupOf; ///< the same for groups
    std::map<std::size_t, NodeId> m_sources;        ///< what feeds which input
    std::map<std::pair<NodeId, int>, NodeId> m_fed; ///< the same by layer and slot; kNoNode: nothing yet
};

} // namespace

Result<void> rewriteBlock(GraphSpec& graph, std::int64_t id, const Params& arguments)
{
    const Group* group = findGroup(graph, id);
    if (!group)
        return Error{ErrorCode::InvalidArgument, "There is no group " + std::to_string(id) + ".", {}, {}};
    if (group->templateName.empty())
        return Error{
            ErrorCode::InvalidArgument,
            "The block '" + group->name +
                "' cannot be written again: layers or wires in it were edited, so it has no template any more.",
            "Undo those edits, or insert a new block.",
            {}};
    auto before = writeAlone(group->templateName, group->arguments);
    if (!before)
        return before.error();
    auto after = writeAlone(group->templateName, arguments);
    if (!after)
        return after.error();
    auto next = Rewriting(graph, *group, std::move(*before), std::move(*after)).run();
    if (!next)
        return next.error();
    graph = std::move(*next);
    return {};
}

} // namespace convarium::engine
