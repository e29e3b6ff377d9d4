// The part of CanvasScene that finds things and holds what is not in the document: selection, focus, hover, drags.
#include "ui/canvas/canvas_scene.h"

#include "engine/layers/layer.h"

#include <QLineF>
#include <algorithm>

namespace convarium::ui
{

using engine::Edge;
using engine::kNoNode;

NodeItem* CanvasScene::itemOf(NodeId id) const
{
    const auto it = m_items.find(m_stacks.headOf(id));
    return it == m_items.end() ? nullptr : it->second.get();
}

WireItem* CanvasScene::wireOf(const Edge& edge) const
{
    const auto it =
        std::find_if(m_wires.begin(), m_wires.end(), [&](const auto& wire) { return wire->edge() == edge; });
    return it == m_wires.end() ? nullptr : it->get();
}

const BlockItem* CanvasScene::blockOf(std::int64_t group) const
{
    const auto it = m_blocks.find(group);
    return it == m_blocks.end() ? nullptr : it->second.get();
}

const BlockItem* CanvasScene::blockAt(QPointF pos) const
{
    const BlockItem* found = nullptr;
    for (const auto& [id, block] : m_blocks)
        if (block->rect().contains(pos) && (!found || block->depth() > found->depth()))
            found = block.get();
    return found;
}

QList<NodeId> CanvasScene::wholeOf(NodeId id) const
{
    const Stack* stack = m_stacks.of(id);
    QList<NodeId> ids;
    if (!stack || !stack->isFolded())
        return {id};
    ids << stack->head;
    for (const NodeId row : stack->rows)
        ids << row;
    return ids;
}

QList<NodeId> CanvasScene::whole(const QList<NodeId>& ids) const
{
    QList<NodeId> all;
    for (const NodeId id : ids)
        for (const NodeId part : wholeOf(id))
            if (!all.contains(part))
                all << part;
    return all;
}

engine::Result<void> CanvasScene::canConnect(NodeId from, NodeId to) const
{
    const Stack *source = m_stacks.of(from), *target = m_stacks.of(to);
    if (source && source->isFolded())
        from = source->tail();
    return target && target->isFolded() ? m_document->canConnectToBlock(from, target->block)
                                        : m_document->canConnect(from, to);
}

engine::Result<void> CanvasScene::connectCards(NodeId from, NodeId to)
{
    const Stack *source = m_stacks.of(from), *target = m_stacks.of(to);
    if (source && source->isFolded())
        from = source->tail();
    return target && target->isFolded() ? m_document->connectToBlock(from, target->block)
                                        : m_document->connectNodes(from, to);
}

NodeId CanvasScene::entryOf(NodeId id) const
{
    const engine::GraphSpec& graph = m_document->graph();
    const QList<NodeId> parts = wholeOf(id);
    const auto open = std::find_if(parts.begin(), parts.end(), [&](NodeId part) {
        const engine::LayerDescriptor* layer = engine::findLayer(graph.node(part)->type);
        return layer && layer->maxInputs > 0 && graph.edgesInto(part).empty();
    });
    return parts.size() > 1 && open != parts.end() ? *open : id;
}

int CanvasScene::inputPortCount(NodeId id) const
{
    if (const Stack* stack = m_stacks.of(id); stack && stack->isFolded())
        return std::max(1, static_cast<int>(std::count_if(m_wires.begin(), m_wires.end(), [&](const auto& wire) {
                            return m_stacks.headOf(wire->edge().to) == stack->head;
                        })));
    const engine::Node* node = m_document->graph().node(id);
    const engine::LayerDescriptor* layer = node ? engine::findLayer(node->type) : nullptr;
    if (!layer)
        return 1;
    if (layer->maxInputs <= 1)
        return layer->maxInputs;
    const int wires = static_cast<int>(m_document->graph().edgesInto(id).size());
    const bool wanted = m_draft && m_draft->toInput && m_draft->fits.contains(id) && m_draft->fits.at(id);
    return std::min(layer->maxInputs, std::max(2, wires + (wanted && wires >= 2 ? 1 : 0)));
}

QPointF CanvasScene::outputPort(NodeId id) const
{
    const NodeItem* item = itemOf(id);
    if (!item)
        return {};
    if (item->stack().tail() == id || item->stack().isFolded())
        return item->outputPort();
    const QRectF rect = item->layerRect(id);
    return {rect.right(), item->head() == id ? rect.bottom() - 9 : rect.center().y()};
}

QPointF CanvasScene::inputPort(NodeId id, int slot) const
{
    const NodeItem* item = itemOf(id);
    if (!item)
        return {};
    if (item->stack().isFolded()) {
        for (const auto& wire : m_wires)
            if (wire->edge().to == id && wire->edge().slot == slot)
                return item->inputPort(wire->route().port);
        return item->inputPort(slot);
    }
    if (item->head() != id)
        return {item->layerRect(id).left(), item->layerRect(id).center().y()};
    std::vector<int> taken;
    for (const auto& wire : m_wires) {
        if (wire->edge().to != id)
            continue;
        if (wire->edge().slot == slot)
            return item->inputPort(wire->route().port);
        taken.push_back(wire->edge().slot);
    }
    // Ports without a wire come last, in the order of their slots.
    int place = static_cast<int>(taken.size());
    for (int s = 0; s < slot; ++s)
        place += std::find(taken.begin(), taken.end(), s) == taken.end() ? 1 : 0;
    return item->inputPort(place);
}

Hit CanvasScene::hitAt(QPointF pos) const
{
    if (const auto hit = noteHit(pos))
        return *hit;
    Hit best;
    // On a small picture the ports keep a size that a finger can hit, as long as cards are drawn.
    const double reach = m_level == Level::Far ? 0 : kPortHitRadius;
    double nearest = reach;
    const auto offer = [&](QPointF port, double radius, const Hit& hit) {
        const double distance = QLineF(port, pos).length();
        if (distance <= radius && distance < nearest) {
            nearest = distance;
            best = hit;
        }
    };
    for (const auto& [id, item] : m_items) {
        offer(item->outputPort(), reach, {Hit::Kind::OutputPort, item->stack().tail(), 0, {}});
        for (std::size_t i = 0; i < item->picture().inputPorts.size(); ++i)
            offer(item->inputPort(static_cast<int>(i)), reach, {Hit::Kind::InputPort, id, static_cast<int>(i), {}});
        // Outputs inside a card: a wire from there takes the docked rows off.
        if (!item->stack().docked().empty())
            for (NodeId layer = id; layer != item->stack().tail();) {
                offer(outputPort(layer), reach / 2, {Hit::Kind::OutputPort, layer, 0, {}});
                const auto& rows = item->stack().rows;
                const auto at = std::find(rows.begin(), rows.end(), layer);
                layer = at == rows.end() ? rows.front() : *(at + 1);
            }
    }
    if (best.kind == Hit::Kind::InputPort)
        for (const auto& wire : m_wires)
            if (m_stacks.headOf(wire->edge().to) == best.node && wire->route().port == best.port)
                best.edge = wire->edge();
    if (best.kind != Hit::Kind::Nothing)
        return best;
    for (const auto& [id, item] : m_items)
        if (item->shownRect().contains(pos))
            return {Hit::Kind::Layer, item->layerAt(pos), 0, {}};
    if (const auto edge = wireAt(pos, std::max(6.0, 6.0 / m_scale)))
        return {Hit::Kind::Wire, kNoNode, 0, edge};
    if (const auto hit = noteArrowHit(pos))
        return *hit;
    for (const auto& [id, block] : m_blocks)
        if (block->handleRect().contains(pos) &&
            (best.group == -1 || block->depth() > m_blocks.at(best.group)->depth()))
            best = {Hit::Kind::Block, kNoNode, 0, {}, id};
    return best;
}

std::optional<Edge> CanvasScene::wireAt(QPointF pos, double reach, NodeId except) const
{
    std::optional<Edge> best;
    for (const auto& wire : m_wires)
        if (const double distance = wire->distance(pos);
            distance < reach && (except == kNoNode || (m_stacks.headOf(wire->edge().from) != except &&
                                                       m_stacks.headOf(wire->edge().to) != except))) {
            reach = distance;
            best = wire->edge();
        }
    return best;
}

QRectF CanvasScene::contentRect() const
{
    QRectF rect;
    for (const auto& [id, item] : m_items)
        rect |= item->fullRect();
    for (const auto& wire : m_wires) {
        const QPainterPath path = roundedPath(wire->route().points);
        if (!path.isEmpty())
            rect |= path.boundingRect().adjusted(0, wire->look().label.isEmpty() ? 0 : -20, 0, 0);
    }
    for (const auto& [id, block] : m_blocks)
        rect |= block->rect();
    if (m_output->isVisible())
        rect |= m_output->cardRect();
    for (const auto& note : m_notes)
        rect |= note->boundingRect();
    return rect;
}

QRectF CanvasScene::rectOf(const QList<NodeId>& ids) const
{
    QRectF rect;
    for (NodeId id : ids)
        if (const NodeItem* item = itemOf(id))
            rect |= item->fullRect();
    return rect;
}

QList<NodeId> CanvasScene::layersIn(const QRectF& rect) const
{
    QList<NodeId> result;
    for (const Stack& stack : m_stacks.all) {
        const auto it = m_items.find(stack.head);
        if (it != m_items.end() && it->second->shownRect().intersects(rect)) {
            result << stack.head;
            for (NodeId row : stack.rows)
                result << row;
        }
    }
    return result;
}

void CanvasScene::select(const QList<NodeId>& ids, const std::set<NoteIndex>& notes)
{
    QList<NodeId> next;
    for (NodeId id : ids)
        if (m_document->graph().node(id) && !next.contains(id))
            next << id;
    next = whole(next);
    std::set<NoteIndex> nextNotes = notes;
    std::erase_if(nextNotes, [this](NoteIndex i) { return i >= m_notes.size(); });
    // Not ==: comparing two empty lists of numbers, Qt 6.4 hands a null pointer to memcmp.
    const bool same = std::equal(next.begin(), next.end(), m_selection.begin(), m_selection.end()) &&
                      nextNotes == m_selectedNotes && !m_selectedWire && !m_selectedArrow;
    m_selection = next;
    m_selectedNotes = std::move(nextNotes);
    m_selectedWire.reset();
    m_selectedArrow.reset();
    refreshStates();
    refreshWires();
    refreshBlocks();
    refreshNoteStates();
    if (!same)
        Q_EMIT layersSelected(m_selection);
}

void CanvasScene::selectWire(const Edge& edge)
{
    m_selection.clear();
    m_selectedNotes.clear();
    m_selectedArrow.reset();
    m_selectedWire = edge;
    refreshNoteStates();
    refreshStates();
    refreshWires();
    refreshBlocks();
    Q_EMIT layersSelected({});
}

void CanvasScene::setFocusedNode(NodeId id, bool visible)
{
    m_focused = m_document->graph().node(id) ? id : kNoNode;
    m_focusVisible = visible;
    refreshStates();
    refreshNoteStates();
}

void CanvasScene::setHover(const Hit& hit)
{
    if (hit.kind == m_hover.kind && hit.node == m_hover.node && hit.edge == m_hover.edge && hit.note == m_hover.note)
        return;
    m_hover = hit;
    refreshStates();
    refreshNoteStates();
    refreshWires();
}

void CanvasScene::previewMove(const Positions& places)
{
    stopGlide();
    m_preview = places;
    place();
}

void CanvasScene::setWireDraft(const std::optional<WireDraft>& draft)
{
    const bool starts = draft.has_value() != m_draft.has_value();
    m_draft = draft;
    // A merge offers one more port while a wire is in the hand.
    if (starts)
        reroute();
    update();
}

void CanvasScene::setDropWire(const std::optional<Edge>& edge)
{
    if (m_dropWire == edge)
        return;
    m_dropWire = edge;
    refreshWires();
}

} // namespace convarium::ui
