// Reading and writing projects beside the UI thread.
#pragma once

#include "engine/io/project.h"

#include <QObject>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace convarium::ui
{

/// Runs one job at a time on a thread of its own and reports back in the UI thread. Lives in the UI thread.
class FileTask final : public QObject
{
    Q_OBJECT
public:
    using Outcome = engine::Result<std::optional<engine::Project>>;

    explicit FileTask(QObject* parent = nullptr);
    /// Waits for the job in hand: a save must not be cut off.
    ~FileTask() override;

    [[nodiscard]] bool isRunning() const { return m_thread.joinable(); }
    /// job runs on the worker; then is called here. Must not be called while isRunning().
    void start(std::function<Outcome()> job, std::function<void(Outcome)> then);

Q_SIGNALS:
    /// From the worker, queued; carries nothing, so that nothing is shared.
    void ended();

private:
    void deliver();

    std::thread m_thread;
    std::mutex m_mutex;
    std::optional<Outcome> m_outcome;
    std::function<void(Outcome)> m_then;
};

} // namespace convarium::ui
