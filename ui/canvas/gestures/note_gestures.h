// Gestures on notes: pull a corner, draw an arrow.
#pragma once

#include "ui/canvas/canvas_scene.h"
#include "ui/canvas/gestures/gesture.h"

namespace convarium::ui
{

/// The lower right corner follows the pointer.
class NoteSizeGesture final : public Gesture
{
public:
    NoteSizeGesture(CanvasScene* scene, NoteIndex note, const GesturePoint& start);
    void move(const GesturePoint& point) override;
    void finish(const GesturePoint& point) override;
    void cancel() override { m_scene->previewNotes({}); }
    [[nodiscard]] Qt::CursorShape cursor() const override { return Qt::SizeFDiagCursor; }

private:
    CanvasScene* m_scene;
    NoteIndex m_index;
    engine::Note m_note;
    QPointF m_start;
    QSizeF m_size;
};

/// A new arrow from the note to the layer or the place under the pointer.
class NoteArrowGesture final : public Gesture
{
public:
    NoteArrowGesture(CanvasScene* scene, NoteIndex note) : m_scene(scene), m_index(note) {}
    void move(const GesturePoint& point) override;
    void finish(const GesturePoint& point) override;
    void cancel() override { m_arrow.reset(); }
    void paint(QPainter* painter) const override;
    [[nodiscard]] Qt::CursorShape cursor() const override { return Qt::CrossCursor; }

private:
    [[nodiscard]] QRectF noteRect() const;
    CanvasScene* m_scene;
    NoteIndex m_index;
    std::optional<engine::NoteArrow> m_arrow;
};

} // namespace convarium::ui
