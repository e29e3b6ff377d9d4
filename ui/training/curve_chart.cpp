#include "ui/training/curve_chart.h"

#include "ui/training/curve_texts.h"
#include "ui/training/curve_view.h"

#include <QChart>
#include <QGraphicsLayout>
#include <QHBoxLayout>
#include <QLegend>
#include <QLineSeries>
#include <QLocale>
#include <QLogValueAxis>
#include <QScatterSeries>
#include <QVBoxLayout>
#include <QValueAxis>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

namespace
{

constexpr int kCalmMs = 250;
constexpr int kTouchedMs = 66;
constexpr int kTitleHeight = 150;      ///< lower charts need the room of the axis title for the curve
constexpr int kFewestSteps = 12;       ///< in one mean, so that the line is calm in short runs too
constexpr double kSmallestLoss = 1e-6; ///< what a logarithmic axis can still show

/// Columns for the line of means: two pixels each, wider where there are few steps.
int meanColumns(const TrainingHistory& history, double epochs, int pixels)
{
    if (history.steps.empty())
        return pixels / 2;
    const auto& last = history.steps.back();
    const double perEpoch = static_cast<double>(last.step) / std::max(last.epoch, 1e-9);
    return static_cast<int>(std::clamp(perEpoch * epochs / kFewestSteps, 30.0, std::max(pixels / 2.0, 30.0)));
}

} // namespace

CurveChart::CurveChart(Measure measure, QWidget* parent)
    : QWidget(parent), m_measure(measure), m_view(new CurveView(new QChart, this)), m_training(new QLineSeries(this)),
      m_low(new QLineSeries(this)), m_validation(new QLineSeries(this)), m_rings(new QScatterSeries(this)),
      m_best(new QScatterSeries(this)), m_x(new QValueAxis(this)), m_y(new QValueAxis(this))
{
    const bool loss = measure == Measure::Loss;
    setAccessibleName(loss ? QStringLiteral("Loss chart") : QStringLiteral("Accuracy chart"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(scaled(12), scaled(4), scaled(6), scaled(4));
    layout->setSpacing(0);
    makeCaption();
    layout->addWidget(m_view, 1);
    m_empty = loss ? tr("Press Train: the loss appears here") : tr("Press Train: the accuracy appears here");

    auto* chart = m_view->chart();
    chart->setAnimationOptions(QChart::NoAnimation);
    chart->legend()->hide();
    chart->addAxis(m_x, Qt::AlignBottom);
    chart->addAxis(m_y, Qt::AlignLeft);
    for (QXYSeries* series : std::initializer_list<QXYSeries*>{m_low, m_training, m_validation, m_rings, m_best}) {
        chart->addSeries(series);
        series->attachAxis(m_x);
        series->attachAxis(m_y);
    }
    m_low->setVisible(false);
    m_x->setTickType(QValueAxis::TicksDynamic);
    m_x->setTickAnchor(0);
    m_x->setTitleText(tr("epoch"));
    m_x->setLabelFormat(QStringLiteral("%.0f"));
    m_y->setTickType(QValueAxis::TicksDynamic);

    connect(m_view, &CurveView::zoomed, this, &CurveChart::zoom);
    connect(m_view, &CurveView::dragged, this, &CurveChart::pan);
    connect(m_view, &CurveView::wholeAsked, this, &CurveChart::showWholeRun);
    connect(m_view, &CurveView::pointed, this, &CurveChart::tell);
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &CurveChart::refresh);
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, &CurveChart::applyTheme);
    applyTheme();
    refresh();
}

void CurveChart::makeCaption()
{
    const bool loss = m_measure == Measure::Loss;
    auto* row = m_caption = new QHBoxLayout;
    row->setSpacing(scaled(5));
    m_title = new TextLabel(measureTitle(m_measure), TextRole::SectionBold);
    row->addWidget(m_title);
    m_note = new ElidedLabel({}, TextRole::Body, ColorRole::Text2);
    row->addWidget(m_note, 1);
    row->addWidget(new SeriesName(tr("training"), ColorRole::Training, false));
    row->addSpacing(scaled(3));
    m_validationName = new SeriesName(tr("validation"), ColorRole::Validation, true);
    row->addWidget(m_validationName);
    auto* more = new IconButton(QStringLiteral("dots"), loss ? tr("Loss chart options") : tr("Accuracy chart options"),
                                this, ColorRole::Text2);
    connect(more, &QToolButton::clicked, this,
            [this, more] { showMenu(more->mapToGlobal(QPoint(0, more->height()))); });
    row->addWidget(more);
    static_cast<QVBoxLayout*>(layout())->addLayout(row);
}

QChart* CurveChart::chart() const
{
    return m_view->chart();
}

QSize CurveChart::minimumSizeHint() const
{
    return {scaled(220), scaled(120)};
}

