// Measures a training run while somebody looks at its speed.
#pragma once

#include "engine/plan/executor.h"
#include "engine/train/layer_speed.h"

#include <chrono>

namespace convarium::engine
{

/// Belongs to one run and its thread. Costs nothing while it is not wanted.
class SpeedMeter
{
public:
    /// Before a step: begins or ends measuring; also after the executor was replaced. The first time in a process it
    /// takes 0.1 s to find what the machine could do at most.
    void prepare(Executor& executor, const GraphSpec& graph, bool wanted);
    /// After a step of so many images. Null: not wanted, or the last event is less than a third of a second old.
    std::shared_ptr<const SpeedEvent> stepDone(Executor& executor, std::int64_t images, double seconds);

private:
    void beginWindow();

    NetworkMacs m_macs;
    double m_peakOfThread = 0;
    std::chrono::steady_clock::time_point m_begin;
    double m_seconds = 0;
    std::int64_t m_images = 0;
};

} // namespace convarium::engine
