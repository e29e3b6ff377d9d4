#include "ui/shell/file_task.h"

namespace convarium::ui
{

FileTask::FileTask(QObject* parent) : QObject(parent) {}

FileTask::~FileTask()
{
    if (m_thread.joinable())
        m_thread.join();
}

void FileTask::start(std::function<Outcome()> job, std::function<void(Outcome)> then)
{
    Q_ASSERT(!isRunning());
    m_thread = std::thread([this, job = std::move(job), then = std::move(then)]() mutable {
        m_mailbox.post([this, outcome = job(), then = std::move(then)]() mutable {
            m_thread.join(); // sending this was its last act
            then(std::move(outcome));
        });
    });
}

} // namespace convarium::ui
