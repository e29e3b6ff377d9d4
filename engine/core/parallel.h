// The one place where threads of the engine come from.
#pragma once

#include <functional>

namespace convarium::engine
{

/// Cores this process may run on, at least 1.
int availableThreads();

/// Runs fn(0) .. fn(n - 1) at the same time, one per thread, and returns when all have ended. fn must not throw.
/// Over OpenMP, whose worker threads live on between calls; over std::thread in thread-sanitizer builds
/// (CONVARIUM_STD_THREADS). For long pieces of work: its threads spin at the end. A network's steps go through a Team,
/// whose threads live in one such region. Denormals are flushed to zero.
void parallel(int n, const std::function<void(int)>& fn);

/// Lowers the weight of the calling thread, and of those it starts from now on, beside others: by the system's scale,
/// from 0 (the usual one) to 19 (only what others leave). Never raises it.
void lowerOwnWeight(int nice);

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

} // namespace convarium::engine
