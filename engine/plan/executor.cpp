#include "engine/plan/executor.h"

#include "engine/data/masks.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>
#include <new>

namespace convarium::engine
{

Result<std::pair<float, float>> pixelScale(const std::string& text)
{
    if (text.empty() || text == "unit")
        return std::pair{1.0f / 255.0f, 0.0f};
    if (text == "byte")
        return std::pair{1.0f, 0.0f};
    double mean = 0, deviation = 0;
    const char* end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, mean);
    if (first.ec == std::errc() && first.ptr != end && *first.ptr == ',') {
        const auto second = std::from_chars(first.ptr + 1, end, deviation);
        if (second.ec == std::errc() && second.ptr == end && std::isfinite(mean) && std::isfinite(deviation) &&
            deviation > 0)
            return std::pair{static_cast<float>(1 / (255 * deviation)), static_cast<float>(-mean / deviation)};
    }
    return Error{ErrorCode::InvalidArgument,
                 "The pixel scale '" + text + "' is not unit, byte or MEAN,STD.",
                 "Write for example --scale unit or --scale 0.1307,0.3081.",
                 {}};
}

Result<std::unique_ptr<Executor>> Executor::create(std::shared_ptr<const ExecutionPlan> plan)
{
    const std::int64_t bytes = plan->memory.total();
    try {
        std::unique_ptr<Executor> e(new Executor(std::move(plan)));
        e->allocate();
        return e;
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::OutOfMemory,
                     "The network needs " + groupDigits(bytes / 1'000'000) +
                         " MB for this batch, and the computer did not give that much.",
                     "Use a smaller batch or fewer maps.",
                     {}};
    }
}

Executor::Executor(std::shared_ptr<const ExecutionPlan> plan) : m_plan(std::move(plan)), m_team(m_plan->options.threads)
{
}

void Executor::allocate()
{
    const ExecutionPlan& p = *m_plan;
    const auto make = [&](Arena a, MemoryCategory category, std::int64_t times) {
        m_arenas[static_cast<int>(a)] =
            AlignedBuffer(static_cast<std::size_t>(p.arenaBytes[static_cast<int>(a)] * times), category);
    };
    make(Arena::Batch, MemoryCategory::Activations, 1);
    make(Arena::Weights, MemoryCategory::Weights, 1);
    make(Arena::Derived, MemoryCategory::Workspace, 1);
    make(Arena::Gradients, MemoryCategory::Gradients, p.slots);
    make(Arena::BatchGradients, MemoryCategory::Gradients, 1);
    make(Arena::Optimizer1, MemoryCategory::Optimizer, 1);
    make(Arena::Optimizer2, MemoryCategory::Optimizer, 1);
    make(Arena::Average, MemoryCategory::Optimizer, 1);
    make(Arena::SlotWork, MemoryCategory::Workspace, p.slots);
    make(Arena::StepWork, MemoryCategory::Workspace, 1);
    const auto threadBytes = static_cast<std::size_t>(p.arenaBytes[static_cast<int>(Arena::Thread)]);
    for (int t = 0; t < p.options.threads; ++t) {
        m_threadArenas.emplace_back(threadBytes, MemoryCategory::Activations);
        m_scratch.emplace_back(static_cast<std::size_t>(p.scratchBytes), MemoryCategory::Workspace);
    }
    for (int t = 0; t < p.options.threads; ++t)
        m_addresses.push_back(addresses(t));
    makeUpdateTasks();
    for (std::size_t i = 0; i < p.graph->ops.size(); ++i) {
        if (p.bindings[i].derived >= 0)
            m_deriveOps.push_back(static_cast<int>(i));
        if (p.graph->ops[i]->isLoss())
            m_lossOp = static_cast<int>(i);
    }
    const auto isTrained = [&p](int op) {
        const std::vector<int>& gradients = p.bindings[static_cast<std::size_t>(op)].weightGradients;
        return std::any_of(gradients.begin(), gradients.end(), [](int buffer) { return buffer >= 0; });
    };
    m_derivedAfterSteps = static_cast<int>(std::stable_partition(m_deriveOps.begin(), m_deriveOps.end(), isTrained) -
                                           m_deriveOps.begin());
}

