#include "ui/training/curve_chart.h"

#include "ui/theme/dialogs.h"
#include "ui/training/curve_view.h"

#include <QAccessible>
#include <QChart>
#include <QContextMenuEvent>
#include <QGraphicsLayout>
#include <QHBoxLayout>
#include <QLegend>
#include <QLineSeries>
#include <QLocale>
#include <QLogValueAxis>
#include <QMenu>
#include <QSaveFile>
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
int meanColumns(const TrainingHistory& history, double xMax, int pixels)
{
    if (history.steps.empty())
        return pixels / 2;
    const auto& last = history.steps.back();
    const double perEpoch = static_cast<double>(last.step) / std::max(last.epoch, 1e-9);
    return static_cast<int>(std::clamp(perEpoch * xMax / kFewestSteps, 30.0, std::max(pixels / 2.0, 30.0)));
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
    row->addWidget(new TextLabel(loss ? tr("Loss") : tr("Accuracy"), TextRole::SectionBold));
    m_note = new ElidedLabel({}, TextRole::Body, ColorRole::Text2);
    row->addWidget(m_note, 1);
    row->addWidget(new SeriesName(tr("training"), ColorRole::Training, false));
    row->addSpacing(scaled(3));
    row->addWidget(new SeriesName(tr("validation"), ColorRole::Validation, true));
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

void CurveChart::refresh()
{
    m_stale = false;
    applyRanges();
    const bool empty = !m_history || m_history->empty();
    m_view->setHint(empty ? m_empty : QString());
    const int columns = std::max(static_cast<int>(m_view->chart()->plotArea().width()), 60);
    QList<QPointF> means, extremes, validation;
    if (!empty) {
        const double xMax = m_x->max();
        means = columnMeans(*m_history, m_measure, 0, xMax, meanColumns(*m_history, xMax, columns));
        if (m_batches)
            extremes = thinMinMax(*m_history, m_measure, 0, xMax, columns);
        validation = validationPoints(*m_history, m_measure);
    }
    const bool accuracy = m_measure == Measure::Accuracy;
    for (auto* list : {&means, &extremes, &validation})
        for (auto& p : *list)
            p.setY(accuracy ? 100 * p.y() : m_log ? std::max(p.y(), kSmallestLoss) : p.y());
    m_training->replace(means);
    if (m_batches)
        m_low->replace(extremes);
    m_validation->replace(validation);
    const auto better = [&](const QPointF& a, const QPointF& b) { return accuracy ? a.y() > b.y() : a.y() < b.y(); };
    const auto best = std::min_element(validation.begin(), validation.end(), better);
    m_best->replace(validation.size() > 1 ? QList<QPointF>{*best} : QList<QPointF>{});
    m_rings->replace(validation);
    describe();
}

AxisRange CurveChart::valueRange() const
{
    const bool accuracy = m_measure == Measure::Accuracy;
    const AxisRange whole = accuracy ? AxisRange{0, 100, 20} : AxisRange{0, 2.5, 0.5};
    const int ticks = height() < scaled(180) ? 3 : 5;
    if (!m_history || m_history->empty())
        return niceRange(whole.minimum, whole.maximum, ticks);
    // The first steps of a fresh network lie far off: once there is more to see, they may leave the plot.
    const auto points = columnMeans(*m_history, m_measure, 0, m_xRange, meanColumns(*m_history, m_xRange, 500));
    const double from = points.size() > 15 ? 0.02 * m_xRange : 0;
    double low = std::numeric_limits<double>::max(), high = std::numeric_limits<double>::lowest();
    const auto include = [&](const QPointF& p) {
        low = std::min(low, p.y());
        high = std::max(high, p.y());
    };
    for (const auto& p : points)
        if (p.x() >= from)
            include(p);
    for (const auto& p : validationPoints(*m_history, m_measure))
        include(p);
    if (low > high)
        return whole;
    if (accuracy) {
        AxisRange range = niceRange(std::max(0.0, 100 * low - 0.5), 100, ticks);
        range.maximum = 100;
        return range;
    }
    return niceRange(0, std::max(high, 1e-4), ticks);
}

/// Whole decades about all means.
AxisRange CurveChart::decadeRange() const
{
    double low = 0.1, high = 0.1;
    if (m_history && !m_history->empty()) {
        const auto points = columnMeans(*m_history, m_measure, 0, m_xRange, meanColumns(*m_history, m_xRange, 500));
        for (qsizetype i = 0; i < points.size(); ++i) {
            low = i == 0 ? points[i].y() : std::min(low, points[i].y());
            high = i == 0 ? points[i].y() : std::max(high, points[i].y());
        }
    }
    const double top = std::pow(10.0, std::ceil(std::log10(std::max(high, 10 * kSmallestLoss)) - 1e-9));
    return {std::pow(10.0, std::floor(std::log10(std::clamp(low, kSmallestLoss, top / 10)))), top, 10};
}

void CurveChart::applyRanges()
{
    double last = m_xMax;
    if (m_history && !m_history->steps.empty())
        last = std::max(last, std::ceil(m_history->steps.back().epoch - 1e-9));
    if (last != m_xRange) { // axes lay everything out again: only when needed
        m_xRange = last;
        m_x->setTickInterval(std::max(1.0, niceStep(last / 6)));
        m_x->setRange(0, last);
    }
    AxisRange range = m_logY ? decadeRange() : valueRange();
    if (range == m_range)
        return;
    m_range = range;
    if (m_logY) {
        m_logY->setRange(range.minimum, range.maximum);
        return;
    }
    m_y->setLabelFormat(m_measure == Measure::Accuracy
                            ? QStringLiteral("%.%1f %").arg(decimalsOf(range.step)) + QLatin1Char('%')
                            : QStringLiteral("%.%1f").arg(decimalsOf(range.step)));
    m_y->setTickAnchor(range.minimum);
    m_y->setTickInterval(range.step);
    m_y->setRange(range.minimum, range.maximum);
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
    const QString what = m_measure == Measure::Loss ? tr("cross-entropy") : tr("share right");
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
    if (m_measure == Measure::Loss) {
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
    auto* save = menu->addAction(tr("Export as CSV…"));
    save->setEnabled(m_history && !m_history->empty());
    connect(save, &QAction::triggered, this, &CurveChart::exportCsv);
    menu->popup(globalPos);
}

void CurveChart::contextMenuEvent(QContextMenuEvent* event)
{
    showMenu(event->globalPos());
}

bool CurveChart::exportCsv()
{
    if (!m_history)
        return false;
    const QString path = dialogs::saveFile(this, tr("Export the curves"), QStringLiteral("training.csv"),
                                           {tr("Table (*.csv)")}, QStringLiteral("csv"));
    if (path.isEmpty())
        return false;
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly) && file.write(historyCsv(*m_history)) >= 0 && file.commit())
        return true;
    dialogs::inform(this, SignKind::Error, tr("The curves could not be written."),
                    tr("%1: %2. Choose another folder.").arg(path, file.errorString()));
    return false;
}

QString CurveChart::lastValueText() const
{
    if (!m_history || m_history->steps.empty())
        return {};
    const auto means = m_training->points();
    if (means.isEmpty())
        return {};
    const QLocale locale;
    const auto number = [&](double v) {
        return m_measure == Measure::Loss ? locale.toString(v, 'f', 3) : locale.toString(v, 'f', 1) + tr(" %");
    };
    const auto epoch = static_cast<int>(std::ceil(m_history->steps.back().epoch - 1e-9));
    QString text = (m_measure == Measure::Loss ? tr("loss %1, epoch %2") : tr("accuracy %1, epoch %2"))
                       .arg(number(means.last().y()), locale.toString(std::max(epoch, 1)));
    if (m_validation->count() > 0)
        text += tr(", validation %1").arg(number(m_validation->points().last().y()));
    return text;
}

void CurveChart::describe()
{
    const QString text = lastValueText().isEmpty() ? m_empty : lastValueText();
    if (text == accessibleDescription())
        return;
    setAccessibleDescription(text);
    m_view->setToolTip(lastValueText());
}

} // namespace convarium::ui
