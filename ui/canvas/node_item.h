// A card on the canvas: a layer with its docked rows.
#pragma once

#include "ui/canvas/card_paint.h"

#include <QGraphicsItem>
#include <QPixmap>

namespace convarium::ui
{

class CanvasScene;

/// Holds ids, never engine objects; everything else is in the picture that the scene sets.
class NodeItem final : public QGraphicsItem
{
public:
    enum { Type = UserType + 1 };
    NodeItem(const CanvasScene* scene, Stack stack);

    [[nodiscard]] const Stack& stack() const { return m_stack; }
    void setStack(Stack stack) { m_stack = std::move(stack); }
    [[nodiscard]] NodeId head() const { return m_stack.head; }
    /// The picture to paint; the scene changes states in it and calls update().
    [[nodiscard]] CardPicture& picture() { return m_picture; }
    [[nodiscard]] const CardPicture& picture() const { return m_picture; }
    void setPicture(CardPicture picture);
    /// Repaints no more than the thumbnails.
    void setThumbnails(Thumbnails thumbnails);
    void setOutputShape(std::optional<engine::Shape> shape) { m_shape = shape; }

    /// The card in scene pixels at its full height, for routing, and as shown at the present level.
    [[nodiscard]] QRectF fullRect() const;
    [[nodiscard]] QRectF shownRect() const;
    /// Place of one layer of the stack: the card without its rows, or a row. Scene pixels.
    [[nodiscard]] QRectF layerRect(NodeId id) const;
    /// The layer at that point of the scene, which lies in the card.
    [[nodiscard]] NodeId layerAt(QPointF scenePos) const;
    [[nodiscard]] QPointF outputPort() const;
    [[nodiscard]] QPointF inputPort(int index) const;

    [[nodiscard]] int type() const override { return Type; }
    [[nodiscard]] QRectF boundingRect() const override;
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

private:
    /// The frame as painted last, with all that it depends on; texts are laid out only when one of these changes.
    struct FrameCache {
        QPixmap pixmap;
        CardPicture picture; ///< without thumbnails
        Level level = Level::Near;
        double viewScale = 0, deviceScale = 0;
        QPointF fraction; ///< of a device pixel, by which the frame is off the grid
        const Theme* theme = nullptr;
        double textScale = 0;
    };
    void paintCachedFrame(QPainter* painter);

    const CanvasScene* m_scene;
    Stack m_stack;
    CardPicture m_picture;
    std::optional<engine::Shape> m_shape;
    FrameCache m_frame;
};

} // namespace convarium::ui
