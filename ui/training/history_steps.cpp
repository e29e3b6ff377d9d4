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

void HistorySteps::addToLast(Blocks& blocks, const HistoryPoint& point)
{
    for (std::size_t m = 0; m < blocks.size(); ++m)
        blocks[m].back().add(HistorySum(point, static_cast<Measure>(m)));
}

void HistorySteps::push_back(const HistoryPoint& point)
{
    for (std::size_t level = 0; level < m_blocks.size(); ++level) {
        if (m_points.size() % kBlock[level] == 0)
            for (auto& blocks : m_blocks[level])
                blocks.emplace_back();
        addToLast(m_blocks[level], point);
    }
    m_points.push_back(point);
}

void HistorySteps::pop_back()
{
    m_points.pop_back();
    for (std::size_t level = 0; level < m_blocks.size(); ++level) {
        const std::size_t first = m_points.size() / kBlock[level] * kBlock[level];
        for (std::size_t m = 0; m < m_blocks[level].size(); ++m) {
            auto& blocks = m_blocks[level][m];
            blocks.pop_back();
            if (first == m_points.size())
                continue;
            blocks.emplace_back();
            if (level == 0)
                for (std::size_t i = first; i < m_points.size(); ++i)
                    blocks.back().add(HistorySum(m_points[i], static_cast<Measure>(m)));
            else // of the blocks of the level below: many points may go one after the other
                for (std::size_t i = first / kBlock[level - 1]; i < m_blocks[level - 1][m].size(); ++i)
                    blocks.back().add(m_blocks[level - 1][m][i]);
        }
    }
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
