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
    /// What the network gave for one image, or for one pixel of masks.
    struct RowView {
        std::int64_t row = 0; ///< place in `indices`, times the places of an image
        std::span<const float> logits;
        std::int32_t label = -1;
    };
    /// On the samples `indices` of data (all when empty). seen: called on worker threads, for different rows at the
    /// same time.
    Result<Evaluation> run(const Dataset& data, std::span<const std::uint32_t> indices = {},
                           const std::atomic<bool>* stop = nullptr,
                           const std::function<void(const RowView&)>& seen = {});
    [[nodiscard]] const ExecutionPlan& plan() const { return m_executor->plan(); }

private:
    std::unique_ptr<Executor> m_executor;
    float m_scale = 1, m_shift = 0;
};

} // namespace convarium::engine
