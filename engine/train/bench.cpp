#include "engine/train/bench.h"

#include "engine/data/masks.h"
#include "engine/kernels/peak.h"
#include "engine/layers/messages.h"
#include "engine/train/evaluator.h"

#include <chrono>
#include <map>
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

/// Multiply-accumulates per image of each node in one pass; backward both gradients, as far as they are wanted. A node
/// of several ops with weights is asked once.
std::map<NodeId, double> macsPerImage(const GraphSpec& graph, const ExecutionPlan& plan, Pass pass)
{
    const ShapedGraph shaped = inferShapes(graph);
    std::map<NodeId, double> macs;
    for (std::size_t i = 0; i < plan.graph->ops.size(); ++i) {
        const Op& op = *plan.graph->ops[i];
        const OpBinding& b = plan.bindings[i];
        if (op.params.empty() || b.weights.empty() || macs.contains(op.node))
            continue;
        const Node& node = *graph.node(op.node);
        const LayerDescriptor& layer = *findLayer(node.type);
        const auto params = completeParams(layer, node.params);
        const auto inputs = shaped.inputShapes(graph, op.node);
        const int times = pass == Pass::Forward ? 1 : int{b.inputGradients[0] >= 0} + int{b.weightGradients[0] >= 0};
        macs[op.node] =
            times * static_cast<double>(layer.formulas(formulaContext<Checked>(*params, inputs)).macs.value);
    }
    return macs;
}

double macsPerImage(const GraphSpec& graph, const ExecutionPlan& plan)
{
    double sum = 0;
    for (const auto& [node, macs] : macsPerImage(graph, plan, Pass::Forward))
        sum += macs;
    if (plan.options.training)
        for (const auto& [node, macs] : macsPerImage(graph, plan, Pass::Backward))
            sum += macs;
    return sum;
}

/// Fills in the layers of `out` from what an executor measured.
void readProfile(const GraphSpec& graph, const ExecutionPlan& plan, const StepProfile& profile, BenchResult& out)
{
    const double perStep = 1e3 / (static_cast<double>(profile.steps) * out.threads);
    out.updateMilliseconds = profile.update * perStep;
    out.waitingMilliseconds = profile.waiting * perStep;
    double whole = out.updateMilliseconds + out.waitingMilliseconds;
    for (const Pass pass : {Pass::Forward, Pass::Backward}) {
        std::map<NodeId, std::size_t> place;
        const std::size_t begin = out.layers.size();
        for (std::size_t i = 0; i < plan.graph->ops.size(); ++i) {
            const Op& op = *plan.graph->ops[i];
            double seconds = 0;
            for (std::size_t k = 0; k < plan.tape.size(); ++k)
                if (plan.tape[k].op == static_cast<int>(i) && plan.tape[k].pass == pass)
                    seconds += profile.instructions[k];
            if (seconds <= 0)
                continue;
            const auto [at, isNew] = place.emplace(op.node, out.layers.size());
            if (isNew)
                out.layers.push_back(
                    {{op.node},
                     pass == Pass::Forward ? LayerSpeed::Direction::Forward : LayerSpeed::Direction::Backward});
            out.layers[at->second].milliseconds += seconds * perStep;
        }
        const auto macs = macsPerImage(graph, plan, pass);
        for (std::size_t i = begin; i < out.layers.size(); ++i)
            if (const auto m = macs.find(out.layers[i].nodes.front()); m != macs.end())
                out.layers[i].gflops =
                    2e-6 * m->second * static_cast<double>(plan.options.batch) / out.layers[i].milliseconds;
    }
    for (const auto& [op, producer] : plan.fusedInto)
        for (LayerSpeed& layer : out.layers)
            if (layer.nodes.front() == plan.graph->ops[static_cast<std::size_t>(producer)]->node)
                layer.nodes.push_back(plan.graph->ops[static_cast<std::size_t>(op)]->node);
    for (const LayerSpeed& layer : out.layers)
        whole += layer.milliseconds;
    for (LayerSpeed& layer : out.layers) {
        layer.share = layer.milliseconds / whole;
        layer.peakShare = out.peakGflops > 0 ? layer.gflops / out.peakGflops : 0;
    }
}

} // namespace

Result<BenchResult> runBench(const GraphSpec& graph, const BenchOptions& options)
{
    PlanOptions p;
    p.batch = options.batch;
    p.threads = options.threads;
    p.training = options.training;
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
    out.peakGflops = out.threads * kernels::peakGflops(*(*plan)->options.kernels, 0.1);
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
    out.gflops = out.imagesPerSecond * 2 * macsPerImage(graph, **plan) / 1e9;
    out.peakShare = out.peakGflops > 0 ? out.gflops / out.peakGflops : 0;
    if (options.layers) {
        (*executor)->setProfiling(true);
        const auto start = Clock::now();
        do {
            once();
        } while (since(start) < options.seconds);
        readProfile(graph, **plan, (*executor)->takeProfile(), out);
    }
    return out;
}

} // namespace convarium::engine
