// A note on the canvas with its arrows.
#pragma once

#include "engine/io/project.h"
#include "ui/document/project_document.h"

#include <QGraphicsItem>
#include <QLineF>
#include <vector>

namespace convarium::ui
{

class CanvasScene;

struct NoteState {
    bool selected = false, focused = false, hovered = false;
    int arrow = -1; ///< the selected one
    friend bool operator==(const NoteState&, const NoteState&) = default;
};

/// Text on a calm ground. As high as its text needs, at least as high as it was made.
class NoteItem final : public QGraphicsItem
{
public:
    enum { Type = UserType + 5 };
    static constexpr double kMinWidth = 80, kMinHeight = 36, kHandle = 8;

    NoteItem(const CanvasScene* scene, NoteIndex index);
    [[nodiscard]] NoteIndex index() const { return m_index; }
    /// Text, place and size; arrows already as lines of the scene.
    void setNote(const engine::Note& note, std::vector<QLineF> arrows);
    void setState(const NoteState& state);

    /// The note itself, in scene pixels.
    [[nodiscard]] const QRectF& rect() const { return m_rect; }
    [[nodiscard]] QRectF gripRect() const;     ///< the corner that resizes
    [[nodiscard]] QPointF arrowHandle() const; ///< where a new arrow is drawn from
    [[nodiscard]] const std::vector<QLineF>& arrows() const { return m_arrows; }
    /// The arrow nearest to the point within `reach`; -1: none.
    [[nodiscard]] int arrowAt(QPointF scenePos, double reach) const;

    [[nodiscard]] int type() const override { return Type; }
    [[nodiscard]] QRectF boundingRect() const override;
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

private:
    const CanvasScene* m_scene;
    NoteIndex m_index;
    QString m_text;
    QRectF m_rect;
    std::vector<QLineF> m_arrows;
    NoteState m_state;
};

/// How large a note with this text is drawn: in a small view its letters, and it with them, are larger.
[[nodiscard]] QSizeF noteSize(const engine::Note& note, double viewScale = 1);
/// From the border of a note to that of a rectangle, or to a point (an empty rectangle).
[[nodiscard]] QLineF arrowLine(const QRectF& note, const QRectF& target);
void paintNoteArrow(QPainter* painter, const QLineF& line, const QColor& color, double width);

} // namespace convarium::ui
