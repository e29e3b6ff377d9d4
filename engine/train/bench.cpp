#include "engine/train/bench.h"

#include "engine/core/parallel.h"
#include "engine/data/masks.h"
#include "engine/kernels/peak.h"
#include "engine/train/evaluator.h"

#include <algorithm>
#include <chrono>
#include <numeric>

namespace convarium::engine
{

namespace
{

std::shared_ptr<const InMemoryDataset> randomImages(const Shape& shape, std::int64_t count, std::int64_t classes)
{
    const CountedRng rng(1, RandomPurpose::Benchmark);
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(shape.elements() * count));
    for (std::size_t i = 0; i < pixels.size(); ++i)
        pixels[i] = static_cast<std::uint8_t>(rng.word(0, static_cast<std::uint32_t>(i)) >> 24);
    std::vector<std::uint8_t> labels(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < labels.size(); ++i)
        labels[i] = static_cast<std::uint8_t>(rng.below(
            static_cast<std::uint32_t>(std::min<std::int64_t>(classes, 256)), 1, static_cast<std::uint32_t>(i)));
    std::vector<std::string> names;
    for (std::int64_t i = 0; i < classes; ++i)
        names.push_back(std::to_string(i));
    return std::make_shared<InMemoryDataset>(shape, std::move(pixels), std::move(labels), std::move(names));
}

} // namespace

Result<BenchResult> runBench(const GraphSpec& graph, const BenchOptions& options)
{
    PlanOptions p;
    p.batch = options.batch;
    p.threads = options.threads;
    p.training = options.training;
    p.execution = options.execution;
    auto plan = makePlan(graph, p);
    if (!plan)
        return plan.error();
    auto executor = Executor::create(*plan);
    if (!executor)
        return executor.error();
    (*executor)->setWeights(*initialWeights(graph, 1));
    const OpGraph& g = *(*plan)->graph;
    const bool masks = g.loss.info->target == TargetKind::Mask;
    const DatasetPtr data =
        withTargets(randomImages(g.values[static_cast<std::size_t>(g.inputValue)].shape, options.batch,
                                 std::max<std::int64_t>(1, g.layoutOf(g.logits).channels - (masks ? 1 : 0))),
                    g.loss.info->target);
    std::vector<std::uint32_t> indices(static_cast<std::size_t>(options.batch));
    std::iota(indices.begin(), indices.end(), 0u);
    const BatchSource batch{data.get(), indices, 1.0f / 255.0f, 0};
    TrainConfig config;
    std::uint32_t step = 0;
    const auto once = [&] {
        if (options.training) {
            const UpdateRule rule = makeUpdateRule(config, *(*plan)->options.kernels, config.rate, step + 1);
            const StepResult r = (*executor)->trainStep(batch, 1, step, rule);
            ++step;
            return !r.diverged;
        }
        return (*executor)->infer(batch).has_value();
    };

    BenchResult out;
    out.threads = (*plan)->options.threads;
    out.kernels = (*plan)->options.kernels->name;
    out.predictedMemory = (*plan)->memory.total();
    out.peakGflops = std::min(out.threads, availableThreads()) * kernels::peakGflops(*(*plan)->options.kernels, 0.1);
    using Clock = std::chrono::steady_clock;
    const auto since = [](Clock::time_point t) { return std::chrono::duration<double>(Clock::now() - t).count(); };
    for (int i = 0; i < 3; ++i)
        once();
    const auto begin = Clock::now();
    do {
        const auto window = Clock::now();
        std::int64_t images = 0;
        do {
            if (!once())
                return Error{ErrorCode::Diverged,
                             "The loss is no longer a number after " + std::to_string(step) +
                                 " steps on random images.",
                             {},
                             {}};
            images += options.batch;
        } while (since(window) < 0.5);
        out.imagesPerSecond = std::max(out.imagesPerSecond, static_cast<double>(images) / since(window));
    } while (since(begin) < options.seconds);
    const NetworkMacs macs = countMacs(graph, **plan);
    out.gflops = out.imagesPerSecond * 2 * macs.perImage() / 1e9;
    out.peakShare = out.peakGflops > 0 ? out.gflops / out.peakGflops : 0;
    if (options.layers) {
        (*executor)->setProfiling(true);
        const auto start = Clock::now();
        do {
            once();
        } while (since(start) < options.seconds);
        out.step =
            readProfile(**plan, macs, (*executor)->takeProfile(), static_cast<double>(options.batch), out.peakGflops);
    }
    return out;
}

} // namespace convarium::engine
