// A download with progress and cancel, on a thread of its own.
#pragma once

#include "ui/threads/mailbox.h"
#include "ui/threads/task_thread.h"
#include "ui/training/training_services.h"

#include <QObject>
#include <atomic>
#include <functional>

namespace convarium::ui
{

/// Lives in the UI thread; one download at a time.
class DownloadTask final : public QObject
{
    Q_OBJECT
public:
    explicit DownloadTask(const TrainingServices& services, QObject* parent = nullptr);
    /// Cancels and waits for the network thread, which answers at its next progress report.
    ~DownloadTask() override;
    /// Nothing happens while one is running.
    void start(const std::string& name);
    void cancel();
    [[nodiscard]] bool isRunning() const { return m_running; }

Q_SIGNALS:
    /// Bytes; total 0 when unknown. At most 10 a second.
    void progressed(qint64 done, qint64 total);
    void finished();
    void failed(const engine::Error& error);
    void cancelled();

private:
    void end(const engine::Result<void>& result);

    std::function<engine::Result<void>(const std::string&, const datasets::Progress&)> m_download;
    std::atomic<bool> m_cancel{false};
    bool m_running = false;
    Mailbox m_mailbox;
    TaskThread m_thread; ///< last: its task uses this object
};

} // namespace convarium::ui
