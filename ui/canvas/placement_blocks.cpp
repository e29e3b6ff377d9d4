// The part of placement that knows of blocks: they come, fold and open so that the picture stays in order.
#include "ui/canvas/placement.h"

#include "engine/blocks/groups.h"
#include "ui/canvas/geometry.h"
#include "ui/canvas/layout.h"
#include "ui/document/blocks.h"
#include "ui/document/edit_builder.h"
#include "ui/document/layer_catalogue.h"
#include "ui/document/own_blocks.h"

#include <algorithm>
#include <cmath>

namespace convarium::ui
{

using engine::Edge;
using engine::kNoNode;

namespace
{

constexpr double kPitch = kCardWidth + kColumnGap;

/// The layers of a group laid out alone.
Positions layoutInside(const DocumentState& state, const std::vector<NodeId>& members)
{
    engine::GraphSpec alone;
    alone.groups = state.graph.groups;
    for (const NodeId id : members)
        alone.nodes.push_back(*state.graph.node(id));
    for (const Edge& edge : state.graph.edges)
        if (alone.node(edge.from) && alone.node(edge.to))
            alone.edges.push_back(edge);
    return layoutGraph(alone, {QSizeF(1e6, 1e6), false, foldedGroups(state)});
}

/// The cards of these layers and the frame around them, about.
QRectF frameAround(const DocumentState& state, const Stacks& stacks, const std::vector<NodeId>& members,
                   const Positions& places)
{
    QRectF area;
    for (const NodeId id : members) {
        const Stack* stack = stacks.of(id);
        if (stack && stack->head == id)
            area |= QRectF(places.at(id), QSizeF(kCardWidth, cardMetrics(state.graph, *stack).height(Level::Near)));
    }
    const Stack* first = members.empty() ? nullptr : stacks.of(members.front());
    if (first && first->isFolded() && first->rows.size() + 1 == members.size())
        return area; // one card has no frame
    return area.adjusted(-kFrameSide, -kFrameTop - kSkipLift, kFrameSide, kFrameBottom);
}

/// Cards that the frame covers move to the right, with those behind them.
void makeRoomAround(EditBuilder& b, std::int64_t group)
{
    const Stacks stacks = stacksOf(b.state());
    const std::vector<NodeId> members = engine::membersOf(b.graph(), group);
    const std::set<NodeId> own(members.begin(), members.end());
    const QRectF area = frameAround(b.state(), stacks, members, b.state().positions);
    const auto rectOf = [&](const Stack& stack) {
        return QRectF(b.state().positions.at(stack.head),
                      QSizeF(kCardWidth, cardMetrics(b.graph(), stack).height(Level::Near)));
    };
    double from = 0, shift = 0;
    for (const Stack& stack : stacks.all) {
        const QRectF card = rectOf(stack);
        if (own.contains(stack.head) || !area.intersects(card))
            continue;
        const double wanted = area.right() + kColumnGap - card.left();
        from = shift > 0 ? std::min(from, card.left()) : card.left();
        shift = std::max(shift, wanted);
    }
    Positions moved;
    for (const Stack& stack : stacks.all) {
        const QRectF card = rectOf(stack);
        if (shift <= 0 || own.contains(stack.head) || card.left() < from || card.top() > area.bottom() ||
            card.bottom() < area.top())
            continue;
        moved[stack.head] = snapped(card.topLeft() + QPointF(shift, 0));
        for (const NodeId row : stack.rows)
            moved[row] = snapped(b.state().positions.at(row) + QPointF(shift, 0));
    }
    b.move(moved);
}

/// Have the cards of these layers places of their own?
bool spreadOut(const EditBuilder& b, const std::vector<NodeId>& members)
{
    std::vector<QPointF> places;
    const Stacks stacks = stacksOf(b.state());
    for (const NodeId id : members)
        if (!stacks.isRow(id))
            places.push_back(b.state().positions.at(id));
    for (std::size_t i = 0; i < places.size(); ++i)
        for (std::size_t k = 0; k < i; ++k)
            if (std::abs(places[i].x() - places[k].x()) < kCardWidth &&
                std::abs(places[i].y() - places[k].y()) < kRowGap)
                return false;
    return true;
}

/// Lays the block out anew where its first card is.
void layOutAgain(EditBuilder& b, std::int64_t group, QPointF corner)
{
    const std::vector<NodeId> members = engine::membersOf(b.graph(), group);
    Positions moved;
    for (const auto& [id, at] : layoutInside(b.state(), members))
        moved[id] = snapped(corner + at);
    b.move(moved);
}

/// Folds or opens it in a picture that was not made by Tidy.
void setFolded(EditBuilder& b, const ProjectDocument& document, std::int64_t group, bool fold)
{
    const Stacks before = stacksOf(document.state());
    b.setFolded(group, fold);
    const std::vector<NodeId> members = engine::membersOf(b.graph(), group);
    if (members.empty() || fold)
        return;
    if (!spreadOut(b, members)) {
        // Tidied while it was one card.
        layOutAgain(b, group, document.position(before.headOf(members.front())));
    }
    makeRoomAround(b, group);
}

} // namespace

std::vector<NodeId> insertBlock(ProjectDocument& document, const std::string& blockId, const std::optional<Edge>& wire,
                                NodeId after, QPointF place)
{
    std::vector<NodeId> members;
    const engine::BlockDescriptor* block = findBlock(blockId);
    if (!block)
        return members;
    const NodeId source = wire ? wire->from : after;
    const engine::Params arguments = blockArguments(document, blockId, source);
    const bool tidy = isTidy(document.state());
    const Stacks before = stacksOf(document.state());
    document.edit(ProjectDocument::tr("Insert %1").arg(QString::fromStdString(block->title)), [&](EditBuilder& b) {
        const auto written = b.addBlock(blockId, arguments, {source}, place);
        if (!written)
            return;
        members = engine::membersOf(b.graph(), written->group);
        if (wire) {
            b.removeEdge(*wire, false);
            b.addEdge({written->output.out, 0, wire->to, wire->toPort, wire->slot});
        }
        if (tidy && source != kNoNode) {
            b.move(layoutOf(b.state()));
            return;
        }
        // The block laid out alone, where there is room for it.
        const Positions inside = layoutInside(b.state(), members);
        const QRectF area = frameAround(b.state(), stacksOf(b.state()), members, inside);
        Positions moved;
        if (wire) {
            // What lies to the right in the same row makes room.
            const QPointF start = document.position(before.headOf(source));
            for (const auto& [id, at] : b.state().positions)
                if (!inside.contains(id) && at.x() > start.x() + kCardWidth / 2 &&
                    std::abs(document.position(before.headOf(id)).y() - start.y()) < area.height() / 2)
                    moved[id] = snapped(at + QPointF(area.width() + kColumnGap, 0));
            place = start + QPointF(kPitch, 0) + QPointF(0, area.top());
        } else {
            place = freePlace(document, place, area.size());
        }
        for (const auto& [id, at] : inside)
            moved[id] = snapped(at - area.topLeft() + place);
        b.move(moved);
    });
    return members;
}

std::vector<NodeId> addBlockAfter(ProjectDocument& document, const std::string& blockId, NodeId after)
{
    const std::vector<Edge> out = after == kNoNode ? std::vector<Edge>() : document.graph().edgesFrom(after);
    const std::optional<Edge> wire = out.size() == 1 ? std::optional(out.front()) : std::nullopt;
    QPointF wish;
    for (const Stack& stack : stacksOf(document.state()).all) {
        const QPointF place = document.position(stack.head);
        const double bottom = place.y() + cardMetrics(document.graph(), stack).height(Level::Near) + kRowGap;
        wish = {std::min(wish.x(), place.x()), std::max(wish.y(), bottom)};
    }
    return insertBlock(document, blockId, wire, after, wish);
}

engine::Result<std::int64_t> makeBlock(ProjectDocument& document, const std::set<NodeId>& ids, const QString& name,
                                       const std::vector<engine::BlockParameter>& parameters)
{
    const auto home = homeOfBlock(document.graph(), ids);
    if (!home)
        return home;
    if (const QString fault = faultOfBlockName(document.graph(), name); !fault.isEmpty())
        return engine::Error{engine::ErrorCode::InvalidArgument, fault.toStdString(), {}, {}};
    const bool tidy = isTidy(document.state());
    std::int64_t group = -1;
    document.edit(ProjectDocument::tr("Make the block %1").arg(name.trimmed()), [&](EditBuilder& b) {
        group = b.makeBlock(ids, *home, name.trimmed().toStdString());
        b.setBlockCard({group, false, {}, parameters});
        if (tidy)
            b.move(layoutOf(b.state()));
        else
            makeRoomAround(b, group);
    });
    return group;
}

void dissolveBlock(ProjectDocument& document, std::int64_t group)
{
    const bool tidy = isTidy(document.state());
    document.edit(ProjectDocument::tr("Dissolve the block %1").arg(blockName(document.graph(), group)),
                  [&](EditBuilder& b) {
                      if (!tidy)
                          setFolded(b, document, group, false);
                      b.dissolveBlock(group);
                      if (tidy)
                          b.move(layoutOf(b.state()));
                  });
}

engine::Result<void> setBlockArgument(ProjectDocument& document, std::int64_t group, const engine::ParamInfo& argument,
                                      const engine::ParamValue& value)
{
    const engine::Group* block = engine::findGroup(document.graph(), group);
    if (!block)
        return {};
    engine::Params arguments = block->arguments;
    arguments.set(argument.key, value);
    QString title = QString::fromStdString(argument.title);
    title[0] = title[0].toLower();
    const bool tidy = isTidy(document.state());
    const Stacks before = stacksOf(document.state());
    engine::Result<void> verdict;
    document.edit(
        ProjectDocument::tr("Change %1 of %2 to %3")
            .arg(title, QString::fromStdString(block->name), QString::fromStdString(engine::paramText(value))),
        [&](EditBuilder& b) {
            const auto old = engine::membersOf(b.graph(), group);
            verdict = b.setBlockArguments(group, arguments);
            const auto members = engine::membersOf(b.graph(), group);
            if (members == old)
                return;
            const bool more = std::any_of(members.begin(), members.end(), [&](NodeId id) {
                return std::find(old.begin(), old.end(), id) == old.end();
            });
            if (tidy) {
                b.move(layoutOf(b.state()));
            } else if (more && foldedAround(b.state(), members.front()) == -1) {
                layOutAgain(b, group, document.position(before.headOf(old.front())));
                makeRoomAround(b, group);
            }
        });
    return verdict;
}

void foldBlocks(ProjectDocument& document, std::vector<std::int64_t> groups, bool fold)
{
    std::erase_if(groups, [&](std::int64_t group) { return !engine::findGroup(document.graph(), group); });
    if (groups.empty())
        return;
    const bool tidy = isTidy(document.state());
    const QString text = fold ? ProjectDocument::tr("Fold %1") : ProjectDocument::tr("Open %1");
    const QString what = groups.size() == 1 ? blockName(document.graph(), groups.front())
                                            : ProjectDocument::tr("%1 blocks").arg(groups.size());
    document.edit(text.arg(what), [&](EditBuilder& b) {
        for (const std::int64_t group : groups)
            if (tidy)
                b.setFolded(group, fold);
            else
                setFolded(b, document, group, fold);
        if (tidy)
            b.move(layoutOf(b.state()));
    });
}

} // namespace convarium::ui
