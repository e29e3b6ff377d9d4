// A download with progress and cancel, on a thread of its own.
#pragma once

#include "ui/training/training_services.h"

#include <QObject>
#include <QThread>
#include <atomic>
#include <memory>

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
    [[nodiscard]] bool isRunning() const { return m_thread != nullptr; }

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
    std::unique_ptr<QThread> m_thread;
};

} // namespace convarium::ui
