#include "ui/threads/task_thread.h"

#include "engine/core/parallel.h"

#ifdef __linux__
#include <ctime>
#else
#include <chrono>
#endif

namespace convarium::ui
{

TaskThread::TaskThread(Priority priority)
    : m_thread([this, priority] {
          lowerOwnPriority(priority);
          work();
      })
{
}

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

void lowerOwnPriority(Priority priority)
{
    if (priority != Priority::Normal)
        engine::lowerOwnWeight(priority == Priority::Steady ? 4 : 14);
}

double ownMilliseconds()
{
#ifdef __linux__
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) * 1e-6;
#else
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
#endif
}

} // namespace convarium::ui
