// The one engine thread: every parallel region of training belongs to it.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace convarium::ui
{

/// One std::thread that lives as long as its owner and works off tasks in order. post() may be called from any thread.
class EngineThread final
{
public:
    EngineThread();
    /// Drops tasks that have not begun and joins; whoever owns a long task must have asked it to stop before.
    ~EngineThread();
    EngineThread(const EngineThread&) = delete;
    EngineThread& operator=(const EngineThread&) = delete;

    void post(std::function<void()> task);

private:
    void work();

    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<std::function<void()>> m_tasks;
    bool m_quit = false;
    std::thread m_thread; ///< last, so that everything it uses exists when it starts
};

} // namespace convarium::ui
