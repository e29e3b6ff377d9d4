#include "ui/shell/file_task.h"

namespace convarium::ui
{

FileTask::FileTask(QObject* parent) : QObject(parent)
{
    connect(this, &FileTask::ended, this, &FileTask::deliver, Qt::QueuedConnection);
}

FileTask::~FileTask()
{
    if (m_thread.joinable())
        m_thread.join();
}

void FileTask::start(std::function<Outcome()> job, std::function<void(Outcome)> then)
{
    Q_ASSERT(!isRunning());
    m_then = std::move(then);
    m_thread = std::thread([this, job = std::move(job)] {
        Outcome outcome = job();
        {
            std::lock_guard lock(m_mutex);
            m_outcome.emplace(std::move(outcome));
        }
        Q_EMIT ended();
    });
}

void FileTask::deliver()
{
    m_thread.join(); // ended() was its last act
    std::optional<Outcome> outcome;
    {
        std::lock_guard lock(m_mutex);
        outcome.swap(m_outcome);
    }
    const auto then = std::exchange(m_then, {});
    if (then && outcome)
        then(std::move(*outcome));
}

} // namespace convarium::ui
