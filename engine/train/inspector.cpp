#include "engine/train/evaluator.h"

namespace convarium::engine
{

namespace
{

class ExecutorInspector final : public Inspector
{
public:
    ExecutorInspector(std::unique_ptr<Executor> executor, std::pair<float, float> scale)
        : m_executor(std::move(executor)), m_scale(scale)
    {
    }
    void setWeights(const WeightMap& weights) override { m_executor->setWeights(weights); }
    void run(std::span<const std::uint8_t> pixels) override
    {
        m_executor->inferPixels(pixels.data(), m_scale.first, m_scale.second);
    }
    Tensor output(NodeId node) const override { return m_executor->output(node); }

private:
    std::unique_ptr<Executor> m_executor;
    std::pair<float, float> m_scale;
};

} // namespace

Result<std::unique_ptr<Inspector>> Inspector::create(const GraphSpec& graph)
{
    PlanOptions options;
    options.batch = 1;
    options.threads = 1;
    options.training = false;
    options.keepAll = true;
    auto scale = inputScale(graph);
    if (!scale)
        return scale.error();
    auto plan = makePlan(graph, options);
    if (!plan)
        return plan.error();
    auto executor = Executor::create(*plan);
    if (!executor)
        return executor.error();
    return std::unique_ptr<Inspector>(std::make_unique<ExecutorInspector>(std::move(*executor), *scale));
}

} // namespace convarium::engine
