// The chart's viewport and the names of its series.
#pragma once

#include "ui/theme/theme.h"

#include <QChartView>
#include <QWidget>

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

protected:
    void drawForeground(QPainter* painter, const QRectF& rect) override;
    void wheelEvent(QWheelEvent* event) override { event->ignore(); }

private:
    void drawMarks(QPainter* painter);
    void drawEndLabels(QPainter* painter);
    QString m_hint;
    QList<Mark> m_marks;
    QList<EndLabel> m_labels;
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
