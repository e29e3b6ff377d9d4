// A thread that works off tasks in order.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace convarium::ui
{

/// One std::thread that lives as long as its owner. Its methods may be called from any thread.
class TaskThread final
{
public:
    TaskThread();
    /// Drops tasks that have not begun and joins; whoever owns a long task must have asked it to stop before.
    ~TaskThread();
    TaskThread(const TaskThread&) = delete;
    TaskThread& operator=(const TaskThread&) = delete;

    void post(std::function<void()> task);
    /// The same instead of whatever has not begun.
    void postOnly(std::function<void()> task);

private:
    void work();

    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<std::function<void()>> m_tasks;
    bool m_quit = false;
    std::thread m_thread; ///< last, so that everything it uses exists when it starts
};

/// For threads that compute what is only looked at: they never take a core from training or from the window.
void lowerOwnPriority();
/// Processor time of the calling thread in milliseconds: waiting for a core that trains is no cost.
[[nodiscard]] double ownMilliseconds();

} // namespace convarium::ui
