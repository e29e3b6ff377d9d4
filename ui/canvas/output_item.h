// "Reads it as": what the network makes of the test image. Not a node.
#pragma once

#include <QGraphicsItem>
#include <QString>
#include <QVector>

namespace convarium::ui
{

class CanvasScene;

/// The network's answer for one image. All fields but `label` come from the last layer's probabilities.
struct Reading {
    QString answer;       ///< "5", or the name of the class; empty: not trained yet
    double certainty = 0; ///< 0 .. 1
    QString second;       ///< runner-up
    double secondCertainty = 0;
    QString label; ///< of the test image; empty: unknown
    bool right = false;
    QVector<double> probabilities; ///< drawn as bars on the last card when there are at most 20
};

class OutputItem final : public QGraphicsItem
{
public:
    explicit OutputItem(const CanvasScene* scene);
    void setReading(const Reading& reading);
    [[nodiscard]] const Reading& reading() const { return m_reading; }
    /// The wire from the last card, in scene pixels; the arrow ends at the left edge.
    void setSource(QPointF port);
    [[nodiscard]] QRectF cardRect() const { return {pos(), QSizeF(156, 118)}; }

    [[nodiscard]] QRectF boundingRect() const override;
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

private:
    const CanvasScene* m_scene;
    Reading m_reading;
    QPointF m_source;
};

} // namespace convarium::ui
