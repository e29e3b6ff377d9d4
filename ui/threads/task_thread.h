// A thread that works off tasks in order.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace convarium::ui
{

/// Normal: that of the window. Below it the window answers at once whatever the threads do. Steady: training, and
/// answers that a hand waits for. Spare: what is only looked at; beside training it gets a tenth of a core.
enum class Priority { Normal, Steady, Spare };

/// One std::thread that lives as long as its owner. Its methods may be called from any thread.
class TaskThread final
{
public:
    explicit TaskThread(Priority priority = Priority::Normal);
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

/// Of the calling thread and those it starts from now on. Never raises it.
void lowerOwnPriority(Priority priority);
/// Processor time of the calling thread in milliseconds: waiting for a core that trains is no cost.
[[nodiscard]] double ownMilliseconds();

} // namespace convarium::ui
