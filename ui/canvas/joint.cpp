#include "ui/canvas/joint.h"

#include "engine/layers/layer.h"
#include "ui/canvas/geometry.h"
#include "ui/canvas/placement.h"
#include "ui/document/edit_builder.h"
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
constexpr double kReach = 0.9 * kCardWidth; ///< from the best place, across and down

bool lacksInput(const engine::GraphSpec& graph, NodeId id)
{
    const engine::LayerDescriptor* layer = engine::findLayer(graph.node(id)->type);
    return layer && graph.edgesInto(id).size() < static_cast<std::size_t>(layer->minInputs);
}

/// The wire and the place, where the wire is allowed.
std::optional<Joint> jointAt(const ProjectDocument& document, const std::string& id, const Stack& card, bool behind)
{
    const NodeId other = behind ? card.tail() : card.head;
    const QPointF beside = document.position(card.head) + QPointF(behind ? kPitch : -kPitch, 0);
    Joint joint{other, behind, QRectF(freePlace(document, beside), QSizeF(kCardWidth, 96)), {}, {}};
    if (findBlock(id)) {
        joint.place.setSize({2 * kCardWidth, kCardWidth});
    } else {
        EditBuilder trial(document.state());
        const NodeId added = trial.addLayer(id, joint.place.topLeft());
        const Edge wire = behind ? trial.nextEdge(other, added) : trial.nextEdge(added, other);
        if (!engine::canConnect(trial.graph(), wire))
            return std::nullopt;
        trial.addEdge(wire);
        if (behind && stacksOf(trial.state()).isRow(added)) {
            const double height = cardMetrics(document.graph(), card).height(Level::Near);
            joint.place = QRectF(document.position(card.head) + QPointF(0, height), QSizeF(kCardWidth, kRowHeight));
            return joint;
        }
    }
    const auto output = [](QPointF corner) { return corner + QPointF(kCardWidth, kPortY); };
    const auto input = [](QPointF corner) { return corner + QPointF(0, kPortY); };
    const QPointF there = document.position(card.head), here = joint.place.topLeft();
    joint.output = output(behind ? there : here);
    joint.input = input(behind ? here : there);
    return joint;
}

} // namespace

std::optional<Joint> jointFor(const ProjectDocument& document, const std::string& id, QPointF corner)
{
    const engine::GraphSpec& graph = document.graph();
    const engine::LayerDescriptor* layer = engine::findLayer(id);
    const bool block = findBlock(id) != nullptr;
    const Stacks stacks = stacksOf(document.state());
    const Stack* nearest = nullptr;
    bool behind = true;
    double least = 2 * kReach;
    for (const Stack& card : stacks.all) {
        const double height = cardMetrics(graph, card).height(Level::Near);
        const auto offer = [&](QPointF best, bool reads) {
            QPointF by = corner - document.position(card.head) - best;
            if (best.x() != 0) // beside any of its rows is beside the card
                by.ry() -= std::clamp(by.y(), 0.0, height - kPortY);
            const double distance = std::hypot(by.x(), by.y());
            if (std::abs(by.x()) < kReach && std::abs(by.y()) < kReach && distance < least) {
                least = distance;
                nearest = &card;
                behind = reads;
            }
        };
        if ((block || (layer && layer->maxInputs > 0)) && graph.edgesFrom(card.tail()).empty()) {
            offer({kPitch, 0}, true);
            if (layer && layer->docks) // it will be a row of the card
                offer({0, height}, true);
        }
        if (layer && !card.isFolded() && lacksInput(graph, card.head))
            offer({-kPitch, 0}, false);
    }
    return nearest ? jointAt(document, id, *nearest, behind) : std::nullopt;
}

std::vector<NodeId> addAtJoint(ProjectDocument& document, const std::string& id, const Joint& joint)
{
    if (findBlock(id))
        return insertBlock(document, id, std::nullopt, joint.other, joint.place.topLeft());
    return {joint.behind ? addAfter(document, id, joint.other)
                         : addBefore(document, id, joint.place.topLeft(), joint.other)};
}

} // namespace convarium::ui