std::vector<BufferAddress> Executor::addresses(int thread)
{
    std::vector<BufferAddress> out;
    for (const Buffer& b : m_plan->buffers) {
        AlignedBuffer& arena = b.arena == Arena::Thread ? m_threadArenas[static_cast<std::size_t>(thread)]
                                                        : m_arenas[static_cast<int>(b.arena)];
        BufferAddress a;
        a.base = arena.data() + b.offset;
        a.scope = b.scope;
        a.rowStride = b.rowBytes;
        a.stride = b.scope == BufferScope::Slot ? m_plan->arenaBytes[static_cast<int>(b.arena)] : b.bytes;
        out.push_back(a);
    }
    return out;
}

Run Executor::makeRun(int thread, int slot, std::int64_t first, std::int64_t count, bool firstOfSlot)
{
    Run run;
    run.buffers = m_addresses[static_cast<std::size_t>(thread)].data();
    run.first = first;
    run.count = count;
    run.slot = slot;
    run.firstOfSlot = firstOfSlot;
    run.scratch = m_scratch[static_cast<std::size_t>(thread)].data();
    return run;
}

void Executor::setWeights(const WeightMap& weights)
{
    placeTensors(weights, Arena::Weights);
    deriveAll();
}

WeightMap Executor::weights() const
{
    return readTensors(Arena::Weights);
}

/// arena: Weights, or one of the same layout.
void Executor::placeTensors(const WeightMap& values, Arena arena)
{
    for (const Parameter& p : m_plan->graph->parameters) {
        const OpBinding& b = m_plan->bindings[static_cast<std::size_t>(p.op)];
        const auto found = values.find({p.node, p.info.key});
        if (b.weights.empty() || found == values.end())
            continue;
        const Buffer& buffer = m_plan->buffers[static_cast<std::size_t>(b.weights[static_cast<std::size_t>(p.index)])];
        m_plan->graph->ops[static_cast<std::size_t>(p.op)]->pack(
            p.index, p.info, found->second.data(),
            reinterpret_cast<float*>(m_arenas[static_cast<int>(arena)].data() + buffer.offset));
    }
}

WeightMap Executor::readTensors(Arena arena) const
{
    WeightMap out;
    for (const Parameter& p : m_plan->graph->parameters) {
        const OpBinding& b = m_plan->bindings[static_cast<std::size_t>(p.op)];
        if (b.weights.empty())
            continue;
        Tensor t(p.info.shape);
        const Buffer& buffer = m_plan->buffers[static_cast<std::size_t>(b.weights[static_cast<std::size_t>(p.index)])];
        m_plan->graph->ops[static_cast<std::size_t>(p.op)]->unpack(
            p.index, p.info, reinterpret_cast<const float*>(m_arenas[static_cast<int>(arena)].data() + buffer.offset),
            t.data());
        out.emplace(TensorKey{p.node, p.info.key}, std::move(t));
    }
    return out;
}

WeightMap Executor::weightGradients() const
{
    WeightMap out;
    for (const Parameter& p : m_plan->graph->parameters) {
        const OpBinding& b = m_plan->bindings[static_cast<std::size_t>(p.op)];
        const int buffer = b.weights.empty() ? -1 : b.weightGradients[static_cast<std::size_t>(p.index)];
        if (buffer < 0)
            continue;
        std::vector<float> sum(static_cast<std::size_t>(p.packedFloats));
        const BufferAddress& address = m_addresses[0][static_cast<std::size_t>(buffer)];
        for (int slot = 0; slot < gradientParts(buffer, m_slotsUsed); ++slot) {
            const auto* part = reinterpret_cast<const float*>(address.base + slot * address.stride);
            std::transform(sum.begin(), sum.end(), part, sum.begin(), std::plus<>());
        }
        Tensor t(p.info.shape);
        m_plan->graph->ops[static_cast<std::size_t>(p.op)]->unpack(p.index, p.info, sum.data(), t.data());
        out.emplace(TensorKey{p.node, p.info.key}, std::move(t));
    }
    return out;
}

