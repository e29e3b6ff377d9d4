// The one place where threads of the engine come from.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>

namespace convarium::engine
{

/// Cores this process may run on, at least 1.
int availableThreads();

/// Runs fn(0) .. fn(n - 1) at the same time, one per thread, and returns when all have ended. fn must not throw.
/// Over OpenMP, whose worker threads live on between calls; over std::thread in thread-sanitizer builds
/// (CONVARIUM_STD_THREADS). Call it once per training step or longer, never per layer. Workers flush denormals to zero.
void parallel(int n, const std::function<void(int)>& fn);

/// Turns flush-to-zero on for the calling thread while it lives and restores what was set before.
class FlushDenormals
{
public:
    FlushDenormals();
    ~FlushDenormals();
    FlushDenormals(const FlushDenormals&) = delete;
    FlushDenormals& operator=(const FlushDenormals&) = delete;

private:
    unsigned m_saved = 0;
};

/// Meeting point of the threads in one parallel() region: spins for about 20 us, then sleeps, so that a busy foreign
/// process on one core costs time but does not stop the others. Every thread sees all writes made before the barrier.
class Barrier
{
public:
    explicit Barrier(int threads) : m_threads(threads) {}
    /// While nobody waits.
    void setThreads(int threads) { m_threads = threads; }
    /// Waits for all threads. Exactly one of them runs atLast (if given) before any thread goes on.
    void wait(const std::function<void()>& atLast = {});

private:
    int m_threads;
    std::atomic<int> m_arrived{0};
    std::atomic<unsigned> m_generation{0};
    std::mutex m_mutex;
    std::condition_variable m_wake;
};

} // namespace convarium::engine
