#include "ui/canvas/gestures/move_gesture.h"

#include "ui/canvas/alignment.h"
#include "ui/canvas/canvas_scene.h"
#include "ui/canvas/gestures/replacement_mark.h"
#include "ui/canvas/placement.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QPainter>
#include <algorithm>

namespace convarium::ui
{

namespace
{
constexpr double kAttraction = 6; ///< of lines, in pixels of the screen
} // namespace

MoveGesture::MoveGesture(CanvasScene* scene, NodeId held, const GesturePoint& start)
    : m_scene(scene), m_pressed(held), m_start(start)
{
    const engine::GraphSpec& graph = scene->document()->graph();
    const auto placeOf = [&](NodeId id) { m_before[id] = scene->document()->position(id); };
    std::size_t cards = 0;
    for (NodeId id : scene->selection())
        if (const Stack* stack = scene->stacks().of(id); stack && !m_before.contains(stack->head)) {
            placeOf(stack->head);
            std::for_each(stack->rows.begin(), stack->rows.end(), placeOf);
            m_chain = *stack;
            ++cards;
        }
    for (const NoteIndex i : scene->selectedNotes()) {
        m_notes[i] = scene->document()->notes().at(i);
        if (held == engine::kNoNode && m_held.isNull())
            m_held = scene->noteItem(i).rect();
    }
    if (cards != 1 || !m_notes.empty())
        m_chain.reset();
    else
        m_loose = std::none_of(graph.edges.begin(), graph.edges.end(), [&](const engine::Edge& edge) {
            return (scene->stacks().headOf(edge.from) == m_chain->head) !=
                   (scene->stacks().headOf(edge.to) == m_chain->head);
        });
    for (const Stack& stack : scene->stacks().all) {
        const NodeItem* item = scene->itemOf(stack.head);
        if (!item)
            continue;
        if (!m_before.contains(stack.head))
            m_others.push_back(item->fullRect());
        else if (scene->stacks().headOf(held) == stack.head || m_held.isNull())
            m_held = item->fullRect();
    }
}

Qt::CursorShape MoveGesture::cursor() const
{
    return m_moving ? Qt::SizeAllCursor : Qt::ArrowCursor;
}

bool MoveGesture::mayLeave(const GesturePoint& point) const
{
    return m_chain && (m_loose || point.modifiers.testFlag(Qt::AltModifier));
}

/// Of another card, under the pointer.
NodeId MoveGesture::layerFor(const GesturePoint& point) const
{
    if (!mayLeave(point))
        return engine::kNoNode;
    for (const Stack& stack : m_scene->stacks().all) {
        const NodeItem* item = stack.head == m_chain->head ? nullptr : m_scene->itemOf(stack.head);
        if (!item || !item->fullRect().contains(point.scene))
            continue;
        const auto row = std::find_if(stack.docked().begin(), stack.docked().end(),
                                      [&](NodeId id) { return item->layerRect(id).contains(point.scene); });
        const NodeId layer = row == stack.docked().end() ? stack.head : *row;
        return canReplace(*m_scene->document(), layer, *m_chain) ? layer : engine::kNoNode;
    }
    return engine::kNoNode;
}

std::optional<engine::Edge> MoveGesture::wireFor(const GesturePoint& point, QPointF by) const
{
    if (!mayLeave(point))
        return std::nullopt;
    // Meant is the wire under the pointer, or the one that runs through the ports of the card.
    const QRectF card = m_held.translated(by);
    for (const QPointF at : {point.scene, QPointF(card.center().x(), card.top() + kPortY)})
        if (const auto wire = m_scene->wireAt(at, 2 * kSnap, m_chain->head);
            wire && canLead(*m_scene->document(), *wire, *m_chain))
            return wire;
    return std::nullopt;
}

void MoveGesture::move(const GesturePoint& point)
{
    if (!m_moving && (point.view - m_start.view).manhattanLength() < QApplication::startDragDistance())
        return;
    m_moving = true;
    Alignment to =
        aligned(m_held, point.scene - m_start.scene, m_others, kAttraction / std::max(0.1, m_scene->viewScale()));
    m_replaced = layerFor(point);
    m_wire = m_replaced == engine::kNoNode ? wireFor(point, to.by) : std::nullopt;
    m_guides = m_wire || m_replaced != engine::kNoNode ? std::vector<QLineF>() : std::move(to.guides);
    m_after.clear();
    for (const auto& [id, place] : m_before)
        m_after[id] = place + to.by;
    m_movedNotes = m_notes;
    for (auto& [index, note] : m_movedNotes) {
        note.x += to.by.x();
        note.y += to.by.y();
    }
    m_scene->setDropWire(m_wire);
    m_scene->previewMove(m_after);
    m_scene->previewNotes(m_movedNotes);
}

void MoveGesture::finish(const GesturePoint& point)
{
    move(point);
    if (!m_moving) {
        if (m_pressed != engine::kNoNode && !(m_start.modifiers & (Qt::ControlModifier | Qt::ShiftModifier)))
            m_scene->select({m_pressed});
        return;
    }
    ProjectDocument* document = m_scene->document();
    const int before = document->undoStack()->index();
    std::map<NoteIndex, QPointF> notes;
    for (const auto& [index, note] : m_movedNotes)
        notes[index] = {note.x, note.y};
    m_scene->setDropWire(std::nullopt);
    // The cards stay in the hand until the document has them there, and glide on from there.
    if (m_wire)
        leadWireThrough(*document, *m_wire, *m_chain);
    else if (m_replaced != engine::kNoNode)
        replaceByCard(*document, m_replaced, *m_chain);
    else
        document->moveNodes(m_after, false, notes);
    if (document->undoStack()->index() == before)
        cancel(); // back where they came from
}

void MoveGesture::cancel()
{
    m_scene->setDropWire(std::nullopt);
    m_scene->previewMove({});
    m_scene->previewNotes({});
}

void MoveGesture::paint(QPainter* painter) const
{
    painter->setRenderHint(QPainter::Antialiasing, false);
    painter->setPen(QPen(Theme::current().accent, 0));
    for (const QLineF& guide : m_guides)
        painter->drawLine(guide);
    if (m_replaced != engine::kNoNode)
        paintReplacement(painter, *m_scene, m_replaced, nameOf(*m_scene->document(), *m_chain));
}

} // namespace convarium::ui
