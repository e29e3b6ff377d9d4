// The part of CanvasScene that draws frames around open blocks.
#include "ui/canvas/canvas_scene.h"

#include "engine/blocks/groups.h"
#include "ui/document/edit_texts.h"

#include <QLocale>
#include <algorithm>
#include <set>

namespace convarium::ui
{

namespace
{

/// "128 M", "1.81 G": MACs in a head are for comparing, the exact number stands in the inspector.
QString shortCount(std::int64_t n)
{
    const double value = static_cast<double>(n);
    if (value >= 1e9)
        return CanvasScene::tr("%1 G").arg(QLocale().toString(value / 1e9, 'g', 3));
    if (value >= 1e6)
        return CanvasScene::tr("%1 M").arg(QLocale().toString(value / 1e6, 'g', 3));
    return QLocale().toString(qint64(n));
}

} // namespace

void CanvasScene::rebuildBlocks()
{
    const engine::GraphSpec& graph = m_document->graph();
    m_frames.clear();
    std::map<std::int64_t, std::unique_ptr<BlockItem>> kept;
    for (const engine::Group& group : graph.groups) {
        const auto members = engine::membersOf(graph, group.id);
        const auto path = engine::groupPath(graph, group.id);
        const Stack* card = members.empty() ? nullptr : m_stacks.of(members.front());
        if (card && card->isFolded() && std::find(path.begin(), path.end(), card->block) != path.end())
            continue; // it is that card, or within it
        RouteFrame frame{group.id, group.parent, {}};
        for (const NodeId member : members)
            if (m_items.contains(member))
                frame.cards.push_back(member);
        if (frame.cards.empty())
            continue;
        m_frames.push_back(std::move(frame));
        const int depth = static_cast<int>(path.size());
        const auto it = m_blocks.find(group.id);
        if (it != m_blocks.end() && it->second->depth() == depth) {
            kept[group.id] = std::move(it->second);
        } else {
            kept[group.id] = std::make_unique<BlockItem>(this, group.id, depth);
            addItem(kept[group.id].get());
        }
    }
    for (auto& [id, item] : m_blocks)
        if (item)
            removeItem(item.get());
    m_blocks = std::move(kept);
}

/// Names, sizes and counts in the heads. Without a wire out or with several, the shapes are left out.
void CanvasScene::refreshBlocks()
{
    const engine::GraphSpec& graph = m_document->graph();
    std::map<std::int64_t, std::size_t> index;
    std::vector<std::set<NodeId>> sources(m_frames.size()), results(m_frames.size());
    std::vector<engine::Counts> counts(m_frames.size());
    std::vector<bool> selected(m_frames.size(), !m_selection.isEmpty()), stale(m_frames.size(), false);
    for (std::size_t f = 0; f < m_frames.size(); ++f)
        index[m_frames[f].id] = f;
    std::map<NodeId, std::vector<std::size_t>> framesOf;
    const std::set<NodeId> chosen(m_selection.begin(), m_selection.end());
    for (const engine::Node& node : graph.nodes) {
        auto& frames = framesOf[node.id];
        if (node.group != -1)
            for (const std::int64_t group : engine::groupPath(graph, node.group))
                if (const auto it = index.find(group); it != index.end())
                    frames.push_back(it->second);
        const engine::Counts own = frames.empty() ? engine::Counts() : m_document->lastGoodCounts(node.id);
        for (const std::size_t f : frames) {
            counts[f].trainable += own.trainable;
            counts[f].frozen += own.frozen;
            counts[f].macs += own.macs;
            stale[f] = stale[f] || !m_document->shaped().shapes.contains(node.id);
            selected[f] = selected[f] && chosen.contains(node.id);
        }
    }
    const auto holds = [&](std::size_t f, NodeId id) {
        const auto& frames = framesOf[id];
        return std::find(frames.begin(), frames.end(), f) != frames.end();
    };
    for (const engine::Edge& edge : graph.edges) {
        for (const std::size_t f : framesOf[edge.to])
            if (!holds(f, edge.from))
                sources[f].insert(edge.from);
        for (const std::size_t f : framesOf[edge.from])
            if (!holds(f, edge.to))
                results[f].insert(edge.from);
    }
    for (std::size_t f = 0; f < m_frames.size(); ++f) {
        const engine::Group* group = engine::findGroup(graph, m_frames[f].id);
        BlockContent content;
        content.name = group ? QString::fromStdString(group->name) : QString();
        content.selected = selected[f];
        QStringList details;
        if (sources[f].size() == 1 && results[f].size() == 1) {
            const auto in = m_document->lastGoodShape(*sources[f].begin()),
                       out = m_document->lastGoodShape(*results[f].begin());
            if (in && out)
                details << tr("%1 to %2").arg(shapeText(*in), shapeText(*out));
        }
        details << tr("%1 parameters").arg(QLocale().toString(qint64(counts[f].trainable + counts[f].frozen)));
        details << tr("%1 MACs").arg(shortCount(counts[f].macs));
        content.stale = stale[f];
        if (stale[f])
            details.prepend(lastGoodWords());
        content.details = details.join(QStringLiteral(", "));
        m_blocks.at(m_frames[f].id)->setContent(content);
    }
}

} // namespace convarium::ui
