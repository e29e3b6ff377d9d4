// Loss or accuracy over the epochs: the training line, the validated epochs as rings.
#pragma once

#include "ui/theme/widgets.h"
#include "ui/threads/mailbox.h"
#include "ui/threads/task_thread.h"
#include "ui/training/chart_axis.h"
#include "ui/training/training_history.h"

#include <QTimer>
#include <QWidget>
#include <functional>
#include <optional>

QT_BEGIN_NAMESPACE
class QBoxLayout;
class QAbstractAxis;
class QChart;
class QLineSeries;
class QLogValueAxis;
class QMenu;
class QScatterSeries;
class QValueAxis;
QT_END_NAMESPACE

namespace convarium::ui
{

class CurveView;

/// Another run, drawn thin behind the one that is shown.
struct CurveRun {
    std::shared_ptr<const TrainingHistory> history;
    QString label;
    int style = 0; ///< colour and dash: 0 .. 5, more: grey
};

/// Colour and dashes of a run.
[[nodiscard]] QColor runColor(int style, const Theme& theme = Theme::current());
[[nodiscard]] QList<qreal> runDashes(int style);

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
    /// Another curve in the same place.
    void setMeasure(Measure measure);
    [[nodiscard]] Measure measure() const { return m_measure; }
    void setAxis(CurveAxis axis);
    [[nodiscard]] CurveAxis axis() const { return m_axis; }
    /// Weight of the points before, 0 .. 0.98.
    void setSmoothing(double weight);
    [[nodiscard]] double smoothing() const { return m_smoothing; }
    void setRuns(std::vector<CurveRun> runs);
    [[nodiscard]] const std::vector<QLineSeries*>& runSeries() const { return m_runSeries; }
    /// Part of the x axis, `factor` times as long, about a place of it (0: left end, 1: right); never beyond the run.
    void zoom(double factor, double about = 0.5);
    /// Moves the part to the right by a share of its length.
    void pan(double share);
    void showWholeRun();
    [[nodiscard]] bool isZoomed() const { return m_zoomed.has_value(); }
    /// Also draws the smallest and largest batch of each column behind the line.
    void setShowBatches(bool on);
    /// The run belongs to an older network: the caption says so.
    void setOutOfDate(bool outOfDate);
    /// What is trained, for pictures: "LeNet-5".
    void setRunName(const QString& name);
    /// "cross-entropy".
    void setLossName(const QString& name);
    /// Asks for a file and writes the history into it, on a thread of its own; a message follows where that fails.
    void exportCsv();
    /// The same for a picture, PNG or SVG by the name, with title, names of the axes and names of the curves.
    void exportPicture();

    [[nodiscard]] QChart* chart() const;
    [[nodiscard]] QLineSeries* trainingSeries() const { return m_training; }
    [[nodiscard]] QLineSeries* validationSeries() const { return m_validation; }
    [[nodiscard]] CurveView* view() const { return m_view; }
    [[nodiscard]] QString lastValueText() const;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    /// The list of runs was asked for.
    void runsRequested();

protected:
    void contextMenuEvent(QContextMenuEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void makeCaption();
    void applyTheme();
    /// Fits the axes to the run; returns the means it shows.
    QList<QPointF> applyRanges();
    [[nodiscard]] AxisRange valueRange(const QList<QPointF>& means) const;
    [[nodiscard]] AxisRange decadeRange(const QList<QPointF>& means) const;
    /// Of what is shown, as it was measured.
    [[nodiscard]] QList<QPointF> shownMeans() const;
    [[nodiscard]] int plotColumns() const;
    void showMenu(const QPoint& globalPos);
    void addSmoothing(QMenu* menu);
    void write(const QString& path, std::function<QByteArray()> content, const QString& failed);
    void cutToAxes();
    void paintPicture(const std::function<QPaintDevice*(const QSize&)>& device) const;
    [[nodiscard]] QString pictureTitle() const;
    [[nodiscard]] AxisScale axisScale() const;
    [[nodiscard]] double shownValue(double value) const;
    [[nodiscard]] QString numberText(double value) const;
    void describe();
    [[nodiscard]] QString noteText() const;
    void updateNote();
    void drawRuns();
    /// Once for all input that has come meanwhile.
    void refreshSoon();
    void setZoomed(double from, double to);
    [[nodiscard]] std::pair<double, double> shownRange() const;
    void addZoom(QMenu* menu);
    /// The epochs that are shown.
    [[nodiscard]] std::pair<double, double> shownEpochs() const;
    [[nodiscard]] QString axisText(double at) const;
    /// Tells the value of the curve nearest to a place of the x axis, 0 .. 1; below 0: none.
    void tell(double place);

    Measure m_measure;
    CurveAxis m_axis = CurveAxis::Epochs;
    double m_smoothing = 0;
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
    TextLabel* m_title;
    TextLabel* m_note;
    QWidget* m_validationName;
    std::vector<CurveRun> m_runs;
    std::vector<QLineSeries*> m_runSeries;
    QTimer m_timer;
    QString m_empty;
    QString m_runName;
    QString m_lossName = tr("cross-entropy");
    AxisRange m_range{-1, -1, 0};
    std::pair<double, double> m_xRange{0, -1};         ///< on the axis
    std::optional<std::pair<double, double>> m_zoomed; ///< epochs; nothing: the whole run
    double m_pointer = -1;                             ///< place on the x axis, 0 .. 1; below 0: none
    double m_epochs = 5;                               ///< of the whole run, whatever the axis
    double m_xMax = 5;
    bool m_outOfDate = false;
    bool m_log = false;
    bool m_batches = false;
    bool m_stale = true;
    bool m_due = false;
    Mailbox m_mailbox;
    std::unique_ptr<TaskThread> m_writer; ///< last
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
