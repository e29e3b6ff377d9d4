#include "ui/threads/task_thread.h"

#ifdef __linux__
#include <sys/resource.h>
#include <unistd.h>
#endif

namespace convarium::ui
{

TaskThread::TaskThread() : m_thread([this] { work(); }) {}

TaskThread::~TaskThread()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_quit = true;
        m_tasks.clear();
    }
    m_wake.notify_one();
    m_thread.join();
}

void TaskThread::post(std::function<void()> task)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_tasks.push_back(std::move(task));
    }
    m_wake.notify_one();
}

void TaskThread::postOnly(std::function<void()> task)
{
    std::deque<std::function<void()>> dropped; // destroyed after the lock is gone
    {
        const std::scoped_lock lock(m_mutex);
        dropped.swap(m_tasks);
        m_tasks.push_back(std::move(task));
    }
    m_wake.notify_one();
}

void TaskThread::work()
{
    for (;;) {
        std::function<void()> task;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [this] { return m_quit || !m_tasks.empty(); });
            if (m_quit)
                return;
            task = std::move(m_tasks.front());
            m_tasks.pop_front();
        }
        task();
    }
}

void lowerOwnPriority()
{
#ifdef __linux__
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), 10);
#endif
}

} // namespace convarium::ui
