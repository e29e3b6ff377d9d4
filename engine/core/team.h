// Threads that work through the stages of a job together, also when other processes take their cores away.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#endif

namespace convarium::engine
{

/// A stage is a number of units that any thread may take; the next stage begins when all units are done. Each thread
/// begins with the same share of them every time, so that what it left in its cache serves it again, and then takes
/// what others have not begun. Nobody waits for a thread that holds no unit: one that the system keeps from running
/// joins in when it is back. Waiting threads spin for a moment, then sleep. A team of one thread per core ties them to
/// the cores, and a thread that has nothing left to do gives its core to one that was put aside in the middle of a
/// unit, or to the caller, who brings the next job.
class Team
{
public:
    /// Starts threads - 1 threads; the caller of run() is the other one.
    explicit Team(int threads);
    ~Team();
    Team(const Team&) = delete;
    Team& operator=(const Team&) = delete;

    struct Job {
        int stages = 0;
        /// How many units a stage has, asked by one thread when all stages before it are done. 0: it is passed over.
        std::function<int(int stage)> units;
        std::function<void(int stage, int unit, int thread)> run; ///< must not throw
    };
    /// Returns when the whole job is done. Every unit sees what all units of earlier stages wrote. Denormals are
    /// flushed to zero meanwhile. One caller at a time.
    void run(const Job& job);
    /// The same on the calling thread alone, as thread 0.
    static void runAlone(const Job& job);

private:
    /// Units of a stage (counted over all jobs) that nobody has taken: those from `first` on, before `end`.
    class Ticket
    {
    public:
        Ticket() = default;
        Ticket(std::uint64_t serial, int first, int end)
            : m_bits(serial << 40 | static_cast<std::uint64_t>(first) << 20 | static_cast<std::uint64_t>(end))
        {
        }
        [[nodiscard]] std::uint64_t serial() const { return m_bits >> 40; }
        [[nodiscard]] int first() const { return static_cast<int>(m_bits >> 20 & kMost); }
        [[nodiscard]] int end() const { return static_cast<int>(m_bits & kMost); }
        [[nodiscard]] bool empty() const { return first() == end(); }
        [[nodiscard]] Ticket withoutFirst() const { return {serial(), first() + 1, end()}; }
        [[nodiscard]] Ticket withoutLast() const { return {serial(), first(), end() - 1}; }
        static constexpr std::uint64_t kMost = (1u << 20) - 1;

    private:
        std::uint64_t m_bits = 0;
    };

    /// One thread's place, on cache lines of its own.
    struct alignas(64) Seat {
        std::atomic<Ticket> units{Ticket()}; ///< the thread's share: it takes the first, others the last
        std::atomic<bool> holdsUnit{false};
#if defined(__linux__)
        std::atomic<pthread_t> handle{};
        std::atomic<bool> present{false}; ///< handle is of a thread that is tied to the core
        int core = -1;
#endif
    };

    void work(int thread);
    /// A unit for this thread; -1: there is none left, or another stage is being opened.
    int take(int thread);
    void open(int stage);
    void wait(Ticket seen, int thread);
    void sit(int thread);
    void standUp();
    void changePlaces(int thread);
    [[nodiscard]] bool callerIsPresent() const; ///< in its seat, between the beginning of run() and its end
#if defined(__linux__)
    [[nodiscard]] bool isWaitedFor(const Seat& seat) const;
#endif

    std::vector<Seat> m_seats;
    bool m_tied = false;                    ///< each thread to the core of its seat
    std::atomic<Ticket> m_ticket{Ticket()}; ///< all units of the open stage, whoever took them; none: the job is done
    std::atomic<int> m_left{0};             ///< units of the open stage that are not done
    const Job* m_job = nullptr; ///< this and the next are read by threads that hold a unit, and by the caller of run()
    int m_stage = 0;
    std::atomic<bool> m_quit{false};
    std::mutex m_mutex;
    std::condition_variable m_wake;
#if defined(__linux__)
    cpu_set_t m_callerCores{}; ///< where the caller of run() may run elsewhere
#endif
    std::thread m_host; ///< of the parallel region in which the other threads live
};

} // namespace convarium::engine
