#include "engine/train/trainer.h"

#include "engine/data/augment.h"
#include "engine/data/masks.h"
#include "engine/data/read_ahead.h"
#include "engine/health/health_monitor.h"
#include "engine/train/batch_order.h"
#include "engine/train/evaluator.h"
#include "engine/train/network_loss.h"
#include "engine/train/speed_meter.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace convarium::engine
{

namespace
{

/// What a whole run allocates: step, evaluation, and two states, as one lives until the next is there.
MemoryUse memoryOfRun(const ExecutionPlan& step, const ExecutionPlan& evaluation, const TrainingState& state)
{
    MemoryUse use = step.memory;
    for (std::size_t i = 0; i < use.bytes.size(); ++i)
        use.bytes[i] += evaluation.memory.bytes[i];
    const auto add = [&use](const std::shared_ptr<const WeightMap>& map, MemoryCategory category) {
        if (map)
            for (const auto& [key, tensor] : *map)
                use[category] += 2 * tensor.shape().elements() * static_cast<std::int64_t>(sizeof(float));
    };
    add(state.weights, MemoryCategory::Weights);
    add(state.average, MemoryCategory::Weights);
    add(state.optimizer1, MemoryCategory::Optimizer);
    add(state.optimizer2, MemoryCategory::Optimizer);
    return use;
}

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A short text for a rate: "0.001", "1000".
std::string rateText(double rate)
{
    std::string text = std::to_string(rate);
    while (text.find('.') != std::string::npos && (text.back() == '0' || text.back() == '.')) {
        const bool point = text.back() == '.';
        text.pop_back();
        if (point)
            break;
    }
    return text == "0" ? "below 0.000001" : text;
}

/// Gives an executor its weights and, when a run goes on, what else that run knew. state may be null.
void load(Executor& executor, const WeightMap& weights, const TrainingState* state)
{
    executor.setWeights(weights);
    executor.setAverage(state && state->average ? *state->average : weights);
    if (state && state->optimizer1)
        executor.setOptimizerState(0, *state->optimizer1);
    if (state && state->optimizer2)
        executor.setOptimizerState(1, *state->optimizer2);
}

} // namespace

/// What one run holds beside the trainer's own values.
struct Trainer::Session {
    std::unique_ptr<Executor> executor;
    std::unique_ptr<Evaluator> evaluator;
    std::vector<std::uint32_t> validationImages; ///< indices in the training set
    BatchOrder order;
    std::int64_t imagesEpoch = -1;
    std::int64_t step = 0, stepsPerEpoch = 1, totalSteps = 0;
    float scale = 1, shift = 0;
    Augmentation augmentation;
    DatasetPtr images;                ///< training images as the epoch `imagesEpoch` shows them
    std::shared_ptr<ReadAhead> ahead; ///< `images`, where they take time
    RunCounters progress;
    WeightsPtr best;
    // Speed over the last half second or so.
    double windowSeconds = 0, speed = 0;
    std::int64_t windowImages = 0;
    SpeedMeter meter;
    std::optional<HealthMonitor> health;

    [[nodiscard]] bool validates(const DatasetBundle& data) const
    {
        return !validationImages.empty() || (data.validation && data.validation->size() > 0);
    }
};

Trainer::Trainer(GraphSpec graph, TrainConfig config, DatasetBundle data, std::shared_ptr<const TrainingState> resume,
                 WeightsPtr start)
    : m_graph(std::move(graph)), m_config(std::move(config)), m_data(std::move(data)), m_state(std::move(resume)),
      m_start(std::move(start))
{
}

Result<void> Trainer::prepare(Session& s)
{
    if (auto valid = validate(m_config); !valid)
        return valid;
    auto split = splitTraining(m_data, m_config);
    if (!split)
        return split.error();
    s.order = BatchOrder(m_config, std::move(split->train));
    s.validationImages = std::move(split->validation);
    if ((m_config.earlyStopping > 0 || m_config.restoreBest) && !s.validates(m_data))
        return Error{ErrorCode::InvalidArgument,
                     std::string(m_config.earlyStopping > 0 ? "Early stopping" : "Keeping the best epoch") +
                         " needs validation images; none are set aside.",
                     "Set a validation share, for example 0.1.",
                     {-1, "validation", {}, -1}};
    PlanOptions options = planOptions(m_config);
    s.augmentation = parseAugmentation(m_config.augment).value();
    options.batch = s.order.batch();
    s.stepsPerEpoch = s.order.stepsPerEpoch();
    s.totalSteps = s.order.totalSteps(m_config);

    m_graph = withLoss(std::move(m_graph), m_config.loss);
    auto scale = inputScale(m_graph);
    if (!scale)
        return scale.error();
    std::tie(s.scale, s.shift) = *scale;
    auto plan = makePlan(m_graph, options);
    if (!plan)
        return plan.error();
    auto scaled = scaledTo(m_data, (*plan)->graph->values[static_cast<std::size_t>((*plan)->graph->inputValue)].shape);
    if (!scaled)
        return scaled.error();
    m_data = withTargets(*std::move(scaled), (*plan)->graph->loss.info->target);
    if (auto fits = checkData(**plan, *m_data.train, m_data.name); !fits)
        return fits;
    auto executor = Executor::create(*plan);
    if (!executor)
        return executor.error();
    s.executor = std::move(*executor);
    auto evaluator = Evaluator::create(m_graph, m_config.threads, 256);
    if (!evaluator)
        return evaluator.error();
    s.evaluator = std::move(*evaluator);

    const WeightsPtr weights = m_state ? m_state->weights : m_start ? m_start : initialWeights(m_graph, m_config.seed);
    for (const Parameter& p : (*plan)->graph->parameters) {
        if ((*plan)->bindings[static_cast<std::size_t>(p.op)].weights.empty())
            continue; // the output does not depend on it: a state of this network does not hold it
        const auto fits = [&](const WeightMap* map, bool needed) {
            if (!map)
                return true;
            const auto found = map->find({p.node, p.info.key});
            return found == map->end() ? !needed : found->second.shape() == p.info.shape;
        };
        if (!fits(weights.get(), true) ||
            (m_state && !(fits(m_state->optimizer1.get(), false) && fits(m_state->optimizer2.get(), false) &&
                          fits(m_state->average.get(), true) && fits(m_state->best.get(), true))))
            return Error{ErrorCode::ShapeMismatch,
                         "The saved weights of " + m_graph.label(p.node) + " do not fit its settings.",
                         "Reset the weights, or open the network they belong to.",
                         {p.node, p.info.key, {}, -1}};
    }
    if (std::none_of((*plan)->graph->parameters.begin(), (*plan)->graph->parameters.end(),
                     [](const Parameter& p) { return p.trainable; }))
        return Error{ErrorCode::InvalidGraph,
                     "There is nothing to train: the network has no weights that are not frozen.",
                     "Unfreeze a layer.",
                     {}};
    load(*s.executor, *weights, m_state.get());
    if (m_state) {
        s.step = m_state->step;
        s.progress = m_state->progress;
        if (m_config.restoreBest)
            s.best = m_state->best;
    }
    m_state = copyState(s);
    m_start.reset(); // a large network's first weights are not kept beside those it learns
    return {};
}

std::shared_ptr<const TrainingState> Trainer::copyState(const Session& s) const
{
    auto state = std::make_shared<TrainingState>();
    state->weights = std::make_shared<WeightMap>(s.executor->weights());
    for (auto [number, target] : {std::pair{0, &state->optimizer1}, {1, &state->optimizer2}})
        if (WeightMap moments = s.executor->optimizerState(number); !moments.empty())
            *target = std::make_shared<WeightMap>(std::move(moments));
    if (WeightMap average = s.executor->average(); !average.empty())
        state->average = std::make_shared<WeightMap>(std::move(average));
    state->best = s.best;
    state->progress = s.progress;
    state->step = s.step;
    state->epoch = s.step / s.stepsPerEpoch;
    state->seed = m_config.seed;
    return state;
}

void Trainer::takeConfig(Session& s, const TrainConfig& c)
{
    TrainConfig& now = m_config;
    for (double TrainConfig::*field :
         {&TrainConfig::rate, &TrainConfig::momentum, &TrainConfig::beta1, &TrainConfig::beta2, &TrainConfig::epsilon,
          &TrainConfig::alpha, &TrainConfig::weightDecay, &TrainConfig::l1, &TrainConfig::clipValue,
          &TrainConfig::clipNorm})
        now.*field = c.*field;
    if (now.averageDecay > 0 && c.averageDecay > 0) // the average has a place, or it has none
        now.averageDecay = c.averageDecay;
    if (s.validates(m_data)) {
        now.earlyStopping = c.earlyStopping;
        now.restoreBest = c.restoreBest;
        if (!now.restoreBest)
            s.best.reset();
    }
    now.schedule = c.schedule;
    now.epochs = c.epochs;
    if (now.steps == 0)
        s.totalSteps = now.epochs * s.stepsPerEpoch;
    if (now.threads != c.threads)
        takeThreads(s, c.threads);
    if (s.health)
        s.health->setConfig(now);
}

/// Before a step: begins or ends looking at the health of the layers.
void Trainer::watchHealth(Session& s, double budget)
{
    if (budget <= 0)
        s.health.reset();
    else if (!s.health)
        s.health.emplace(HealthMonitor::Run{m_graph, m_config, m_data.train, s.order.trainImages(), {s.scale, s.shift}},
                         *s.executor, budget);
    if (s.health)
        s.health->prepare(*s.executor);
}

/// A new executor goes on with all that the old one knew; if there is no memory for it, the old one does.
void Trainer::takeThreads(Session& s, int threads)
{
    PlanOptions options = s.executor->plan().options;
    options.threads = threads;
    auto plan = makePlan(m_graph, options);
    if (!plan)
        return;
    m_config.threads = threads;
    if ((*plan)->options.threads == s.executor->plan().options.threads)
        return;
    auto executor = Executor::create(*plan);
    auto evaluator = Evaluator::create(m_graph, threads, 256);
    if (!executor || !evaluator)
        return;
    const auto state = copyState(s);
    load(**executor, *state->weights, state.get());
    s.executor = std::move(*executor);
    s.evaluator = std::move(*evaluator);
    s.windowSeconds = s.speed = 0;
    s.windowImages = 0;
}

void Trainer::takeEdits(Session& s, const std::vector<WeightEdit>& edits)
{
    const auto state = edited(*copyState(s), edits);
    load(*s.executor, *state->weights, state.get());
    s.best = state->best;
}

/// Returns false when the run is to end.
bool Trainer::waitWhilePaused(Session& s, TrainControl& control, TrainingSink& sink)
{
    std::unique_lock lock(control.m_mutex);
    bool waited = false;
    for (;;) {
        if (const auto edits = std::exchange(control.m_edits, {}); !edits.empty()) {
            lock.unlock();
            takeEdits(s, edits);
            lock.lock();
        }
        if (!control.m_paused || control.m_singleSteps > 0 || control.m_stop)
            break;
        lock.unlock();
        m_state = copyState(s);
        sink.snapshot(m_state);
        if (!waited)
            sink.paused();
        waited = true;
        lock.lock();
        control.m_wake.wait(lock, [&] {
            return !control.m_paused || control.m_singleSteps > 0 || control.m_stop || !control.m_edits.empty();
        });
    }
    if (control.m_stop)
        return false;
    const bool goesOn = waited && !control.m_paused;
    if (control.m_paused)
        --control.m_singleSteps;
    const auto config = std::exchange(control.m_newConfig, std::nullopt);
    lock.unlock(); // new threads take a while, and whoever presses Pause must not wait for them
    if (goesOn)
        sink.resumed();
    if (config)
        takeConfig(s, *config);
    return true;
}

/// What follows from the losses of a finished epoch: the best one so far, and cuts of the rate.
void Trainer::watchLoss(Session& s, const EpochEvent& e)
{
    RunCounters& p = s.progress;
    const auto schedule = parseSchedule(m_config.schedule);
    if (schedule && schedule->info->watchesLoss)
        watchPlateau(p.plateau, e.validationLoss.value_or(e.trainLoss),
                     static_cast<std::int64_t>(schedule->values.front()));
    if (!e.validationLoss || !std::isfinite(*e.validationLoss) || (p.bestEpoch > 0 && *e.validationLoss >= p.bestLoss))
        return;
    p.bestEpoch = e.epoch;
    p.bestLoss = *e.validationLoss;
    if (m_config.restoreBest)
        s.best = m_state->average ? m_state->average : m_state->weights;
}

bool Trainer::endsEarly(const Session& s) const
{
    return m_config.earlyStopping > 0 && s.progress.bestEpoch > 0 &&
           s.step / s.stepsPerEpoch - s.progress.bestEpoch >= m_config.earlyStopping;
}

Result<void> Trainer::epochEnd(Session& s, TrainingSink& sink)
{
    RunCounters& p = s.progress;
    EpochEvent e;
    e.epoch = s.step / s.stepsPerEpoch;
    e.step = s.step;
    e.trainLoss = p.epochLoss / static_cast<double>(p.epochImages);
    e.trainAccuracy =
        static_cast<double>(p.epochCorrect) / static_cast<double>(std::max<std::int64_t>(1, p.epochTargets));
    e.seconds = p.epochSeconds;
    e.imagesPerSecond = p.epochSeconds > 0 ? static_cast<double>(p.epochImages) / p.epochSeconds : 0;
    p.epochLoss = p.epochSeconds = 0;
    p.epochCorrect = p.epochImages = p.epochTargets = 0;
    m_state = copyState(s);
    if (s.validates(m_data)) {
        s.evaluator->setWeights(m_state->average ? *m_state->average : *m_state->weights);
        auto v = s.validationImages.empty() ? s.evaluator->run(*m_data.validation)
                                            : s.evaluator->run(*m_data.train, s.validationImages);
        if (!v)
            return v.error();
        e.validationLoss = v->loss;
        e.validationAccuracy = v->accuracy;
    }
    watchLoss(s, e);
    auto judged = std::make_shared<TrainingState>(*m_state);
    judged->progress = p;
    judged->best = s.best;
    m_state = std::move(judged);
    sink.snapshot(m_state);
    sink.epochDone(e);
    return {};
}

DoneEvent Trainer::run(TrainControl& control, TrainingSink& sink, bool startPaused)
{
    const auto begin = Clock::now();
    Session s;
    DoneEvent done;
    const auto finish = [&](StopReason reason, std::optional<Error> error) {
        done.reason = reason;
        done.error = std::move(error);
        done.step = s.step;
        done.bestEpoch = s.progress.bestEpoch;
        done.seconds = secondsSince(begin);
        sink.done(done);
        return done;
    };
    if (auto ready = prepare(s); !ready)
        return finish(StopReason::Failed, ready.error());
    if (startPaused)
        control.pause();

    StartEvent start;
    start.trainImages = static_cast<std::int64_t>(s.order.trainImages().size());
    start.validationImages = s.validationImages.empty() && m_data.validation
                                 ? m_data.validation->size()
                                 : static_cast<std::int64_t>(s.validationImages.size());
    start.testImages = m_data.test ? m_data.test->size() : 0;
    start.stepsPerEpoch = s.stepsPerEpoch;
    start.totalSteps = s.totalSteps;
    start.threads = s.executor->plan().options.threads;
    start.kernels = s.executor->plan().options.kernels->name;
    for (const Parameter& p : s.executor->plan().graph->parameters)
        start.parameters += p.info.role == TensorRole::Weight ? p.info.shape.elements() : 0;
    start.predicted = memoryOfRun(s.executor->plan(), s.evaluator->plan(), *m_state);
    if (s.augmentation.any() || m_data.train->imagesTakeTime())
        start.predicted[MemoryCategory::Data] += ReadAhead::bytesFor(m_data.train->imageShape(), s.order.batch());
    sink.started(start);

    while (s.step < s.totalSteps && !endsEarly(s)) {
        if (!waitWhilePaused(s, control, sink))
            break;
        if (s.step >= s.totalSteps || endsEarly(s))
            break; // fewer epochs or less patience were asked for while paused
        s.meter.prepare(*s.executor, m_graph, control.m_measuring.load(std::memory_order_relaxed));
        watchHealth(s, control.m_healthBudget.load(std::memory_order_relaxed));
        const auto stepBegin = Clock::now();
        const std::int64_t epoch = s.step / s.stepsPerEpoch;
        if (epoch != s.imagesEpoch) {
            s.imagesEpoch = epoch;
            s.images = m_data.train;
            if (s.augmentation.any())
                s.images = std::make_shared<AugmentedDataset>(m_data.train, s.augmentation, m_config.seed,
                                                              static_cast<std::uint32_t>(epoch));
            s.ahead = s.images->imagesTakeTime() ? std::make_shared<ReadAhead>(s.images) : nullptr;
        }
        const std::span<const std::uint32_t> images = s.order.at(s.step);
        if (s.ahead)
            s.ahead->announce(s.order.epochOf(s.step + 1) == epoch ? s.order.at(s.step + 1)
                                                                   : std::span<const std::uint32_t>());
        const double rate = scheduledRate(m_config, s.step, s.stepsPerEpoch, s.totalSteps, s.progress.plateau.cuts);
        const UpdateRule rule = makeUpdateRule(m_config, *s.executor->plan().options.kernels, rate, s.step + 1);
        std::shared_ptr<StepRecord> record;
        if (control.m_record.exchange(false, std::memory_order_relaxed)) {
            record = std::make_shared<StepRecord>();
            record->before = copyState(s);
            record->images.assign(images.begin(), images.end());
            record->step = s.step;
            record->rate = rate;
            record->loss = m_config.loss;
            record->augment = m_config.augment;
            record->epoch = static_cast<std::uint32_t>(epoch);
        }
        const Dataset& source = s.ahead ? *s.ahead : *s.images;
        const StepResult r = s.executor->trainStep({&source, images, s.scale, s.shift}, m_config.seed,
                                                   static_cast<std::uint32_t>(s.step), rule, &control.m_stop);
        if (r.cancelled)
            break;
        if (r.dataError) {
            m_state = copyState(s); // what was learned so far is sound
            return finish(StopReason::Failed, r.dataError);
        }
        RunCounters& p = s.progress;
        if (p.firstLoss < 0)
            p.firstLoss = r.loss;
        // Saturated activations keep a run away finite: a loss hundreds of times the first one for ten steps counts
        // too.
        p.highLosses = r.loss > 100 * (p.firstLoss + 1) ? p.highLosses + 1 : 0;
        if (r.diverged || p.highLosses >= 10) {
            m_state = copyState(s);
            if (s.health)
                sink.healthChecked(s.health->diverged(s.step + 1));
            const std::string what =
                r.diverged ? "The loss is no longer a number since step " + std::to_string(s.step + 1)
                           : "The loss has grown more than a hundredfold by step " + std::to_string(s.step + 1);
            return finish(StopReason::Diverged,
                          Error{ErrorCode::Diverged,
                                what + ". The rate " + rateText(m_config.rate) + " is probably too high.",
                                "Reset and try a smaller rate, for example " +
                                    rateText(findOptimizer(m_config.optimizer)->defaultRate) + ".",
                                {}});
        }
        ++s.step;
        if (record)
            sink.recorded(std::move(record));
        const double seconds = secondsSince(stepBegin);
        const auto n = static_cast<std::int64_t>(images.size());
        p.epochLoss += r.loss * static_cast<double>(n);
        p.epochCorrect += r.correct;
        p.epochImages += n;
        p.epochTargets += r.targets;
        p.epochSeconds += seconds;
        s.windowSeconds += seconds;
        s.windowImages += n;
        if (s.speed == 0 || s.windowSeconds >= 0.5) {
            s.speed = static_cast<double>(s.windowImages) / s.windowSeconds;
            if (s.windowSeconds >= 0.5) {
                s.windowSeconds = 0;
                s.windowImages = 0;
            }
        }
        StepEvent e;
        e.step = s.step;
        e.epoch = epoch + 1;
        e.epochPosition = static_cast<double>(s.step) / static_cast<double>(s.stepsPerEpoch);
        e.loss = r.loss;
        e.accuracy = static_cast<double>(r.correct) / static_cast<double>(std::max<std::int64_t>(1, r.targets));
        e.rate = rate;
        e.imagesPerSecond = s.speed;
        sink.stepDone(e);
        if (auto speed = s.meter.stepDone(*s.executor, n, seconds))
            sink.speedMeasured(std::move(speed));
        if (s.health)
            if (auto health = s.health->stepDone(*s.executor, images, r, s.step, seconds))
                sink.healthChecked(std::move(health));
        const bool epochDone = s.step % s.stepsPerEpoch == 0;
        if (epochDone) {
            if (auto ended = epochEnd(s, sink); !ended)
                return finish(StopReason::Failed, ended.error());
            const std::lock_guard lock(control.m_mutex);
            if (std::exchange(control.m_pauseAtEpochEnd, false))
                control.m_paused = true;
        }
        if (control.m_snapshot.exchange(false, std::memory_order_relaxed) && !epochDone)
            sink.snapshot(copyState(s));
    }
    m_state = copyState(s);
    sink.snapshot(m_state);
    done.stoppedEarly = s.step < s.totalSteps && endsEarly(s);
    const bool stopped = s.step < s.totalSteps && !done.stoppedEarly;
    if (m_data.test && m_data.test->size() > 0 && !stopped) {
        s.evaluator->setWeights(*m_state->resultWeights());
        auto test = s.evaluator->run(*m_data.test, {}, &control.m_stop);
        if (test)
            done.test = *test;
        else if (test.error().code != ErrorCode::Cancelled)
            return finish(StopReason::Failed, test.error());
    }
    return finish(stopped ? StopReason::Stopped : StopReason::Finished, std::nullopt);
}

} // namespace convarium::engine
