#include "ui/training/weight_edits.h"

#include "engine/train/kept_weights.h"
#include "ui/training/training_controller.h"

namespace convarium::ui
{

QString TrainingController::weightEditReason() const
{
    if (!m_blocked.isEmpty())
        return m_blocked;
    if (m_session && trainedCore(m_graph) != m_trainedGraph)
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
    // An edited network has weights of its own, so that undo finds those of before as they were.
    const bool there = weightsFitNetwork();
    if (!there && !(initial && engine::keptLayers(m_graph, *initial).anew.empty()))
        return {};
    const auto state = there ? m_latest : engine::newRun(initial, m_config.seed);
    auto back = engine::replacedBy(edit, *state);
    if (!back)
        return {};
    if (!there) {
        replace(m_latest != nullptr);
        setState(RunState::Idle);
        m_trainedGraph = trainedCore(m_graph);
        m_trainedConfig = m_config;
        Q_EMIT historyChanged();
        Q_EMIT snapshotArrived({}); // a run of its own
    }
    m_latest = engine::edited(*state, {edit});
    settle();
    m_test.reset(); // it was that of other weights
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
    std::optional<engine::WeightEdit> back;
    if (m_controller && (m_origin < 0 || m_origin == m_controller->weightsOrigin()))
        back = m_controller->editWeights(m_edit, m_initial);
    m_initial.reset(); // a large network's weights are not kept for undo
    if (!back) {
        if (m_controller && m_origin >= 0)
            Q_EMIT m_controller->message({engine::ErrorCode::NotFound,
                                          "The weights that were edited are gone: they have been reset or trained "
                                          "anew.",
                                          {},
                                          {}});
        setObsolete(true);
        return;
    }
    m_origin = m_controller->weightsOrigin();
    m_edit = *std::move(back);
}

} // namespace convarium::ui
