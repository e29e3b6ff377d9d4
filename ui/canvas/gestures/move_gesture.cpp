#include "ui/canvas/gestures/move_gesture.h"

#include "ui/canvas/alignment.h"
#include "ui/canvas/canvas_scene.h"
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

MoveGesture::MoveGesture(CanvasScene* scene, NodeId held, const GesturePoint& start) : m_scene(scene), m_start(start)
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
    // A folded block may have several layers that a wire would have to lead through.
    if (cards != 1 || !m_notes.empty() || m_chain->isFolded())
        m_chain.reset();
    else
        m_loose = graph.edgesInto(m_chain->head).empty() && graph.edgesFrom(m_chain->tail()).empty();
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

std::optional<engine::Edge> MoveGesture::wireFor(const GesturePoint& point, QPointF by) const
{
    if (!m_chain || !(m_loose || point.modifiers.testFlag(Qt::AltModifier)))
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
    m_wire = wireFor(point, to.by);
    m_guides = m_wire ? std::vector<QLineF>() : std::move(to.guides);
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
    if (!m_moving)
        return;
    ProjectDocument* document = m_scene->document();
    const int before = document->undoStack()->index();
    std::map<NoteIndex, QPointF> notes;
    for (const auto& [index, note] : m_movedNotes)
        notes[index] = {note.x, note.y};
    m_scene->setDropWire(std::nullopt);
    // The cards stay in the hand until the document has them there, and glide on from there.
    if (m_wire)
        leadWireThrough(*document, *m_wire, *m_chain);
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
}

} // namespace convarium::ui
