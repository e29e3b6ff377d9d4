// Weights edited by hand, as a step of the project's undo stack.
#pragma once

#include "engine/train/trainer.h"

#include <QPointer>
#include <QUndoCommand>

namespace convarium::ui
{

class TrainingController;

/// Weights belong to the training state, not to the document, so undo gives back the numbers that stood there before
/// and redo those that undo found: what training has done to them in between is not lost. Where the weights have been
/// reset or trained anew there is nothing to give back, and the command says so.
class WeightEditCommand final : public QUndoCommand
{
public:
    /// initial: see TrainingController::editWeights().
    WeightEditCommand(TrainingController* controller, const QString& text, engine::WeightEdit edit,
                      engine::WeightsPtr initial);
    void redo() override { exchange(); }
    void undo() override { exchange(); }

private:
    void exchange();

    QPointer<TrainingController> m_controller;
    engine::WeightEdit m_edit; ///< the numbers that come next
    engine::WeightsPtr m_initial;
    int m_origin = -1; ///< of the weights it belongs to; -1: not done yet
};

} // namespace convarium::ui
