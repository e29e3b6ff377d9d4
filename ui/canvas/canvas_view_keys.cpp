// The canvas without a mouse: walking, moving and connecting layers, wires and notes by keys.
#include "ui/canvas/canvas_view.h"

#include "ui/canvas/canvas_accessible.h"
#include "ui/canvas/gestures/gesture.h"
#include "ui/canvas/keyboard_link.h"
#include "ui/theme/own_keys.h"

#include <QKeyEvent>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace convarium::ui
{

using engine::kNoNode;

void CanvasView::tellKeys()
{
    tellOwnKeys(this, {{keyName(Qt::Key_Space), tr("Train or pause; held, the mouse moves the view")},
                       {tr("Letters"), tr("Find a layer by name")},
                       {keyName(Qt::Key_Tab), tr("Next layer, wire or note")},
                       {tr("Arrow keys"), tr("Along layers and wires, up and down among the wires of a layer")},
                       {tr("Shift + arrow keys"), tr("The selection grows by the next layer")},
                       {tr("Ctrl + arrow keys"), tr("Move what is selected")},
                       {keyName(Qt::Key_C), tr("Draw a wire, or an arrow from a note")},
                       {keyName(Qt::Key_Return), tr("Settings of the layer; a layer into the wire; write the note")},
                       {keyName(Qt::Key_Escape), tr("Give up, select nothing; on a page: back to the canvas")}});
}

void CanvasView::keyPressEvent(QKeyEvent* event)
{
    const int key = event->key();
    if (key == Qt::Key_Escape) {
        if (m_gesture)
            endGesture(nullptr);
        else if (m_link)
            endLink({});
        else if (!m_scene->selection().isEmpty() || m_scene->selectedWire() || !m_scene->selectedNotes().empty() ||
                 m_scene->selectedArrow())
            m_scene->select({});
        else
            event->ignore();
        return;
    }
    if (m_gesture || (m_link && linkKey(key)))
        return;
    const bool arrow = key == Qt::Key_Left || key == Qt::Key_Right || key == Qt::Key_Up || key == Qt::Key_Down;
    const NodeId focus = m_scene->focusedNode();
    if (arrow && event->modifiers().testFlag(Qt::ControlModifier)) {
        nudge(key);
    } else if (arrow) {
        walk(key, event->modifiers().testFlag(Qt::ShiftModifier));
    } else if (key == Qt::Key_Return || key == Qt::Key_Enter) {
        enter();
    } else if (key == Qt::Key_C && event->modifiers() == Qt::NoModifier &&
               (focus != kNoNode || m_scene->selectedNotes().size() == 1) && !m_scene->selectedWire()) {
        startLink();
    } else if (key == Qt::Key_Space && !event->isAutoRepeat()) {
        // Held while the mouse drags, it pans; a tap is Train / Pause.
        m_spaceHeld = true;
        m_spaceUsed = false;
    } else if (const QString typed = event->text();
               typed.size() == 1 && typed.front().isLetter() &&
               !(event->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier))) {
        searchLayer(typed);
    } else {
        event->ignore();
    }
}

/// Layers in the order of the computation, each followed by the wires that leave it; then the notes.
std::vector<CanvasView::Stop> CanvasView::stops() const
{
    std::vector<Stop> result;
    for (const NodeId id : focusOrder()) {
        result.push_back({id, {}, {}});
        for (const NodeId part : m_scene->wholeOf(id))
            for (const engine::Edge& edge : m_document->graph().edgesFrom(part))
                if (m_scene->wireOf(edge))
                    result.push_back({kNoNode, edge, {}});
    }
    for (NoteIndex i = 0; i < m_document->notes().size(); ++i)
        result.push_back({kNoNode, {}, i});
    return result;
}

CanvasView::Stop CanvasView::currentStop() const
{
    if (m_scene->selectedWire())
        return {kNoNode, m_scene->selectedWire(), {}};
    if (m_scene->focusedNode() == kNoNode && m_scene->selectedNotes().size() == 1)
        return {kNoNode, {}, *m_scene->selectedNotes().begin()};
    return {m_scene->focusedNode(), {}, {}};
}

void CanvasView::goTo(const Stop& stop)
{
    if (stop.node != kNoNode) {
        focusAndSelect(stop.node);
        return;
    }
    m_scene->setFocusedNode(kNoNode, true);
    if (stop.wire) {
        m_scene->selectWire(*stop.wire);
        if (const WireItem* wire = m_scene->wireOf(*stop.wire))
            ensureVisible(roundedPath(wire->route().points).boundingRect(), 40, 40);
    } else if (stop.note) {
        m_scene->selectNotes({*stop.note});
        m_scene->setFocusedNode(kNoNode, true);
        ensureVisible(m_scene->noteItem(*stop.note).rect(), 40, 40);
    }
    tellFocus(this);
}

