#include "ui/training/curve_chart.h"

#include "ui/theme/dialogs.h"
#include "ui/training/curve_view.h"

#include <QAccessible>
#include <QActionGroup>
#include <QChart>
#include <QContextMenuEvent>
#include <QGraphicsLayout>
#include <QHBoxLayout>
#include <QLegend>
#include <QLineSeries>
#include <QLocale>
#include <QLogValueAxis>
#include <QMenu>
#include <QPainter>
#include <QSaveFile>
#include <QScatterSeries>
#include <QSlider>
#include <QSvgGenerator>
#include <QVBoxLayout>
#include <QValueAxis>
#include <QWidgetAction>
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

QString measureTitle(Measure measure)
{
    switch (measure) {
    case Measure::Loss: return CurveChart::tr("Loss");
    case Measure::Accuracy: return CurveChart::tr("Accuracy");
    case Measure::Rate: return CurveChart::tr("Rate");
    case Measure::Speed: return CurveChart::tr("Speed");
    }
    return {};
}

QString measureNote(Measure measure)
{
    switch (measure) {
    case Measure::Loss: return CurveChart::tr("cross-entropy");
    case Measure::Accuracy: return CurveChart::tr("share right");
    case Measure::Rate: return CurveChart::tr("learning rate");
    case Measure::Speed: return CurveChart::tr("images/s");
    }
    return {};
}

