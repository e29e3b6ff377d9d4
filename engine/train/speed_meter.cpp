#include "engine/train/speed_meter.h"

#include "engine/kernels/peak.h"

namespace convarium::engine
{

void SpeedMeter::beginWindow()
{
    m_begin = std::chrono::steady_clock::now();
    m_seconds = 0;
    m_images = 0;
}

void SpeedMeter::prepare(Executor& executor, const GraphSpec& graph, bool wanted)
{
    if (wanted == executor.profiling())
        return;
    executor.setProfiling(wanted);
    if (!wanted)
        return;
    m_macs = countMacs(graph, executor.plan());
    m_peakOfThread = kernels::knownPeakGflops(*executor.plan().options.kernels);
    beginWindow();
}

std::shared_ptr<const SpeedEvent> SpeedMeter::stepDone(Executor& executor, std::int64_t images, double seconds)
{
    if (!executor.profiling())
        return {};
    m_seconds += seconds;
    m_images += images;
    if (std::chrono::steady_clock::now() - m_begin < std::chrono::milliseconds(333))
        return {};
    const PlanOptions& options = executor.plan().options;
    const StepProfile profile = executor.takeProfile();
    const auto steps = static_cast<double>(profile.steps);
    auto event = std::make_shared<SpeedEvent>();
    event->threads = options.threads;
    event->kernels = options.kernels->name;
    event->kernelWidth = options.kernels->width;
    event->peakGflops = options.threads * m_peakOfThread;
    event->stepMilliseconds = 1e3 * m_seconds / steps;
    event->imagesPerSecond = static_cast<double>(m_images) / m_seconds;
    event->gflops = event->imagesPerSecond * 2e-9 * m_macs.perImage();
    event->peakShare = event->peakGflops > 0 ? event->gflops / event->peakGflops : 0;
    event->step =
        readProfile(executor.plan(), m_macs, profile, static_cast<double>(m_images) / steps, event->peakGflops);
    beginWindow();
    return event;
}

} // namespace convarium::engine
