#include "engine/train/evaluator.h"

#include <algorithm>
#include <cmath>

namespace convarium::engine {

Inspector::Inspector() = default;
Inspector::~Inspector() = default;

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
    std::unique_ptr<Inspector> out(new Inspector);
    out->m_executor = std::move(*executor);
    out->m_scale = scale->first;
    out->m_shift = scale->second;
    const OpGraph& g = *out->m_executor->plan().graph;
    out->m_logits = g.values[static_cast<std::size_t>(g.logits)].node;
    return out;
}

void Inspector::setWeights(const WeightMap& weights)
{
    m_executor->setWeights(weights);
}

void Inspector::run(std::span<const std::uint8_t> pixels)
{
    m_executor->inferPixels(pixels.data(), m_scale, m_shift);
}

Tensor Inspector::output(NodeId node) const
{
    return m_executor->output(node);
}

std::vector<float> Inspector::probabilities() const
{
    const Tensor logits = m_executor->output(m_logits);
    std::vector<float> p(logits.values());
    if (p.empty())
        return p;
    const float largest = *std::max_element(p.begin(), p.end());
    float sum = 0;
    for (float& x : p)
        sum += x = std::exp(x - largest);
    for (float& x : p)
        x /= sum;
    return p;
}

} // namespace convarium::engine