bool CanvasView::focusNextPrevChild(bool next)
{
    if (!hasFocus()) // Tab in a form that lies on the canvas, or the form goes
        return QGraphicsView::focusNextPrevChild(next);
    m_cameBack = false;
    const std::vector<Stop> all = stops();
    if (all.empty())
        return QGraphicsView::focusNextPrevChild(next);
    const auto at = std::find(all.begin(), all.end(), currentStop());
    if (at == all.end()) {
        goTo(next ? all.front() : all.back());
        return true;
    }
    if (next ? at + 1 == all.end() : at == all.begin()) {
        m_scene->setFocusedNode(kNoNode, false);
        return QGraphicsView::focusNextPrevChild(next);
    }
    goTo(next ? *(at + 1) : *(at - 1));
    return true;
}

void CanvasView::walk(int key, bool extend)
{
    const bool forward = key == Qt::Key_Right || key == Qt::Key_Down;
    const Stop here = currentStop();
    const bool along = key == Qt::Key_Left || key == Qt::Key_Right;
    if (here.wire && along)
        return goTo({forward ? m_scene->stacks().headOf(here.wire->to) : shownOf(here.wire->from), {}, {}});
    if (here.wire)
        return walkAcross(*here.wire, forward);
    if (here.note) {
        const std::vector<Stop> all = stops();
        const auto at = std::find(all.begin(), all.end(), here);
        if (forward ? at + 1 < all.end() : at != all.begin() && at != all.end())
            goTo(forward ? *(at + 1) : *(at - 1));
        return;
    }
    if (here.node != kNoNode && along && !extend) {
        const std::vector<engine::Edge> wires = wiresOf(here.node, forward);
        m_cameBack = !forward;
        return wires.empty() ? void() : goTo({kNoNode, wires.front(), {}});
    }
    const std::vector<NodeId> order = focusOrder();
    const NodeId to = here.node == kNoNode ? (order.empty() ? kNoNode : order.front()) : neighbour(here.node, key);
    const QList<NodeId> kept = m_scene->selection();
    focusAndSelect(to);
    if (extend && to != kNoNode)
        m_scene->select(kept + QList<NodeId>{to}, m_scene->selectedNotes());
}

/// The wires that are drawn at one side of the layer's card, ordered by where they lead: from the top, then from the
/// nearest.
std::vector<engine::Edge> CanvasView::wiresOf(NodeId id, bool leaving) const
{
    const Stacks& stacks = m_scene->stacks();
    const NodeId card = stacks.headOf(id);
    std::vector<engine::Edge> wires;
    for (const engine::Edge& edge : m_document->graph().edges)
        if (stacks.headOf(leaving ? edge.from : edge.to) == card && m_scene->wireOf(edge))
            wires.push_back(edge);
    std::ranges::stable_sort(wires, {}, [&](const engine::Edge& edge) {
        const QPointF there = m_document->position(stacks.headOf(leaving ? edge.to : edge.from));
        return std::pair(there.y(), leaving ? there.x() : -there.x());
    });
    return wires;
}

/// Round the wires of the layer from which one came on to this one; a single wire leads to the next in the network.
void CanvasView::walkAcross(const engine::Edge& wire, bool forward)
{
    std::vector<engine::Edge> wires = m_cameBack ? wiresOf(wire.to, false) : wiresOf(wire.from, true);
    if (wires.size() < 2)
        wires = m_cameBack ? wiresOf(wire.from, true) : wiresOf(wire.to, false);
    if (wires.size() < 2) {
        wires.clear();
        for (const Stop& stop : stops())
            if (stop.wire)
                wires.push_back(*stop.wire);
    }
    const auto at = std::find(wires.begin(), wires.end(), wire);
    if (at == wires.end())
        return;
    const auto count = static_cast<std::ptrdiff_t>(wires.size());
    const std::ptrdiff_t next = (at - wires.begin() + (forward ? 1 : count - 1)) % count;
    goTo({kNoNode, wires[static_cast<std::size_t>(next)], {}});
}

void CanvasView::enter()
{
    const Stop here = currentStop();
    if (here.wire)
        searchLayer({});
    else if (here.note)
        editNote(*here.note);
    else if (here.node != kNoNode)
        Q_EMIT editRequested(here.node);
}

void CanvasView::editSelected()
{
    if (m_scene->selection().size() == 1)
        Q_EMIT editRequested(m_scene->selection().first());
    else if (m_scene->selectedNotes().size() == 1)
        editNote(*m_scene->selectedNotes().begin());
}

void CanvasView::focusAndSelect(NodeId id)
{
    if (id == kNoNode)
        return;
    m_scene->select({id});
    m_scene->setFocusedNode(id, true);
    if (NodeItem* item = m_scene->itemOf(id))
        ensureVisible(item->layerRect(id), 40, 40);
    tellFocus(this);
}

