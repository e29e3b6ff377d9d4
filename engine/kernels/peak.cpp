#include "engine/kernels/peak.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>

namespace convarium::engine::kernels
{

double peakGflops(const KernelTable& table, double seconds)
{
    using Clock = std::chrono::steady_clock;
    constexpr std::int64_t kRounds = 200'000; // a window of about half a millisecond, shorter than most interruptions
    const auto secondsSince = [](Clock::time_point start) {
        return std::chrono::duration<double>(Clock::now() - start).count();
    };
    float sink = 0.5f;
    double best = 0.0;
    const Clock::time_point begin = Clock::now();
    do {
        const Clock::time_point start = Clock::now();
        const std::int64_t operations = table.multiplyAddLoop(kRounds, &sink);
        best = std::max(best, static_cast<double>(operations) / secondsSince(start) * 1e-9);
    } while (secondsSince(begin) < seconds);
    return best;
}

double knownPeakGflops(const KernelTable& table)
{
    static std::mutex mutex;
    static std::map<const KernelTable*, double> known;
    const std::scoped_lock lock(mutex);
    const auto [at, isNew] = known.emplace(&table, 0.0);
    if (isNew)
        at->second = peakGflops(table, 0.1);
    return at->second;
}

} // namespace convarium::engine::kernels
