// The field one draws on: 28 x 28 squares, pen and rubber, mouse or tablet.
#pragma once

#include "datasets/mnist_steps.h"

#include <QImage>
#include <QWidget>

namespace convarium::ui
{

/// Shows strokes and takes one more at a time. Paints each new piece at once; nothing is computed here.
class DrawingField final : public QWidget
{
    Q_OBJECT
public:
    explicit DrawingField(QWidget* parent = nullptr);

    /// Finished strokes; a stroke in hand stays.
    void setStrokes(const datasets::DrawnStrokes& strokes);
    /// Those and the one in hand.
    [[nodiscard]] datasets::DrawnStrokes strokes() const;
    /// Half the width of the pen, in fields.
    void setPen(float radius) { m_pen = radius; }
    void setErasing(bool erasing) { m_erasing = erasing; }
    /// The dashed box, in pixels of the ink; none when it is empty.
    void setInkBox(const datasets::InkBox& box);

    /// Pixels along one of the 28 squares.
    [[nodiscard]] int fieldSize() const;
    /// Of the square itself.
    [[nodiscard]] QRect area() const;
    /// Small: it takes all the room there is, but a page need not be scrolled for it.
    [[nodiscard]] QSize sizeHint() const override { return minimumSizeHint(); }
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    /// The stroke in hand has grown.
    void strokeGrew();
    void strokeFinished(const convarium::datasets::DrawnStroke& stroke);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void tabletEvent(QTabletEvent* event) override;

private:
    void begin(QPointF position, double pressure);
    void extend(QPointF position, double pressure);
    void finish();
    void paintPiece(QPainter& painter, const datasets::DrawnStroke& stroke, std::size_t from) const;
    void repaintInk();

    datasets::DrawnStrokes m_strokes;
    datasets::DrawnStroke m_current; ///< without points: none is in hand
    datasets::InkBox m_box;
    QImage m_ink; ///< what is drawn, on transparent ground
    float m_pen = 1;
    bool m_erasing = false;
};

} // namespace convarium::ui
