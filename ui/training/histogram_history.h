// Histograms of all layers over the steps of a run, in bounded memory. A value; knows no widgets.
#pragma once

#include "engine/train/histogram_probe.h"

#include <vector>

namespace convarium::ui
{

/// What was counted at the steps from .. to. A column reaches back to the one before it, unless nobody looked between.
struct HistogramColumn {
    std::int64_t from = 0, to = 0;
    int counts = 1; ///< how many were merged
    engine::HistogramMap layers;
};

class HistogramHistory
{
public:
    static constexpr std::size_t kMostColumns = 240;
    static constexpr std::size_t kMostBytes = 48'000'000;

    /// Counted after `step` steps; a step before the last one begins afresh. connected: watched since the last column.
    /// Where the memory is full, neighbours are merged and later columns hold as much, so that a run of any length
    /// fits.
    void add(std::int64_t step, engine::HistogramMap layers, bool connected);
    void clear();
    [[nodiscard]] const std::vector<HistogramColumn>& columns() const { return m_columns; }

private:
    void mergeNeighbours();
    int m_counts = 1; ///< of a full column
    std::vector<HistogramColumn> m_columns;
};

} // namespace convarium::ui
