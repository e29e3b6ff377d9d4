// The part of ProjectFiles that opens what a lost session left.
#include "engine/io/load_model.h"
#include "engine/io/project_file.h"
#include "engine/train/kept_weights.h"
#include "ui/document/project_document.h"
#include "ui/shell/project_files.h"
#include "ui/theme/dialogs.h"

namespace convarium::ui
{

namespace
{

/// Weights and curves of another version of the same network, where they fit.
bool takeWeights(engine::Project& network, const engine::Project& trained)
{
    if (!trained.state || !engine::keptLayers(network.graph, *trained.state->weights).any())
        return false;
    network.state = engine::startState(network.graph, trained.state);
    if (network.state == trained.state)
        network.history = trained.history;
    return true;
}

} // namespace

void ProjectFiles::recover(const Recovery& kept)
{
    guard([this, kept] {
        if (m_task.isRunning())
            return;
        struct Weights {
            bool recovered = false; ///< lie in no file of the user's
            std::optional<engine::Error> fault;
        };
        const auto weights = std::make_shared<Weights>();
        m_task.start(
            [kept, weights]() -> FileTask::Outcome {
                auto network = engine::loadModel(kept.file.toStdString());
                if (!network)
                    return network.error();
                if (!kept.weights.isEmpty()) {
                    if (const auto trained = engine::openProject(kept.weights.toStdString()); trained)
                        weights->recovered = takeWeights(*network, *trained);
                    else
                        weights->fault = trained.error();
                }
                // Else they lie in the user's file, as they were saved.
                if (!weights->recovered && !kept.source.isEmpty())
                    if (const auto saved = engine::loadModel(kept.source.toStdString()); saved)
                        takeWeights(*network, *saved);
                return std::optional(std::move(*network));
            },
            [this, kept, weights](FileTask::Outcome outcome) {
                if (!outcome) {
                    complain(tr("The unsaved work could not be recovered"), outcome.error());
                } else {
                    const bool saved = (*outcome)->state != nullptr;
                    show(**outcome, kept.source, kept.source);
                    if (weights->recovered)
                        m_savedState.reset();
                    m_document->markUnsaved();
                    Q_EMIT recovered(kept.file);
                    if (weights->fault)
                        dialogs::inform(m_window, SignKind::Warning,
                                        tr("The network is recovered, its last trained weights are not"),
                                        (saved ? tr("It has those of the file it was opened from. %1")
                                               : tr("Training begins anew. %1"))
                                            .arg(QString::fromStdString(weights->fault->text())));
                }
                Q_EMIT stateTextChanged();
            });
        Q_EMIT stateTextChanged();
    });
}

} // namespace convarium::ui