QString axisTitle(CurveAxis axis)
{
    switch (axis) {
    case CurveAxis::Epochs: return CurveChart::tr("epoch");
    case CurveAxis::Steps: return CurveChart::tr("step");
    case CurveAxis::Seconds: return CurveChart::tr("seconds");
    case CurveAxis::Macs: return CurveChart::tr("multiply-adds");
    }
    return {};
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

QColor runColor(int style, const Theme& theme)
{
    constexpr Family kOrder[] = {Family::Convolution, Family::Pooling,   Family::Activation,
                                 Family::Dense,       Family::Normalise, Family::Merge};
    return style < 6 ? theme.familyInk(kOrder[style]) : theme.text3;
}

QList<qreal> runDashes(int style)
{
    static const QList<qreal> kDashes[] = {{8, 3}, {3, 3}, {8, 3, 2, 3}, {12, 4}, {2, 4}, {8, 3, 2, 3, 2, 3}};
    return style < 6 ? kDashes[style] : QList<qreal>{1, 3};
}

void CurveChart::setRuns(std::vector<CurveRun> runs)
{
    m_runs = std::move(runs);
    auto* chart = m_view->chart();
    while (m_runSeries.size() > m_runs.size()) {
        chart->removeSeries(m_runSeries.back());
        delete m_runSeries.back();
        m_runSeries.pop_back();
    }
    while (m_runSeries.size() < m_runs.size()) {
        m_runSeries.push_back(new QLineSeries(this));
        chart->addSeries(m_runSeries.back());
        m_runSeries.back()->attachAxis(m_x);
        m_runSeries.back()->attachAxis(m_logY ? static_cast<QAbstractAxis*>(m_logY) : m_y);
    }
    applyTheme();
    refresh();
}

void CurveChart::drawRuns()
{
    QList<CurveView::EndLabel> labels;
    for (std::size_t i = 0; i < m_runs.size(); ++i) {
        const TrainingHistory& history = *m_runs[i].history;
        const AxisScale scale(history, m_axis);
        const double end = history.steps.empty() ? 0 : history.steps.back().epoch;
        const double from = scale.epoch(m_xRange.first), to = std::min(end, scale.epoch(m_xRange.second));
        QList<QPointF> points = smoothed(columnMeans(history, m_measure, from, to, 150), m_smoothing);
        for (QPointF& p : points)
            p = {scale.at(p.x()), shownValue(p.y())};
        m_runSeries[i]->replace(points);
        if (!points.isEmpty())
            labels.append({points.last(), m_runs[i].label, runColor(m_runs[i].style)});
    }
    m_view->setEndLabels(labels);
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

/// The unit beside the title steps back where it would have to be cut; a warning does not.
void CurveChart::updateNote()
{
    QString what = measureNote(m_measure);
    if (m_smoothing > 0)
        what += tr(", smoothed");
    if (m_zoomed)
        what += tr(", part of the run");
    if (m_outOfDate)
        m_note->setText(tr("of an older network"));
    else
        m_note->setText(what);
    // Without waiting for the layout request of the new text.
    m_caption->invalidate();
    const QMargins margins = layout()->contentsMargins();
    if (!m_outOfDate && m_caption->sizeHint().width() > width() - margins.left() - margins.right())
        m_note->setText({});
}

void CurveChart::showMenu(const QPoint& globalPos)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto choice = [menu](QActionGroup* group, const QString& text, bool on) {
        QAction* a = group->addAction(menu->addAction(text));
        a->setCheckable(true);
        a->setChecked(on);
        return a;
    };
    menu->addSection(tr("Curve"));
    auto* curves = new QActionGroup(menu);
    for (const auto& [measure, text] : {std::pair{Measure::Loss, tr("Loss")},
                                        {Measure::Accuracy, tr("Accuracy")},
                                        {Measure::Rate, tr("Learning rate")},
                                        {Measure::Speed, tr("Images per second")}})
        connect(choice(curves, text, m_measure == measure), &QAction::triggered, this,
                [this, m = measure] { setMeasure(m); });
    menu->addSection(tr("Against"));
    auto* axes = new QActionGroup(menu);
    for (const auto& [axis, text] : {std::pair{CurveAxis::Epochs, tr("Epochs")},
                                     {CurveAxis::Steps, tr("Steps")},
                                     {CurveAxis::Seconds, tr("Seconds of training")},
                                     {CurveAxis::Macs, tr("Multiply-adds")}})
        connect(choice(axes, text, m_axis == axis), &QAction::triggered, this, [this, a = axis] { setAxis(a); });
    addZoom(menu);
    menu->addSeparator();
    addSmoothing(menu);
    if (m_measure != Measure::Accuracy) {
        auto* log = menu->addAction(tr("Logarithmic scale"));
        log->setCheckable(true);
        log->setChecked(m_log);
        connect(log, &QAction::toggled, this, &CurveChart::setLogScale);
    }
    auto* batches = menu->addAction(tr("Show single batches"));
    batches->setCheckable(true);
    batches->setChecked(m_batches);
    connect(batches, &QAction::toggled, this, &CurveChart::setShowBatches);
    menu->addSeparator();
    connect(menu->addAction(tr("Compare runs")), &QAction::triggered, this, &CurveChart::runsRequested);
    auto* save = menu->addAction(tr("Export as CSV…"));
    save->setEnabled(m_history && !m_history->empty());
    connect(save, &QAction::triggered, this, &CurveChart::exportCsv);
    connect(menu->addAction(tr("Export as picture…")), &QAction::triggered, this, &CurveChart::exportPicture);
    menu->popup(globalPos);
}

void CurveChart::addSmoothing(QMenu* menu)
{
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(scaled(12), scaled(4), scaled(12), scaled(4));
    layout->addWidget(new TextLabel(tr("Smoothing")));
    auto* slider = new QSlider(Qt::Horizontal);
    slider->setAccessibleName(tr("Smoothing"));
    slider->setRange(0, 98);
    slider->setValue(qRound(100 * m_smoothing));
    slider->setMinimumWidth(scaled(120));
    connect(slider, &QSlider::valueChanged, this, [this](int value) { setSmoothing(value / 100.0); });
    layout->addWidget(slider, 1);
    auto* action = new QWidgetAction(menu);
    action->setDefaultWidget(row);
    menu->addAction(action);
}

void CurveChart::contextMenuEvent(QContextMenuEvent* event)
{
    showMenu(event->globalPos());
}

/// A million steps take seconds to write.
void CurveChart::exportCsv()
{
    if (!m_history)
        return;
    const QString path = dialogs::saveFile(this, tr("Export the curves"), QStringLiteral("training.csv"),
                                           {tr("Table (*.csv)")}, QStringLiteral("csv"));
    if (path.isEmpty())
        return;
    if (!m_writer)
        m_writer = std::make_unique<TaskThread>();
    m_writer->post([this, path, history = *m_history] {
        QSaveFile file(path);
        if (file.open(QIODevice::WriteOnly) && file.write(historyCsv(history)) >= 0 && file.commit())
            return;
        m_mailbox.post([this, path, fault = file.errorString()] {
            dialogs::inform(this, SignKind::Error, tr("The curves could not be written."),
                            tr("%1: %2. Choose another folder.").arg(path, fault));
        });
    });
}

bool CurveChart::exportPicture()
{
    const QString path = dialogs::saveFile(this, tr("Export the chart"), QStringLiteral("training.png"),
                                           {tr("Picture (*.png)"), tr("Drawing (*.svg)")}, QStringLiteral("png"));
    if (path.isEmpty())
        return false;
    if (writePicture(path))
        return true;
    dialogs::inform(this, SignKind::Error, tr("The chart could not be written."),
                    tr("%1: choose another folder.").arg(path));
    return false;
}

bool CurveChart::writePicture(const QString& path)
{
    const auto paint = [this](QPaintDevice* device, const QRectF& area) {
        QPainter painter(device);
        painter.fillRect(area, Theme::current().surface);
        painter.setRenderHint(QPainter::Antialiasing);
        m_view->render(&painter, area);
        return painter.isActive();
    };
    const QSize size = m_view->size();
    if (path.endsWith(QStringLiteral(".svg"), Qt::CaseInsensitive)) {
        QSaveFile file(path);
        if (!file.open(QIODevice::WriteOnly))
            return false;
        QSvgGenerator svg;
        svg.setOutputDevice(&file);
        svg.setSize(size);
        svg.setViewBox(QRect(QPoint(), size));
        svg.setTitle(measureTitle(m_measure));
        return paint(&svg, QRectF(QPointF(), QSizeF(size))) && file.commit();
    }
    QImage image(2 * size, QImage::Format_RGB32); // sharp on paper too
    return paint(&image, QRectF(QPointF(), QSizeF(image.size()))) && image.save(path, "PNG");
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
