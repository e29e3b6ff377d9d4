// Keeps unsaved edits safe on disk while the program runs, and finds those of programs that ended too early.
#pragma once

#include "ui/shell/recovery_store.h"
#include "ui/threads/mailbox.h"
#include "ui/threads/task_thread.h"

#include <QObject>
#include <QTimer>
#include <functional>

namespace convarium::ui
{

class ProjectDocument;

/// Lives in the UI thread; a thread of its own writes. The user's own file is never touched. What is kept is removed
/// once it is saved or given up, and when the program ends as it should.
class Autosave final : public QObject
{
    Q_OBJECT
public:
    /// From an edit to the beginning of the write that holds it.
    static constexpr int kDelayMs = 2000;
    /// From one write of trained weights to the next.
    static constexpr int kWeightsMs = 30000;
    using StatePtr = std::shared_ptr<const engine::TrainingState>;

    /// network: what is to be kept, asked for at each write.
    Autosave(ProjectDocument* document, std::function<engine::Project()> network, const QString& folder,
             QObject* parent = nullptr);
    ~Autosave() override;

    /// weights: those that lie in no file, null: none; asked for at each write and by weightsChanged(). curves: how
    /// they came about; asked for when weights are written.
    void watchWeights(std::function<StatePtr()> weights, std::function<engine::History()> curves)
    {
        m_weights = std::move(weights);
        m_curves = std::move(curves);
    }
    /// There are others, or none any more.
    void weightsChanged();
    /// The same for the newest of a run, null: of another run. Asks for nothing while they would not be written yet.
    void weightsArrived(const StatePtr& newest);

    /// Answers with found().
    void lookForAbandoned();
    /// Removes what was found.
    void discard(const QString& file);
    /// The same once the document, which has taken it over, is safe itself.
    void discardWhenSafe(const QString& file) { m_superseded = file; }

Q_SIGNALS:
    void found(const std::vector<convarium::ui::Recovery>& recoveries);
    /// Edits are not safe; told once until it works again.
    void failed(const convarium::engine::Error& error);

private:
    void follow();
    void writeLater();
    void forgetWeights();
    void write();

    ProjectDocument* m_document;
    std::function<engine::Project()> m_network;
    std::function<StatePtr()> m_weights = [] { return StatePtr(); };
    std::function<engine::History()> m_curves;
    std::weak_ptr<const engine::TrainingState> m_kept; ///< the weights that were written last
    QString m_superseded;
    QTimer m_timer;
    QTimer m_weightsPause; ///< runs while weights were written not long ago
    bool m_writing = false, m_changed = false, m_complained = false;
    Mailbox m_mailbox;
    RecoveryStore m_store; ///< the thread's, until it has ended
    std::unique_ptr<TaskThread> m_thread;
};

} // namespace convarium::ui
