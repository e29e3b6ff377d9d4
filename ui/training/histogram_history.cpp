#include "ui/training/histogram_history.h"

#include <algorithm>

namespace convarium::ui
{

namespace
{

/// The column that follows at once becomes part of the first one.
void merge(HistogramColumn& first, HistogramColumn second)
{
    first.to = second.to;
    first.counts += second.counts;
    for (auto& [node, layer] : second.layers) {
        engine::LayerHistograms& merged = first.layers[node];
        merged.output.add(layer.output);
        merged.gradient.add(layer.gradient);
    }
}

} // namespace

void HistogramHistory::clear()
{
    m_columns.clear();
    m_counts = 1;
}

void HistogramHistory::add(std::int64_t step, engine::HistogramMap layers, bool connected)
{
    if (!m_columns.empty() && step < m_columns.back().to)
        clear();
    const bool edited = !m_columns.empty() && step == m_columns.back().to; // by hand
    if (edited && m_columns.back().counts == 1) {
        m_columns.back().layers = std::move(layers);
        return;
    }
    const std::size_t bytes = std::max<std::size_t>(layers.size(), 1) * sizeof(engine::LayerHistograms);
    connected = connected && !m_columns.empty() && !edited;
    HistogramColumn column{connected ? m_columns.back().to : step, step, 1, std::move(layers)};
    if (connected && m_columns.back().counts < m_counts) {
        merge(m_columns.back(), std::move(column));
        return;
    }
    if (m_columns.size() >= std::clamp<std::size_t>(kMostBytes / bytes, 16, kMostColumns))
        mergeNeighbours();
    m_columns.push_back(std::move(column));
}

void HistogramHistory::mergeNeighbours()
{
    const std::size_t before = m_columns.size();
    std::vector<HistogramColumn> merged;
    for (std::size_t i = 0; i < before; ++i) {
        merged.push_back(std::move(m_columns[i]));
        if (i + 1 < before && m_columns[i + 1].from == merged.back().to) // else nobody looked between
            merge(merged.back(), std::move(m_columns[++i]));
    }
    m_columns = std::move(merged);
    if (m_columns.size() < before)
        m_counts *= 2;
    // Where there are more gaps than columns to merge, the oldest go.
    if (const std::size_t most = before * 3 / 4; m_columns.size() > most)
        m_columns.erase(m_columns.begin(), m_columns.end() - static_cast<std::ptrdiff_t>(most));
}

} // namespace convarium::ui
