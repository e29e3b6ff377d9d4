// Mouse, keys and drops of CanvasView.
#include "ui/canvas/canvas_view.h"

#include "engine/blocks/groups.h"

#include "ui/canvas/fault_card.h"
#include "ui/canvas/gestures/connect_gesture.h"
#include "ui/canvas/gestures/drop_gesture.h"
#include "ui/canvas/gestures/move_gesture.h"
#include "ui/canvas/gestures/note_gestures.h"
#include "ui/canvas/gestures/pan_gesture.h"
#include "ui/canvas/gestures/select_gesture.h"
#include "ui/canvas/keyboard_link.h"
#include "ui/document/edit_texts.h"

#include <QApplication>
#include <QHelpEvent>
#include <QMimeData>
#include <QMouseEvent>
#include <QNativeGestureEvent>
#include <QScrollBar>
#include <QToolTip>
#include <algorithm>
#include <cmath>
#include <utility>

namespace convarium::ui
{

using engine::kNoNode;

namespace
{

constexpr int kEdge = 28;                       ///< where a held thing moves the view on
constexpr int kEdgeDelayMs = 250, kEdgeMs = 16; ///< whoever only passes the edge, or begins there, does not mean it
constexpr double kEdgeSpeed = 0.5;              ///< per step, of how far the pointer is within or beyond the edge
constexpr int kEdgeMost = 24;

/// What the view has to be moved by for a pointer at that place.
QPoint edgePull(QPoint at, const QRect& view)
{
    const auto pull = [](int to, int low, int high) {
        const int depth = to < low + kEdge ? to - low - kEdge : to > high - kEdge ? to - high + kEdge : 0;
        return std::clamp(static_cast<int>(std::round(depth * kEdgeSpeed)), -kEdgeMost, kEdgeMost);
    };
    return {pull(at.x(), view.left(), view.right()), pull(at.y(), view.top(), view.bottom())};
}

} // namespace

GesturePoint CanvasView::point(QPoint view, Qt::KeyboardModifiers modifiers) const
{
    return {mapToScene(view), view, modifiers};
}

void CanvasView::begin(std::unique_ptr<Gesture> gesture)
{
    endGesture(nullptr);
    m_gesture = std::move(gesture);
    m_faultCard->hide();
    QToolTip::hideText();
}

void CanvasView::endGesture(const GesturePoint* finish)
{
    if (!m_gesture)
        return;
    m_edgeTimer.stop();
    // Out of the member first: finishing changes the document, which cancels whatever gesture there is.
    const std::unique_ptr<Gesture> gesture = std::move(m_gesture);
    if (finish)
        gesture->finish(*finish);
    else
        gesture->cancel();
    // A new wire may run outside of what was fitted.
    if (finish && m_fitted && !mapToScene(viewport()->rect()).boundingRect().contains(m_scene->contentRect()) &&
        dynamic_cast<ConnectGesture*>(gesture.get()))
        fit();
    viewport()->unsetCursor();
    viewport()->update();
    showFault();
}

void CanvasView::moveGesture(QPoint view, Qt::KeyboardModifiers modifiers)
{
    m_heldAt = view;
    m_heldWith = modifiers;
    m_gesture->move(point(view, modifiers));
    viewport()->setCursor(m_gesture->cursor());
    viewport()->update();
    if (!m_gesture->scrollsAtEdge() || edgePull(view, viewport()->rect()).isNull())
        m_edgeTimer.stop();
    else if (!m_edgeTimer.isActive())
        m_edgeTimer.start(kEdgeDelayMs);
}

void CanvasView::scrollAtEdge()
{
    if (!m_gesture)
        return m_edgeTimer.stop();
    m_edgeTimer.setInterval(kEdgeMs);
    m_fitted = false;
    const QPoint pull = edgePull(m_heldAt, viewport()->rect());
    horizontalScrollBar()->setValue(horizontalScrollBar()->value() + pull.x());
    verticalScrollBar()->setValue(verticalScrollBar()->value() + pull.y());
    moveGesture(m_heldAt, m_heldWith);
}

void CanvasView::mousePressEvent(QMouseEvent* event)
{
    const QPoint where = event->position().toPoint();
    const GesturePoint at = point(where, event->modifiers());
    m_pressedAt = where;
    const bool pan = event->button() == Qt::MiddleButton || event->button() == Qt::RightButton || m_spaceHeld;
    m_spaceUsed = m_spaceUsed || m_spaceHeld;
    m_scene->setFocusedNode(m_scene->focusedNode(), false);
    if (pan) {
        begin(std::make_unique<PanGesture>(this, at));
    } else if (event->button() == Qt::LeftButton) {
        const Hit hit = m_scene->hitAt(at.scene);
        switch (hit.kind) {
        case Hit::Kind::OutputPort:
        case Hit::Kind::InputPort: begin(std::make_unique<ConnectGesture>(this, hit, at)); break;
        case Hit::Kind::Layer: pressLayer(hit.node, at); break;
        case Hit::Kind::Wire: m_scene->selectWire(*hit.edge); break;
        case Hit::Kind::Block: pressBlock(hit.group, at); break;
        case Hit::Kind::Note: pressNote(*hit.note, at); break;
        case Hit::Kind::NoteGrip: begin(std::make_unique<NoteSizeGesture>(m_scene, *hit.note, at)); break;
        case Hit::Kind::NoteArrowHandle: begin(std::make_unique<NoteArrowGesture>(m_scene, *hit.note)); break;
        case Hit::Kind::NoteArrow: m_scene->selectArrow({*hit.note, static_cast<std::size_t>(hit.port)}); break;
        case Hit::Kind::Nothing:
            m_selectedBefore = m_scene->selection();
            if (event->modifiers().testFlag(Qt::ControlModifier) || event->modifiers().testFlag(Qt::AltModifier))
                begin(std::make_unique<PanGesture>(this, at));
            else
                begin(std::make_unique<SelectGesture>(m_scene, at, event->modifiers().testFlag(Qt::ShiftModifier)));
            break;
        }
    }
    event->accept();
}

void CanvasView::pressLayer(NodeId id, const GesturePoint& at)
{
    QList<NodeId> ids = m_scene->selection();
    if (at.modifiers & (Qt::ControlModifier | Qt::ShiftModifier)) {
        const bool was = ids.contains(id);
        for (const NodeId part : m_scene->wholeOf(id)) {
            ids.removeOne(part);
            if (!was)
                ids << part;
        }
        m_scene->select(ids, m_scene->selectedNotes());
    } else if (!ids.contains(id)) {
        m_scene->select({id});
    }
    m_scene->setFocusedNode(id, false);
    begin(std::make_unique<MoveGesture>(m_scene, id, at));
}

void CanvasView::pressNote(NoteIndex note, const GesturePoint& at)
{
    std::set<NoteIndex> notes = m_scene->selectedNotes();
    if (at.modifiers & (Qt::ControlModifier | Qt::ShiftModifier)) {
        if (!notes.insert(note).second)
            notes.erase(note);
        m_scene->select(m_scene->selection(), notes);
    } else if (!notes.contains(note)) {
        m_scene->setFocusedNode(kNoNode, false);
        m_scene->selectNotes({note});
    }
    begin(std::make_unique<MoveGesture>(m_scene, kNoNode, at));
}

/// A block is dragged, deleted and copied by its head: as its layers, all selected.
void CanvasView::pressBlock(std::int64_t group, const GesturePoint& at)
{
    const std::vector<NodeId> members = engine::membersOf(m_document->graph(), group);
    QList<NodeId> ids;
    if (at.modifiers & (Qt::ControlModifier | Qt::ShiftModifier))
        ids = m_scene->selection();
    for (const NodeId id : members)
        if (!ids.contains(id))
            ids << id;
    m_scene->select(ids);
    begin(std::make_unique<MoveGesture>(m_scene, kNoNode, at));
}

void CanvasView::mouseMoveEvent(QMouseEvent* event)
{
    const QPoint where = event->position().toPoint();
    if (m_gesture)
        return moveGesture(where, event->modifiers());
    const Hit hit = m_scene->hitAt(mapToScene(where));
    m_scene->setHover(hit);
    const bool port =
        hit.kind == Hit::Kind::OutputPort || hit.kind == Hit::Kind::InputPort || hit.kind == Hit::Kind::NoteArrowHandle;
    viewport()->setCursor(m_spaceHeld                       ? Qt::OpenHandCursor
                          : port                            ? Qt::CrossCursor
                          : hit.kind == Hit::Kind::NoteGrip ? Qt::SizeFDiagCursor
                                                            : Qt::ArrowCursor);
}

void CanvasView::mouseReleaseEvent(QMouseEvent* event)
{
    if (m_gesture) {
        const GesturePoint at = point(event->position().toPoint(), event->modifiers());
        if (dynamic_cast<PanGesture*>(m_gesture.get())) {
            // The right button pans; let go where it was pressed, it asks what can be done there.
            if (event->button() == Qt::RightButton &&
                (at.view - m_pressedAt).manhattanLength() < QApplication::startDragDistance()) {
                endGesture(nullptr);
                setFocus(Qt::MouseFocusReason);
                selectForMenu(m_scene->hitAt(mapToScene(m_pressedAt)));
                openMenuAt(at.view);
                event->accept();
                return;
            }
            m_fitted = false;
        }
        endGesture(&at);
    }
    event->accept();
}

void CanvasView::mouseDoubleClickEvent(QMouseEvent* event)
{
    const Hit hit = m_scene->hitAt(mapToScene(event->position().toPoint()));
    if (event->button() == Qt::LeftButton && hit.kind == Hit::Kind::Block) {
        setFolded(hit.group, true);
        return;
    }
    if (hit.kind == Hit::Kind::Layer && event->button() == Qt::LeftButton) {
        if (const std::int64_t block = foldedAround(m_document->state(), hit.node); block != -1) {
            setFolded(block, false);
            return;
        }
        m_scene->select({hit.node});
        Q_EMIT inspectRequested(hit.node);
        return;
    }
    if (hit.kind == Hit::Kind::Note && event->button() == Qt::LeftButton) {
        editNote(*hit.note);
        return;
    }
    if (hit.kind == Hit::Kind::Nothing && event->button() == Qt::LeftButton && !m_spaceHeld) {
        // The first click has cleared the selection that the layer is to follow, if that is still there.
        const NodeId after = m_selectedBefore.size() == 1 ? m_selectedBefore.first() : kNoNode;
        searchAt(mapToScene(event->position().toPoint()), m_document->graph().node(after) ? after : kNoNode);
        return;
    }
    mousePressEvent(event);
}

void CanvasView::wheelEvent(QWheelEvent* event)
{
    const int delta = event->angleDelta().y();
    if (delta == 0) {
        horizontalScrollBar()->setValue(horizontalScrollBar()->value() - event->angleDelta().x());
        return;
    }
    zoomAt(event->position(), m_zoom * std::pow(1.0015, delta));
    event->accept();
}

void CanvasView::zoomAt(QPointF view, double zoom)
{
    const QPointF under = mapToScene(view.toPoint());
    m_fitted = false;
    applyZoom(zoom);
    const QPoint shift = mapFromScene(under) - view.toPoint();
    horizontalScrollBar()->setValue(horizontalScrollBar()->value() + shift.x());
    verticalScrollBar()->setValue(verticalScrollBar()->value() + shift.y());
    Q_EMIT zoomChanged(m_zoom);
}

/// Of a touchpad: two fingers apart or together zoom; tapped twice, they lead to 100 % there, and back to the whole.
bool CanvasView::nativeGesture(QNativeGestureEvent* event)
{
    switch (event->gestureType()) {
    case Qt::ZoomNativeGesture: zoomAt(event->position(), m_zoom * (1 + event->value())); break;
    case Qt::SmartZoomNativeGesture: m_fitted ? zoomAt(event->position(), 1) : fit(); break;
    case Qt::BeginNativeGesture:
    case Qt::EndNativeGesture: break;
    default: return false;
    }
    event->accept();
    return true;
}

bool CanvasView::viewportEvent(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const QString text = m_gesture ? QString() : toolTipAt(help->pos());
        if (text.isEmpty())
            QToolTip::hideText();
        else
            QToolTip::showText(help->globalPos(), text, viewport());
        return true;
    }
    if (event->type() == QEvent::Leave && !m_gesture)
        m_scene->setHover({});
    if (event->type() == QEvent::NativeGesture && nativeGesture(static_cast<QNativeGestureEvent*>(event)))
        return true;
    return QGraphicsView::viewportEvent(event);
}

