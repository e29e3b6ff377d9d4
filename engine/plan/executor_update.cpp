// The part of the executor that updates weights: runs of them, the optimizer's state, the moving average.
#include "engine/plan/executor.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace convarium::engine
{

namespace
{

constexpr std::int64_t kUpdateRun = 8192;

/// Optimizer state mirrors the order of the trainable parameters in its arena.
template <class F>
void eachState(const ExecutionPlan& plan, const F& f)
{
    std::int64_t offset = 0;
    for (const Parameter& p : plan.graph->parameters) {
        if (!p.trainable || plan.bindings[static_cast<std::size_t>(p.op)].weights.empty())
            continue;
        f(p, offset);
        offset += (p.packedFloats * 4 + 63) / 64 * 16;
    }
}

} // namespace

void Executor::makeUpdateTasks()
{
    const ExecutionPlan& p = *m_plan;
    eachState(p, [&](const Parameter& q, std::int64_t state) {
        const auto parameter = static_cast<int>(&q - p.graph->parameters.data());
        for (std::int64_t at = 0; at < q.packedFloats; at += kUpdateRun)
            m_updateTasks.push_back({parameter, at, std::min(kUpdateRun, q.packedFloats - at), state + at});
    });
    m_taskSquares.resize(m_updateTasks.size());
}

void Executor::setOptimizerState(int state, const WeightMap& values)
{
    AlignedBuffer& arena = m_arenas[static_cast<int>(state == 0 ? Arena::Optimizer1 : Arena::Optimizer2)];
    if (arena.empty())
        return;
    std::fill(arena.as<float>(), arena.as<float>() + arena.size() / sizeof(float), 0.0f);
    eachState(*m_plan, [&](const Parameter& p, std::int64_t offset) {
        const auto found = values.find({p.node, p.info.key});
        if (found != values.end())
            m_plan->graph->ops[static_cast<std::size_t>(p.op)]->pack(p.index, p.info, found->second.data(),
                                                                     arena.as<float>() + offset);
    });
}

WeightMap Executor::optimizerState(int state) const
{
    WeightMap out;
    const AlignedBuffer& arena = m_arenas[static_cast<int>(state == 0 ? Arena::Optimizer1 : Arena::Optimizer2)];
    if (arena.empty())
        return out;
    eachState(*m_plan, [&](const Parameter& p, std::int64_t offset) {
        Tensor t(p.info.shape);
        m_plan->graph->ops[static_cast<std::size_t>(p.op)]->unpack(p.index, p.info, arena.as<float>() + offset,
                                                                   t.data());
        out.emplace(TensorKey{p.node, p.info.key}, std::move(t));
    });
    return out;
}

void Executor::setAverage(const WeightMap& values)
{
    if (!m_arenas[static_cast<int>(Arena::Average)].empty())
        placeTensors(values, Arena::Average);
}

WeightMap Executor::average() const
{
    return m_arenas[static_cast<int>(Arena::Average)].empty() ? WeightMap() : readTensors(Arena::Average);
}

/// gradients: room for one pointer per slot, which the result points to.
kernels::UpdateArgs Executor::updateArgs(const StepContext& context, const UpdateTask& task, const UpdateRule& rule,
                                         std::vector<const float*>& gradients)
{
    const Run run = makeRun(0, 0, 0, 0, true);
    const Parameter& p = m_plan->graph->parameters[static_cast<std::size_t>(task.parameter)];
    const OpBinding& b = m_plan->bindings[static_cast<std::size_t>(p.op)];
    float* state1 = m_arenas[static_cast<int>(Arena::Optimizer1)].as<float>();
    float* state2 = m_arenas[static_cast<int>(Arena::Optimizer2)].as<float>();
    kernels::UpdateArgs a = rule.args;
    a.weights = run.at(b.weights[static_cast<std::size_t>(p.index)]) + task.first;
    const int buffer = b.weightGradients[static_cast<std::size_t>(p.index)];
    a.slots = gradientParts(buffer, context.slots);
    gradients.resize(static_cast<std::size_t>(a.slots));
    for (int s = 0; s < a.slots; ++s)
        gradients[static_cast<std::size_t>(s)] = run.atSlot(buffer, s) + task.first;
    a.gradients = gradients.data();
    a.count = task.count;
    a.l2 = p.info.decay ? rule.l2 : 0.0f;
    a.l1 = p.info.decay ? rule.l1 : 0.0f;
    a.decay = p.info.decay ? rule.decay : 0.0f;
    a.state1 = state1 ? state1 + task.state : nullptr;
    a.state2 = state2 ? state2 + task.state : nullptr;
    return a;
}

/// The whole gradient's norm needs all parts first, hence stages of its own.
void Executor::measureGradient(const StepContext& context, const UpdateRule& rule, int task)
{
    std::vector<const float*> gradients;
    const auto i = static_cast<std::size_t>(task);
    m_taskSquares[i] = context.kernels->gradientSquares(updateArgs(context, m_updateTasks[i], rule, gradients));
}

/// Squares are added in the order of the tasks, whichever thread took them.
void Executor::limitGradient(const UpdateRule& rule)
{
    const double norm = std::sqrt(std::accumulate(m_taskSquares.begin(), m_taskSquares.end(), 0.0));
    m_gradientScale = static_cast<float>(std::min(1.0, rule.clipNorm / (norm + 1e-6)));
}

void Executor::update(const StepContext& context, const UpdateRule& rule, int task)
{
    std::vector<const float*> gradients;
    kernels::UpdateArgs a = updateArgs(context, m_updateTasks[static_cast<std::size_t>(task)], rule, gradients);
    a.gradientScale *= m_gradientScale;
    if (m_observed.empty() || m_observationDone)
        rule.kernel(a);
    else
        observedUpdate(static_cast<std::size_t>(task), a, rule);
}

int Executor::averageParts() const
{
    const auto floats = static_cast<std::int64_t>(m_arenas[static_cast<int>(Arena::Average)].size() / sizeof(float));
    return static_cast<int>((floats + kUpdateRun - 1) / kUpdateRun);
}

void Executor::moveAverage(float share, int part)
{
    AlignedBuffer& average = m_arenas[static_cast<int>(Arena::Average)];
    const auto* weights = m_arenas[static_cast<int>(Arena::Weights)].as<float>();
    const auto floats = static_cast<std::int64_t>(average.size() / sizeof(float));
    const std::int64_t at = kUpdateRun * part;
    m_plan->options.kernels->moveTowards(average.as<float>() + at, weights + at, share,
                                         std::min(kUpdateRun, floats - at));
}

} // namespace convarium::engine
