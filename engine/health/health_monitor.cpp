#include "engine/health/health_monitor.h"

#include "engine/health/diagnoses.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace convarium::engine
{

namespace
{

constexpr std::int64_t kFirstCheck = 2; ///< step; the next ones come after twice as many, at most kMostSteps apart
constexpr std::int64_t kMostSteps = 200;
constexpr double kAllowance = 0.25; ///< seconds at the start of a run that do not count
constexpr std::size_t kProbeImages = 64;
/// Before it, running statistics of batch norms do not yet say what the layers get.
constexpr std::int64_t kFirstProbe = 30;

/// Spread over the whole list, so that sorted data show all their classes.
std::vector<std::uint32_t> spread(std::span<const std::uint32_t> images, std::size_t most)
{
    std::vector<std::uint32_t> out;
    const std::size_t count = std::min(most, images.size());
    for (std::size_t i = 0; i < count; ++i)
        out.push_back(images[i * images.size() / count]);
    return out;
}

std::vector<std::uint32_t> sample(std::span<const std::uint32_t> images)
{
    return spread(images, 2000);
}

LayerHealth& entryOf(std::vector<LayerHealth>& layers, NodeId node)
{
    const auto found = std::find_if(layers.begin(), layers.end(), [&](const auto& l) { return l.node == node; });
    if (found != layers.end())
        return *found;
    layers.emplace_back().node = node;
    return layers.back();
}

/// Gradient, size and change of every kernel; of a layer with several the first one counts.
void addSteps(std::vector<LayerHealth>& layers, const std::vector<TensorStep>& steps, const OpGraph& graph)
{
    for (const TensorStep& s : steps) {
        const auto parameter = std::find_if(graph.parameters.begin(), graph.parameters.end(), [&](const Parameter& p) {
            return p.node == s.node && p.info.key == s.key;
        });
        LayerHealth& layer = entryOf(layers, s.node);
        if (!parameter->info.decay || layer.gradient)
            continue;
        const auto numbers = static_cast<double>(s.numbers);
        layer.gradient = std::sqrt(s.gradient / numbers);
        layer.weights = std::sqrt(s.weights / numbers);
        layer.change = s.weights > 0 ? std::sqrt(s.change / s.weights) : 0;
    }
}

} // namespace

HealthMonitor::HealthMonitor(Run run, const Executor& executor, double budget)
    : m_run(std::move(run)), m_budget(budget), m_losses(*m_run.data, sample(m_run.images)),
      m_order(inferShapes(m_run.graph).order), m_start(judgeStart(m_run.graph, executor.plan(), executor.weights())),
      m_next(kFirstCheck)
{
}

void HealthMonitor::prepare(Executor& executor)
{
    const bool affordable = m_spent + m_lastCost <= kAllowance + m_budget * m_trained;
    m_observing = m_done + 1 >= m_next && affordable;
    if (m_observing)
        executor.observeNextStep();
}

HealthPtr HealthMonitor::stepDone(Executor& executor, std::span<const std::uint32_t> batch, const StepResult& result,
                                  std::int64_t step, double seconds)
{
    ++m_done;
    m_trained += seconds;
    m_losses.stepDone(result.loss,
                      static_cast<double>(result.correct) /
                          static_cast<double>(std::max<std::int64_t>(1, result.targets)),
                      batch, *m_run.data);
    if (!m_observing)
        return {};
    const auto begin = std::chrono::steady_clock::now();
    m_next = m_done + std::min(m_done, kMostSteps);
    HealthPtr report = check(executor, step);
    m_lastCost = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    m_spent += m_lastCost;
    return report;
}

void HealthMonitor::startProbe(const Executor& executor)
{
    m_probeStarted = true;
    m_probe = ActivityProbe::create(m_run.graph, m_run.data, spread(m_run.images, kProbeImages), m_run.scale,
                                    executor.plan().options.threads);
}

HealthPtr HealthMonitor::check(Executor& executor, std::int64_t step)
{
    auto report = std::make_shared<HealthReport>();
    report->step = step;
    if (m_done >= kFirstProbe) {
        if (!m_probeStarted)
            startProbe(executor);
        if (m_probe)
            report->layers = m_probe->measure(executor.weights());
    }
    addSteps(report->layers, executor.takeObservation(), *executor.plan().graph);
    const auto place = [&](const LayerHealth& l) { return std::find(m_order.begin(), m_order.end(), l.node); };
    std::stable_sort(report->layers.begin(), report->layers.end(),
                     [&](const auto& a, const auto& b) { return place(a) < place(b); });

    // One check may have met an odd batch; what two in a row find is there.
    std::vector<Diagnosis> found = judgeLayers(m_run.graph, report->layers, m_run.config.rate);
    for (Diagnosis& d : judgeLosses(m_losses, m_run.config))
        found.push_back(std::move(d));
    std::map<std::pair<Illness, NodeId>, int> seen;
    report->diagnoses = m_start;
    for (Diagnosis& d : found) {
        const auto key = std::pair{d.illness, d.node};
        const auto before = m_seen.find(key);
        seen[key] = before == m_seen.end() ? 1 : 2;
        if (seen[key] == 2)
            report->diagnoses.push_back(std::move(d));
    }
    m_seen = std::move(seen);
    m_last = report;
    return report;
}

HealthPtr HealthMonitor::diverged(std::int64_t step) const
{
    auto report = std::make_shared<HealthReport>();
    if (m_last)
        *report = *m_last;
    else
        report->diagnoses = m_start;
    report->step = step;
    std::erase_if(report->diagnoses, [](const Diagnosis& d) { return d.illness == Illness::Diverging; });
    report->diagnoses.push_back(judgeDivergence(m_losses, m_run.config));
    return report;
}

} // namespace convarium::engine