QString CanvasView::toolTipAt(QPoint view) const
{
    const Hit hit = m_scene->hitAt(mapToScene(view));
    // "24×24×6", then how that follows: "Output size: ⌊(28 − 5) / 1⌋ + 1 = 24".
    const auto shape = [&](NodeId id) {
        const auto known = m_document->shape(id);
        QString text = known ? shapeText(*known) : tr("size not known yet");
        for (const QString& line : outputFormula(*m_document, id))
            text += u'\n' + line;
        return text;
    };
    switch (hit.kind) {
    case Hit::Kind::OutputPort: return tr("%1 out: %2").arg(ui::accessibleName(*m_document, hit.node), shape(hit.node));
    case Hit::Kind::InputPort:
        return hit.edge ? tr("%1 in: %2").arg(ui::accessibleName(*m_document, hit.node), shape(hit.edge->from))
                        : tr("%1 in: no wire yet").arg(ui::accessibleName(*m_document, hit.node));
    case Hit::Kind::Layer: {
        const Stack* stack = m_scene->stacks().of(hit.node);
        const CardContent c = stack->isFolded() ? cardContent(*m_document, *stack) : cardContent(*m_document, hit.node);
        const bool old = c.stale && !c.count.isEmpty();
        const NodeItem* item = m_scene->itemOf(stack->head);
        QStringList lines{item ? thumbnailWords(item->picture(), m_scene->level(), item->mapFromScene(mapToScene(view)))
                               : QString(),
                          ui::accessibleName(*m_document, hit.node),
                          c.settings,
                          old ? tr("%1, %2 (%3)").arg(c.shape, c.count, lastGoodWords()) : c.count,
                          barText(*m_document, m_scene->bars(), hit.node),
                          c.fault};
        if (stack->isFolded())
            lines << tr("Double-click opens it");
        else
            lines += outputFormula(*m_document, hit.node);
        lines.removeAll(QString());
        return lines.join(u'\n');
    }
    case Hit::Kind::Wire: return shape(hit.edge->from);
    case Hit::Kind::Block:
        if (const BlockItem* block = m_scene->blockOf(hit.group))
            return block->content().name + u'\n' + block->content().details + u'\n' + tr("Double-click folds it");
        break;
    case Hit::Kind::NoteGrip: return tr("Drag to resize the note");
    case Hit::Kind::NoteArrowHandle: return tr("Drag to point at a layer or a place");
    default: break;
    }
    return {};
}

