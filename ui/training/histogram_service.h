// Decides when the numbers of the layers are counted, and of which weights. UI thread.
#pragma once

#include "ui/threads/mailbox.h"
#include "ui/threads/task_thread.h"
#include "ui/training/histogram_history.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <atomic>

namespace convarium::ui
{

class TrainingController;

/// Counts on a thread of its own while somebody looks: at most four times a second, and more seldom where that would
/// take more than a fortieth of a core from training. Weights that arrive in between are dropped, not queued.
class HistogramService final : public QObject
{
    Q_OBJECT
public:
    explicit HistogramService(TrainingController* controller, QObject* parent = nullptr);
    ~HistogramService() override;

    [[nodiscard]] TrainingController* controller() const { return m_controller; }
    void setWatched(bool watched);
    [[nodiscard]] const HistogramHistory& history() const { return m_history; }
    /// Of how many training images.
    [[nodiscard]] std::int64_t images() const { return m_images; }
    /// Why there is nothing; empty when there is, or will be.
    [[nodiscard]] QString fault() const { return m_fault; }

Q_SIGNALS:
    void changed();

private:
    struct Key;
    struct Request;
    struct Answer;
    class Worker;
    void schedule();
    void send();
    void receive(Answer answer);
    void forget();
    void setFault(const QString& fault);

    TrainingController* m_controller;
    HistogramHistory m_history;
    std::unique_ptr<Key> m_key; ///< of the history
    QString m_fault;
    std::int64_t m_images = 0;
    int m_origin = 0;            ///< TrainingController::weightsOrigin() of the history
    int m_id = 0, m_firstId = 0; ///< answers to earlier requests are of other weights
    bool m_watched = false, m_busy = false, m_stale = false, m_connected = false;
    qint64 m_period; ///< milliseconds between two counts
    QTimer m_snapshots, m_send;
    QElapsedTimer m_sinceSend;
    std::shared_ptr<Worker> m_worker; ///< used on the thread alone
    Mailbox m_mailbox;
    std::shared_ptr<std::atomic<bool>> m_stop = std::make_shared<std::atomic<bool>>(false); ///< of what is counted now
    TaskThread m_thread{Priority::Spare}; ///< last: joined before anything above goes away
};

} // namespace convarium::ui
