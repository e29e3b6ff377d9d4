#include "ui/training/history_steps.h"

#include <algorithm>
#include <cmath>

namespace convarium::ui
{

double valueOf(const HistoryPoint& point, Measure measure)
{
    switch (measure) {
    case Measure::Loss: return point.loss;
    case Measure::Accuracy: return point.accuracy;
    case Measure::Rate: return point.rate;
    case Measure::Speed: break;
    }
    return point.imagesPerSecond > 0 ? point.imagesPerSecond : std::nan("");
}

HistorySum::HistorySum(const HistoryPoint& point, Measure measure)
{
    const double value = valueOf(point, measure);
    if (!std::isfinite(value))
        return;
    count = 1;
    x = point.epoch;
    y = value;
    low = high = {x, y};
}

void HistorySum::add(const HistorySum& other)
{
    if (other.count == 0)
        return;
    if (count == 0 || other.low.y() < low.y())
        low = other.low;
    if (count == 0 || other.high.y() > high.y())
        high = other.high;
    count += other.count;
    x += other.x;
    y += other.y;
}

void HistorySteps::addToLastBlock(const HistoryPoint& point)
{
    for (std::size_t m = 0; m < m_blocks.size(); ++m)
        m_blocks[m].back().add(HistorySum(point, static_cast<Measure>(m)));
}

void HistorySteps::push_back(const HistoryPoint& point)
{
    if (m_points.size() % kBlock == 0)
        for (auto& blocks : m_blocks)
            blocks.emplace_back();
    m_points.push_back(point);
    addToLastBlock(point);
}

void HistorySteps::pop_back()
{
    m_points.pop_back();
    const std::size_t first = m_points.size() / kBlock * kBlock;
    for (auto& blocks : m_blocks) {
        blocks.pop_back();
        if (first < m_points.size())
            blocks.emplace_back();
    }
    for (std::size_t i = first; i < m_points.size(); ++i)
        addToLastBlock(m_points[i]);
}

std::pair<std::size_t, std::size_t> HistorySteps::between(double from, double to) const
{
    const auto first = std::lower_bound(m_points.begin(), m_points.end(), from,
                                        [](const HistoryPoint& p, double epoch) { return p.epoch < epoch; });
    const auto last = std::upper_bound(first, m_points.end(), to,
                                       [](double epoch, const HistoryPoint& p) { return epoch < p.epoch; });
    return {static_cast<std::size_t>(first - m_points.begin()), static_cast<std::size_t>(last - m_points.begin())};
}

} // namespace convarium::ui