void CanvasView::keyReleaseEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Space && !event->isAutoRepeat() && std::exchange(m_spaceHeld, false) && !m_spaceUsed)
        Q_EMIT trainingToggled();
    // Moves by keys join into one step for as long as Ctrl is held.
    if (event->key() == Qt::Key_Control)
        m_document->endGesture();
    QGraphicsView::keyReleaseEvent(event);
}

void CanvasView::focusOutEvent(QFocusEvent* event)
{
    m_spaceHeld = false;
    if (m_link)
        endLink({});
    if (event->reason() != Qt::PopupFocusReason)
        m_scene->setFocusedNode(m_scene->focusedNode(), false);
    QGraphicsView::focusOutEvent(event);
}

void CanvasView::dragEnterEvent(QDragEnterEvent* event)
{
    if (!event->mimeData()->hasFormat(QLatin1String(kLayerMime))) {
        event->ignore();
        return;
    }
    begin(std::make_unique<DropGesture>(this, event->mimeData()->data(QLatin1String(kLayerMime)).toStdString()));
    event->acceptProposedAction();
}

void CanvasView::dragMoveEvent(QDragMoveEvent* event)
{
    if (!m_gesture || !event->mimeData()->hasFormat(QLatin1String(kLayerMime))) {
        event->ignore();
        return;
    }
    moveGesture(event->position().toPoint(), event->modifiers());
    event->acceptProposedAction();
}

void CanvasView::dragLeaveEvent(QDragLeaveEvent*)
{
    endGesture(nullptr);
}

void CanvasView::dropEvent(QDropEvent* event)
{
    if (!m_gesture || !event->mimeData()->hasFormat(QLatin1String(kLayerMime))) {
        event->ignore();
        return;
    }
    const GesturePoint at = point(event->position().toPoint(), event->modifiers());
    endGesture(&at);
    event->setDropAction(Qt::CopyAction);
    event->accept();
    setFocus(Qt::MouseFocusReason);
}

} // namespace convarium::ui
