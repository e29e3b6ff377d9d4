// How large the numbers of every layer are, and their gradients: for panels, beside training.
#pragma once

#include "engine/train/histogram.h"
#include "engine/train/trainer.h"

#include <atomic>
#include <map>

namespace convarium::engine
{

class Executor;

struct LayerHistograms {
    Histogram output;
    /// By the layer's kernels; by its output where it has none that are trained. Without numbers: no gradient reaches
    /// the layer.
    Histogram gradient;
    bool ofWeights = false;
    friend bool operator==(const LayerHistograms&, const LayerHistograms&) = default;
};
using HistogramMap = std::map<NodeId, LayerHistograms>;

/// Runs the network as a training step would (statistics of the batch, dropout, the loss of the settings) on training
/// images that are always the same, so that what changes comes from the weights. One thread, one owner at a time; never
/// touches training.
class HistogramProbe
{
public:
    static constexpr std::int64_t kImages = 16; ///< fewer where the network is large

    static Result<std::unique_ptr<HistogramProbe>> create(const GraphSpec& graph, const TrainConfig& config,
                                                          const DatasetBundle& data);
    ~HistogramProbe();
    /// Cancelled as soon as stop is true.
    Result<HistogramMap> measure(const WeightMap& weights, const std::atomic<bool>* stop = nullptr);
    [[nodiscard]] std::int64_t images() const { return static_cast<std::int64_t>(m_indices.size()); }

private:
    HistogramProbe();

    std::vector<NodeId> m_nodes;
    DatasetPtr m_data;
    std::vector<std::uint32_t> m_indices;
    std::pair<float, float> m_scale;
    std::uint64_t m_seed = 1;
    std::unique_ptr<Executor> m_executor;
};

} // namespace convarium::engine
