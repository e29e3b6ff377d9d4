#include "engine/core/parallel.h"

#include <chrono>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sched.h>
#endif
#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif
#if !defined(CONVARIUM_STD_THREADS)
#include <omp.h>
#endif

namespace convarium::engine
{

int availableThreads()
{
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) == 0)
        return std::max(1, CPU_COUNT(&set));
#endif
    return std::max(1u, std::thread::hardware_concurrency());
}

FlushDenormals::FlushDenormals()
{
#if defined(__x86_64__) || defined(__i386__)
    m_saved = _mm_getcsr();
    _mm_setcsr(m_saved | 0x8040u); // flush-to-zero and denormals-are-zero
#endif
}

FlushDenormals::~FlushDenormals()
{
#if defined(__x86_64__) || defined(__i386__)
    _mm_setcsr(m_saved);
#endif
}

void parallel(int n, const std::function<void(int)>& fn)
{
    const auto guarded = [&fn](int i) {
        FlushDenormals flush;
        fn(i);
    };
    if (n <= 1) {
        guarded(0);
        return;
    }
#if defined(CONVARIUM_STD_THREADS)
    std::vector<std::thread> threads;
    threads.reserve(static_cast<std::size_t>(n - 1));
    for (int i = 1; i < n; ++i)
        threads.emplace_back(guarded, i);
    guarded(0);
    for (auto& t : threads)
        t.join();
#else
    // Barriers inside fn need all n threads at once: never let the runtime give fewer.
    omp_set_dynamic(0);
#pragma omp parallel num_threads(n)
    guarded(omp_get_thread_num());
#endif
}

void Barrier::wait(const std::function<void()>& atLast)
{
    const unsigned generation = m_generation.load(std::memory_order_acquire);
    if (m_arrived.fetch_add(1, std::memory_order_acq_rel) == m_threads - 1) {
        if (atLast)
            atLast();
        m_arrived.store(0, std::memory_order_relaxed);
        {
            // Under the mutex so that a thread about to sleep cannot miss the change.
            std::lock_guard lock(m_mutex);
            m_generation.store(generation + 1, std::memory_order_release);
        }
        m_wake.notify_all();
        return;
    }
    const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(20);
    do {
        for (int i = 0; i < 64; ++i) {
            if (m_generation.load(std::memory_order_acquire) != generation)
                return;
#if defined(__x86_64__) || defined(__i386__)
            _mm_pause();
#endif
        }
    } while (std::chrono::steady_clock::now() < end);
    std::unique_lock lock(m_mutex);
    m_wake.wait(lock, [&] { return m_generation.load(std::memory_order_acquire) != generation; });
}

} // namespace convarium::engine
