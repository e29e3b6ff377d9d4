// One layer's histograms over the steps of training as a strip: a column for each count, a row for each bin.
#pragma once

#include "ui/training/histogram_history.h"

#include <QImage>
#include <QWidget>

namespace convarium::ui
{

enum class HistogramOf { Output, Gradient };

/// Which bins a strip shows, as distances from the middle: numbers of at least four powers of ten below the largest
/// ones have rows, those below zero under those above, and what is nearer to zero shares the row between. Pure.
struct HistogramRows {
    int above = 0, below = 0; ///< distance of the outermost bin on either side; at least `nearest`
    int nearest = 0;          ///< bins up to this distance are the row of zero
    [[nodiscard]] int count() const { return above + below - 2 * nearest + 1; }
    [[nodiscard]] int zeroRow() const { return above - nearest; }
    /// First and last bin of a row; row 0 is the topmost.
    [[nodiscard]] std::pair<int, int> bins(int row) const;
    friend bool operator==(const HistogramRows&, const HistogramRows&) = default;
};
[[nodiscard]] HistogramRows histogramRows(const HistogramHistory& history, engine::NodeId node, HistogramOf of);

/// The share of a bin is its colour (ink, from the surface on). x is linear in steps; y is logarithmic on both sides of
/// zero. The number under the pointer is told in words; with the focus, arrow keys move a cross instead.
class HistogramStrip final : public QWidget
{
    Q_OBJECT
public:
    explicit HistogramStrip(HistogramOf of, QWidget* parent = nullptr);
    /// The history must outlive the strip; call again whenever it has changed.
    void setData(const HistogramHistory* history, engine::NodeId node);
    void setHint(const QString& hint);
    [[nodiscard]] bool hasData() const { return !m_picture.isNull(); }
    [[nodiscard]] const HistogramRows& rows() const { return m_rows; }
    /// Where the columns are drawn.
    [[nodiscard]] QRect plot() const;
    /// "Step 120 to 140: 12.3 % between 0.1 and 0.147"; empty where there is nothing.
    [[nodiscard]] QString textAt(const QPoint& position) const;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    /// What is under the pointer or the cross; empty: nothing.
    void told(const QString& text);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    [[nodiscard]] const engine::Histogram* histogram(const HistogramColumn& column) const;
    [[nodiscard]] QString textOf(int column, int row) const;
    void draw();
    void paintAxes(QPainter& painter) const;
    void summarise();
    void moveCross(int columns, int rows);

    const HistogramOf m_of;
    const HistogramHistory* m_history = nullptr;
    engine::NodeId m_node = engine::kNoNode;
    HistogramRows m_rows;
    QImage m_picture;   ///< one pixel per column and row
    double m_scale = 1; ///< the share with the darkest colour
    QString m_hint;
    int m_column = -1, m_row = -1; ///< of the cross
};

} // namespace convarium::ui
