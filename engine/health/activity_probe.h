// Which units of a network still answer to images: dead rectifiers, saturated sigmoids.
#pragma once

#include "engine/health/health.h"
#include "engine/plan/executor.h"

namespace convarium::engine
{

/// Runs the network forward on a fixed set of images, beside the training and with memory of its own.
class ActivityProbe
{
public:
    /// images: to judge by. Null when the network has no layer to judge or would need more than kMostBytes.
    static std::unique_ptr<ActivityProbe> create(const GraphSpec& graph, DatasetPtr data,
                                                 std::vector<std::uint32_t> images, std::pair<float, float> scale,
                                                 int threads);
    /// One entry per layer that can die or saturate; empty when an image could not be read.
    std::vector<LayerHealth> measure(const WeightMap& weights);

    static constexpr std::int64_t kMostBytes = 256'000'000;

private:
    struct Layer {
        NodeId node;
        bool rectifies;
        double low, high; ///< of a function with flat ends, where it counts as flat
    };
    DatasetPtr m_data;
    std::vector<std::uint32_t> m_images;
    std::pair<float, float> m_scale;
    std::vector<Layer> m_layers;
    std::unique_ptr<Executor> m_executor;
};

} // namespace convarium::engine
