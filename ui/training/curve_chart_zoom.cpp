// A part of a run, and the value under the pointer.
#include "ui/training/curve_chart.h"
#include "ui/training/curve_view.h"

#include <QLineSeries>
#include <QLocale>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

namespace
{
constexpr double kFewestSteps = 20; ///< that a part holds
} // namespace

std::pair<double, double> CurveChart::shownEpochs() const
{
    return m_zoomed.value_or(std::pair{0.0, m_epochs});
}

/// On the axis.
std::pair<double, double> CurveChart::shownRange() const
{
    if (!m_zoomed)
        return m_xRange;
    const AxisScale scale = axisScale();
    return {scale.at(m_zoomed->first), scale.at(m_zoomed->second)};
}

/// Places on the axis; outside the run they are moved into it.
void CurveChart::setZoomed(double from, double to)
{
    const AxisScale scale = axisScale();
    const double end = scale.at(m_epochs);
    const double length = to - from;
    from = std::clamp(from, 0.0, std::max(end - length, 0.0));
    if (length < end)
        m_zoomed = {scale.epoch(from), scale.epoch(from + length)};
    else
        m_zoomed.reset();
    updateNote();
    refreshSoon();
}

void CurveChart::zoom(double factor, double about)
{
    if (!m_history || m_history->steps.empty())
        return;
    const auto [from, to] = shownRange();
    const HistoryPoint& last = m_history->steps.back();
    const double step = axisScale().at(last.epoch) / static_cast<double>(std::max<std::int64_t>(last.step, 1));
    const double length = std::max((to - from) * factor, kFewestSteps * step);
    const double begin = from + about * (to - from - length);
    setZoomed(begin, begin + length);
}

void CurveChart::pan(double share)
{
    const auto [from, to] = shownRange();
    if (m_zoomed)
        setZoomed(from + share * (to - from), to + share * (to - from));
}

void CurveChart::showWholeRun()
{
    m_zoomed.reset();
    updateNote();
    refreshSoon();
}

QString CurveChart::axisText(double at) const
{
    const QLocale locale;
    switch (m_axis) {
    case CurveAxis::Epochs: return tr("epoch %1").arg(locale.toString(at, 'f', 2));
    case CurveAxis::Steps: return tr("step %1").arg(locale.toString(std::llround(at)));
    case CurveAxis::Seconds: return tr("%1 s").arg(locale.toString(at, 'f', 1));
    case CurveAxis::Macs: return tr("%1 multiply-adds").arg(locale.toString(at, 'g', 3));
    }
    return {};
}

void CurveChart::tell(double place)
{
    m_pointer = place;
    const QList<QPointF> points = m_training->points();
    if (place < 0 || points.isEmpty()) {
        m_view->setReading({});
        return;
    }
    const double x = m_xRange.first + place * (m_xRange.second - m_xRange.first);
    auto nearest = std::lower_bound(points.begin(), points.end(), x, [](auto& p, double at) { return p.x() < at; });
    if (nearest == points.end() || (nearest != points.begin() && x - (nearest - 1)->x() < nearest->x() - x))
        --nearest;
    m_view->setReading(CurveView::EndLabel{*nearest, tr("%1: %2").arg(axisText(nearest->x()), numberText(nearest->y())),
                                           m_training->color()});
}

} // namespace convarium::ui
