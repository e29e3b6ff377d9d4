// One saved block: what its file holds, and how it is written into a network again.
#include "ui/document/own_blocks.h"

#include "engine/blocks/groups.h"
#include "engine/layers/layer.h"

#include <QCoreApplication>
#include <algorithm>
#include <map>

namespace convarium::ui
{

using engine::Edge;
using engine::GraphSpec;
using engine::Group;
using engine::kNoNode;
using engine::Node;

namespace
{

constexpr const char* kStandIn = "input"; ///< a layer that gives whatever shape
constexpr int kPrefixLetters = 8;

QString tr(const char* text)
{
    return QCoreApplication::translate("convarium::ui::OwnBlocks", text);
}

/// The group, then the groups in it, each before those within it.
void collect(const GraphSpec& graph, std::int64_t group, std::vector<Group>& groups, std::vector<Node>& nodes)
{
    groups.push_back(*engine::findGroup(graph, group));
    for (const Node& node : graph.nodes)
        if (node.group == group)
            nodes.push_back(node);
    for (const Group& inner : graph.groups)
        if (inner.parent == group)
            collect(graph, inner.id, groups, nodes);
}

void writeInside(engine::GraphWriter& writer, const GraphSpec& saved, std::int64_t group,
                 std::map<engine::NodeId, engine::NodeId>& copies)
{
    for (const Node& node : saved.nodes)
        if (node.group == group) {
            const engine::NodeId id = writer.add(node.type, node.name, node.params, {});
            copies[node.id] = id;
            if (Node* copy = writer.graph().node(id))
                copy->frozen = node.frozen;
        }
    for (const Group& inner : saved.groups)
        if (inner.parent == group) {
            writer.beginGroup(inner.name, {}, inner.templateName, inner.arguments);
            writeInside(writer, saved, inner.id, copies);
            writer.endGroup();
        }
}

engine::BlockOutput write(engine::GraphWriter& writer, const GraphSpec& saved,
                          const std::vector<engine::NodeId>& inputs)
{
    std::map<engine::NodeId, engine::NodeId> copies;
    std::size_t next = 0;
    for (const Node& node : saved.nodes)
        if (node.group == -1)
            copies[node.id] = next < inputs.size() ? inputs[next++] : kNoNode;
    writeInside(writer, saved, saved.groups.front().id, copies);
    for (const Edge& edge : saved.edges)
        if (const engine::NodeId from = copies.at(edge.from), to = copies.at(edge.to); from != kNoNode && to != kNoNode)
            writer.graph().edges.push_back({from, edge.fromPort, to, edge.toPort, edge.slot});
    return {copies.at(saved.outputs.front().node), kNoNode};
}

/// "Double" for "Double conv": the start of its layers' names.
std::string prefixOf(const QString& name)
{
    QString word;
    for (const QChar c : name) {
        if (c.isLetterOrNumber() && word.size() < kPrefixLetters)
            word += c;
        else if (!word.isEmpty())
            break;
    }
    return word.isEmpty() ? "Block" : word.toStdString();
}

QString helpOf(const GraphSpec& saved)
{
    QStringList titles;
    for (const Node& node : saved.nodes)
        if (const auto* layer = node.group == -1 ? nullptr : engine::findLayer(node.type))
            titles << QString::fromStdString(layer->title);
    constexpr int kMost = 6;
    const qsizetype count = titles.size();
    if (count > kMost)
        titles = titles.mid(0, kMost) << QStringLiteral("\u2026");
    return tr("A block of your own, %1 layers: %2.").arg(count).arg(titles.join(QStringLiteral(", ")));
}

engine::Error noBlock(const QString& file, const QString& reason)
{
    return {engine::ErrorCode::BadFormat,
            tr("'%1' is no saved block: %2.").arg(file, reason).toStdString(),
            {},
            {kNoNode, {}, file.toStdString(), -1}};
}

} // namespace

engine::Project blockContent(const DocumentState& state, std::int64_t group, const QString& name)
{
    const GraphSpec& graph = state.graph;
    const std::vector<engine::NodeId> members = engine::membersOf(graph, group);
    const engine::ShapedGraph shaped = engine::inferShapes(graph);
    const std::string prefix = engine::commonPrefix(graph, members);
    engine::Project result;
    GraphSpec& saved = result.graph;
    saved.name = "block";
    saved.title = name.toStdString();

    std::vector<Node> nodes;
    collect(graph, group, saved.groups, nodes);
    std::map<engine::NodeId, engine::NodeId> ids;
    std::vector<Edge> wires;
    const auto standIn = [&](engine::NodeId source) {
        if (const auto known = ids.find(source); known != ids.end())
            return known->second;
        Node node = engine::makeNode(saved, *engine::findLayer(kStandIn));
        node.id = saved.nextId++;
        if (const auto shape = shaped.shapes.find(source); shape != shaped.shapes.end() && shape->second.isMaps()) {
            node.params.set("channels", shape->second[0]);
            node.params.set("height", shape->second.height());
            node.params.set("width", shape->second.width());
        }
        saved.nodes.push_back(node);
        return ids[source] = node.id;
    };
    // What feeds the first layer comes first: a wire that the block is put into leads there.
    for (const Node& node : nodes)
        for (const Edge& edge : graph.edgesInto(node.id))
            if (std::find(members.begin(), members.end(), edge.from) == members.end())
                standIn(edge.from);
    for (const Node& node : nodes) {
        const auto* layer = engine::findLayer(node.type);
        if (layer && layer->minInputs > 0 && graph.edgesInto(node.id).empty())
            wires.push_back({saved.nodes.empty() ? standIn(kNoNode) : saved.nodes.front().id, 0, node.id, 0, 0});
    }
    std::map<std::int64_t, std::int64_t> groupIds;
    for (Group& inner : saved.groups) {
        groupIds[inner.id] = saved.nextId;
        inner.id = saved.nextId++;
        const auto parent = groupIds.find(inner.parent);
        inner.parent = parent == groupIds.end() ? -1 : parent->second;
    }
    saved.groups.front().name = saved.title;
    for (Node node : nodes) {
        const engine::NodeId old = node.id;
        node.id = ids[old] = saved.nextId++;
        node.group = groupIds.at(node.group);
        node.tensors.clear(); // weights stay behind
        if (!prefix.empty())
            node.name.erase(0, prefix.size() + 1);
        saved.nodes.push_back(std::move(node));
    }
    for (Edge edge : graph.edges)
        if (std::find(members.begin(), members.end(), edge.to) != members.end())
            saved.edges.push_back({ids.at(edge.from), edge.fromPort, ids.at(edge.to), edge.toPort, edge.slot});
    for (const Edge& wire : wires)
        saved.edges.push_back({wire.from, 0, ids.at(wire.to), 0, 0});

    // The layer that feeds what lies outside; while nothing does, the last one.
    engine::NodeId out = kNoNode;
    for (const Edge& edge : graph.edges)
        if (out == kNoNode && std::find(members.begin(), members.end(), edge.from) != members.end() &&
            std::find(members.begin(), members.end(), edge.to) == members.end())
            out = edge.from;
    for (const engine::NodeId id : members)
        if (out == kNoNode && graph.edgesFrom(id).empty())
            out = id;
    saved.outputs = {{ids.at(out == kNoNode ? members.back() : out), "cross-entropy", 1}};

    for (engine::BlockCard card : state.blocks) {
        if (!groupIds.contains(card.group))
            continue;
        card.group = groupIds.at(card.group);
        if (card.group == saved.groups.front().id)
            card.source.clear(); // that is this file itself
        for (engine::BlockParameter& parameter : card.parameters)
            for (auto& setting : parameter.settings)
                setting.first = ids.at(setting.first);
        result.blocks.push_back(std::move(card));
    }
    return result;
}

engine::Result<OwnBlock> ownBlock(const engine::Project& content, const QString& file)
{
    const GraphSpec& graph = content.graph;
    OwnBlock block;
    block.name = QString::fromStdString(graph.title).trimmed();
    block.file = file;
    block.content = content;
    if (block.name.isEmpty())
        return noBlock(file, tr("it has no title"));
    const auto outer =
        std::count_if(graph.groups.begin(), graph.groups.end(), [](const Group& g) { return g.parent == -1; });
    if (outer != 1)
        return noBlock(file, tr("it needs one group with all layers in it, and has %1").arg(outer));
    GraphSpec& ordered = block.content.graph;
    ordered.groups.clear();
    ordered.nodes.clear();
    for (const Node& node : graph.nodes) {
        if (node.group != -1)
            continue;
        if (node.type != kStandIn)
            return noBlock(file, tr("the layer %1 lies outside its group").arg(QString::fromStdString(node.name)));
        ordered.nodes.push_back(node);
    }
    const auto top =
        std::find_if(graph.groups.begin(), graph.groups.end(), [](const Group& g) { return g.parent == -1; });
    block.descriptor.inputs = static_cast<int>(ordered.nodes.size());
    collect(graph, top->id, ordered.groups, ordered.nodes);
    const auto isMember = [&](engine::NodeId id) { return ordered.node(id) && ordered.node(id)->group != -1; };
    if (graph.outputs.size() != 1 || !isMember(graph.outputs.front().node))
        return noBlock(file, tr("it must name one layer of the group as its output"));
    if (std::any_of(graph.edges.begin(), graph.edges.end(), [&](const Edge& e) { return !isMember(e.to); }))
        return noBlock(file, tr("a wire leads out of its group"));
    engine::BlockDescriptor& d = block.descriptor;
    d.title = block.name.toStdString();
    d.shortName = prefixOf(block.name);
    d.help = helpOf(ordered).toStdString();
    d.write = [saved = std::make_shared<const GraphSpec>(ordered)](
                  engine::GraphWriter& writer, const std::vector<engine::NodeId>& inputs, const engine::Params&) {
        return ui::write(writer, *saved, inputs);
    };
    return block;
}

std::vector<engine::BlockCard> OwnBlock::cardsFor(std::span<const Node> nodes, std::span<const Group> groups) const
{
    const GraphSpec& saved = content.graph;
    const std::size_t standIns = saved.nodes.size() - nodes.size();
    std::map<engine::NodeId, engine::NodeId> nodeIds;
    std::map<std::int64_t, std::int64_t> groupIds;
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodeIds[saved.nodes[standIns + i].id] = nodes[i].id;
    for (std::size_t i = 0; i < groups.size(); ++i)
        groupIds[saved.groups[i].id] = groups[i].id;
    std::vector<engine::BlockCard> cards = content.blocks;
    if (!findBlockCard(cards, saved.groups.front().id))
        cards.push_back({saved.groups.front().id, false, {}, {}});
    for (engine::BlockCard& card : cards) {
        if (card.group == saved.groups.front().id)
            card.source = name.toStdString();
        card.group = groupIds.at(card.group);
        for (engine::BlockParameter& parameter : card.parameters) {
            // A file written by hand may name an input, which no copy has.
            std::erase_if(parameter.settings, [&](const auto& setting) { return !nodeIds.contains(setting.first); });
            for (auto& setting : parameter.settings)
                setting.first = nodeIds.at(setting.first);
        }
    }
    return cards;
}

} // namespace convarium::ui