void CurveChart::applyTheme()
{
    const auto& theme = Theme::current();
    auto* chart = m_view->chart();
    chart->setTheme(theme.dark ? QChart::ChartThemeDark : QChart::ChartThemeLight); // resets pens: comes first
    chart->setBackgroundBrush(Qt::NoBrush);
    chart->setBackgroundPen(Qt::NoPen);
    chart->setBackgroundRoundness(0);
    chart->setPlotAreaBackgroundVisible(false);
    chart->setMargins(QMargins(0, 0, 0, 0));
    chart->layout()->setContentsMargins(0, 0, 0, 0);
    const auto dress = [&](QAbstractAxis* axis) {
        axis->setLabelsBrush(theme.text2);
        axis->setLabelsFont(ui::font(TextRole::Small));
        axis->setTitleBrush(theme.text2);
        axis->setTitleFont(ui::font(TextRole::Small));
        axis->setLinePen(QPen(theme.line2, 1));
        axis->setGridLinePen(QPen(theme.chartGrid, 1));
        axis->setMinorGridLineVisible(false);
        axis->setShadesVisible(false);
        axis->setTruncateLabels(false); // a low chart would show dots instead of numbers
    };
    dress(m_x);
    m_x->setGridLineVisible(false);
    dress(m_y);
    if (m_logY)
        dress(m_logY);
    const auto pen = [](const QColor& color, double width) {
        QPen p(color, width);
        p.setCosmetic(true);
        p.setJoinStyle(Qt::RoundJoin);
        return p;
    };
    QColor faint = theme.training;
    faint.setAlpha(90);
    m_low->setPen(pen(faint, 1));
    m_training->setPen(pen(theme.training, 1.5));
    m_validation->setPen(pen(theme.validation, 2.5));
    for (std::size_t i = 0; i < m_runSeries.size(); ++i) {
        QPen run = pen(runColor(m_runs[i].style, theme), 1.5);
        run.setDashPattern(runDashes(m_runs[i].style));
        m_runSeries[i]->setPen(run);
    }
    for (QScatterSeries* rings : {m_rings, m_best}) {
        rings->setMarkerShape(QScatterSeries::MarkerShapeCircle);
        rings->setMarkerSize(scaled(8) + 1.0);
        rings->setPen(pen(theme.validation, 2));
        rings->setBrush(rings == m_best ? theme.validation : theme.surface);
    }
}

void CurveChart::setHistory(const TrainingHistory* history)
{
    m_history = history;
    refresh();
}

void CurveChart::setEpochs(std::int64_t epochs)
{
    m_xMax = static_cast<double>(std::max<std::int64_t>(epochs, 1));
    dataChanged();
}

void CurveChart::setEmptyText(const QString& text)
{
    m_empty = text;
    dataChanged();
}

void CurveChart::dataChanged()
{
    m_stale = true;
    if (isVisible() && !m_timer.isActive())
        m_timer.start(underMouse() ? kTouchedMs : kCalmMs);
}

void CurveChart::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (m_stale)
        refresh();
}

void CurveChart::resizeEvent(QResizeEvent* event)
{
    updateNote();
    QWidget::resizeEvent(event);
    m_x->setTitleVisible(height() >= scaled(kTitleHeight));
    dataChanged();
}

void CurveChart::refreshSoon()
{
    if (!std::exchange(m_due, true))
        QMetaObject::invokeMethod(this, &CurveChart::refresh, Qt::QueuedConnection);
}

void CurveChart::refresh()
{
    m_stale = m_due = false;
    QList<QPointF> means = applyRanges();
    const bool empty = !m_history || m_history->empty();
    m_view->setHint(empty ? m_empty : QString());
    QList<QPointF> extremes, validation;
    if (!empty) {
        const auto [from, to] = shownEpochs();
        if (m_batches)
            extremes = thinMinMax(*m_history, m_measure, from, to, plotColumns());
        validation = validationPoints(*m_history, m_measure);
    }
    const bool accuracy = m_measure == Measure::Accuracy;
    const AxisScale scale = axisScale();
    means = smoothed(std::move(means), m_smoothing);
    for (auto* list : {&means, &extremes, &validation})
        for (auto& p : *list)
            p = {scale.at(p.x()), shownValue(p.y())};
    QList<CurveView::Mark> marks;
    if (m_history)
        for (const auto& mark : m_history->marks)
            marks.append({scale.at(mark.epoch), QString::fromStdString(mark.words)});
    m_view->setMarks(marks);
    drawRuns();
    m_training->replace(means);
    if (m_batches)
        m_low->replace(extremes);
    m_validation->replace(validation);
    const auto better = [&](const QPointF& a, const QPointF& b) { return accuracy ? a.y() > b.y() : a.y() < b.y(); };
    const auto best = std::min_element(validation.begin(), validation.end(), better);
    m_best->replace(validation.size() > 1 ? QList<QPointF>{*best} : QList<QPointF>{});
    m_rings->replace(validation);
    tell(m_pointer);
    describe();
}

