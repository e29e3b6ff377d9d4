// Reading and writing projects beside the UI thread.
#pragma once

#include "engine/io/project.h"
#include "ui/threads/mailbox.h"

#include <QObject>
#include <functional>
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

private:
    Mailbox m_mailbox;
    std::thread m_thread;
};

} // namespace convarium::ui
