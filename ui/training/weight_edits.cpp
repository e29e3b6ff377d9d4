#include "ui/training/weight_edits.h"

#include "ui/training/training_controller.h"

namespace convarium::ui
{

QString TrainingController::weightEditReason() const
{
    if (!m_blocked.isEmpty())
        return m_blocked;
    if (m_latest && !weightsFitNetwork())
        return tr("The weights are those of the network before it was changed. Reset the weights, then edit them.");
    if (m_session && !m_latest)
        return tr("Training is about to begin. Kernels can be edited as soon as it runs.");
    return {};
}

std::optional<engine::WeightEdit> TrainingController::editWeights(const engine::WeightEdit& edit,
                                                                  const engine::WeightsPtr& initial)
{
    if (!weightEditReason().isEmpty() || (!m_latest && !initial))
        return {};
    if (!m_latest) {
        engine::TrainingState state;
        state.weights = initial;
        state.seed = m_config.seed;
        if (!engine::replacedBy(edit, state))
            return {};
        clearRun();
        m_latest = std::make_shared<const engine::TrainingState>(std::move(state));
        m_trainedGraph = trainedCore(m_graph);
        m_trainedConfig = m_config;
    }
    auto back = engine::replacedBy(edit, *m_latest);
    if (!back)
        return {};
    m_latest = engine::edited(*m_latest, {edit});
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