StepResult Executor::trainStep(const BatchSource& batch, std::uint64_t seed, std::uint32_t step, const UpdateRule& rule,
                               const std::atomic<bool>* stop)
{
    return this->step(batch, seed, step, &rule, stop);
}

StepResult Executor::gradients(const BatchSource& batch, std::uint64_t seed, std::uint32_t step,
                               const std::atomic<bool>* stop)
{
    return this->step(batch, seed, step, nullptr, stop);
}

/// rule: null: no update.
StepResult Executor::step(const BatchSource& batch, std::uint64_t seed, std::uint32_t step, const UpdateRule* rule,
                          const std::atomic<bool>* stop)
{
    StepContext c;
    c.training = true;
    c.seed = seed;
    c.step = step;
    c.data = batch.data;
    c.indices = batch.indices.data();
    c.images = static_cast<std::int64_t>(batch.indices.size());
    c.scale = batch.scale;
    c.shift = batch.shift;
    StepResult result;
    const auto targets = countTargets(c);
    if (!targets) {
        result.dataError = targets.error();
        return result;
    }
    const OpGraph& g = *m_plan->graph;
    result.targets = *targets;
    c.lossDivisor = g.loss.divisor(*targets, g.layoutOf(g.logits).channels);
    execute(c, rule, nullptr, stop, result);
    return result;
}

/// What the mean of the loss is over must be known before the first gradient: masks with pixels that do not count are
/// read once more for it.
Result<std::int64_t> Executor::countTargets(const StepContext& c) const
{
    const OpGraph& g = *m_plan->graph;
    if (g.loss.info->target != TargetKind::Mask)
        return c.images;
    const std::int64_t places = g.layoutOf(g.logits).pixels();
    if (!c.data->hasIgnoredPixels())
        return c.images * places;
    std::vector<std::int32_t> labels(static_cast<std::size_t>(places));
    std::int64_t counted = 0;
    for (std::int64_t i = 0; i < c.images; ++i) {
        if (auto read = readTargets(*c.data, TargetKind::Mask, {c.indices + i, 1}, g.layoutOf(g.logits).channels,
                                    places, labels.data());
            !read)
            return read.error();
        counted += std::count_if(labels.begin(), labels.end(), [](std::int32_t l) { return l >= 0; });
    }
    return counted;
}

Result<void> Executor::infer(const BatchSource& batch, const std::function<void(const ChunkView&)>& seen,
                             const std::atomic<bool>* stop)
{
    StepContext c;
    c.data = batch.data;
    c.indices = batch.indices.data();
    c.images = static_cast<std::int64_t>(batch.indices.size());
    c.scale = batch.scale;
    c.shift = batch.shift;
    StepResult result;
    execute(c, nullptr, seen ? &seen : nullptr, stop, result);
    if (result.dataError)
        return *std::move(result.dataError);
    if (result.cancelled)
        return Error{ErrorCode::Cancelled, "The evaluation was stopped.", {}, {}};
    return {};
}

void Executor::inferPixels(const std::uint8_t* pixels, float scale, float shift)
{
    StepContext c;
    c.pixels = pixels;
    c.images = 1;
    c.scale = scale;
    c.shift = shift;
    StepResult result;
    execute(c, nullptr, nullptr, nullptr, result);
}

bool Executor::inferValues(const float* values, std::int64_t images, const std::atomic<bool>* stop)
{
    StepContext c;
    c.values = values;
    c.images = images;
    StepResult result;
    execute(c, nullptr, nullptr, stop, result);
    return !result.cancelled;
}

