#include "ui/training/engine_thread.h"

namespace convarium::ui
{

EngineThread::EngineThread() : m_thread([this] { work(); }) {}

EngineThread::~EngineThread()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_quit = true;
        m_tasks.clear();
    }
    m_wake.notify_one();
    m_thread.join();
}

void EngineThread::post(std::function<void()> task)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_tasks.push_back(std::move(task));
    }
    m_wake.notify_one();
}

void EngineThread::work()
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

} // namespace convarium::ui
