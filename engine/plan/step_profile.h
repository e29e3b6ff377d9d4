// Where the time of steps goes, measured while they run.
#pragma once

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

} // namespace convarium::engine
