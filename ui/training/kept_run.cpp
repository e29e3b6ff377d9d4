// The part of TrainingController that keeps weights when the network is edited, and finds those of before.
#include "engine/train/kept_weights.h"
#include "ui/training/training_controller.h"

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
    return !m_resetWhenDone && m_state != RunState::Diverged;
}

engine::WeightsPtr TrainingController::shownWeights() const
{
    if (!weightsFitNetwork() && !worthKeeping())
        return nullptr;
    if (!m_latest)
        return m_past ? m_past->weights->resultWeights() : nullptr;
    return isActive() ? m_latest->weights : m_latest->resultWeights();
}

std::shared_ptr<const engine::TrainingState> TrainingController::keptState() const
{
    const auto& from = m_latest || !m_past ? m_latest : m_past->weights;
    if (!from || weightsFitNetwork() || !worthKeeping() || !settingsGoOn())
        return nullptr;
    return engine::newRun(from->resultWeights(), m_config.seed);
}

void TrainingController::clearRun()
{
    Past gone;
    gone.state = m_state;
    gone.origin = ++m_newestOrigin;
    exchange(gone);
    m_past.reset();
}

/// The network has been edited, and what comes now are weights of its own.
void TrainingController::putAside()
{
    m_past = std::make_unique<Past>();
    m_past->state = m_state;
    m_past->origin = m_weightsOrigin;
    exchange(*m_past);
}

/// The network is again what it was, so its weights and curves are, too. Those it has had meanwhile wait for redo.
void TrainingController::comeBack()
{
    if (!m_past || m_session || weightsFitNetwork() || !shareWeights(trainedCore(m_graph), m_past->graph))
        return;
    exchange(*m_past);
    Q_EMIT historyChanged();
    Q_EMIT progressed();
    Q_EMIT snapshotArrived({}); // what was found out with the others is void
    Q_EMIT snapshotArrived(m_latest);
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
    std::swap(m_weightsOrigin, past.origin);
    setHealth(std::exchange(past.health, m_health));
    setState(std::exchange(past.state, m_state));
}

} // namespace convarium::ui
