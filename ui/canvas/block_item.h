// The frame around the layers of an open block, with its name and what goes in and out.
#pragma once

#include <QGraphicsItem>
#include <QString>

#include <cstdint>

namespace convarium::ui
{

class CanvasScene;

/// What is written in the head of a frame.
struct BlockContent {
    QString name;       ///< "Inception 3a"
    QString details;    ///< "28×28×192 to 28×28×256, 163,696 parameters, 128 M MACs"
    bool stale = false; ///< the last that worked
    bool selected = false;
    friend bool operator==(const BlockContent&, const BlockContent&) = default;
};

/// Lies below wires and cards. Its place is worked out from the cards, so it is never moved itself.
class BlockItem final : public QGraphicsItem
{
public:
    enum { Type = UserType + 4 };
    BlockItem(const CanvasScene* scene, std::int64_t group, int depth);

    [[nodiscard]] std::int64_t group() const { return m_group; }
    [[nodiscard]] int depth() const { return m_depth; }
    void setRect(const QRectF& rect);
    [[nodiscard]] const QRectF& rect() const { return m_rect; }
    [[nodiscard]] QRectF headRect() const;
    /// Where a press selects the whole block: its head, or from afar, where that is too low to hit, all of the frame.
    [[nodiscard]] QRectF handleRect() const;
    void setContent(const BlockContent& content);
    [[nodiscard]] const BlockContent& content() const { return m_content; }

    [[nodiscard]] int type() const override { return Type; }
    [[nodiscard]] QRectF boundingRect() const override { return m_rect.adjusted(-2, -2, 2, 2); }
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

private:
    void paintFarName(QPainter* painter, double scale) const;

    const CanvasScene* m_scene;
    std::int64_t m_group;
    int m_depth;
    QRectF m_rect;
    BlockContent m_content;
};

} // namespace convarium::ui
