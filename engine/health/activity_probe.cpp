#include "engine/health/activity_probe.h"

#include "engine/layers/layer.h"
#include "engine/plan/infer_values.h"

#include <algorithm>

namespace convarium::engine
{

namespace
{

constexpr std::int64_t kBatch = 16;
/// This near to an end (as a share of the whole range) tanh and sigmoid have less than a twentieth of their slope.
constexpr double kFlatPart = 0.0128;

std::shared_ptr<const ExecutionPlan> fittingPlan(const GraphSpec& graph, int threads)
{
    for (std::int64_t batch = kBatch; batch >= 1; batch /= 4) {
        PlanOptions options;
        options.batch = batch;
        options.threads = threads;
        options.training = false;
        options.keepAll = true;
        auto plan = makePlan(graph, options);
        if (!plan)
            return {};
        if ((*plan)->memory.total() <= ActivityProbe::kMostBytes)
            return *plan;
    }
    return {};
}

/// Units of one layer that were above zero, and numbers at a flat end.
struct Tally {
    std::vector<char> active; ///< per map, or per number of a list
    std::int64_t flat = 0, numbers = 0;
};

} // namespace

std::unique_ptr<ActivityProbe> ActivityProbe::create(const GraphSpec& graph, DatasetPtr data,
                                                     std::vector<std::uint32_t> images, std::pair<float, float> scale,
                                                     int threads)
{
    auto probe = std::make_unique<ActivityProbe>();
    const NodeId result = resultNode(graph);
    for (const NodeId id : inferShapes(graph).order) {
        const LayerDescriptor* layer = findLayer(graph.node(id)->type);
        if (!layer || id == result)
            continue; // a sigmoid that gives the result is meant to be sure of itself
        if (layer->rectifies)
            probe->m_layers.push_back({id, true, 0, 0});
        if (layer->squashesTo) {
            const auto [low, high] = *layer->squashesTo;
            probe->m_layers.push_back({id, false, low + kFlatPart * (high - low), high - kFlatPart * (high - low)});
        }
    }
    if (probe->m_layers.empty() || images.empty())
        return {};
    const auto plan = fittingPlan(graph, threads);
    if (!plan)
        return {};
    auto executor = Executor::create(plan);
    if (!executor)
        return {};
    probe->m_executor = std::move(*executor);
    probe->m_data = std::move(data);
    probe->m_images = std::move(images);
    probe->m_scale = scale;
    return probe;
}

std::vector<LayerHealth> ActivityProbe::measure(const WeightMap& weights)
{
    m_executor->setWeights(weights);
    std::vector<Tally> tallies(m_layers.size());
    const auto batch = static_cast<std::size_t>(m_executor->plan().options.batch);
    const std::span<const std::uint32_t> all(m_images);
    for (std::size_t at = 0; at < all.size(); at += batch) {
        const auto part = all.subspan(at, std::min(batch, all.size() - at));
        if (!m_executor->infer({m_data.get(), part, m_scale.first, m_scale.second}))
            return {};
        for (std::size_t l = 0; l < m_layers.size(); ++l) {
            const Layer& layer = m_layers[l];
            Tally& tally = tallies[l];
            for (std::size_t n = 0; n < part.size(); ++n) {
                const Tensor out = m_executor->output(layer.node, static_cast<std::int64_t>(n));
                if (out.elements() == 0)
                    break;
                tally.numbers += out.elements();
                if (!layer.rectifies) {
                    tally.flat += std::count_if(out.values().begin(), out.values().end(),
                                                [&](float v) { return v <= layer.low || v >= layer.high; });
                    continue;
                }
                const std::int64_t units = out.shape()[0];
                const std::int64_t places = out.elements() / units;
                tally.active.resize(static_cast<std::size_t>(units));
                for (std::int64_t u = 0; u < units; ++u) {
                    const float* map = out.data() + u * places;
                    if (!tally.active[static_cast<std::size_t>(u)])
                        tally.active[static_cast<std::size_t>(u)] =
                            std::any_of(map, map + places, [](float v) { return v > 0; });
                }
            }
        }
    }
    std::vector<LayerHealth> out;
    for (std::size_t l = 0; l < m_layers.size(); ++l) {
        const Tally& tally = tallies[l];
        if (tally.numbers == 0)
            continue;
        LayerHealth& health = out.emplace_back();
        health.node = m_layers[l].node;
        if (m_layers[l].rectifies) {
            health.units = static_cast<std::int64_t>(tally.active.size());
            health.deadShare = static_cast<double>(std::count(tally.active.begin(), tally.active.end(), 0)) /
                               static_cast<double>(health.units);
        } else {
            health.saturatedShare = static_cast<double>(tally.flat) / static_cast<double>(tally.numbers);
        }
    }
    return out;
}

} // namespace convarium::engine
