#include "ui/canvas/placement.h"

#include "engine/layers/layer.h"
#include "ui/canvas/geometry.h"
#include "ui/canvas/layout.h"
#include "ui/document/edit_builder.h"

#include <algorithm>
#include <cmath>

namespace convarium::ui
{

using engine::Edge;
using engine::kNoNode;

namespace
{

constexpr double kPitch = kCardWidth + kColumnGap;

/// Are the cards where Tidy would put them?
bool isTidy(const DocumentState& state)
{
    const Stacks stacks = dockedStacks(state.graph);
    const Positions tidy = layoutGraph(state.graph);
    return std::all_of(stacks.all.begin(), stacks.all.end(), [&](const Stack& s) {
        const auto now = state.positions.find(s.head), then = tidy.find(s.head);
        return now != state.positions.end() && then != tidy.end() && now->second == then->second;
    });
}

} // namespace

NodeId insertIntoWire(ProjectDocument& document, const Edge& wire, const std::string& layerId)
{
    const engine::LayerDescriptor* layer = engine::findLayer(layerId);
    if (!layer)
        return kNoNode;
    const bool tidy = isTidy(document.state());
    const Stacks before = dockedStacks(document.graph());
    const QPointF source = document.position(before.headOf(wire.from));
    NodeId added = kNoNode;
    document.edit(ProjectDocument::tr("Insert %1").arg(QString::fromStdString(layer->title)), [&](EditBuilder& b) {
        added = b.addLayer(layerId, source + QPointF(kPitch, 0));
        if (!engine::canConnect(b.graph(), b.nextEdge(wire.from, added)))
            return;
        b.removeEdge(wire, false);
        b.addEdge({wire.from, wire.fromPort, added, 0, 0});
        b.addEdge({added, 0, wire.to, wire.toPort, wire.slot});
        if (tidy) {
            b.move(layoutGraph(b.graph()));
        } else if (!dockedStacks(b.graph()).isRow(added)) {
            Positions moved;
            for (const auto& [id, place] : b.state().positions)
                if (id != added && std::abs(document.position(before.headOf(id)).y() - source.y()) < 120 &&
                    place.x() > source.x() + kCardWidth / 2)
                    moved[id] = place + QPointF(kPitch, 0);
            b.move(moved);
        }
    });
    return added;
}

QPointF freePlace(const ProjectDocument& document, QPointF wish)
{
    const Stacks stacks = dockedStacks(document.graph());
    const auto covered = [&](QPointF at) {
        return std::any_of(stacks.all.begin(), stacks.all.end(), [&](const Stack& s) {
            const double height = cardMetrics(document.graph(), s).height(Level::Near);
            return QRectF(document.position(s.head), QSizeF(kCardWidth, height))
                .adjusted(-20, -20, 20, 20)
                .intersects(QRectF(at, QSizeF(kCardWidth, 140)));
        });
    };
    wish = snapped(wish);
    while (covered(wish))
        wish.ry() += 2 * kSnap;
    return wish;
}

NodeId addAfter(ProjectDocument& document, const std::string& layerId, NodeId after)
{
    const engine::LayerDescriptor* layer = engine::findLayer(layerId);
    if (!layer)
        return kNoNode;
    const Stacks stacks = dockedStacks(document.graph());
    if (after != kNoNode && layer->maxInputs > 0) {
        const std::vector<Edge> out = document.graph().edgesFrom(after);
        if (out.size() == 1)
            return insertIntoWire(document, out.front(), layerId);
        const QPointF beside = document.position(stacks.headOf(after)) + QPointF(kPitch, 0);
        return document.addNodeAfter(layerId, freePlace(document, beside), after);
    }
    QPointF wish;
    for (const Stack& stack : stacks.all) {
        const QPointF place = document.position(stack.head);
        const double bottom = place.y() + cardMetrics(document.graph(), stack).height(Level::Near) + kRowGap;
        wish = {std::min(wish.x(), place.x()), std::max(wish.y(), bottom)};
    }
    return document.addNode(layerId, freePlace(document, wish));
}

} // namespace convarium::ui
