// Other runs over the one that is shown.
#include "ui/training/curve_chart.h"
#include "ui/training/curve_view.h"

#include <QChart>
#include <QLineSeries>
#include <QLogValueAxis>
#include <QValueAxis>

namespace convarium::ui
{

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

} // namespace convarium::ui
