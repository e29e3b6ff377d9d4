// Loss or accuracy over the epochs: the training line, the validated epochs as rings.
#pragma once

#include "ui/theme/widgets.h"
#include "ui/training/chart_axis.h"
#include "ui/training/training_history.h"

#include <QTimer>
#include <QWidget>

QT_BEGIN_NAMESPACE
class QBoxLayout;
class QAbstractAxis;
class QChart;
class QLineSeries;
class QLogValueAxis;
class QScatterSeries;
class QValueAxis;
QT_END_NAMESPACE

namespace convarium::ui
{

class CurveView;

/// Caption row with coloured names, and below it the chart. Shows the history it was given a pointer to; whole thinned
/// curves are replaced 4 times a second while data arrive (15 times while the pointer is over it), only while visible.
class CurveChart : public QWidget
{
    Q_OBJECT
public:
    explicit CurveChart(Measure measure, QWidget* parent = nullptr);

    /// Not owned; must outlive the chart or be replaced. Call dataChanged() when it has changed.
    void setHistory(const TrainingHistory* history);
    /// Length of the x axis at least; it grows when the run goes on.
    void setEpochs(std::int64_t epochs);
    void dataChanged();
    /// Redraws at once.
    void refresh();
    /// A hint in the middle while there is nothing to draw.
    void setEmptyText(const QString& text);

    void setLogScale(bool on);
    [[nodiscard]] bool logScale() const { return m_log; }
    /// Also draws the smallest and largest batch of each column behind the line.
    void setShowBatches(bool on);
    /// The run belongs to an older network: the caption says so.
    void setOutOfDate(bool outOfDate);
    /// Asks for a file and writes the history; false when cancelled or failed (then a message was shown).
    bool exportCsv();

    [[nodiscard]] QChart* chart() const;
    [[nodiscard]] QLineSeries* trainingSeries() const { return m_training; }
    [[nodiscard]] QLineSeries* validationSeries() const { return m_validation; }
    [[nodiscard]] QString lastValueText() const;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void contextMenuEvent(QContextMenuEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void makeCaption();
    void applyTheme();
    void applyRanges();
    [[nodiscard]] AxisRange valueRange() const;
    [[nodiscard]] AxisRange decadeRange() const;
    void showMenu(const QPoint& globalPos);
    void describe();
    void updateNote();

    const Measure m_measure;
    const TrainingHistory* m_history = nullptr;
    CurveView* m_view;
    QLineSeries* m_training;
    QLineSeries* m_low; ///< smallest and largest batches
    QLineSeries* m_validation;
    QScatterSeries* m_rings;
    QScatterSeries* m_best;
    QValueAxis* m_x;
    QValueAxis* m_y;
    QLogValueAxis* m_logY = nullptr;
    QBoxLayout* m_caption = nullptr;
    TextLabel* m_note;
    QTimer m_timer;
    QString m_empty;
    AxisRange m_range{-1, -1, 0};
    double m_xRange = -1;
    double m_xMax = 5;
    bool m_outOfDate = false;
    bool m_log = false;
    bool m_batches = false;
    bool m_stale = true;
};

class LossChart final : public CurveChart
{
    Q_OBJECT
public:
    explicit LossChart(QWidget* parent = nullptr) : CurveChart(Measure::Loss, parent) {}
};

class AccuracyChart final : public CurveChart
{
    Q_OBJECT
public:
    explicit AccuracyChart(QWidget* parent = nullptr) : CurveChart(Measure::Accuracy, parent) {}
};

} // namespace convarium::ui
