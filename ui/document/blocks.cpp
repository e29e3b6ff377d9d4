#include "ui/document/blocks.h"

#include "engine/blocks/groups.h"
#include "engine/layers/layer.h"
#include "ui/document/edit_texts.h"

#include <QCoreApplication>
#include <QStringList>
#include <algorithm>

namespace convarium::ui
{

using engine::Edge;
using engine::GraphSpec;

namespace
{

constexpr int kLongestName = 40;

QString tr(const char* text)
{
    return QCoreApplication::translate("convarium::ui::Blocks", text);
}

engine::Error refusal(const QString& text)
{
    return {engine::ErrorCode::InvalidArgument, text.toStdString(), {}, {}};
}

bool holdsAll(const std::set<NodeId>& ids, const std::vector<NodeId>& members)
{
    return std::all_of(members.begin(), members.end(), [&](NodeId id) { return ids.contains(id); });
}

/// The innermost group around the layer that the selection does not hold as a whole; -1 when there is none.
std::int64_t homeOf(const GraphSpec& graph, const std::set<NodeId>& ids, NodeId id)
{
    for (const std::int64_t group : engine::groupPath(graph, graph.node(id)->group))
        if (!holdsAll(ids, engine::membersOf(graph, group)))
            return group;
    return -1;
}

/// Everything that can be reached along wires; inside: within `ids` and in both directions, else only outside of them
/// and forwards.
std::set<NodeId> reached(const GraphSpec& graph, const std::set<NodeId>& ids, std::set<NodeId> from, bool inside)
{
    for (bool grows = true; grows;) {
        grows = false;
        for (const Edge& edge : graph.edges) {
            if (inside ? !ids.contains(edge.from) || !ids.contains(edge.to) : ids.contains(edge.to))
                continue;
            if (from.contains(edge.from))
                grows = from.insert(edge.to).second || grows;
            else if (inside && from.contains(edge.to))
                grows = from.insert(edge.from).second || grows;
        }
    }
    return from;
}

/// A layer outside through which a way leads out of the selection and back into it; kNoNode when there is none.
NodeId detour(const GraphSpec& graph, const std::set<NodeId>& ids)
{
    std::set<NodeId> behind;
    for (const Edge& edge : graph.edges)
        if (ids.contains(edge.from) && !ids.contains(edge.to))
            behind.insert(edge.to);
    behind = reached(graph, ids, std::move(behind), false);
    for (const Edge& edge : graph.edges)
        if (behind.contains(edge.from) && ids.contains(edge.to))
            return edge.from;
    return engine::kNoNode;
}

bool isTaken(const GraphSpec& graph, const QString& name, std::int64_t except)
{
    return std::any_of(graph.groups.begin(), graph.groups.end(), [&](const engine::Group& g) {
        return g.id != except && QString::fromStdString(g.name).compare(name, Qt::CaseInsensitive) == 0;
    });
}

QString freeName(const GraphSpec& graph, const QString& wanted, std::int64_t except)
{
    QString name = wanted;
    for (int n = 2; isTaken(graph, name, except); ++n)
        name = QStringLiteral("%1 %2").arg(wanted).arg(n);
    return name;
}

} // namespace

engine::Result<std::int64_t> homeOfBlock(const GraphSpec& graph, const std::set<NodeId>& ids)
{
    if (ids.size() < 2)
        return refusal(ids.empty() ? tr("Select the layers of the block first: drag a frame around them, or click them "
                                        "with Shift.")
                                   : tr("A block has at least two layers: select more of them with Shift."));
    for (const NodeId id : ids) {
        const engine::Node* node = graph.node(id);
        if (!node)
            return refusal(tr("Some of these layers are not there any more: select them again."));
        const engine::LayerDescriptor* layer = engine::findLayer(node->type);
        if (layer && layer->isInput)
            return refusal(tr("The input %1 stays outside, since a block is to work behind any layer: leave it out of "
                              "the selection.")
                               .arg(shortLabel(graph, id)));
    }
    if (const std::int64_t whole = blockOf(graph, ids); whole != -1)
        return refusal(tr("These layers are a block already: %1.").arg(blockName(graph, whole)));
    const std::int64_t home = homeOf(graph, ids, *ids.begin());
    if (!std::all_of(ids.begin(), ids.end(), [&](NodeId id) { return homeOf(graph, ids, id) == home; }))
        return refusal(tr("These layers lie in different blocks: select layers of one block, or whole blocks."));
    const std::set<NodeId> together = reached(graph, ids, {*ids.begin()}, true);
    for (const NodeId id : ids)
        if (!together.contains(id))
            return refusal(tr("%1 is not connected with the other layers: draw the wires first, or leave it out.")
                               .arg(shortLabel(graph, id)));
    if (const NodeId outside = detour(graph, ids); outside != engine::kNoNode)
        return refusal(tr("A way leads out of these layers and back into them through %1: select that one as well.")
                           .arg(shortLabel(graph, outside)));
    return home;
}

QString suggestedBlockName(const GraphSpec& graph, const std::set<NodeId>& ids)
{
    QStringList titles;
    for (const engine::Node& node : graph.nodes)
        if (const auto* layer = ids.contains(node.id) ? engine::findLayer(node.type) : nullptr)
            if (const QString title = QString::fromStdString(layer->title); !titles.contains(title))
                titles << title;
    const QString name =
        titles.size() < 2 ? titles.join(QString()) + tr(" block") : tr("%1 and %2").arg(titles.first(), titles.at(1));
    return freeName(graph, name, -1);
}

QString faultOfBlockName(const GraphSpec& graph, const QString& name, std::int64_t except)
{
    const QString text = name.trimmed();
    if (text.isEmpty())
        return tr("A block needs a name.");
    if (text.size() > kLongestName)
        return tr("At most %1 letters, so that the name fits on the block.").arg(kLongestName);
    if (isTaken(graph, text, except))
        return tr("There is a block %1 in this network already; %2 is free.").arg(text, freeName(graph, text, except));
    return {};
}

std::int64_t blockOf(const GraphSpec& graph, const std::set<NodeId>& ids)
{
    std::int64_t found = -1;
    if (ids.empty() || !graph.node(*ids.begin()))
        return found;
    for (const std::int64_t group : engine::groupPath(graph, graph.node(*ids.begin())->group)) {
        const auto members = engine::membersOf(graph, group);
        if (members.size() == ids.size() && holdsAll(ids, members))
            found = group;
    }
    return found;
}

std::vector<std::int64_t> blocksAmong(const GraphSpec& graph, const std::set<NodeId>& ids)
{
    const auto whole = [&](std::int64_t group) {
        const auto members = engine::membersOf(graph, group);
        return !members.empty() &&
               std::all_of(members.begin(), members.end(), [&](NodeId id) { return ids.contains(id); });
    };
    std::vector<std::int64_t> found;
    for (const engine::Group& group : graph.groups)
        if (whole(group.id) && !(group.parent != -1 && whole(group.parent)))
            found.push_back(group.id);
    return found;
}

QString blockName(const GraphSpec& graph, std::int64_t group)
{
    const engine::Group* found = engine::findGroup(graph, group);
    return found ? QString::fromStdString(found->name) : QString();
}

std::vector<SettingChoice> settingChoices(const GraphSpec& graph, const std::set<NodeId>& ids)
{
    std::vector<SettingChoice> choices;
    std::vector<std::string> kinds;
    for (const engine::Node& node : graph.nodes) {
        const engine::LayerDescriptor* layer = ids.contains(node.id) ? engine::findLayer(node.type) : nullptr;
        if (!layer)
            continue;
        std::set<std::string> seconds; // halves of pairs, set with the first
        for (const engine::ParamInfo& info : layer->parameters) {
            if (!info.pairedWith.empty() && !seconds.contains(info.key))
                seconds.insert(info.pairedWith);
            else if (seconds.contains(info.key))
                continue;
            const engine::ParamValue* shownBy = node.params.find(info.visibleWhen.first);
            if (shownBy && engine::paramText(*shownBy) != info.visibleWhen.second)
                continue;
            if (info.type == engine::ParamType::Flag || !node.params.find(info.key) || info.title.empty())
                continue;
            const std::string kind = layer->id + "." + info.key;
            const auto at = std::find(kinds.begin(), kinds.end(), kind) - kinds.begin();
            if (static_cast<std::size_t>(at) == kinds.size()) {
                kinds.push_back(kind);
                choices.push_back({{info.title, {}}, {}});
            }
            SettingChoice& choice = choices[static_cast<std::size_t>(at)];
            choice.parameter.settings.emplace_back(node.id, info.key);
            if (!info.pairedWith.empty() && node.params.find(info.pairedWith))
                choice.parameter.settings.emplace_back(node.id, info.pairedWith);
            choice.detail += (choice.detail.isEmpty() ? QString() : QStringLiteral(", ")) + shortLabel(graph, node.id);
        }
    }
    return choices;
}

} // namespace convarium::ui
