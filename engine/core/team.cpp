#include "engine/core/team.h"

#include "engine/core/parallel.h"

#include <cassert>
#include <chrono>
#include <utility>

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

namespace convarium::engine
{

namespace
{

using Clock = std::chrono::steady_clock;

constexpr auto kSpin = std::chrono::microseconds(20); ///< between two looks at the others
constexpr int kRounds = 10;                           ///< of spinning in the middle of a job
constexpr auto kNap = std::chrono::microseconds(100); ///< after that

/// Leaves the core to others for a few cycles.
void pause()
{
#if defined(__x86_64__) || defined(__i386__)
    _mm_pause();
#endif
}

#if defined(__linux__)
void moveTo(pthread_t thread, int core)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    pthread_setaffinity_np(thread, sizeof(one), &one);
}

/// Nanoseconds a thread has run; -1: unknown.
std::int64_t processorTime(pthread_t thread)
{
    clockid_t clock{};
    timespec t{};
    if (pthread_getcpuclockid(thread, &clock) != 0 || clock_gettime(clock, &t) != 0)
        return -1;
    return t.tv_sec * std::int64_t{1'000'000'000} + t.tv_nsec;
}

/// Is this thread off its core? Its clock counts while it runs.
bool standsStill(pthread_t thread)
{
    const std::int64_t before = processorTime(thread);
    const auto end = Clock::now() + std::chrono::microseconds(3);
    while (Clock::now() < end)
        pause();
    return before >= 0 && processorTime(thread) == before;
}
#endif

} // namespace

Team::Team(int threads) : m_seats(static_cast<std::size_t>(threads))
{
    if (threads <= 1)
        return;
#if defined(__linux__)
    cpu_set_t cores;
    if (sched_getaffinity(0, sizeof(cores), &cores) == 0 && CPU_COUNT(&cores) == threads) {
        int core = 0;
        for (Seat& seat : m_seats) {
            while (!CPU_ISSET(core, &cores))
                ++core;
            seat.core = core++;
        }
        m_tied = true;
    }
#endif
    m_host = std::thread([this, threads] {
        parallel(threads - 1, [this](int i) {
            sit(i + 1);
            work(i + 1);
        });
    });
}

Team::~Team()
{
    if (!m_host.joinable())
        return;
    {
        std::lock_guard lock(m_mutex);
        m_quit.store(true, std::memory_order_relaxed);
    }
    m_wake.notify_all();
    m_host.join();
}

void Team::runAlone(const Job& job)
{
    const FlushDenormals flush;
    for (int stage = 0; stage < job.stages; ++stage)
        for (int unit = 0, units = job.units(stage); unit < units; ++unit)
            job.run(stage, unit, 0);
}

void Team::run(const Job& job)
{
    if (m_seats.size() <= 1) {
        runAlone(job);
        return;
    }
    const FlushDenormals flush;
    sit(0);
    m_job = &job;
    open(0);
    work(0);
    m_job = nullptr;
    standUp();
}

/// Thread 0 returns at the end of the job, the others when the team ends.
void Team::work(int thread)
{
    Seat& seat = m_seats[static_cast<std::size_t>(thread)];
    for (;;) {
        const Ticket t = m_ticket.load(std::memory_order_acquire);
        if (const int unit = take(thread); unit >= 0) {
            seat.holdsUnit.store(true, std::memory_order_relaxed);
            m_job->run(m_stage, unit, thread);
            seat.holdsUnit.store(false, std::memory_order_relaxed);
            if (m_left.fetch_sub(1, std::memory_order_acq_rel) == 1)
                open(m_stage + 1);
            continue;
        }
        if (thread == 0 ? t.empty() : m_quit.load(std::memory_order_relaxed))
            return;
        wait(t, thread);
    }
}

int Team::take(int thread)
{
    const std::size_t threads = m_seats.size(), own = static_cast<std::size_t>(thread);
    std::uint64_t serial = 0;
    for (std::size_t k = 0; k < threads; ++k) {
        std::atomic<Ticket>& units = m_seats[(own + k) % threads].units;
        Ticket t = units.load(std::memory_order_acquire);
        if (k == 0)
            serial = t.serial();
        // A stage is being opened: the own share comes first there too, when it is complete.
        while (t.serial() == serial && !t.empty())
            if (units.compare_exchange_weak(t, k == 0 ? t.withoutFirst() : t.withoutLast(), std::memory_order_acq_rel,
                                            std::memory_order_acquire))
                return k == 0 ? t.first() : t.end() - 1;
        if (t.serial() != serial)
            return -1;
    }
    return -1;
}

/// Opens the first stage from this one on that has units. None: the end of the job is a stage without any.
void Team::open(int stage)
{
    int units = 0;
    while (stage < m_job->stages && (units = m_job->units(stage)) == 0)
        ++stage;
    assert(static_cast<std::uint64_t>(units) <= Ticket::kMost);
    m_stage = stage;
    m_left.store(units, std::memory_order_relaxed);
    {
        // Under the mutex so that a thread about to sleep cannot miss the change, and so that the shares are complete
        // when who did the last unit opens the next stage.
        std::lock_guard lock(m_mutex);
        const std::uint64_t serial = m_ticket.load(std::memory_order_relaxed).serial() + 1;
        const auto threads = static_cast<std::int64_t>(m_seats.size());
        const auto share = [&](std::int64_t thread) { return static_cast<int>(units * thread / threads); };
        for (std::int64_t thread = 0; thread < threads; ++thread)
            m_seats[static_cast<std::size_t>(thread)].units.store(Ticket(serial, share(thread), share(thread + 1)),
                                                                  std::memory_order_release);
        m_ticket.store(Ticket(serial, 0, units), std::memory_order_release);
    }
    m_wake.notify_all();
}

/// Returns soon after another stage was opened. Asleep in the middle of a job, a thread would lose a core that it
/// shares with a busy process; it naps only when the stage takes long.
void Team::wait(Ticket seen, int thread)
{
    const auto opened = [&] { return m_ticket.load(std::memory_order_acquire).serial() != seen.serial(); };
    const auto goesOn = [&] { return !seen.empty() || callerIsPresent(); };
    for (int round = 0;; ++round) {
        const auto end = Clock::now() + kSpin;
        do {
            for (int i = 0; i < 64; ++i) {
                if (opened())
                    return;
                pause();
            }
        } while (Clock::now() < end);
        const bool tied = m_tied && goesOn();
        if (tied)
            changePlaces(thread);
        if (tied && round < kRounds)
            continue;
        std::unique_lock lock(m_mutex);
        if (opened() || m_quit.load(std::memory_order_relaxed))
            return;
        if (tied)
            m_wake.wait_for(lock, kNap);
        else
            m_wake.wait(lock);
    }
}

#if defined(__linux__)

void Team::sit(int thread)
{
    std::lock_guard lock(m_mutex);
    Seat& seat = m_seats[static_cast<std::size_t>(thread)];
    if (!m_tied)
        return;
    if (thread == 0)
        pthread_getaffinity_np(pthread_self(), sizeof(m_callerCores), &m_callerCores);
    moveTo(pthread_self(), seat.core);
    seat.handle.store(pthread_self());
    seat.present.store(true, std::memory_order_release);
}

void Team::standUp()
{
    std::lock_guard lock(m_mutex);
    Seat& seat = m_seats.front();
    seat.present.store(false, std::memory_order_relaxed);
    if (m_tied)
        pthread_setaffinity_np(pthread_self(), sizeof(m_callerCores), &m_callerCores);
}

bool Team::callerIsPresent() const
{
    return m_seats.front().present.load(std::memory_order_acquire);
}

/// Everybody waits for who holds a unit, and behind the last one for the caller of run(), who brings the next job.
bool Team::isWaitedFor(const Seat& seat) const
{
    if (!seat.present.load(std::memory_order_acquire))
        return false;
    return seat.holdsUnit.load(std::memory_order_relaxed) ||
           (&seat == &m_seats.front() && m_ticket.load(std::memory_order_acquire).empty());
}

/// A thread that is waited for and does not run waits for its core: it gets the one of this thread, which can wait
/// there instead.
void Team::changePlaces(int thread)
{
    Seat& own = m_seats[static_cast<std::size_t>(thread)];
    for (Seat& other : m_seats) {
        if (&other == &own || !isWaitedFor(other) || !standsStill(other.handle.load()))
            continue;
        int core = -1;
        {
            std::lock_guard lock(m_mutex);
            if (!isWaitedFor(other))
                return;
            std::swap(own.core, other.core);
            moveTo(other.handle.load(), other.core);
            core = own.core;
        }
        moveTo(pthread_self(), core); // may wait there
        return;
    }
}

#else

void Team::sit(int) {}
void Team::standUp() {}
void Team::changePlaces(int) {}
bool Team::callerIsPresent() const
{
    return false;
}

#endif

} // namespace convarium::engine
