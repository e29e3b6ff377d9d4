#include "ui/training/weight_edits.h"

#include "engine/train/kept_weights.h"
#include "ui/training/training_controller.h"

#include <algorithm>

namespace convarium::ui
{

QString TrainingController::weightEditReason() const
{
    if (!m_blocked.isEmpty())
        return m_blocked;
    if (m_session && !shareWeights(trainedCore(m_graph), m_trainedGraph))
        return tr("Training runs with the network as it was before it was changed. Press Stop, then edit the kernels.");
    if (m_session && !m_latest)
        return tr("Training is about to begin. Kernels can be edited as soon as it runs.");
    return {};
}

std::optional<engine::WeightEdit> TrainingController::editWeights(const engine::WeightEdit& edit,
                                                                  const engine::WeightsPtr& initial)
{
    if (!weightEditReason().isEmpty())
        return {};
    if (!weightsFitNetwork()) {
        // An edited network has weights of its own, so that undo finds those of before as they were.
        if (!initial || !engine::keptLayers(m_graph, *initial).anew.empty())
            return {};
        auto own = engine::newRun(initial, m_config.seed);
        if (!engine::replacedBy(edit, *own))
            return {};
        replace(m_latest != nullptr);
        setState(RunState::Idle);
        m_trainedGraph = trainedCore(m_graph);
        m_trainedConfig = m_config;
        m_latest = std::move(own);
        settle();
        Q_EMIT historyChanged();
        Q_EMIT snapshotArrived({}); // a run of its own
    }
    return writeWeights(edit);
}

std::optional<engine::WeightEdit> TrainingController::exchangeWeights(const engine::WeightEdit& edit, int origin)
{
    if (origin == m_weightsOrigin && weightsFitNetwork())
        return writeWeights(edit);
    const auto wanted = [&, core = trainedCore(m_graph)](const Past& past) {
        return past.origin == origin && shareWeights(core, past.graph);
    };
    const auto found = std::ranges::find_if(m_past, wanted);
    Past* past = found != m_past.end() ? &*found : m_replaced && wanted(*m_replaced) ? &*m_replaced : nullptr;
    auto back = past ? engine::replacedBy(edit, *past->weights) : std::nullopt;
    if (back) {
        past->weights = engine::edited(*past->weights, {edit});
        past->test.reset();
    }
    return back;
}

std::optional<engine::WeightEdit> TrainingController::writeWeights(const engine::WeightEdit& edit)
{
    auto back = engine::replacedBy(edit, *m_latest);
    if (!back)
        return {};
    m_latest = engine::edited(*m_latest, {edit});
    m_test.reset(); // it was that of other weights
    settle();
    if (m_session) {
        m_session->run().editWeights(edit);
        m_session->run().requestSnapshot();
    }
    Q_EMIT weightsEdited();
    Q_EMIT snapshotArrived(m_latest);
    Q_EMIT progressed();
    checkOutOfDate();
    return back;
}

WeightEditCommand::WeightEditCommand(TrainingController* controller, const QString& text, engine::WeightEdit edit,
                                     engine::WeightsPtr initial)
    : QUndoCommand(text), m_controller(controller), m_edit(std::move(edit)), m_initial(std::move(initial))
{
}

void WeightEditCommand::exchange()
{
    const bool first = m_origin < 0;
    std::optional<engine::WeightEdit> back;
    if (m_controller)
        back = first ? m_controller->editWeights(m_edit, m_initial) : m_controller->exchangeWeights(m_edit, m_origin);
    m_initial.reset(); // a large network's weights are not kept for undo
    if (!back) {
        if (m_controller && !first)
            Q_EMIT m_controller->message({engine::ErrorCode::NotFound,
                                          "The weights that were edited are gone: they have been reset or trained "
                                          "anew.",
                                          {},
                                          {}});
        setObsolete(true);
        return;
    }
    if (first)
        m_origin = m_controller->weightsOrigin();
    m_edit = *std::move(back);
}

} // namespace convarium::ui