std::vector<NodeId> CanvasView::focusOrder() const
{
    std::vector<NodeId> order = m_document->shaped().order; // a folded block is where its first layer is
    for (const engine::Node& node : m_document->graph().nodes)
        if (std::find(order.begin(), order.end(), node.id) == order.end())
            order.push_back(node.id);
    std::erase_if(order, [this](NodeId id) { return m_scene->stacks().isHidden(id); });
    return order;
}

NodeId CanvasView::shownOf(NodeId id) const
{
    return m_scene->stacks().isHidden(id) ? m_scene->stacks().headOf(id) : id;
}

NodeId CanvasView::neighbour(NodeId id, int key) const
{
    const engine::GraphSpec& graph = m_document->graph();
    const Stack* stack = m_scene->stacks().of(id);
    if (!stack)
        return kNoNode;
    if (key == Qt::Key_Right) {
        const auto out = graph.edgesFrom(stack->tail());
        return out.empty() ? kNoNode : shownOf(out.front().to);
    }
    if (key == Qt::Key_Left) {
        const auto in = graph.edgesInto(stack->head);
        return in.empty() ? kNoNode : m_scene->stacks().headOf(in.front().from);
    }
    // Up and down walk through the rows of a card, then to the nearest card above or below.
    std::vector<NodeId> layers{stack->head};
    layers.insert(layers.end(), stack->docked().begin(), stack->docked().end());
    const auto at = std::find(layers.begin(), layers.end(), id);
    if (key == Qt::Key_Down && at + 1 != layers.end())
        return *(at + 1);
    if (key == Qt::Key_Up && at != layers.begin())
        return *(at - 1);
    const QPointF here = m_document->position(stack->head);
    NodeId best = kNoNode;
    double nearest = std::numeric_limits<double>::max();
    for (const Stack& other : m_scene->stacks().all) {
        const QPointF by = m_document->position(other.head) - here;
        if (key == Qt::Key_Down ? by.y() <= 0 : by.y() >= 0)
            continue;
        const double distance = std::abs(by.y()) + 2 * std::abs(by.x());
        if (distance < nearest) {
            nearest = distance;
            best = key == Qt::Key_Up ? shownOf(other.tail()) : other.head;
        }
    }
    return best;
}

void CanvasView::nudge(int key)
{
    const QPointF by = key == Qt::Key_Left    ? QPointF(-kSnap, 0)
                       : key == Qt::Key_Right ? QPointF(kSnap, 0)
                       : key == Qt::Key_Up    ? QPointF(0, -kSnap)
                                              : QPointF(0, kSnap);
    Positions places;
    for (NodeId id : m_scene->selection())
        if (const Stack* stack = m_scene->stacks().of(id)) {
            places[stack->head] = m_document->position(stack->head) + by;
            for (NodeId row : stack->rows)
                places[row] = m_document->position(row) + by;
        }
    std::map<NoteIndex, QPointF> notes;
    for (const NoteIndex i : m_scene->selectedNotes())
        notes[i] = QPointF(m_document->notes()[i].x, m_document->notes()[i].y) + by;
    m_document->moveNodes(places, true, notes);
}

void CanvasView::startLink()
{
    const Stop here = currentStop();
    const QString name = here.note ? tr("the note") : ui::accessibleName(*m_document, here.node);
    m_link = here.note ? std::make_unique<KeyboardLink>(m_scene, *here.note, focusOrder())
                       : std::make_unique<KeyboardLink>(m_scene, here.node, focusOrder());
    if (!m_link->hasTargets())
        endLink(tr("No layer has a free input that %1 could feed.").arg(name));
    else
        tellLink();
}

void CanvasView::tellLink()
{
    say(tr("To %1: Enter connects, arrow keys choose another, Esc leaves.")
            .arg(ui::accessibleName(*m_document, m_link->target())),
        true);
    ensureVisible(m_scene->rectOf({m_link->target()}), 40, 40);
    viewport()->update();
}

void CanvasView::endLink(const QString& text)
{
    m_link.reset();
    say(text);
    viewport()->update();
}

/// False: the key means nothing to a wire in the hand.
bool CanvasView::linkKey(int key)
{
    if (key == Qt::Key_Return || key == Qt::Key_Enter) {
        // Out of the member first: the edit ends whatever is half drawn.
        const std::unique_ptr<KeyboardLink> link = std::move(m_link);
        const auto done = link->finish();
        endLink(done ? m_document->undoStack()->undoText() : QString::fromStdString(done.error().text()));
    } else if (key == Qt::Key_Right || key == Qt::Key_Down || key == Qt::Key_Left || key == Qt::Key_Up) {
        m_link->step(key == Qt::Key_Right || key == Qt::Key_Down ? 1 : -1);
        tellLink();
    } else {
        return false;
    }
    return true;
}

} // namespace convarium::ui
