#include "engine/train/histogram_probe.h"

#include "engine/data/masks.h"
#include "engine/plan/executor.h"
#include "engine/train/evaluator.h"
#include "engine/train/network_loss.h"

#include <algorithm>

namespace convarium::engine
{

namespace
{

constexpr std::int64_t kMostBytes = 256'000'000;
constexpr std::size_t kMostNumbers = 8192; ///< of a layer: a share is right to a part in a hundred

/// The plan for as many images as fit.
Result<std::shared_ptr<const ExecutionPlan>> fittingPlan(const GraphSpec& graph, std::int64_t images)
{
    for (std::int64_t batch = images;; batch /= 2) {
        PlanOptions options;
        options.batch = batch;
        options.threads = 1;
        options.training = true;
        options.optimizer = "sgd"; // never updates: room for an optimizer's numbers would be wasted
        auto plan = makePlanThatKeepsAll(graph, options);
        if (batch == 1 || (plan && (*plan)->memory.total() <= kMostBytes))
            return plan;
    }
}

} // namespace

HistogramProbe::HistogramProbe() = default;
HistogramProbe::~HistogramProbe() = default;

Result<std::unique_ptr<HistogramProbe>> HistogramProbe::create(const GraphSpec& graph, const TrainConfig& config,
                                                               const DatasetBundle& data)
{
    if (!data.train || data.train->size() == 0)
        return Error{ErrorCode::InvalidArgument, "There are no training images yet.", "Wait until they are read.", {}};
    std::unique_ptr<HistogramProbe> probe(new HistogramProbe);
    const GraphSpec trained = withLoss(graph, config.loss);
    auto scale = inputScale(trained);
    if (!scale)
        return scale.error();
    probe->m_scale = *scale;
    const auto plan = fittingPlan(trained, std::min(kImages, data.train->size()));
    if (!plan)
        return plan.error();
    const OpGraph& ops = *(*plan)->graph;
    auto scaled = scaledTo(data, ops.values[static_cast<std::size_t>(ops.inputValue)].shape);
    if (!scaled)
        return scaled.error();
    probe->m_data = withTargets(*std::move(scaled), ops.loss.info->target).train;
    if (auto fits = checkData(**plan, *probe->m_data, data.name); !fits)
        return fits.error();
    auto executor = Executor::create(*plan);
    if (!executor)
        return executor.error();
    probe->m_executor = std::move(*executor);
    // Spread over the whole set, so that sorted data show all their classes.
    const std::int64_t images = (*plan)->options.batch;
    for (std::int64_t i = 0; i < images; ++i)
        probe->m_indices.push_back(static_cast<std::uint32_t>(i * data.train->size() / images));
    probe->m_nodes = inferShapes(trained).order;
    probe->m_seed = config.seed;
    return probe;
}

Result<HistogramMap> HistogramProbe::measure(const WeightMap& weights, const std::atomic<bool>* stop)
{
    m_executor->setWeights(weights);
    const StepResult result =
        m_executor->gradients({m_data.get(), m_indices, m_scale.first, m_scale.second}, m_seed, 0, stop);
    if (result.dataError)
        return *result.dataError;
    if (result.cancelled)
        return Error{ErrorCode::Cancelled, "The count was stopped.", {}, {}};
    if (result.diverged)
        return Error{ErrorCode::Diverged, "The loss of these weights is no number.", "Reset the weights.", {}};
    HistogramMap layers;
    const std::size_t most = kMostNumbers / m_indices.size(); // of an image
    const WeightMap gradients = m_executor->weightGradients();
    for (const NodeId node : m_nodes) {
        LayerHistograms& layer = layers[node];
        if (const auto kernel = gradients.find({node, "weight"}); kernel != gradients.end()) {
            layer.gradient.add(kernel->second.values(), kMostNumbers);
            layer.ofWeights = true;
        }
        for (std::int64_t i = 0; i < images(); ++i) {
            layer.output.add(m_executor->output(node, i).values(), most);
            if (!layer.ofWeights)
                layer.gradient.add(m_executor->gradient(node, i).values(), most);
        }
    }
    return layers;
}

} // namespace convarium::engine
