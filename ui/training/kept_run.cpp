// The part of TrainingController that keeps weights when the network is edited, and finds those of before.
#include "engine/train/kept_weights.h"
#include "ui/training/training_controller.h"

#include <algorithm>
#include <numeric>

namespace convarium::ui
{

bool shareWeights(engine::GraphSpec a, engine::GraphSpec b)
{
    for (auto* graph : {&a, &b})
        for (auto& node : graph->nodes)
            node.frozen = false;
    return a == b;
}

bool TrainingController::weightsFitNetwork() const
{
    return m_latest && shareWeights(trainedCore(m_graph), m_trainedGraph);
}

/// Weights of a network that is gone altogether, or that have run away, are of no use to another one.
bool TrainingController::worthKeeping() const
{
    return m_latest && !m_resetWhenDone && m_state != RunState::Diverged;
}

/// What a new run may begin with: the run's result, or what it began with itself.
engine::WeightsPtr TrainingController::keptWeights() const
{
    if (m_resetWhenDone)
        return nullptr;
    return worthKeeping() ? m_latest->resultWeights() : m_begun.lock();
}

engine::WeightsPtr TrainingController::shownWeights() const
{
    if (m_latest && (weightsFitNetwork() || worthKeeping()))
        return isActive() ? m_latest->weights : m_latest->resultWeights();
    return keptWeights();
}

std::shared_ptr<const engine::TrainingState> TrainingController::keptState() const
{
    if ((weightsFitNetwork() && worthKeeping()) || !settingsGoOn())
        return nullptr;
    const auto kept = keptWeights();
    return kept ? engine::newRun(kept, m_config.seed) : nullptr;
}

HeldRun TrainingController::heldRun() const
{
    const auto core = trainedCore(m_graph);
    const auto held = [&](const auto& state, const TrainingHistory& history, const engine::GraphSpec& graph) {
        return HeldRun{state, &history, shareWeights(core, graph)};
    };
    const HeldRun run = m_replaced ? held(m_replaced->weights, m_replaced->history, m_replaced->graph)
                                   : held(m_latest, m_history, m_trainedGraph);
    const bool worth = !m_resetWhenDone && (m_replaced ? m_replaced->state : m_state) != RunState::Diverged;
    if (run.state && (run.fits || worth))
        return run;
    const auto begun = pastOf((m_replaced ? m_replaced->begun : m_begun).lock());
    return begun == m_past.end() || m_resetWhenDone ? HeldRun() : held(begun->weights, begun->history, begun->graph);
}

std::vector<TrainingController::Past>::const_iterator
TrainingController::pastOf(const engine::WeightsPtr& weights) const
{
    return std::ranges::find_if(m_past,
                                [&](const Past& past) { return weights && past.weights->resultWeights() == weights; });
}

/// Makes room for weights of their own. related: they begin with those there are, where these fit.
void TrainingController::replace(bool related)
{
    Past past;
    past.state = m_state;
    past.origin = related ? m_weightsOrigin : ++m_newestOrigin;
    exchange(past);
    if (past.weights)
        m_replaced = std::move(past);
}

/// There are others now. What they replaced waits for its network; where that is this one, it is gone.
void TrainingController::settle()
{
    if (!m_replaced)
        return;
    if (!shareWeights(m_replaced->graph, m_trainedGraph))
        m_past.push_back(*std::move(m_replaced));
    m_replaced.reset();
    dropPast();
}

/// Runs put aside are dropped where they take too much memory: first those that were never trained, then the oldest.
void TrainingController::dropPast()
{
    const auto bytes = [this] {
        return std::accumulate(m_past.begin(), m_past.end(), std::size_t{0},
                               [](std::size_t sum, const Past& past) { return sum + past.bytes(); });
    };
    while (m_past.size() > 1 && bytes() > m_mostPastBytes) {
        const auto untrained = std::ranges::find_if(m_past, [](const Past& past) { return past.weights->step == 0; });
        m_past.erase(untrained == m_past.end() ? m_past.begin() : untrained);
    }
}

std::size_t TrainingController::Past::bytes() const
{
    std::size_t sum = history.steps.size() * sizeof(HistoryPoint);
    for (const auto* map :
         {&weights->weights, &weights->average, &weights->best, &weights->optimizer1, &weights->optimizer2})
        if (*map)
            for (const auto& [key, tensor] : **map)
                sum += static_cast<std::size_t>(tensor.elements()) * sizeof(float);
    return sum;
}

/// The network is again what it was, so its weights and curves are, too. Those it has had meanwhile wait for redo.
void TrainingController::comeBack()
{
    if (m_session || weightsFitNetwork())
        return;
    const auto core = trainedCore(m_graph);
    const auto found = std::ranges::find_if(m_past, [&](const Past& past) { return shareWeights(core, past.graph); });
    if (found == m_past.end())
        return;
    takeBack(found);
    dropPast();
    Q_EMIT historyChanged();
    Q_EMIT progressed();
    Q_EMIT snapshotArrived({}); // what was found out with the others is void
    Q_EMIT snapshotArrived(m_latest);
}

/// What there is now takes its place, if it has weights.
void TrainingController::takeBack(std::vector<Past>::const_iterator which)
{
    Past past = std::move(m_past[static_cast<std::size_t>(which - m_past.begin())]);
    m_past.erase(which);
    exchange(past);
    if (past.weights)
        m_past.push_back(std::move(past));
}

void TrainingController::exchange(Past& past)
{
    std::swap(m_latest, past.weights);
    std::swap(m_trainedGraph, past.graph);
    std::swap(m_trainedConfig, past.config);
    std::swap(m_history, past.history);
    std::swap(m_progress, past.progress);
    std::swap(m_test, past.test);
    std::swap(m_error, past.error);
    std::swap(m_extra, past.extra);
    std::swap(m_begun, past.begun);
    std::swap(m_weightsOrigin, past.origin);
    setHealth(std::exchange(past.health, m_health));
    setState(std::exchange(past.state, m_state));
}

} // namespace convarium::ui
