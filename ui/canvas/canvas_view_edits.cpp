// The part of CanvasView that edits what is selected: delete, copy, paste, notes.
#include "ui/canvas/canvas_view.h"

#include "ui/canvas/layout.h"
#include "ui/canvas/note_editor.h"
#include "ui/canvas/placement.h"
#include "ui/document/edit_builder.h"
#include "ui/document/edit_texts.h"
#include "ui/document/network_clip.h"

#include <QClipboard>
#include <QGuiApplication>
#include <algorithm>

namespace convarium::ui
{

namespace
{

constexpr QPointF kAside(5 * kSnap, 5 * kSnap); ///< of a copy from what was copied
constexpr QSizeF kNoteSize(200, 72);

/// Everything the fragment will cover, about.
QRectF areaOf(const Fragment& fragment)
{
    QRectF area;
    for (const auto& [id, at] : fragment.positions)
        area |= QRectF(at, QSizeF(kCardWidth, kCardWidth));
    for (const engine::Note& note : fragment.notes)
        area |= QRectF(QPointF(note.x, note.y), noteSize(note));
    return area;
}

/// Text written by hand need not say where things are.
void placeAll(Fragment& fragment)
{
    const auto placed = [&](const engine::Node& node) { return fragment.positions.contains(node.id); };
    if (std::all_of(fragment.nodes.begin(), fragment.nodes.end(), placed))
        return;
    engine::GraphSpec graph;
    graph.nodes = fragment.nodes;
    graph.edges = fragment.edges;
    graph.groups = fragment.groups;
    fragment.positions = layoutOf({graph, {}, {}, {}, fragment.blocks});
}

/// With its twins: what feeds several layers of a folded block is drawn as one wire.
void removeWire(const CanvasScene& scene, const engine::Edge& wire)
{
    ProjectDocument* document = scene.document();
    const QList<NodeId> ends = scene.wholeOf(wire.to);
    std::vector<engine::Edge> wires;
    for (const engine::Edge& edge : document->graph().edgesFrom(wire.from))
        if (edge == wire || (ends.size() > 1 && ends.contains(edge.to)))
            wires.push_back(edge);
    // From the last slot down, so that the slots stay true while the gaps close.
    std::sort(wires.begin(), wires.end(), [](const auto& a, const auto& b) { return a.slot > b.slot; });
    document->edit(stepText(document->graph(), step::EdgeStep{false, 0, wire}), [&](EditBuilder& b) {
        for (const engine::Edge& edge : wires)
            b.removeEdge(edge);
    });
}

} // namespace

void CanvasView::removeSelection()
{
    if (const auto wire = m_scene->selectedWire()) {
        removeWire(*m_scene, *wire);
    } else if (const auto arrow = m_scene->selectedArrow()) {
        engine::Note note = m_document->notes().at(arrow->note);
        note.arrows.erase(note.arrows.begin() + static_cast<std::ptrdiff_t>(arrow->arrow));
        m_document->setNote(arrow->note, note);
    } else {
        m_document->removeNodes({m_scene->selection().begin(), m_scene->selection().end()}, true,
                                m_scene->selectedNotes());
        m_scene->select({}); // another note may have the number now
    }
}

void CanvasView::duplicateSelection()
{
    const QList<NodeId> ids = m_scene->selection();
    add(m_document->fragment({ids.begin(), ids.end()}, m_scene->selectedNotes()), kAside, tr("Duplicate"));
}

void CanvasView::add(const Fragment& fragment, QPointF offset, const QString& verb)
{
    if (fragment.isEmpty())
        return;
    const auto added = m_document->paste(fragment, offset, verb);
    std::set<NoteIndex> notes;
    for (std::size_t i = 0; i < fragment.notes.size(); ++i)
        notes.insert(m_document->notes().size() - 1 - i);
    const QList<NodeId> list(added.begin(), added.end());
    m_scene->select(list, notes);
    if (!list.isEmpty())
        m_scene->setFocusedNode(list.front(), false);
    if (m_fitted)
        fit();
    else
        ensureVisible(areaOf(fragment).translated(offset), 40, 40);
    Q_EMIT statusMessage(m_document->undoStack()->undoText());
}

void CanvasView::copySelection()
{
    const QList<NodeId> ids = m_scene->selection();
    const Fragment part = m_document->fragment({ids.begin(), ids.end()}, m_scene->selectedNotes());
    if (part.isEmpty())
        return;
    m_pasted.clear();
    QGuiApplication::clipboard()->setMimeData(toClip(part).release());
    Q_EMIT statusMessage(tr("Copied"));
}

void CanvasView::cutSelection()
{
    const QList<NodeId> ids = m_scene->selection();
    if (ids.isEmpty() && m_scene->selectedNotes().empty())
        return;
    copySelection();
    m_document->removeNodes({ids.begin(), ids.end()}, true, m_scene->selectedNotes(), tr("Cut"));
    m_scene->select({});
}

void CanvasView::paste()
{
    const QMimeData* clip = QGuiApplication::clipboard()->mimeData();
    auto fragment = fromClip(clip);
    if (!fragment) {
        say(QString::fromStdString(fragment.error().text()));
        return;
    }
    placeAll(*fragment);
    // Each further paste of the same goes a step on, so that copies do not hide each other.
    const QByteArray text = clip->text().toUtf8();
    m_pastes = text == m_pasted ? m_pastes + 1 : 1;
    m_pasted = text;
    const QRectF area = areaOf(*fragment);
    const QRectF seen = mapToScene(viewport()->rect()).boundingRect();
    QPointF offset = kAside * m_pastes;
    if (!seen.intersects(area.translated(offset)))
        offset = snapped(seen.center() - area.center()) + kAside * (m_pastes - 1);
    if (!fragment->nodes.empty()) // beside what is there, not on it
        offset = freePlace(*m_document, area.topLeft() + offset, area.size()) - area.topLeft();
    add(*fragment, offset, tr("Paste"));
}

void CanvasView::selectAll()
{
    QList<NodeId> all;
    for (const engine::Node& node : m_document->graph().nodes)
        all << node.id;
    std::set<NoteIndex> notes;
    for (NoteIndex i = 0; i < m_document->notes().size(); ++i)
        notes.insert(i);
    m_scene->select(all, notes);
}

void CanvasView::addNote()
{
    const QPointF at =
        pointedAt().value_or(mapToScene(viewport()->rect().center()) - QPointF(kNoteSize.width() / 2, 0));
    engine::Note note;
    note.x = snapped(at).x();
    note.y = snapped(at).y();
    note.width = kNoteSize.width();
    note.height = kNoteSize.height();
    const NoteIndex index = m_document->addNote(note);
    m_scene->setFocusedNode(engine::kNoNode, false);
    m_scene->selectNotes({index});
    editNote(index);
}

void CanvasView::editNote(NoteIndex note)
{
    m_scene->selectNotes({note});
    const QRectF rect = m_scene->noteItem(note).rect();
    ensureVisible(rect, 8, 8);
    m_noteEditor->open(note, QRect(mapFromScene(rect.topLeft()), mapFromScene(rect.bottomRight())),
                       13 * transform().m11());
}

} // namespace convarium::ui