Tensor Executor::output(NodeId node, std::int64_t image) const
{
    return readValue(node, image, m_plan->valueBuffer);
}

Tensor Executor::gradient(NodeId node, std::int64_t image) const
{
    return readValue(node, image, m_plan->gradientBuffer);
}

/// buffers: per value.
Tensor Executor::readValue(NodeId node, std::int64_t image, const std::vector<int>& buffers) const
{
    const auto found = m_plan->graph->nodeValue.find(node);
    if (found == m_plan->graph->nodeValue.end() || buffers.empty())
        return {};
    const int buffer = buffers[static_cast<std::size_t>(found->second)];
    if (buffer < 0)
        return {};
    const ValueInfo& v = m_plan->graph->values[static_cast<std::size_t>(found->second)];
    Tensor t(v.shape);
    const BufferAddress& address = m_addresses[0][static_cast<std::size_t>(buffer)];
    assert(image == 0 || address.scope == BufferScope::Batch);
    const auto* data = reinterpret_cast<const float*>(address.base + image * address.stride);
    v.layout.unpack(data, t.data(), t.elements());
    return t;
}

void Executor::execute(StepContext& context, const UpdateRule* rule, const std::function<void(const ChunkView&)>* seen,
                       const std::atomic<bool>* stop, StepResult& result)
{
    context.kernels = m_plan->options.kernels;
    context.slots = static_cast<int>(std::min<std::int64_t>(m_plan->slots, context.images));
    context.dataFailure = &m_dataFailure;
    m_dataFailure.clear();
    m_gradientScale = 1;
    m_abort = false;
    const auto& segments = m_plan->segments;
    enum AfterSegments : int { Judge, Measure, Limit, Update, Average, Derive, Count };
    const int last = static_cast<int>(segments.size());
    Team::Job job;
    job.stages = last + Count;
    job.units = [&](int stage) {
        if (stage <= last + Judge && stop && stop->load(std::memory_order_relaxed))
            m_abort = true;
        if (m_abort)
            return 0;
        if (stage < last) {
            const Segment& s = segments[static_cast<std::size_t>(stage)];
            return s.scope == PhaseScope::Once         ? 1
                   : s.scope == PhaseScope::WholeBatch ? s.parts
                                                       : context.slots * s.parts;
        }
        if (!rule && stage > last + Judge)
            return 0;
        switch (stage - last) {
        case Measure: return rule->clipNorm > 0 ? static_cast<int>(m_updateTasks.size()) : 0;
        case Limit: return rule->clipNorm > 0 ? 1 : 0;
        case Update: return static_cast<int>(m_updateTasks.size());
        case Average: return rule->averageShare > 0 ? averageParts() : 0;
        case Derive: return m_derivedAfterSteps;
        default: return 1;
        }
    };
    job.run = [&](int stage, int unit, int thread) {
        if (stage < last) {
            switch (segments[static_cast<std::size_t>(stage)].scope) {
            case PhaseScope::Once: runOnce(context, static_cast<std::size_t>(stage), thread); break;
            case PhaseScope::WholeBatch:
                runWholeBatch(context, static_cast<std::size_t>(stage), unit, thread, stop);
                break;
            case PhaseScope::Chunk: runUnit(context, static_cast<std::size_t>(stage), unit, thread, seen, stop); break;
            }
            return;
        }
        if (stage == last + Judge) {
            judge(context, result, rule != nullptr);
            return;
        }
        const Stopwatch watch(profiling() ? &m_profiles[static_cast<std::size_t>(thread)].update : nullptr);
        switch (stage - last) {
        case Measure: measureGradient(context, *rule, unit); break;
        case Limit: limitGradient(*rule); break;
        case Update: update(context, *rule, unit); break;
        case Average: moveAverage(rule->averageShare, unit); break;
        default: derive(unit); break;
        }
    };
    double seconds = 0;
    {
        const Stopwatch watch(profiling() ? &seconds : nullptr);
        if (alone(context, rule != nullptr))
            Team::runAlone(job);
        else
            m_team.run(job);
    }
    if (profiling()) {
        m_profiles[0].threadSeconds += seconds * m_plan->options.threads;
        ++m_profiles[0].steps;
    }
    if (rule && !m_abort && !m_observed.empty())
        m_observationDone = true;
    if (m_abort && !result.diverged && !result.dataError)
        result.cancelled = true;
}

