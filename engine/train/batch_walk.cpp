#include "engine/train/batch_walk.h"

#include "engine/layers/layer.h"
#include "engine/plan/executor.h"
#include "engine/train/evaluator.h"
#include "engine/train/network_loss.h"

#include <algorithm>
#include <cmath>

namespace convarium::engine
{

namespace
{

double largestOf(const Tensor& t)
{
    double most = 0;
    for (const float v : t.values())
        most = std::max(most, std::abs(static_cast<double>(v)));
    return most;
}

} // namespace

BatchWalk::BatchWalk() = default;
BatchWalk::~BatchWalk() = default;

Result<std::unique_ptr<BatchWalk>> BatchWalk::create(const GraphSpec& graph, const TrainConfig& config,
                                                     const DatasetBundle& data,
                                                     const std::shared_ptr<const TrainingState>& state,
                                                     const WeightsPtr& initial)
{
    auto next = nextStep(graph, config, data, state.get());
    if (!next)
        return next.error();
    std::unique_ptr<BatchWalk> walk(new BatchWalk);
    walk->m_next = *std::move(next);
    const NextStep& step = walk->m_next;
    const GraphSpec network = withLoss(graph, config.loss);
    const auto scale = inputScale(network);
    if (!scale)
        return scale.error();
    PlanOptions options = planOptions(config);
    options.batch = walk->images();
    options.average = false;
    auto plan = makePlanThatKeepsAll(network, options);
    if (!plan)
        return plan.error();
    if (auto fits = checkData(**plan, *step.images, data.name); !fits)
        return fits.error();
    auto executor = Executor::create(*plan);
    if (!executor)
        return executor.error();
    walk->m_executor = *std::move(executor);
    const WeightMap& before = state ? *state->weights : *initial;
    walk->m_executor->setWeights(before);
    if (state && state->optimizer1)
        walk->m_executor->setOptimizerState(0, *state->optimizer1);
    if (state && state->optimizer2)
        walk->m_executor->setOptimizerState(1, *state->optimizer2);
    const UpdateRule rule = makeUpdateRule(config, *(*plan)->options.kernels, step.rate, step.step + 1);
    const StepResult result =
        walk->m_executor->trainStep({step.images.get(), step.indices, scale->first, scale->second}, config.seed,
                                    static_cast<std::uint32_t>(step.step), rule);
    if (result.dataError)
        return *result.dataError;
    if (result.diverged)
        return Error{ErrorCode::Diverged, "The loss of this batch is no number.", "Reset the weights.", {}};
    walk->m_loss = result.loss;
    walk->listStages(network, before);
    return walk;
}

void BatchWalk::listStages(const GraphSpec& graph, const WeightMap& before)
{
    const WeightMap gradients = m_executor->weightGradients(), after = m_executor->weights();
    std::vector<WalkStage> backward, updates;
    for (const NodeId id : inferShapes(graph).order) {
        const LayerDescriptor* layer = findLayer(graph.node(id)->type);
        if (output(id, 0).elements() == 0)
            continue; // nobody needs it
        m_stages.push_back({layer->isInput ? WalkStage::Kind::Input : WalkStage::Kind::Forward, id, 0, false});
        if (layer->isInput || gradient(id, 0).elements() == 0)
            continue;
        WalkStage back{WalkStage::Kind::Backward, id, 0, false}, update{WalkStage::Kind::Update, id, 0, true};
        for (auto it = gradients.lower_bound({id, std::string()}); it != gradients.end() && it->first.first == id;
             ++it) {
            back.hasWeights = true;
            back.largest = std::max(back.largest, largestOf(it->second));
            const Tensor &from = before.at(it->first), &to = after.at(it->first);
            for (std::int64_t i = 0; i < to.elements(); ++i)
                update.largest =
                    std::max(update.largest, std::abs(static_cast<double>(to[i]) - static_cast<double>(from[i])));
        }
        if (back.hasWeights)
            updates.push_back(update);
        else
            for (const Edge& e : graph.edgesInto(id))
                back.largest = std::max(back.largest, largestGradient(e.from));
        backward.push_back(back);
    }
    // Inputs of a network with several stand before everything else.
    std::stable_partition(m_stages.begin(), m_stages.end(),
                          [](const WalkStage& s) { return s.kind == WalkStage::Kind::Input; });
    m_stages.push_back({WalkStage::Kind::Loss, kNoNode, 0, false});
    m_stages.insert(m_stages.end(), backward.rbegin(), backward.rend());
    m_stages.insert(m_stages.end(), updates.begin(), updates.end());
}

double BatchWalk::largestGradient(NodeId node) const
{
    double most = 0;
    for (std::int64_t i = 0; i < images(); ++i)
        most = std::max(most, largestOf(gradient(node, i)));
    return most;
}

Tensor BatchWalk::output(NodeId node, std::int64_t image) const
{
    return m_executor->output(node, image);
}

Tensor BatchWalk::gradient(NodeId node, std::int64_t image) const
{
    return m_executor->gradient(node, image);
}

WeightMap BatchWalk::weights() const
{
    return m_executor->weights();
}

} // namespace convarium::engine
