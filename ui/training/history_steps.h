// The steps of a run, kept so that a million of them are drawn as fast as a thousand.
#pragma once

#include <QPointF>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace convarium::ui
{

/// One training step: loss and accuracy are means over its batch.
struct HistoryPoint {
    std::int64_t step = 0;
    double epoch = 0; ///< epochs done including this step, e.g. 1.25
    double loss = 0;
    double accuracy = 0; ///< 0..1
    double rate = 0;
    double imagesPerSecond = 0; ///< 0: not known
    friend bool operator==(const HistoryPoint&, const HistoryPoint&) = default;
};

/// Which curve of a point.
enum class Measure { Loss, Accuracy, Rate, Speed };

/// NaN: not known.
[[nodiscard]] double valueOf(const HistoryPoint& point, Measure measure);

/// Several points taken together; values that are not finite are left out.
struct HistorySum {
    int count = 0;
    double x = 0, y = 0; ///< sums of epochs and values
    QPointF low, high;   ///< the points with the smallest and the largest value

    HistorySum() = default;
    HistorySum(const HistoryPoint& point, Measure measure);
    void add(const HistorySum& other);
};

/// In order of their steps; epochs never decrease. The sums of each block of points are kept up with them.
class HistorySteps
{
public:
    /// Points of a block, by level. Whole runs are read by the large ones, which leave the caches to training.
    static constexpr std::array<std::size_t, 2> kBlock{64, 4096};

    void push_back(const HistoryPoint& point);
    void pop_back();
    void clear() { *this = {}; }
    [[nodiscard]] bool empty() const { return m_points.empty(); }
    [[nodiscard]] std::size_t size() const { return m_points.size(); }
    [[nodiscard]] const HistoryPoint& operator[](std::size_t i) const { return m_points[i]; }
    [[nodiscard]] const HistoryPoint& front() const { return m_points.front(); }
    [[nodiscard]] const HistoryPoint& back() const { return m_points.back(); }
    [[nodiscard]] auto begin() const { return m_points.begin(); }
    [[nodiscard]] auto end() const { return m_points.end(); }
    /// First and behind the last of the points whose epochs lie in [from, to].
    [[nodiscard]] std::pair<std::size_t, std::size_t> between(double from, double to) const;
    /// Of the points kBlock[level] * block and the following.
    [[nodiscard]] const HistorySum& blockSum(std::size_t level, std::size_t block, Measure measure) const
    {
        return m_blocks[level][static_cast<std::size_t>(measure)][block];
    }
    friend bool operator==(const HistorySteps& a, const HistorySteps& b) { return a.m_points == b.m_points; }

private:
    using Blocks = std::array<std::vector<HistorySum>, 4>; ///< by Measure: a curve reads its own only
    static void addToLast(Blocks& blocks, const HistoryPoint& point);

    std::vector<HistoryPoint> m_points;
    std::array<Blocks, kBlock.size()> m_blocks; ///< by level
};

} // namespace convarium::ui