/// With one slot of images that are not shared the other threads have only weights to update: not worth waking them for
/// few.
bool Executor::alone(const StepContext& context, bool updates) const
{
    constexpr std::int64_t kFewFloats = 1 << 18;
    const auto floats = static_cast<std::int64_t>(m_arenas[static_cast<int>(Arena::Weights)].size() / sizeof(float));
    return context.slots == 1 && !m_plan->splitsImages() && (!updates || floats < kFewFloats);
}

/// After the last chunk: is this step to be applied? If so, statistics are committed, unless nothing is to change.
void Executor::judge(const StepContext& context, StepResult& result, bool commits)
{
    if (m_dataFailure.happened()) {
        result.dataError = m_dataFailure.error();
        m_abort = true;
        return;
    }
    if (!context.training)
        return;
    Run run = makeRun(0, 0, 0, context.images, true);
    run.step = &context;
    for (int slot = 0; slot < context.slots; ++slot) {
        const auto* sums = run.atSlot<LossSums>(m_plan->bindings[static_cast<std::size_t>(m_lossOp)].aux[0], slot);
        result.loss += sums->loss;
        result.correct += sums->correct;
    }
    result.loss /= context.lossDivisor;
    if (!std::isfinite(result.loss)) {
        result.diverged = true;
        m_abort = true;
        return;
    }
    m_slotsUsed = context.slots;
    for (const Instruction& in : m_plan->tape)
        if (commits && in.pass == Pass::Commit)
            m_plan->graph->ops[static_cast<std::size_t>(in.op)]->commit(
                run, m_plan->bindings[static_cast<std::size_t>(in.op)]);
}

/// Sums that a weight gradient is the sum of.
int Executor::gradientParts(int buffer, int slots) const
{
    return m_plan->buffers[static_cast<std::size_t>(buffer)].scope == BufferScope::Slot ? slots : 1;
}

/// index: in m_deriveOps.
void Executor::derive(int index)
{
    const Run run = makeRun(0, 0, 0, 0, true);
    const auto op = static_cast<std::size_t>(m_deriveOps[static_cast<std::size_t>(index)]);
    const OpBinding& b = m_plan->bindings[op];
    if (m_plan->graph->ops[op]->scaled)
        scaleWeights(run, op);
    else
        m_plan->graph->ops[op]->derive(run.at(b.weights[0]), run.at(b.derived));
}

void Executor::scaleWeights(const Run& run, std::size_t op) const
{
    const OpGraph& g = *m_plan->graph;
    const OpBinding& b = m_plan->bindings[op];
    const auto by = static_cast<std::size_t>(m_plan->scaledBy[op]);
    const auto lanes = static_cast<std::size_t>(g.layoutOf(g.ops[op]->output).lanes);
    std::vector<float> scale(lanes), shift(lanes);
    g.ops[by]->scaleAndShift(run, m_plan->bindings[by], scale.data(), shift.data());
    std::vector<const float*> weights;
    for (const int buffer : b.weights)
        weights.push_back(run.at(buffer));
    g.ops[op]->scaleWeights(weights, scale.data(), shift.data(), run.at(b.derived));
}

void Executor::deriveAll()
{
    for (std::size_t i = 0; i < m_deriveOps.size(); ++i)
        derive(static_cast<int>(i));
}

} // namespace convarium::engine