int CurveChart::plotColumns() const
{
    return std::max(static_cast<int>(m_view->chart()->plotArea().width()), 60);
}

QList<QPointF> CurveChart::shownMeans() const
{
    if (!m_history || m_history->empty())
        return {};
    const auto [from, to] = shownEpochs();
    return columnMeans(*m_history, m_measure, from, to, meanColumns(*m_history, to - from, plotColumns()));
}

AxisRange CurveChart::valueRange(const QList<QPointF>& means) const
{
    const bool accuracy = m_measure == Measure::Accuracy;
    const AxisRange whole = accuracy                     ? AxisRange{0, 100, 20}
                            : m_measure == Measure::Loss ? AxisRange{0, 2.5, 0.5}
                                                         : AxisRange{0, 1, 0.2};
    const int ticks = height() < scaled(180) ? 3 : 5;
    if (!m_history || m_history->empty())
        return niceRange(whole.minimum, whole.maximum, ticks);
    // The first steps of a fresh network lie far off: once there is more to see, they may leave the plot.
    const auto [begin, end] = shownEpochs();
    const double from = !m_zoomed && means.size() > 15 ? 0.02 * m_epochs : begin;
    double low = std::numeric_limits<double>::max(), high = std::numeric_limits<double>::lowest();
    const auto include = [&](const QPointF& p) {
        low = std::min(low, p.y());
        high = std::max(high, p.y());
    };
    for (const auto& p : means)
        if (p.x() >= from)
            include(p);
    for (const auto& p : validationPoints(*m_history, m_measure))
        if (p.x() >= begin && p.x() <= end)
            include(p);
    if (low > high)
        return whole;
    if (accuracy) {
        AxisRange range = niceRange(std::max(0.0, 100 * low - 0.5), 100, ticks);
        range.maximum = 100;
        return range;
    }
    return niceRange(0, std::max(high, 1e-7), ticks);
}

/// Whole decades about all means.
AxisRange CurveChart::decadeRange(const QList<QPointF>& means) const
{
    double low = 0.1, high = 0.1;
    for (qsizetype i = 0; i < means.size(); ++i) {
        low = i == 0 ? means[i].y() : std::min(low, means[i].y());
        high = i == 0 ? means[i].y() : std::max(high, means[i].y());
    }
    const double top = std::pow(10.0, std::ceil(std::log10(std::max(high, 10 * kSmallestLoss)) - 1e-9));
    return {std::pow(10.0, std::floor(std::log10(std::clamp(low, kSmallestLoss, top / 10)))), top, 10};
}

QList<QPointF> CurveChart::applyRanges()
{
    double last = m_xMax;
    if (m_history && !m_history->steps.empty())
        last = std::max(last, std::ceil(m_history->steps.back().epoch - 1e-9));
    m_epochs = last;
    if (m_zoomed && (!m_history || m_history->steps.empty() || m_zoomed->first >= last)) { // of a run that is gone
        m_zoomed.reset();
        updateNote();
    }
    const AxisScale scale = axisScale();
    const auto [from, to] = shownEpochs();
    double end = scale.at(to);
    if (!m_zoomed) {
        for (const CurveRun& run : m_runs)
            if (!run.history->steps.empty())
                end = std::max(end, AxisScale(*run.history, m_axis).at(run.history->steps.back().epoch));
        if (m_axis == CurveAxis::Seconds) // its end is an estimate that moves all the time
            end = niceRange(0, end, 6).maximum;
    }
    if (const std::pair range{scale.at(from), end}; range != m_xRange) { // axes lay everything out again
        m_xRange = range;
        const double step = std::max(niceStep((range.second - range.first) / 6), m_zoomed ? 0.0 : 1.0);
        m_x->setLabelFormat(step >= 1e6 ? QStringLiteral("%.1e") : QStringLiteral("%.%1f").arg(decimalsOf(step)));
        m_x->setTickInterval(step);
        m_x->setRange(range.first, range.second);
    }
    const QList<QPointF> means = shownMeans();
    const AxisRange range = m_logY ? decadeRange(means) : valueRange(means);
    if (range == m_range)
        return means;
    m_range = range;
    if (m_logY) {
        m_logY->setRange(range.minimum, range.maximum);
        return means;
    }
    m_y->setLabelFormat(m_measure == Measure::Accuracy
                            ? QStringLiteral("%.%1f %").arg(decimalsOf(range.step)) + QLatin1Char('%')
                            : QStringLiteral("%.%1f").arg(decimalsOf(range.step)));
    m_y->setTickAnchor(range.minimum);
    m_y->setTickInterval(range.step);
    m_y->setRange(range.minimum, range.maximum);
    return means;
}

