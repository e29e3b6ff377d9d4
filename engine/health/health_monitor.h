// Looks at a training run now and then and tells what is wrong with it.
#pragma once

#include "engine/health/activity_probe.h"
#include "engine/health/loss_watch.h"

#include <map>

namespace convarium::engine
{

/// Belongs to one run and its thread. Reads the run, never changes it: with and without a monitor the weights are the
/// same, bit for bit.
class HealthMonitor
{
public:
    struct Run {
        GraphSpec graph;
        TrainConfig config;
        DatasetPtr data;
        std::span<const std::uint32_t> images; ///< the training images in data; must stay where they are
        std::pair<float, float> scale;
    };
    /// budget: share of the training time that looking may take, beside a quarter of a second at the start.
    HealthMonitor(Run run, const Executor& executor, double budget);

    /// Before a step: whether it is to be observed.
    void prepare(Executor& executor);
    /// After a step. Null: it was not checked.
    HealthPtr stepDone(Executor& executor, std::span<const std::uint32_t> batch, const StepResult& result,
                       std::int64_t step, double seconds);
    /// The last words on a run whose loss ran away.
    [[nodiscard]] HealthPtr diverged(std::int64_t step) const;
    /// Changed while the run goes on; only the rate matters.
    void setConfig(const TrainConfig& config) { m_run.config = config; }

private:
    HealthPtr check(Executor& executor, std::int64_t step);
    void startProbe(const Executor& executor);

    Run m_run;
    double m_budget;
    LossWatch m_losses;
    std::vector<NodeId> m_order;
    std::vector<Diagnosis> m_start; ///< of the settings and the weights the run began with
    std::unique_ptr<ActivityProbe> m_probe;
    bool m_probeStarted = false;
    HealthPtr m_last;
    std::map<std::pair<Illness, NodeId>, int> m_seen; ///< in how many checks in a row
    std::int64_t m_done = 0, m_next;
    double m_trained = 0, m_spent = 0, m_lastCost = 0; ///< seconds
    bool m_observing = false;
};

} // namespace convarium::engine
