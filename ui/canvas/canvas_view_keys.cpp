// The canvas without a mouse: walking, moving and connecting layers by keys.
#include "ui/canvas/canvas_view.h"

#include "ui/canvas/gestures/gesture.h"

#include <QKeyEvent>
#include <algorithm>
#include <cmath>
#include <limits>

namespace convarium::ui
{

using engine::kNoNode;

void CanvasView::keyPressEvent(QKeyEvent* event)
{
    const int key = event->key();
    const NodeId focus = m_scene->focusedNode();
    if (key == Qt::Key_Escape) {
        if (m_gesture) {
            endGesture(nullptr);
        } else if (m_wireSource != kNoNode) {
            m_wireSource = kNoNode;
            say({});
        } else if (!m_scene->selection().isEmpty() || m_scene->selectedWire()) {
            m_scene->select({});
        } else {
            event->ignore();
        }
        return;
    }
    if (m_gesture)
        return;
    if (m_wireSource != kNoNode && keyboardWireKey(key))
        return;
    const bool arrow = key == Qt::Key_Left || key == Qt::Key_Right || key == Qt::Key_Up || key == Qt::Key_Down;
    if (arrow && event->modifiers().testFlag(Qt::ControlModifier)) {
        nudge(key);
    } else if (arrow) {
        focusAndSelect(focus == kNoNode ? (focusOrder().empty() ? kNoNode : focusOrder().front())
                                        : neighbour(focus, key));
    } else if ((key == Qt::Key_Return || key == Qt::Key_Enter) && focus != kNoNode) {
        Q_EMIT lookInsideRequested(focus);
    } else if (key == Qt::Key_C && event->modifiers() == Qt::NoModifier && focus != kNoNode) {
        startKeyboardWire();
    } else if (key == Qt::Key_Slash) {
        searchLayer({});
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

bool CanvasView::focusNextPrevChild(bool next)
{
    const std::vector<NodeId> order = focusOrder();
    const auto at = std::find(order.begin(), order.end(), m_scene->focusedNode());
    if (order.empty())
        return QGraphicsView::focusNextPrevChild(next);
    if (at == order.end()) {
        focusAndSelect(next ? order.front() : order.back());
        return true;
    }
    if (next ? at + 1 == order.end() : at == order.begin()) {
        m_scene->setFocusedNode(kNoNode, false);
        return QGraphicsView::focusNextPrevChild(next);
    }
    focusAndSelect(next ? *(at + 1) : *(at - 1));
    return true;
}

void CanvasView::focusAndSelect(NodeId id)
{
    if (id == kNoNode)
        return;
    m_scene->select({id});
    m_scene->setFocusedNode(id, true);
    if (NodeItem* item = m_scene->itemOf(id))
        ensureVisible(item->layerRect(id), 40, 40);
}

std::vector<NodeId> CanvasView::focusOrder() const
{
    std::vector<NodeId> order = m_document->shaped().order;
    for (const engine::Node& node : m_document->graph().nodes)
        if (std::find(order.begin(), order.end(), node.id) == order.end())
            order.push_back(node.id);
    return order;
}

NodeId CanvasView::neighbour(NodeId id, int key) const
{
    const engine::GraphSpec& graph = m_document->graph();
    const Stack* stack = m_scene->stacks().of(id);
    if (!stack)
        return kNoNode;
    if (key == Qt::Key_Right) {
        const auto out = graph.edgesFrom(stack->tail());
        return out.empty() ? kNoNode : out.front().to;
    }
    if (key == Qt::Key_Left) {
        const auto in = graph.edgesInto(stack->head);
        return in.empty() ? kNoNode : m_scene->stacks().headOf(in.front().from);
    }
    // Up and down walk through the rows of a card, then to the nearest card above or below.
    std::vector<NodeId> layers{stack->head};
    layers.insert(layers.end(), stack->rows.begin(), stack->rows.end());
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
            best = key == Qt::Key_Up ? other.tail() : other.head;
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
    m_document->moveNodes(places, true);
}

void CanvasView::startKeyboardWire()
{
    m_wireSource = m_scene->focusedNode();
    say(tr("Connect %1: choose a layer with the arrow keys, Enter connects, Esc leaves.")
            .arg(ui::accessibleName(*m_document, m_wireSource)),
        true);
}

bool CanvasView::keyboardWireKey(int key)
{
    const NodeId source = m_wireSource;
    const NodeId target = m_scene->focusedNode();
    if (key != Qt::Key_Return && key != Qt::Key_Enter)
        return false;
    m_wireSource = kNoNode;
    const auto done = m_document->connectNodes(source, target);
    say(done ? m_document->undoStack()->undoText() : QString::fromStdString(done.error().text()));
    return true;
}

} // namespace convarium::ui
