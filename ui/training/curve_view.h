// The chart's viewport and the names of its series.
#pragma once

#include "ui/theme/theme.h"

#include <QChartView>
#include <QWidget>
#include <optional>

namespace convarium::ui
{

/// Chart view without frame and background that can write a hint into the plot.
class CurveView final : public QChartView
{
    Q_OBJECT
public:
    explicit CurveView(QChart* chart, QWidget* parent = nullptr);
    void setHint(const QString& hint);
    [[nodiscard]] QString hint() const { return m_hint; }
    /// A dashed line with a label.
    struct Mark {
        double x = 0; ///< on the axis
        QString words;
        friend bool operator==(const Mark&, const Mark&) = default;
    };
    /// The name of a curve at its end.
    struct EndLabel {
        QPointF at; ///< on the axes
        QString words;
        QColor color;
        friend bool operator==(const EndLabel&, const EndLabel&) = default;
    };
    void setEndLabels(const QList<EndLabel>& labels);
    [[nodiscard]] const QList<EndLabel>& endLabels() const { return m_labels; }
    void setMarks(const QList<Mark>& marks);
    [[nodiscard]] const QList<Mark>& marks() const { return m_marks; }
    /// A point of a curve with its value; nothing: none.
    void setReading(const std::optional<EndLabel>& reading);
    [[nodiscard]] const std::optional<EndLabel>& reading() const { return m_reading; }

Q_SIGNALS:
    // Places on the x axis: 0 at its left end, 1 at its right.
    /// The wheel was turned: the shown part is to become `factor` times as long.
    void zoomed(double factor, double place);
    /// The part that is shown moves by this share of its length.
    void dragged(double share);
    void wholeAsked();
    /// Below 0: the pointer has left.
    void pointed(double place);

protected:
    void drawForeground(QPainter* painter, const QRectF& rect) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    void drawMarks(QPainter* painter);
    void drawEndLabels(QPainter* painter);
    void drawReading(QPainter* painter);
    [[nodiscard]] double placeOf(const QPointF& at) const;
    QString m_hint;
    QList<Mark> m_marks;
    QList<EndLabel> m_labels;
    std::optional<EndLabel> m_reading;
    std::optional<double> m_held; ///< where the pointer was while a button is down
};

/// Name of a series in its colour, with the marker it is drawn with: a line or a ring.
class SeriesName final : public QWidget
{
    Q_OBJECT
public:
    SeriesName(const QString& name, ColorRole color, bool ring, QWidget* parent = nullptr);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const QString m_name;
    const ColorRole m_color;
    const bool m_ring;
};

} // namespace convarium::ui