void CurveChart::setLogScale(bool on)
{
    if (on == m_log)
        return;
    m_log = on;
    auto* chart = m_view->chart();
    QAbstractAxis* old = on ? static_cast<QAbstractAxis*>(m_y) : m_logY;
    if (on) {
        m_logY = new QLogValueAxis(this);
        m_logY->setBase(10);
        m_logY->setLabelFormat(QStringLiteral("%g"));
    }
    QAbstractAxis* fresh = on ? static_cast<QAbstractAxis*>(m_logY) : m_y;
    m_range = {-1, -1, 0};
    applyRanges();
    const auto all = chart->series();
    for (auto* series : all) {
        static_cast<QXYSeries*>(series)->replace(QList<QPointF>{}); // no value may be outside a logarithm
        series->detachAxis(old);
    }
    chart->removeAxis(old);
    chart->addAxis(fresh, Qt::AlignLeft);
    for (auto* series : all)
        series->attachAxis(fresh);
    if (!on) {
        m_logY->deleteLater();
        m_logY = nullptr;
    }
    applyTheme();
    refresh();
}

void CurveChart::setMeasure(Measure measure)
{
    if (measure == m_measure)
        return;
    if (m_log)
        setLogScale(false);
    m_measure = measure;
    m_range = {-1, -1, 0};
    m_title->setText(measureTitle(measure));
    m_validationName->setVisible(measure == Measure::Loss || measure == Measure::Accuracy);
    updateNote();
    refresh();
}

void CurveChart::setAxis(CurveAxis axis)
{
    m_axis = axis;
    m_x->setTitleText(axisTitle(axis));
    refresh();
}

void CurveChart::setSmoothing(double weight)
{
    m_smoothing = std::clamp(weight, 0.0, 0.98);
    updateNote();
    refresh();
}

AxisScale CurveChart::axisScale() const
{
    static const TrainingHistory none;
    return {m_history ? *m_history : none, m_axis};
}

/// As the axis has it.
double CurveChart::shownValue(double value) const
{
    if (m_measure == Measure::Accuracy)
        return 100 * value;
    return m_log ? std::max(value, kSmallestLoss) : value;
}

void CurveChart::setShowBatches(bool on)
{
    m_batches = on;
    m_low->setVisible(on);
    refresh();
}

void CurveChart::setOutOfDate(bool outOfDate)
{
    m_outOfDate = outOfDate;
    m_note->setColorRole(outOfDate ? ColorRole::Warning : ColorRole::Text2);
    updateNote();
}

QString CurveChart::noteText() const
{
    if (m_outOfDate)
        return tr("of an older network");
    QString what = measureNote(m_measure, m_lossName);
    if (m_smoothing > 0)
        what += tr(", smoothed");
    if (m_zoomed)
        what += tr(", part of the run");
    return what;
}

void CurveChart::setRunName(const QString& name)
{
    m_runName = name;
}

void CurveChart::setLossName(const QString& name)
{
    if (name == m_lossName)
        return;
    m_lossName = name;
    updateNote();
}

/// The unit beside the title steps back where it would have to be cut; a warning does not.
void CurveChart::updateNote()
{
    m_note->setText(noteText());
    // Without waiting for the layout request of the new text.
    m_caption->invalidate();
    const QMargins margins = layout()->contentsMargins();
    if (!m_outOfDate && m_caption->sizeHint().width() > width() - margins.left() - margins.right())
        m_note->setText({});
}

QString CurveChart::numberText(double value) const
{
    const QLocale locale;
    switch (m_measure) {
    case Measure::Loss: return locale.toString(value, 'f', 3);
    case Measure::Accuracy: return locale.toString(value, 'f', 1) + tr(" %");
    case Measure::Rate: return locale.toString(value, 'g', 3);
    case Measure::Speed: return locale.toString(qRound(value));
    }
    return {};
}

QString CurveChart::lastValueText() const
{
    if (!m_history || m_history->steps.empty())
        return {};
    const auto means = m_training->points();
    if (means.isEmpty())
        return {};
    const QLocale locale;
    const auto epoch = static_cast<int>(std::ceil(m_history->steps.back().epoch - 1e-9));
    QString text =
        tr("%1 %2, epoch %3")
            .arg(measureTitle(m_measure).toLower(), numberText(means.last().y()), locale.toString(std::max(epoch, 1)));
    if (m_validation->count() > 0)
        text += tr(", validation %1").arg(numberText(m_validation->points().last().y()));
    return text;
}

void CurveChart::describe()
{
    const QString text = lastValueText().isEmpty() ? m_empty : lastValueText();
    if (text == accessibleDescription())
        return;
    setAccessibleDescription(text);
}

} // namespace convarium::ui
