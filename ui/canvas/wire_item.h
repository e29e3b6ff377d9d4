// A wire between two cards with the shape that runs through it.
#pragma once

#include "ui/canvas/card_paint.h"
#include "ui/canvas/routing.h"

#include <QGraphicsItem>
#include <QString>

namespace convarium::ui
{

class CanvasScene;

/// State of a wire as the scene sets it.
struct WireLook {
    QString label;        ///< shape; empty: none
    bool faulty = false;  ///< runs into a fault: dashed in error
    bool changed = false; ///< the label is what an edit has just changed in it
    bool waiting = false; ///< carries an unknown shape: dotted
    bool selected = false, hovered = false;
    bool dropTarget = false; ///< a layer dropped now would be put in here
    Work flow = Work::None;  ///< what runs through it: numbers forward, gradients backward
    bool faded = false;      ///< nothing has run through it yet
    friend bool operator==(const WireLook&, const WireLook&) = default;
};

class WireItem final : public QGraphicsItem
{
public:
    enum { Type = UserType + 2 };
    WireItem(const CanvasScene* scene, const engine::Edge& edge);

    [[nodiscard]] const engine::Edge& edge() const { return m_edge; }
    [[nodiscard]] const RoutedWire& route() const { return m_route; }
    void setRoute(RoutedWire route);
    [[nodiscard]] const WireLook& look() const { return m_look; }
    void setLook(const WireLook& look);
    /// Distance of the point from the wire in scene pixels.
    [[nodiscard]] double distance(QPointF scenePos) const;

    [[nodiscard]] int type() const override { return Type; }
    [[nodiscard]] QRectF boundingRect() const override;
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

private:
    void paintLabel(QPainter* painter) const;
    void paintFlow(QPainter* painter, double width) const;
    const CanvasScene* m_scene;
    engine::Edge m_edge;
    RoutedWire m_route;
    WireLook m_look;
    QPainterPath m_path;
};

} // namespace convarium::ui
