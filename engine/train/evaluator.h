// Evaluation that keeps its memory between calls.
#pragma once

#include "engine/plan/executor.h"

namespace convarium::engine
{

/// Pixel scale of the network's input node.
Result<std::pair<float, float>> inputScale(const GraphSpec& graph);

/// Fits the data to the network? Image shape and number of classes.
Result<void> checkData(const ExecutionPlan& plan, const Dataset& data, const std::string& dataName);

class Evaluator
{
public:
    static Result<std::unique_ptr<Evaluator>> create(const GraphSpec& graph, int threads, std::int64_t batch);
    void setWeights(const WeightMap& weights) { m_executor->setWeights(weights); }
    /// On the samples `indices` of data (all when empty).
    Result<Evaluation> run(const Dataset& data, std::span<const std::uint32_t> indices = {},
                           const std::atomic<bool>* stop = nullptr);
    [[nodiscard]] const ExecutionPlan& plan() const { return m_executor->plan(); }

private:
    std::unique_ptr<Executor> m_executor;
    float m_scale = 1, m_shift = 0;
};

} // namespace convarium::engine
