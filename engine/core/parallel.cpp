#include "engine/core/parallel.h"

#include <thread>
#include <vector>

#if defined(__linux__)
#include <algorithm>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>
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

void lowerOwnWeight([[maybe_unused]] int nice)
{
#if defined(__linux__)
    // Batch: waking up, as a team's threads do all the time, they do not interrupt the window in the middle of a frame.
    const sched_param none{};
    if (sched_getscheduler(0) == SCHED_OTHER)
        sched_setscheduler(0, SCHED_BATCH, &none);
    const auto own = static_cast<id_t>(gettid());
    setpriority(PRIO_PROCESS, own, std::max(getpriority(PRIO_PROCESS, own), nice));
#endif
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
    // All n run at once: never let the runtime give fewer.
    omp_set_dynamic(0);
#pragma omp parallel num_threads(n)
    guarded(omp_get_thread_num());
#endif
}

} // namespace convarium::engine
