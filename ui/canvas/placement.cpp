#include "ui/canvas/placement.h"

#include "engine/blocks/groups.h"
#include "engine/layers/layer.h"
#include "ui/canvas/geometry.h"
#include "ui/canvas/layout.h"
#include "ui/document/blocks.h"
#include "ui/document/edit_builder.h"
#include "ui/document/edit_texts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace convarium::ui
{

using engine::Edge;
using engine::kNoNode;

namespace
{

constexpr double kPitch = kCardWidth + kColumnGap;
constexpr double kMargin = 20;         ///< between cards that were not placed by Tidy
constexpr double kNewCardHeight = 160; ///< the tallest card without docked rows, an input

/// What the picture was like before an edit, and how it stays in order after it.
class Order
{
public:
    explicit Order(const ProjectDocument& document)
        : m_document(document), m_tidy(isTidy(document.state())), m_before(stacksOf(document.state()))
    {
    }
    [[nodiscard]] bool tidy() const { return m_tidy; }
    [[nodiscard]] QPointF cardOf(NodeId id) const { return m_document.position(m_before.headOf(id)); }

    /// The card of `added` has come into the wire: into its middle where it is long enough, else behind its source, and
    /// what lies to the right in the same row makes room.
    void makeRoom(EditBuilder& b, const Edge& wire, NodeId added) const
    {
        if (m_tidy) {
            b.move(layoutOf(b.state()));
            return;
        }
        const Stacks now = stacksOf(b.state());
        if (now.isRow(added))
            return;
        const Stack own = *now.of(added);
        const auto belongs = [&](NodeId id) { return now.headOf(id) == own.head; };
        const QPointF source = cardOf(wire.from), by = cardOf(wire.to) - source;
        const bool roomy = std::abs(by.y()) < kSameRow && by.x() >= 2 * kPitch;
        const QPointF place = roomy ? snapped(source + by / 2) : source + QPointF(kPitch, 0);
        const QPointF shift = place - b.state().positions.at(own.head);
        Positions moved;
        for (const auto& [id, at] : b.state().positions) {
            if (belongs(id))
                moved[id] = at + shift;
            else if (!roomy && std::abs(cardOf(id).y() - source.y()) < kSameRow && at.x() > source.x() + kCardWidth / 2)
                moved[id] = at + QPointF(kPitch, 0);
        }
        b.move(moved);
    }

private:
    static constexpr double kSameRow = 120;
    const ProjectDocument& m_document;
    bool m_tidy;
    Stacks m_before;
};

} // namespace

NodeId insertIntoWire(ProjectDocument& document, const Edge& wire, const LayerChoice& choice)
{
    const engine::LayerDescriptor* layer = engine::findLayer(choice.id);
    if (!layer)
        return kNoNode;
    const Order order(document);
    NodeId added = kNoNode;
    document.edit(ProjectDocument::tr("Insert %1").arg(QString::fromStdString(layer->title)), [&](EditBuilder& b) {
        added = b.addLayer(choice, order.cardOf(wire.from) + QPointF(kPitch, 0));
        if (!engine::canConnect(b.graph(), b.nextEdge(wire.from, added)))
            return;
        b.leadThrough(wire, added, added);
        order.makeRoom(b, wire, added);
    });
    return added;
}

QString nameOf(const ProjectDocument& document, const Stack& stack)
{
    return stack.isFolded() ? blockName(document.graph(), stack.block) : shortLabel(document.graph(), stack.head);
}

namespace
{

std::set<NodeId> layersOf(const Stack& stack)
{
    std::set<NodeId> ids(stack.rows.begin(), stack.rows.end());
    ids.insert(stack.head);
    return ids;
}

/// Ends of the wires that feed a card. Those of a folded block without any wire are the slots that need one.
std::vector<Edge> entriesOf(const engine::GraphSpec& graph, const Stack& chain)
{
    if (!chain.isFolded())
        return {{kNoNode, 0, chain.head, 0, 0}};
    const std::set<NodeId> ids = layersOf(chain);
    std::vector<Edge> entries;
    for (const Edge& edge : graph.edges)
        if (ids.contains(edge.to) && !ids.contains(edge.from))
            entries.push_back(edge);
    if (!entries.empty())
        return entries;
    for (const NodeId id : ids) {
        const engine::LayerDescriptor* layer = engine::findLayer(graph.node(id)->type);
        const std::vector<Edge> into = graph.edgesInto(id);
        for (int slot = 0; layer && slot < layer->minInputs; ++slot)
            if (std::none_of(into.begin(), into.end(), [slot](const Edge& edge) { return edge.slot == slot; }))
                entries.push_back({kNoNode, 0, id, 0, slot});
    }
    return entries;
}

/// Is it one port that feeds them?
bool comeFromOnePort(const std::vector<Edge>& wires)
{
    return std::all_of(wires.begin(), wires.end(), [&](const Edge& wire) {
        return wire.from == wires.front().from && wire.fromPort == wires.front().fromPort;
    });
}

/// Adds the wire where that is allowed.
bool tryEdge(EditBuilder& b, const Edge& edge)
{
    if (!engine::canConnect(b.graph(), edge))
        return false;
    b.addEdge(edge);
    return true;
}

/// Puts the card where the layer is, or the folded block that it is in, which goes; false where that cannot be.
bool takePlace(EditBuilder& b, const Stack& at, NodeId layer, const Stack& chain)
{
    const std::set<NodeId> old = at.isFolded() ? layersOf(at) : std::set<NodeId>{layer};
    const std::int64_t group =
        at.isFolded() ? engine::findGroup(b.graph(), at.block)->parent : b.graph().node(layer)->group;
    const std::vector<Edge> entries = entriesOf(b.graph(), chain);
    if (!comeFromOnePort(entries))
        return false;
    b.detachNodes(layersOf(chain), true);
    std::vector<Edge> into, out;
    for (const Edge& edge : b.graph().edges)
        if (old.contains(edge.to) != old.contains(edge.from))
            (old.contains(edge.to) ? into : out).push_back(edge);
    if (!comeFromOnePort(into))
        return false;
    for (const std::vector<Edge>* wires : {&into, &out})
        for (const Edge& edge : *wires)
            b.removeEdge(edge, false);
    b.takeOver(old, layersOf(chain), chain.head, chain.tail(), group);
    b.removeNodes(old, false);
    return std::all_of(entries.begin(), entries.end(),
                       [&](const Edge& entry) {
                           return into.empty() || tryEdge(b, {into.front().from, into.front().fromPort, entry.to,
                                                              entry.toPort, entry.slot});
                       }) &&
           std::all_of(out.begin(), out.end(), [&](const Edge& edge) {
               return tryEdge(b, {chain.tail(), 0, edge.to, edge.toPort, edge.slot});
           });
}

} // namespace

bool canLead(const ProjectDocument& document, const Edge& wire, const Stack& chain)
{
    EditBuilder trial(document.state());
    const std::set<NodeId> ids = layersOf(chain);
    const std::vector<Edge> entries = entriesOf(document.graph(), chain);
    if (ids.contains(wire.from) || ids.contains(wire.to) || entries.empty() || !comeFromOnePort(entries))
        return false;
    trial.detachNodes(ids, true);
    const auto& wires = trial.graph().edges;
    if (std::find(wires.begin(), wires.end(), wire) == wires.end())
        return false; // it would become another input of its merge
    trial.removeEdge(wire, false);
    return std::all_of(entries.begin(), entries.end(),
                       [&](const Edge& entry) {
                           return tryEdge(trial, {wire.from, wire.fromPort, entry.to, entry.toPort, entry.slot});
                       }) &&
           tryEdge(trial, {chain.tail(), 0, wire.to, wire.toPort, wire.slot});
}

void leadWireThrough(ProjectDocument& document, const Edge& wire, const Stack& chain)
{
    const Order order(document);
    document.edit(ProjectDocument::tr("Put %1 into the wire").arg(nameOf(document, chain)), [&](EditBuilder& b) {
        const std::vector<Edge> entries = entriesOf(b.graph(), chain);
        b.detachNodes(layersOf(chain), true);
        b.leadThrough(wire, entries, chain.tail());
        order.makeRoom(b, wire, chain.head);
    });
}

bool canReplace(const ProjectDocument& document, NodeId old, const Stack& chain)
{
    const engine::Node* node = document.graph().node(old);
    const engine::LayerDescriptor* layer = node ? engine::findLayer(node->type) : nullptr;
    EditBuilder trial(document.state());
    return layer && layer->maxInputs > 0 && takePlace(trial, *stacksOf(document.state()).of(old), old, chain);
}

void replaceByCard(ProjectDocument& document, NodeId old, const Stack& chain)
{
    const Order order(document);
    const Stacks stacks = stacksOf(document.state());
    const bool wasRow = stacks.isRow(old);
    const QString name =
        stacks.of(old)->isFolded() ? nameOf(document, *stacks.of(old)) : shortLabel(document.graph(), old);
    document.edit(ProjectDocument::tr("Replace %1 by %2").arg(name, nameOf(document, chain)), [&](EditBuilder& b) {
        const QPointF shift = order.cardOf(old) - order.cardOf(chain.head);
        takePlace(b, *stacks.of(old), old, chain);
        const std::vector<Edge> into = b.graph().edgesInto(chain.head), out = b.graph().edgesFrom(chain.tail());
        if (order.tidy())
            return b.move(layoutOf(b.state()));
        if (wasRow && !into.empty()) {
            const NodeId source = into.front().from;
            return order.makeRoom(b, {source, 0, out.empty() ? source : out.front().to, 0, 0}, chain.head);
        }
        Positions moved;
        for (const NodeId id : layersOf(chain))
            moved[id] = b.state().positions.at(id) + shift;
        b.move(moved);
    });
}

NodeId replaceLayer(ProjectDocument& document, NodeId old, const LayerChoice& choice)
{
    const engine::LayerDescriptor* layer = engine::findLayer(choice.id);
    if (!layer || !document.graph().node(old))
        return kNoNode;
    const Order order(document);
    const bool wasRow = stacksOf(document.state()).isRow(old);
    const std::vector<Edge> into = document.graph().edgesInto(old);
    NodeId added = kNoNode;
    document.edit(ProjectDocument::tr("Replace %1 by %2")
                      .arg(shortLabel(document.graph(), old), QString::fromStdString(layer->title)),
                  [&](EditBuilder& b) {
                      added = b.replaceNode(old, choice);
                      const bool leaves = wasRow && !stacksOf(b.state()).isRow(added);
                      const std::vector<Edge> out = b.graph().edgesFrom(added);
                      if (order.tidy())
                          b.move(layoutOf(b.state()));
                      else if (leaves && !into.empty())
                          order.makeRoom(b, {into.front().from, 0, out.empty() ? old : out.front().to, 0, 0}, added);
                  });
    return added;
}

bool isTidy(const DocumentState& state)
{
    const Stacks stacks = stacksOf(state);
    const Positions tidy = layoutOf(state);
    return std::all_of(stacks.all.begin(), stacks.all.end(), [&](const Stack& s) {
        const auto now = state.positions.find(s.head), then = tidy.find(s.head);
        return now != state.positions.end() && then != tidy.end() && now->second == then->second;
    });
}

QPointF freePlace(const ProjectDocument& document, QPointF wish)
{
    return freePlace(document, wish, QSizeF(kCardWidth, kNewCardHeight));
}

QPointF freePlace(const ProjectDocument& document, QPointF wish, QSizeF size)
{
    // Where the upper left corner of a new card must not be: each card with a margin, grown by the size of the new one.
    std::vector<QRectF> closed;
    for (const Stack& stack : stacksOf(document.state()).all) {
        const double height = cardMetrics(document.graph(), stack).height(Level::Near);
        closed.push_back(QRectF(document.position(stack.head), QSizeF(kCardWidth, height))
                             .adjusted(-kMargin - size.width(), -kMargin - size.height(), kMargin, kMargin));
    }
    const auto isFree = [&](QPointF at) {
        return std::none_of(closed.begin(), closed.end(), [&](const QRectF& r) {
            return at.x() > r.left() && at.x() < r.right() && at.y() > r.top() && at.y() < r.bottom();
        });
    };
    wish = snapped(wish);
    if (isFree(wish))
        return wish;
    // The nearest free point lies straight beside the wish or in a corner of two edges.
    const auto down = [](double v) { return std::floor(v / kSnap) * kSnap; };
    const auto up = [](double v) { return std::ceil(v / kSnap) * kSnap; };
    std::vector<double> columns{wish.x()}, rows{wish.y()};
    for (const QRectF& r : closed) {
        columns.insert(columns.end(), {down(r.left()), up(r.right())});
        rows.insert(rows.end(), {up(r.bottom()), down(r.top())});
    }
    QPointF best = wish;
    double nearest = std::numeric_limits<double>::max();
    for (const double y : rows)
        for (const double x : columns) {
            const double distance = std::hypot(x - wish.x(), y - wish.y());
            if (distance < nearest && isFree({x, y})) {
                nearest = distance;
                best = {x, y};
            }
        }
    return best;
}

NodeId addBefore(ProjectDocument& document, const LayerChoice& choice, QPointF place, NodeId to)
{
    const engine::LayerDescriptor* layer = engine::findLayer(choice.id);
    NodeId added = kNoNode;
    if (layer)
        document.edit(ProjectDocument::tr("Insert %1").arg(QString::fromStdString(layer->title)), [&](EditBuilder& b) {
            added = b.addLayer(choice, place);
            const Edge edge = b.nextEdge(added, to);
            if (engine::canConnect(b.graph(), edge))
                b.addEdge(edge);
        });
    return added;
}

NodeId addAfter(ProjectDocument& document, const LayerChoice& choice, NodeId after)
{
    const engine::LayerDescriptor* layer = engine::findLayer(choice.id);
    if (!layer)
        return kNoNode;
    const Stacks stacks = stacksOf(document.state());
    if (after != kNoNode && layer->maxInputs > 0) {
        const std::vector<Edge> out = document.graph().edgesFrom(after);
        if (out.size() == 1)
            return insertIntoWire(document, out.front(), choice);
        const QPointF beside = document.position(stacks.headOf(after)) + QPointF(kPitch, 0);
        return document.addNodeAfter(choice, freePlace(document, beside), after);
    }
    QPointF wish;
    for (const Stack& stack : stacks.all) {
        const QPointF place = document.position(stack.head);
        const double bottom = place.y() + cardMetrics(document.graph(), stack).height(Level::Near) + kRowGap;
        wish = {std::min(wish.x(), place.x()), std::max(wish.y(), bottom)};
    }
    return document.addNode(choice, freePlace(document, wish));
}

} // namespace convarium::ui
