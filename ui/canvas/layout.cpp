#include "ui/canvas/layout.h"

#include "engine/blocks/groups.h"
#include "engine/layers/layer.h"
#include "ui/canvas/geometry.h"
#include "ui/canvas/layout_level.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace convarium::ui
{

namespace
{

using engine::GraphSpec;

/// So many ways to break the rows are tried at most.
constexpr int kMaxTries = 48;

double roundUp(double value)
{
    return std::ceil(value / kSnap) * kSnap;
}

/// A card, or a block with everything in it.
struct Box {
    LevelItem item;
    std::vector<std::pair<std::size_t, QPointF>> cards; ///< stack, corner from the box's corner
};

class Layout
{
public:
    Layout(const GraphSpec& graph, const LayoutOptions& options)
        : m_graph(graph), m_options(options), m_stacks(dockedStacks(graph, options.folded)),
          m_shaped(engine::inferShapes(graph))
    {
        for (const Stack& stack : m_stacks.all) {
            const engine::Node* head = graph.node(stack.head);
            auto path = engine::groupPath(graph, head->group);
            if (stack.isFolded()) // a card in what is around the block
                path.erase(path.begin(), std::find(path.begin(), path.end(), stack.block) + 1);
            std::reverse(path.begin(), path.end());
            m_paths.push_back(std::move(path));
        }
        for (const engine::Edge& edge : graph.edges) {
            const auto from = m_stacks.index.find(edge.from), to = m_stacks.index.find(edge.to);
            if (from != m_stacks.index.end() && to != m_stacks.index.end() && from->second != to->second)
                m_wires.push_back({from->second, to->second, edge.slot});
        }
    }

    Positions run() const
    {
        std::vector<std::size_t> all(m_stacks.all.size());
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i] = i;
        const std::vector<Box> boxes = boxesOf(all, 0);
        std::vector<LevelItem> items;
        for (const Box& box : boxes)
            items.push_back(box.item);
        const LayoutLevel level(connected(std::move(items), all, 0));

        Plan best;
        const int limit = totalColumns(level) + (m_options.reserveOutput ? 1 : 0);
        const int tries = std::min(limit, kMaxTries);
        for (const bool manyWires : {false, true}) {
            // Rows that end where one wire leads on are easiest to read; others come in when all would be far too
            // small.
            if (manyWires && best.score >= kMiddleScale)
                break;
            for (int k = 1; k <= tries; ++k) {
                Plan plan = planRows(level, (limit * k + tries - 1) / tries, manyWires);
                const double wanted = manyWires && !best.manyWires ? best.score * 1.3 : best.score;
                if (plan.score > wanted + 1e-6 || (plan.score > wanted - 1e-6 && plan.rows.size() < best.rows.size() &&
                                                   plan.manyWires == best.manyWires))
                    best = std::move(plan);
            }
        }
        Positions result;
        for (const auto& [first, last, y] : best.rows) {
            const LayoutLevel::Row row = level.row(first, last);
            for (const LayoutLevel::Place& place : row.places)
                for (const auto& [stack, corner] : boxes[place.item].cards) {
                    QPointF at = QPointF(place.x, y + place.y) + corner;
                    result[m_stacks.all[stack].head] = at;
                    const QPointF step = m_stacks.all[stack].isFolded() ? QPointF() : QPointF(0, 5 * kSnap);
                    for (const NodeId docked : m_stacks.all[stack].rows)
                        result[docked] = (at += step);
                }
        }
        return result;
    }

private:
    struct Wire {
        std::size_t from, to;
        int slot;
    };
    struct PlannedRow {
        int first, last;
        double y;
    };
    struct Plan {
        std::vector<PlannedRow> rows;
        double score = -1;
        bool manyWires = false;
    };

    /// The group that holds the stack at this depth; nothing where it is a card of that level itself.
    [[nodiscard]] std::optional<std::int64_t> groupAt(std::size_t stack, std::size_t depth) const
    {
        return depth < m_paths[stack].size() ? std::optional(m_paths[stack][depth]) : std::nullopt;
    }

    /// One box per card and per group of this level, in the order in which the graph first names them.
    [[nodiscard]] std::vector<Box> boxesOf(const std::vector<std::size_t>& stacks, std::size_t depth) const
    {
        std::vector<Box> boxes;
        for (const auto& members : itemsOf(stacks, depth))
            boxes.push_back(groupAt(members.front(), depth) ? blockBox(members, depth + 1) : cardBox(members.front()));
        return boxes;
    }

    [[nodiscard]] std::vector<std::vector<std::size_t>> itemsOf(const std::vector<std::size_t>& stacks,
                                                                std::size_t depth) const
    {
        std::vector<std::vector<std::size_t>> items;
        std::map<std::int64_t, std::size_t> known;
        for (const std::size_t stack : stacks) {
            const auto group = groupAt(stack, depth);
            if (!group) {
                items.push_back({stack});
            } else if (const auto it = known.find(*group); it != known.end()) {
                items[it->second].push_back(stack);
            } else {
                known[*group] = items.size();
                items.push_back({stack});
            }
        }
        return items;
    }

    [[nodiscard]] Box cardBox(std::size_t stack) const
    {
        Box box;
        box.item.width = kCardWidth;
        box.item.above = kPortY;
        box.item.below = cardMetrics(m_graph, m_stacks.all[stack]).height(Level::Near) - kPortY;
        const engine::Node* head = m_graph.node(m_stacks.all[stack].head);
        box.item.concat = head->type == "concat" && !m_stacks.all[stack].isFolded();
        box.item.labelWidth = labelWidth(stack);
        box.cards.emplace_back(stack, QPointF());
        return box;
    }

    /// The layers of a group in one row, with the room that its frame needs.
    [[nodiscard]] Box blockBox(const std::vector<std::size_t>& stacks, std::size_t depth) const
    {
        const std::vector<Box> boxes = boxesOf(stacks, depth);
        std::vector<LevelItem> items;
        for (const Box& box : boxes)
            items.push_back(box.item);
        const LayoutLevel level(connected(std::move(items), stacks, depth));
        const LayoutLevel::Row row = level.row(0, level.ranks() - 1);
        Box block;
        const QPointF margin(kFrameSide, kFrameTop);
        block.item.width = row.width + 2 * kFrameSide;
        block.item.above = row.port + kFrameTop;
        block.item.below = row.height - row.port + kFrameBottom;
        block.item.columns = totalColumns(level);
        for (const LayoutLevel::Place& place : row.places) {
            for (const auto& [stack, corner] : boxes[place.item].cards)
                block.cards.emplace_back(stack, QPointF(place.x, place.y) + margin + corner);
            if (level.items()[place.item].rank + 1 == level.ranks())
                block.item.labelWidth = std::max(block.item.labelWidth, boxes[place.item].item.labelWidth);
        }
        return block;
    }

    /// Wires of this level: between its items, and from outside into them.
    [[nodiscard]] std::vector<LevelItem> connected(std::vector<LevelItem> items, const std::vector<std::size_t>& stacks,
                                                   std::size_t depth) const
    {
        std::map<std::size_t, std::size_t> itemOf;
        const auto members = itemsOf(stacks, depth);
        for (std::size_t i = 0; i < members.size(); ++i)
            for (const std::size_t stack : members[i])
                itemOf[stack] = i;
        for (const Wire& wire : m_wires) {
            const auto from = itemOf.find(wire.from), to = itemOf.find(wire.to);
            if (to == itemOf.end() || (from != itemOf.end() && from->second == to->second))
                continue;
            LevelItem& target = items[to->second];
            if (from == itemOf.end()) {
                ++target.outside;
            } else if (std::find(target.from.begin(), target.from.end(), from->second) == target.from.end()) {
                target.from.push_back(from->second);
                target.slots.push_back(wire.slot);
                items[from->second].to.push_back(to->second);
            }
        }
        return items;
    }

    /// Of the shape on the wire that leaves a card.
    [[nodiscard]] double labelWidth(std::size_t stack) const
    {
        const auto shape = m_shaped.shapes.find(m_stacks.all[stack].tail());
        return shape == m_shaped.shapes.end() ? 0 : 6.8 * static_cast<double>(shape->second.text().size());
    }

    [[nodiscard]] static int totalColumns(const LayoutLevel& level)
    {
        int sum = 0;
        for (int rank = 0; rank < level.ranks(); ++rank)
            sum += level.columns(rank);
        return std::max(1, sum);
    }

    /// Rows of about so many cards. manyWires: a row may also end where up to four wires lead on.
    [[nodiscard]] Plan planRows(const LayoutLevel& level, int columns, bool manyWires) const
    {
        constexpr int kMostWires = 4;
        Plan plan;
        plan.manyWires = manyWires;
        double y = 0, width = 0;
        for (int start = 0; start < level.ranks();) {
            int end = -1, taken = 0;
            for (int rank = start; rank < level.ranks(); ++rank) {
                taken += level.columns(rank);
                const bool last = rank + 1 == level.ranks();
                if (!last && !(manyWires ? level.wiresPast(rank) <= kMostWires : level.breaksAfter(rank)))
                    continue;
                if (taken + (last && m_options.reserveOutput ? 1 : 0) <= columns || end < 0)
                    end = rank;
                if (taken >= columns)
                    break;
            }
            const LayoutLevel::Row row = level.row(start, end);
            if (start > 0)
                y = roundUp(y + kRowGap + kLanePitch * std::max(0, row.arriving - 1) +
                            (row.skips > 0 ? 2 * kSnap - kChannelLift : 0));
            plan.rows.push_back({start, end, y});
            y += row.height;
            const bool output = end + 1 == level.ranks() && m_options.reserveOutput;
            width = std::max(width, row.width + (output ? level.gapAfter(end) + kCardWidth : 0));
            start = end + 1;
        }
        width += 2 * kWireTurn;
        plan.score =
            std::min({1.0, m_options.area.width() / std::max(1.0, width), m_options.area.height() / std::max(1.0, y)});
        return plan;
    }

    const GraphSpec& m_graph;
    LayoutOptions m_options;
    Stacks m_stacks;
    engine::ShapedGraph m_shaped;
    std::vector<std::vector<std::int64_t>> m_paths; ///< by stack: its groups from the outermost
    std::vector<Wire> m_wires;                      ///< between stacks
};

} // namespace

Positions layoutGraph(const engine::GraphSpec& graph, const LayoutOptions& options)
{
    return graph.nodes.empty() ? Positions() : Layout(graph, options).run();
}

Positions layoutOf(const DocumentState& state)
{
    LayoutOptions options;
    options.folded = foldedGroups(state);
    return layoutGraph(state.graph, options);
}

} // namespace convarium::ui
