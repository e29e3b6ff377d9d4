#include "engine/plan/plan.h"

#include "engine/core/parallel.h"
#include "engine/plan/lower.h"
#include "engine/plan/planner.h"

#include <algorithm>

namespace convarium::engine
{

void Planner::run()
{
    findLive();
    m_fused.assign(m_graph.ops.size(), 0);
    m_plan.scaledBy.assign(m_graph.ops.size(), -1);
    m_addend.assign(m_graph.ops.size(), -1);
    if (!options().keepAll) {
        if (!options().training) {
            fuseScales();
            fuseSums();
        }
        fuseActivations();
    }
    findWantedGradients();
    if (options().training && options().execution == ExecutionMode::Fused && !options().keepAll) {
        deferNorms();
        remakeGradients();
    }
    fusePoolings();
    partWeights();
    placeValues();
    buildTape();
    buildSegments();
    chooseChunks();
    prepareOps();
    cutPieces();
    splitImages();
    numberSegments();
    setScopes();
    countImages();
    shrinkToRows();
    makeParameters();
    layOut();
    sumUp();
}

std::int64_t Planner::valueBytes(int v) const
{
    return m_graph.layoutOf(v).floats() * static_cast<std::int64_t>(sizeof(float));
}

void Planner::findLive()
{
    const std::size_t n = m_graph.ops.size();
    m_live.assign(n, 0);
    m_values.assign(m_graph.values.size(), {});
    std::vector<char> wanted(m_graph.values.size(), 0);
    wanted[static_cast<std::size_t>(root(m_graph.logits))] = 1;
    if (!options().training)
        wanted[static_cast<std::size_t>(root(m_graph.result))] = 1;
    for (std::size_t i = n; i-- > 0;) {
        const Op& op = *m_graph.ops[i];
        const bool live = op.isLoss() || (options().keepAll && !options().training) ||
                          (op.output >= 0 && wanted[static_cast<std::size_t>(root(op.output))]);
        if (!live)
            continue;
        m_live[i] = 1;
        for (int v : op.inputs)
            wanted[static_cast<std::size_t>(root(v))] = 1;
    }
    for (std::size_t i = 0; i < n; ++i) {
        if (!m_live[i])
            continue;
        const Op& op = *m_graph.ops[i];
        if (op.output >= 0)
            state(op.output).producer = static_cast<int>(i);
        for (int v : op.inputs)
            ++state(v).consumers;
    }
    // Results are read from outside: nothing may overwrite them.
    ++state(m_graph.logits).consumers;
    if (!options().training)
        ++state(m_graph.result).consumers;
}

void Planner::findWantedGradients()
{
    if (!options().training)
        return;
    for (std::size_t i = 0; i < m_graph.ops.size(); ++i) {
        const Op& op = *m_graph.ops[i];
        if (!m_live[i] || op.output < 0)
            continue;
        const auto& images = m_graph.inputValues;
        bool wanted = options().keepAll && std::find(images.begin(), images.end(), op.output) != images.end();
        for (int p : op.params)
            wanted = wanted || m_graph.parameters[static_cast<std::size_t>(p)].trainable;
        for (int v : op.inputs)
            wanted = wanted || state(v).wantsGradient;
        state(op.output).wantsGradient = wanted;
    }
}

PlanOptions planOptions(const TrainConfig& config)
{
    PlanOptions o;
    o.batch = config.batch;
    o.threads = config.threads;
    o.execution = config.execution;
    o.optimizer = config.optimizer;
    o.average = config.averageDecay > 0;
    return o;
}

Result<std::shared_ptr<const ExecutionPlan>> makePlan(const GraphSpec& graph, PlanOptions options)
{
    if (!options.kernels)
        options.kernels = &kernels::active();
    if (options.threads <= 0)
        options.threads = availableThreads();
    options.batch = std::max<std::int64_t>(1, options.batch);
    auto lowered = lower(graph, *options.kernels,
                         {options.training, options.keepAll, options.eachByItself, options.severalInputs});
    if (!lowered)
        return lowered.error();
    auto plan = std::make_shared<ExecutionPlan>();
    plan->options = options;
    plan->graph = std::move(*lowered);
    Planner(*plan).run();
    return std::shared_ptr<const ExecutionPlan>(std::move(plan));
}

Result<MemoryUse> predictMemory(const GraphSpec& graph, const PlanOptions& options)
{
    auto plan = makePlan(graph, options);
    if (!plan)
        return plan.error();
    return (*plan)->memory;
}

} // namespace convarium::engine
