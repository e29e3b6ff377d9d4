// The part of the executor that looks at a step: the same update, with a copy of the weights it is about to change.
#include "engine/plan/executor.h"

namespace convarium::engine
{

namespace
{

double squares(const float* values, std::int64_t count)
{
    double sum = 0;
    for (std::int64_t i = 0; i < count; ++i)
        sum += static_cast<double>(values[i]) * static_cast<double>(values[i]);
    return sum;
}

} // namespace

void Executor::observeNextStep()
{
    m_observed.assign(m_updateTasks.size(), {});
    m_observationDone = false;
}

void Executor::observedUpdate(std::size_t task, const kernels::UpdateArgs& args, const UpdateRule& rule)
{
    TensorStep& seen = m_observed[task];
    seen.weights = squares(args.weights, args.count);
    seen.gradient = m_plan->options.kernels->gradientSquares(args);
    std::vector<float> change(args.weights, args.weights + args.count);
    rule.kernel(args);
    for (std::int64_t i = 0; i < args.count; ++i)
        change[static_cast<std::size_t>(i)] -= args.weights[i];
    seen.change = squares(change.data(), args.count);
}

std::vector<TensorStep> Executor::takeObservation()
{
    std::vector<TensorStep> out;
    if (m_observationDone) {
        int last = -1;
        for (std::size_t i = 0; i < m_updateTasks.size(); ++i) { // in this order, whichever thread took them
            const Parameter& p = m_plan->graph->parameters[static_cast<std::size_t>(m_updateTasks[i].parameter)];
            if (m_updateTasks[i].parameter != last)
                out.push_back({p.node, p.info.key, p.info.shape.elements(), 0, 0, 0});
            last = m_updateTasks[i].parameter;
            out.back().weights += m_observed[i].weights;
            out.back().gradient += m_observed[i].gradient;
            out.back().change += m_observed[i].change;
        }
    }
    m_observed.clear();
    m_observationDone = false;
    return out;
}

} // namespace convarium::engine
