#include "ui/canvas/gestures/note_gestures.h"

#include "ui/theme/theme.h"

#include <QPainter>
#include <algorithm>

namespace convarium::ui
{

NoteSizeGesture::NoteSizeGesture(CanvasScene* scene, NoteIndex note, const GesturePoint& start)
    : m_scene(scene), m_index(note), m_note(scene->document()->notes().at(note)), m_start(start.scene),
      m_size(noteSize(m_note, scene->viewScale()))
{
}

void NoteSizeGesture::move(const GesturePoint& point)
{
    const QPointF size = snapped(QPointF(m_size.width(), m_size.height()) + point.scene - m_start);
    m_note.width = std::max(size.x(), NoteItem::kMinWidth);
    m_note.height = std::max(size.y(), NoteItem::kMinHeight);
    m_scene->previewNotes({{m_index, m_note}});
}

void NoteSizeGesture::finish(const GesturePoint& point)
{
    if (QLineF(point.scene, m_start).length() < 1)
        return cancel();
    move(point);
    cancel();
    m_scene->document()->setNote(m_index, m_note);
}

QRectF NoteArrowGesture::noteRect() const
{
    const engine::Note& note = m_scene->document()->notes().at(m_index);
    return {QPointF(note.x, note.y), noteSize(note, m_scene->viewScale())};
}

void NoteArrowGesture::move(const GesturePoint& point)
{
    const Hit hit = m_scene->hitAt(point.scene);
    m_arrow.reset();
    if (hit.node != engine::kNoNode)
        m_arrow = engine::NoteArrow{hit.node, 0, 0};
    else if (!noteRect()
                  .adjusted(-NoteItem::kHandle, -NoteItem::kHandle, 3 * NoteItem::kHandle, NoteItem::kHandle)
                  .contains(point.scene))
        m_arrow = engine::NoteArrow{engine::kNoNode, snapped(point.scene).x(), snapped(point.scene).y()};
}

void NoteArrowGesture::finish(const GesturePoint& point)
{
    move(point);
    if (!m_arrow)
        return;
    engine::Note note = m_scene->document()->notes().at(m_index);
    if (std::find(note.arrows.begin(), note.arrows.end(), *m_arrow) == note.arrows.end())
        note.arrows.push_back(*m_arrow);
    m_scene->document()->setNote(m_index, note);
}

void NoteArrowGesture::paint(QPainter* painter) const
{
    if (!m_arrow)
        return;
    painter->setRenderHint(QPainter::Antialiasing);
    paintNoteArrow(painter, arrowLine(noteRect(), m_scene->arrowTarget(*m_arrow)), Theme::current().accent, 2);
}

} // namespace convarium::ui
