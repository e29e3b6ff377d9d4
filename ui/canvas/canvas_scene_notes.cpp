// The part of CanvasScene that shows notes.
#include "ui/canvas/canvas_scene.h"

#include <algorithm>

namespace convarium::ui
{

using engine::kNoNode;

/// One item for each note, each with its arrows as they lie now.
void CanvasScene::refreshNotes()
{
    const auto& notes = m_document->notes();
    while (m_notes.size() > notes.size()) {
        removeItem(m_notes.back().get());
        m_notes.pop_back();
    }
    while (m_notes.size() < notes.size()) {
        m_notes.push_back(std::make_unique<NoteItem>(this, m_notes.size()));
        addItem(m_notes.back().get());
    }
    const std::size_t before = m_selectedNotes.size();
    std::erase_if(m_selectedNotes, [&](NoteIndex i) { return i >= notes.size(); });
    if (m_selectedArrow &&
        (m_selectedArrow->note >= notes.size() || m_selectedArrow->arrow >= notes[m_selectedArrow->note].arrows.size()))
        m_selectedArrow.reset();
    for (NoteIndex i = 0; i < notes.size(); ++i) {
        engine::Note note = notes[i];
        if (const auto it = m_notePreview.find(i); it != m_notePreview.end())
            note = it->second;
        const QRectF rect(QPointF(note.x, note.y), noteSize(note, m_scale));
        std::vector<QLineF> lines;
        for (const engine::NoteArrow& arrow : note.arrows)
            lines.push_back(arrowLine(rect, arrowTarget(arrow)));
        m_notes[i]->setNote(note, std::move(lines));
    }
    refreshNoteStates();
    if (m_selectedNotes.size() != before)
        Q_EMIT layersSelected(m_selection);
}

void CanvasScene::refreshNoteStates()
{
    for (const auto& item : m_notes) {
        NoteState state;
        state.selected = m_selectedNotes.contains(item->index());
        state.focused = m_focusVisible && m_focused == kNoNode && state.selected && m_selectedNotes.size() == 1;
        state.hovered = m_hover.note == item->index();
        if (m_selectedArrow && m_selectedArrow->note == item->index())
            state.arrow = static_cast<int>(m_selectedArrow->arrow);
        item->setState(state);
    }
}

QRectF CanvasScene::arrowTarget(const engine::NoteArrow& arrow) const
{
    const NodeItem* item = arrow.node == kNoNode ? nullptr : itemOf(arrow.node);
    return item ? item->layerRect(arrow.node) : QRectF(arrow.x, arrow.y, 0, 0);
}

void CanvasScene::previewNotes(std::map<NoteIndex, engine::Note> notes)
{
    m_notePreview = std::move(notes);
    refreshNotes();
    Q_EMIT arranged();
}

void CanvasScene::selectNotes(const std::set<NoteIndex>& notes)
{
    select({}, notes);
}

void CanvasScene::selectArrow(const NoteArrowId& arrow)
{
    select({});
    m_selectedArrow = arrow;
    refreshNoteStates();
    Q_EMIT layersSelected({});
}

std::set<NoteIndex> CanvasScene::notesIn(const QRectF& rect) const
{
    std::set<NoteIndex> result;
    for (const auto& item : m_notes)
        if (item->rect().intersects(rect))
            result.insert(item->index());
    return result;
}

/// Notes lie on top of everything; later ones on earlier ones.
std::optional<Hit> CanvasScene::noteHit(QPointF pos) const
{
    for (auto it = m_notes.rbegin(); it != m_notes.rend(); ++it) {
        const NoteItem& item = **it;
        Hit hit;
        hit.note = item.index();
        const bool handles = m_selectedNotes.contains(item.index()) || m_hover.note == item.index();
        if (handles && QLineF(item.arrowHandle(), pos).length() < 1.5 * NoteItem::kHandle)
            hit.kind = Hit::Kind::NoteArrowHandle;
        else if (handles && item.gripRect().contains(pos))
            hit.kind = Hit::Kind::NoteGrip;
        else if (item.rect().contains(pos))
            hit.kind = Hit::Kind::Note;
        else
            continue;
        return hit;
    }
    return std::nullopt;
}

std::optional<Hit> CanvasScene::noteArrowHit(QPointF pos) const
{
    for (const auto& item : m_notes)
        if (const int arrow = item->arrowAt(pos, std::max(5.0, 5.0 / m_scale)); arrow >= 0) {
            Hit hit;
            hit.kind = Hit::Kind::NoteArrow;
            hit.note = item->index();
            hit.port = arrow;
            return hit;
        }
    return std::nullopt;
}

} // namespace convarium::ui
