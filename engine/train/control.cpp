#include "engine/train/trainer.h"

namespace convarium::engine
{

void TrainControl::pause()
{
    std::lock_guard lock(m_mutex);
    m_paused = true;
    m_pauseAtEpochEnd = false;
    m_singleSteps = 0;
}

void TrainControl::resume()
{
    std::lock_guard lock(m_mutex);
    m_paused = m_pauseAtEpochEnd = false;
    m_singleSteps = 0;
    m_wake.notify_all();
}

void TrainControl::singleStep()
{
    std::lock_guard lock(m_mutex);
    m_paused = true;
    m_pauseAtEpochEnd = false;
    ++m_singleSteps;
    m_wake.notify_all();
}

void TrainControl::stepEpoch()
{
    std::lock_guard lock(m_mutex);
    m_paused = false;
    m_pauseAtEpochEnd = true;
    m_singleSteps = 0;
    m_wake.notify_all();
}

void TrainControl::stop()
{
    m_stop.store(true, std::memory_order_relaxed);
    std::lock_guard lock(m_mutex);
    m_wake.notify_all();
}

void TrainControl::changeConfig(const TrainConfig& config)
{
    std::lock_guard lock(m_mutex);
    m_newConfig = config;
}

void TrainControl::editWeights(WeightEdit edit)
{
    std::lock_guard lock(m_mutex);
    m_edits.push_back(std::move(edit));
    m_wake.notify_all();
}

} // namespace convarium::engine
