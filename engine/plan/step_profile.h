// Where the time of steps goes, measured while they run.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace convarium::engine
{

/// Seconds of all threads together, summed over `steps` steps.
struct StepProfile {
    std::vector<double> instructions; ///< per instruction of the plan's tape; Commit, Update and Derive stay zero
    double update = 0;                ///< optimizer, average and the re-layout of weights
    double threadSeconds = 0;         ///< of whole steps: what is not work is waiting
    std::int64_t steps = 0;

    StepProfile& operator+=(const StepProfile& other)
    {
        instructions.resize(other.instructions.size());
        for (std::size_t i = 0; i < instructions.size(); ++i)
            instructions[i] += other.instructions[i];
        update += other.update;
        threadSeconds += other.threadSeconds;
        steps += other.steps;
        return *this;
    }
};

/// Adds the seconds of its life to *sum; does nothing without one.
class Stopwatch
{
    using Clock = std::chrono::steady_clock;

public:
    explicit Stopwatch(double* sum) : m_sum(sum)
    {
        if (m_sum)
            m_begin = Clock::now();
    }
    ~Stopwatch()
    {
        if (m_sum)
            *m_sum += std::chrono::duration<double>(Clock::now() - m_begin).count();
    }
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;

private:
    double* m_sum;
    Clock::time_point m_begin;
};

} // namespace convarium::engine
