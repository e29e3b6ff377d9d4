#include "ui/gallery/silhouette.h"

#include "engine/layers/layer.h"
#include "ui/canvas/layout.h"
#include "ui/canvas/stacks.h"

#include <QPainter>
#include <QPolygonF>
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace convarium::ui
{

namespace
{

using engine::NodeId;

constexpr double kGap = 6;   ///< between columns
constexpr double kStrip = 4; ///< width of a docked row
constexpr double kTop = -0.5;

Family familyOf(const engine::GraphSpec& graph, NodeId id)
{
    const engine::Node* node = graph.node(id);
    const engine::LayerDescriptor* layer = node ? engine::findLayer(node->type) : nullptr;
    return layer ? familyFromName(QString::fromStdString(layer->family)) : Family::Block;
}

/// Where a card stands among the others.
struct Slot {
    int column = 0;
    int lane = 0; ///< 0: the main row; negative above
};

/// One long row without breaks, of which only the order counts.
std::map<NodeId, Slot> slotsOf(const engine::GraphSpec& graph, const Stacks& stacks)
{
    const Positions places = layoutGraph(graph, {QSizeF(1e9, 1e4), false});
    std::map<double, std::vector<std::pair<double, NodeId>>> columns;
    std::map<double, int> rows;
    for (const Stack& stack : stacks.all) {
        const QPointF at = places.at(stack.head);
        columns[at.x()].push_back({at.y(), stack.head});
        ++rows[at.y()];
    }
    const auto main =
        std::max_element(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    std::map<NodeId, Slot> result;
    int column = 0;
    for (auto& [x, cards] : columns) {
        std::sort(cards.begin(), cards.end());
        const auto above =
            std::count_if(cards.begin(), cards.end(), [&](const auto& c) { return c.first < main->first; });
        const bool onMain =
            std::any_of(cards.begin(), cards.end(), [&](const auto& c) { return c.first == main->first; });
        for (std::size_t i = 0; i < cards.size(); ++i) {
            const int rank = static_cast<int>(i) - static_cast<int>(above);
            result[cards[i].second] = {column, rank >= 0 && !onMain ? rank + 1 : rank};
        }
        ++column;
    }
    return result;
}

struct Frame {
    std::map<NodeId, Slot> slots;
    std::map<NodeId, QRectF> bars;
    std::vector<double> left, right; ///< of each column
    int above = 0, below = 0;        ///< lanes

    [[nodiscard]] double laneY(int lane) const
    {
        return lane / static_cast<double>(2 * std::max({above, below, 1}) + 1);
    }
};

/// Does a wire along a lane from one column to a later one meet a bar?
bool meets(const Frame& frame, int lane, int from, int to)
{
    return std::any_of(frame.slots.begin(), frame.slots.end(), [&](const auto& entry) {
        return entry.second.lane == lane && entry.second.column > from && entry.second.column < to;
    });
}

Silhouette::Line lineBetween(const Frame& frame, NodeId from, NodeId to, double skipY)
{
    const Slot a = frame.slots.at(from), b = frame.slots.at(to);
    const QRectF x = frame.bars.at(from), y = frame.bars.at(to);
    const QPointF start(x.right(), x.center().y()), end(y.left(), y.center().y());
    if (a.lane == b.lane && !meets(frame, a.lane, a.column, b.column))
        return {{start, end}, false};
    const double after = frame.right[static_cast<std::size_t>(a.column)] + kGap / 2;
    const double before = frame.left[static_cast<std::size_t>(b.column)] - kGap / 2;
    if (a.lane == b.lane)
        return {
            {{x.center().x(), x.top()}, {x.center().x(), skipY}, {y.center().x(), skipY}, {y.center().x(), y.top()}},
            true};
    // Along the lane of the branch: it leaves at once and joins at the last moment.
    if (std::abs(a.lane) < std::abs(b.lane))
        return {{start, {after, start.y()}, {after, end.y()}, end}, false};
    return {{start, {before, start.y()}, {before, end.y()}, end}, false};
}

} // namespace

Silhouette silhouetteOf(const engine::GraphSpec& graph)
{
    Silhouette result;
    const Stacks stacks = dockedStacks(graph);
    if (stacks.all.empty())
        return result;
    const engine::ShapedGraph shaped = engine::inferShapes(graph);
    Frame frame;
    frame.slots = slotsOf(graph, stacks);
    std::vector<double> widths;
    std::vector<int> cards;
    const auto size = [&](const Stack& stack, double& width, double& height) {
        const auto shape = shaped.shapes.find(stack.tail());
        const bool known = shape != shaped.shapes.end();
        const double maps = known ? static_cast<double>(shape->second.channels()) : 1;
        const double side = known && shape->second.isMaps()
                                ? static_cast<double>(std::max(shape->second.height(), shape->second.width()))
                                : 1;
        width = 4 + 2.2 * std::log2(maps + 1);
        height = 0.09 + 0.8 * std::min(1.0, std::log2(side + 1) / std::log2(257));
    };
    for (const Stack& stack : stacks.all) {
        const Slot slot = frame.slots.at(stack.head);
        const auto column = static_cast<std::size_t>(slot.column);
        widths.resize(std::max(widths.size(), column + 1));
        cards.resize(widths.size());
        double width = 0, height = 0;
        size(stack, width, height);
        widths[column] = std::max(widths[column], width + kStrip * static_cast<double>(stack.rows.size()));
        ++cards[column];
        frame.above = std::max(frame.above, -slot.lane);
        frame.below = std::max(frame.below, slot.lane);
    }
    double x = 0;
    for (const double width : widths) {
        frame.left.push_back(x);
        frame.right.push_back(x + width);
        x += width + kGap;
    }
    result.width = x - kGap;
    for (const Stack& stack : stacks.all) {
        const Slot slot = frame.slots.at(stack.head);
        const auto column = static_cast<std::size_t>(slot.column);
        double width = 0, height = 0;
        size(stack, width, height);
        // Bars of one column share the height.
        if (cards[column] > 1)
            height /= 2 * std::max(frame.above, frame.below) + 1;
        const double whole = width + kStrip * static_cast<double>(stack.rows.size());
        const QRectF bar((frame.left[column] + frame.right[column] - whole) / 2, frame.laneY(slot.lane) - height / 2,
                         whole, height);
        frame.bars[stack.head] = bar;
        Silhouette::Bar drawn{familyOf(graph, stack.head), bar, {}};
        for (const NodeId row : stack.rows)
            drawn.rows.push_back(familyOf(graph, row));
        result.bars.push_back(std::move(drawn));
    }
    std::set<std::pair<NodeId, NodeId>> seen;
    for (const engine::Edge& edge : graph.edges) {
        const NodeId from = stacks.headOf(edge.from), to = stacks.headOf(edge.to);
        if (from == to || !frame.bars.contains(from) || !frame.bars.contains(to) || !seen.insert({from, to}).second)
            continue;
        // Long shortcuts pass over short ones.
        const double span = frame.slots.at(to).column - frame.slots.at(from).column;
        const double skipY = kTop + 0.02 + 0.06 * std::max(0.0, 1 - std::log2(std::max(1.0, span)) / 5);
        result.lines.push_back(lineBetween(frame, from, to, skipY));
    }
    return result;
}

void paintSilhouette(QPainter* painter, const QRectF& area, const Silhouette& s)
{
    if (s.width <= 0)
        return;
    const Theme& theme = Theme::current();
    const double across = std::min(area.width() / s.width, 1.6), down = area.height();
    const double left = area.center().x() - across * s.width / 2;
    const auto map = [&](QPointF p) { return QPointF(left + p.x() * across, area.center().y() + p.y() * down); };
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setBrush(Qt::NoBrush);
    for (const Silhouette::Line& line : s.lines) {
        QPolygonF points;
        for (const QPointF& p : line.points)
            points << map(p);
        QPen pen(line.skip ? theme.familyInk(Family::Merge) : theme.wire, 1);
        pen.setJoinStyle(Qt::RoundJoin);
        painter->setPen(pen);
        painter->drawPolyline(points);
    }
    painter->setPen(Qt::NoPen);
    for (const Silhouette::Bar& bar : s.bars) {
        QRectF r(map(bar.place.topLeft()), map(bar.place.bottomRight()));
        if (r.height() < 3)
            r.adjust(0, r.height() / 2 - 1.5, 0, 1.5 - r.height() / 2);
        const double strip = kStrip * across;
        const double radius = std::min(2.0, r.width() / 4);
        QRectF own = r.adjusted(0, 0, -strip * static_cast<double>(bar.rows.size()), 0);
        painter->setBrush(theme.familyInk(bar.family));
        painter->drawRoundedRect(own, radius, radius);
        double x = own.right();
        for (const Family row : bar.rows) {
            painter->setBrush(theme.familyInk(row));
            painter->drawRect(QRectF(x + strip * 0.2, r.top(), strip * 0.8, r.height()));
            x += strip;
        }
    }
    painter->restore();
}

} // namespace convarium::ui
