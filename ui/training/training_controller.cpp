#include "ui/training/training_controller.h"

#include "engine/analysis/counts.h"

#include <algorithm>
#include <cmath>

namespace convarium::ui
{

namespace
{

constexpr int kDrainMs = 33;

/// May a run with these settings be continued with those? Rate, momentum, schedule, epochs and decay may differ.
bool continues(const engine::TrainConfig& a, const engine::TrainConfig& b)
{
    return a.data == b.data && a.batch == b.batch && a.optimizer == b.optimizer && a.seed == b.seed &&
           a.validation == b.validation && a.limit == b.limit && a.shuffle == b.shuffle && a.loss == b.loss &&
           a.augment == b.augment && (a.averageDecay > 0) == (b.averageDecay > 0);
}

/// What the first Input layer reads; empty without one.
engine::Shape inputShape(const engine::GraphSpec& graph)
{
    for (const auto& node : graph.nodes) {
        if (node.type != "input")
            continue;
        engine::Shape shape;
        for (const char* key : {"channels", "height", "width"}) {
            const auto* value = node.params.find(key);
            const auto* size = value ? std::get_if<std::int64_t>(value) : nullptr;
            if (size)
                shape.append(*size);
        }
        return shape;
    }
    return {};
}

} // namespace

engine::GraphSpec trainedCore(engine::GraphSpec graph)
{
    graph.name.clear();
    graph.title.clear();
    graph.groups.clear();
    graph.nextId = 0;
    for (auto& node : graph.nodes) {
        node.name.clear();
        node.group = -1;
    }
    std::sort(graph.nodes.begin(), graph.nodes.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    std::sort(graph.edges.begin(), graph.edges.end());
    return graph;
}

double RunProgress::fraction() const
{
    if (totalSteps > 0)
        return std::clamp(static_cast<double>(step) / static_cast<double>(totalSteps), 0.0, 1.0);
    return phaseTotal > 0 ? std::clamp(static_cast<double>(phaseDone) / static_cast<double>(phaseTotal), 0.0, 1.0) : 0;
}

TrainingController::TrainingController(TrainingServices services, QObject* parent)
    : QObject(parent), m_services(std::move(services)), m_store(std::make_shared<DataStore>(m_services))
{
    m_drainTimer.setSingleShot(true);
    connect(&m_drainTimer, &QTimer::timeout, this, &TrainingController::drain);
    m_sinceDrain.start();
}

TrainingController::~TrainingController()
{
    *m_quit = true;
    if (m_session)
        m_session->requestStop();
}

void TrainingController::setNetwork(const engine::GraphSpec& graph, const QString& blockedReason)
{
    m_graph = graph;
    m_blocked = blockedReason;
    forgetFailure();
    Q_EMIT networkChanged();
    scaleData(false);
    comeBack();
    checkOutOfDate();
}

void TrainingController::setConfig(const engine::TrainConfig& config)
{
    if (config == m_config)
        return;
    m_config = config;
    forgetFailure();
    if (m_session && continues(config, m_trainedConfig)) {
        markChange();
        m_trainedConfig = config;
        m_session->run().changeConfig(runConfig());
    }
    Q_EMIT configChanged();
    checkOutOfDate();
}

/// Of the settings, where the curves have got to.
void TrainingController::markChange()
{
    if (const auto words = changeWords(m_trainedConfig, m_config); !words.empty()) {
        m_history.mark(words);
        Q_EMIT historyChanged();
    }
}

/// What could not begin may be able to begin now.
void TrainingController::forgetFailure()
{
    if (m_failure)
        setState(m_state);
}

bool TrainingController::isOutOfDate() const
{
    if (!m_session && !m_latest && m_history.empty())
        return false;
    const auto core = trainedCore(m_graph);
    // A run that is under way has its own frozen layers; the next one takes those of the document and the same weights.
    return (m_session ? core != m_trainedGraph : !shareWeights(core, m_trainedGraph)) || !settingsGoOn();
}

/// Initial weights that were edited by hand may be trained with any settings but another seed.
bool TrainingController::settingsGoOn() const
{
    if (!m_session && m_latest && m_latest->step == 0 && !m_latest->optimizer1 && !m_latest->average)
        return m_config.seed == m_latest->seed;
    return continues(m_config, m_trainedConfig);
}

bool TrainingController::canContinue() const
{
    return m_latest && m_state != RunState::Diverged && !isOutOfDate();
}

void TrainingController::checkOutOfDate()
{
    const bool now = isOutOfDate();
    if (now != m_wasOutOfDate) {
        m_wasOutOfDate = now;
        Q_EMIT outOfDateChanged();
    }
}

RunState TrainingController::state() const
{
    if (m_failure)
        return m_failure->code == engine::ErrorCode::Diverged ? RunState::Diverged : RunState::Failed;
    return m_state;
}

void TrainingController::setState(RunState state, const std::optional<engine::Error>& failure)
{
    const RunState before = this->state();
    m_state = state;
    m_failure = failure;
    if (this->state() != before)
        Q_EMIT stateChanged(this->state());
}

void TrainingController::train()
{
    m_toEpochEnd = false;
    proceed();
}

void TrainingController::stepEpoch()
{
    drain(); // an epoch that has ended already is not the one that is asked for
    if (m_session && m_stopping)
        return;
    m_toEpochEnd = true;
    m_epochEnded = false;
    proceed();
}

void TrainingController::proceed()
{
    if (m_session && m_stopping) {
        m_beginWhenDone = true;
        return;
    }
    if (m_session && isOutOfDate() && m_state == RunState::Paused) {
        m_beginWhenDone = true; // the network changed while it was paused: a new run, as soon as the old one has ended
        stop();
        return;
    }
    m_pauseWanted = false;
    m_stepWhenPaused = false;
    if (m_session) {
        m_session->setStartPaused(false);
        m_toEpochEnd ? m_session->run().stepEpoch() : m_session->run().resume();
        if (m_state == RunState::Paused)
            setState(RunState::Running);
        return;
    }
    begin(false);
}

void TrainingController::pause()
{
    if (!m_session || m_stopping)
        return;
    m_stepWhenPaused = m_toEpochEnd = false;
    if (m_state == RunState::Preparing)
        m_session->setStartPaused(true);
    m_pauseWanted = true;
    m_session->run().pause();
    Q_EMIT progressed();
}

void TrainingController::toggle()
{
    if (m_session && !m_pauseWanted)
        pause();
    else
        train();
}

void TrainingController::step()
{
    if (m_session && m_stopping)
        return;
    m_toEpochEnd = false;
    if (!m_session) {
        begin(true);
        m_stepWhenPaused = m_session != nullptr;
        return;
    }
    if (m_state == RunState::Paused) {
        m_session->run().singleStep();
        return;
    }
    pause();
    m_stepWhenPaused = true;
}

void TrainingController::stop()
{
    if (!m_session)
        return;
    m_stopping = true;
    m_session->requestStop();
    Q_EMIT progressed();
}

void TrainingController::reset()
{
    if (m_session) {
        m_resetWhenDone = true;
        stop();
        return;
    }
    m_past.clear();
    replace(false);
    m_replaced.reset();
    setState(RunState::Idle);
    Q_EMIT historyChanged();
    Q_EMIT progressed();
    Q_EMIT snapshotArrived({});
    checkOutOfDate();
}

void TrainingController::restore(std::shared_ptr<const engine::TrainingState> state, TrainingHistory history)
{
    if (m_session) {
        m_restored = {std::move(state), std::move(history)};
        reset();
        return;
    }
    reset();
    if (!state)
        return;
    m_latest = std::move(state);
    m_history = std::move(history);
    m_trainedGraph = trainedCore(m_graph);
    m_trainedConfig = m_config;
    m_progress.step = m_latest->step;
    Q_EMIT historyChanged();
    Q_EMIT progressed();
    Q_EMIT snapshotArrived(m_latest);
    checkOutOfDate();
}

void TrainingController::setHealth(engine::HealthPtr report)
{
    if (report == m_health)
        return;
    m_health = std::move(report);
    Q_EMIT healthChanged(m_health);
}

/// A finished run goes on for as long again; a stopped one goes on to its end.
TrainingController::Extra TrainingController::extraToContinue() const
{
    Extra extra = m_extra;
    if (m_config.steps > 0 && m_latest->step >= m_config.steps)
        extra.steps = m_latest->step;
    else if (m_config.steps <= 0 && m_latest->epoch >= m_config.epochs)
        extra.epochs = m_latest->epoch;
    return extra;
}

engine::TrainConfig TrainingController::added(engine::TrainConfig config, const Extra& extra)
{
    config.epochs += extra.epochs;
    if (config.steps > 0)
        config.steps += extra.steps;
    return config;
}

NextStart TrainingController::nextStart() const
{
    if (m_session)
        return {runConfig(), m_latest ? m_latest : keptState()};
    if (canContinue())
        return {added(m_config, extraToContinue()), m_latest};
    return {m_config, keptState()};
}

void TrainingController::begin(bool startPaused)
{
    if (m_shuttingDown)
        return;
    if (!m_blocked.isEmpty()) {
        Q_EMIT message({engine::ErrorCode::InvalidGraph, m_blocked.toStdString(), {}, {}});
        return;
    }
    if (auto valid = engine::validate(m_config); !valid) {
        Q_EMIT message(valid.error());
        return;
    }
    RunRequest request;
    request.graph = m_graph;
    if (canContinue()) {
        request.resume = m_latest;
        m_extra = extraToContinue();
        m_history.goBackTo(m_latest->step);
        if (!m_history.empty())
            markChange();
    } else {
        request.resume = keptState();
        replace(request.resume && !weightsFitNetwork());
        if (request.resume)
            m_begun = request.resume->weights;
        Q_EMIT historyChanged();
        Q_EMIT snapshotArrived({});
    }
    m_trainedGraph = trainedCore(m_graph);
    m_trainedConfig = m_config;
    request.config = runConfig();
    m_error.reset();
    m_progress.phase.clear();
    m_progress.epochs = request.config.epochs;
    m_progress.imagesPerSecond = 0;
    m_progress.secondsLeft = -1;
    m_stopping = m_stepWhenPaused = false;
    m_pauseWanted = startPaused;

    m_session = std::make_shared<RunSession>(++m_runId, m_services.newRun(),
                                             [this](int id) { m_mailbox.post([this, id] { wakeUp(id); }); });
    m_session->setStartPaused(startPaused);
    if (m_toEpochEnd)
        m_session->run().stepEpoch();
    m_session->run().setMeasuring(m_measuring);
    m_session->run().setWatching(true);
    setState(RunState::Preparing);
    m_thread.post([session = m_session, store = m_store, request = std::move(request)]() mutable {
        runSession(*session, *store, std::move(request));
    });
    checkOutOfDate();
}

void TrainingController::wakeUp(int runId)
{
    if (runId != m_runId || m_drainTimer.isActive())
        return;
    const auto since = m_sinceDrain.elapsed();
    if (since >= kDrainMs)
        drain();
    else
        m_drainTimer.start(static_cast<int>(kDrainMs - since));
}

void TrainingController::drain()
{
    m_sinceDrain.restart();
    if (!m_session)
        return;
    auto news = m_session->take();
    apply(news);
}

void TrainingController::apply(SessionNews& news)
{
    bool progressChanged = false;
    if (!news.phase.empty()) {
        m_progress.phase = QString::fromStdString(news.phase);
        m_progress.phaseDone = news.phaseDone;
        m_progress.phaseTotal = news.phaseTotal;
        progressChanged = true;
    }
    if (news.data) {
        ++m_dataId;
        takeData(*news.data, m_trainedConfig.data);
    }
    if (news.started) {
        noteStart(*news.started);
        progressChanged = true;
    }
    if (!news.steps.empty() || !news.epochs.empty()) {
        for (const auto& e : news.steps)
            m_history.append(e);
        for (const auto& e : news.epochs)
            m_history.append(e);
        m_epochEnded = m_epochEnded || !news.epochs.empty();
        noteSteps(news.steps);
        progressChanged = true;
        Q_EMIT historyChanged();
        for (const auto& e : news.epochs)
            Q_EMIT epochFinished(e);
    }
    if (news.snapshot) {
        m_latest = news.snapshot;
        if (m_latest->step > 0)
            settle();
        Q_EMIT snapshotArrived(m_latest);
    }
    if (news.speed)
        Q_EMIT speedMeasured(news.speed);
    if (news.health)
        setHealth(news.health);
    if (news.paused.value_or(false) && m_toEpochEnd && m_epochEnded) {
        m_pauseWanted = true;
        m_toEpochEnd = false;
    }
    // What contradicts the latest wish is on its way to be overtaken.
    if (news.paused && !news.done && *news.paused == m_pauseWanted) {
        if (*news.paused) {
            setState(RunState::Paused);
            if (std::exchange(m_stepWhenPaused, false) && m_session)
                m_session->run().singleStep();
        } else {
            setState(RunState::Running);
        }
    }
    if (progressChanged)
        Q_EMIT progressed();
    if (news.done)
        finish(*news.done);
}

void TrainingController::noteStart(const engine::StartEvent& event)
{
    m_progress.phase.clear();
    m_progress.trainImages = event.trainImages;
    m_history.imagesPerEpoch = event.trainImages;
    m_history.macsPerImage = engine::countNetwork(m_graph, engine::inferShapes(m_graph)).total.macs;
    m_progress.validationImages = event.validationImages;
    m_progress.stepsPerEpoch = event.stepsPerEpoch;
    m_progress.totalSteps = event.totalSteps;
    m_progress.threads = event.threads;
    m_progress.step = m_latest ? m_latest->step : 0;
    const auto perEpoch = std::max<std::int64_t>(event.stepsPerEpoch, 1);
    m_progress.epochs = (event.totalSteps + perEpoch - 1) / perEpoch;
    m_progress.epoch = std::min(m_progress.step / perEpoch + 1, std::max<std::int64_t>(m_progress.epochs, 1));
    m_progress.stepInEpoch = m_progress.step - (m_progress.epoch - 1) * perEpoch;
    if (!m_pauseWanted)
        setState(RunState::Running);
}

void TrainingController::noteSteps(const std::vector<engine::StepEvent>& steps)
{
    if (steps.empty())
        return;
    const auto& last = steps.back();
    m_test.reset(); // it was that of other weights
    const auto perEpoch = std::max<std::int64_t>(m_progress.stepsPerEpoch, 1);
    m_progress.step = last.step;
    m_progress.epoch = last.epoch;
    m_progress.stepInEpoch = last.step - (last.epoch - 1) * perEpoch;
    if (m_trainedConfig.steps <= 0) { // epochs may be changed while it runs
        m_progress.epochs = std::max(runConfig().epochs, last.epoch);
        m_progress.totalSteps = m_progress.epochs * perEpoch;
    }
    if (last.imagesPerSecond > 0) {
        m_progress.imagesPerSecond = last.imagesPerSecond;
        const auto left = static_cast<double>(std::max<std::int64_t>(m_progress.totalSteps - last.step, 0));
        const auto seconds = left * static_cast<double>(m_trainedConfig.batch) / last.imagesPerSecond;
        m_progress.secondsLeft = m_progress.secondsLeft < 0 ? seconds : 0.8 * m_progress.secondsLeft + 0.2 * seconds;
    }
}

void TrainingController::finish(const engine::DoneEvent& done)
{
    m_session.reset();
    m_stopping = m_pauseWanted = m_stepWhenPaused = false;
    const bool resetNow = std::exchange(m_resetWhenDone, false);
    const bool beginNow = std::exchange(m_beginWhenDone, false);
    m_toEpochEnd = m_toEpochEnd && beginNow;
    if (resetNow)
        m_replaced.reset();
    const bool goesBack = m_replaced.has_value();
    const bool hadWeights = m_latest && !goesBack;
    if (goesBack) {
        Past before = *std::exchange(m_replaced, std::nullopt);
        exchange(before);
        setState(m_state, done.error);
    } else {
        if (done.test)
            m_test = done.test;
        switch (done.reason) {
        case engine::StopReason::Finished: setState(RunState::Finished); break;
        case engine::StopReason::Stopped: setState(RunState::Idle); break;
        case engine::StopReason::Diverged:
            m_error = done.error;
            setState(RunState::Diverged);
            break;
        case engine::StopReason::Failed: setState(RunState::Idle, done.error); break;
        }
    }
    m_progress.phase.clear();
    m_progress.secondsLeft = -1;
    if (hadWeights)
        Q_EMIT runEnded();
    if (goesBack) {
        Q_EMIT historyChanged();
        Q_EMIT snapshotArrived(m_latest);
    }
    Q_EMIT progressed();
    if (done.error)
        Q_EMIT message(*done.error);
    checkOutOfDate();
    if (m_shuttingDown) {
        Q_EMIT shutDownFinished();
        return;
    }
    comeBack();
    if (resetNow)
        reset();
    if (auto restored = std::exchange(m_restored, std::nullopt))
        restore(std::move(restored->first), std::move(restored->second));
    if (beginNow)
        begin(false);
}

void TrainingController::takeData(const engine::DatasetBundle& bundle, const std::string& source)
{
    m_opened = bundle;
    m_dataSource = source;
    scaleData(true);
}

/// The network decides on the size of pictures in a folder. announce: say that there are data even if they stay the
/// same.
void TrainingController::scaleData(bool announce)
{
    if (!m_opened.train)
        return;
    const engine::Shape shape = inputShape(m_graph);
    auto scaled = shape.rank() == 3 ? engine::scaledTo(m_opened, shape) : m_opened;
    if (!scaled) {
        m_data = {};
        Q_EMIT dataFailed(scaled.error());
        return;
    }
    const bool same =
        scaled->train == m_data.train && scaled->validation == m_data.validation && scaled->test == m_data.test;
    m_data = *std::move(scaled);
    if (announce || !same)
        Q_EMIT dataReady();
}

void TrainingController::openData()
{
    if (m_opened.train && m_dataSource == m_config.data) {
        scaleData(true);
        return;
    }
    const int id = ++m_dataId;
    m_thread.post([this, id, store = m_store, source = m_config.data, quit = m_quit] {
        auto opened = store->open(source, [&](const std::string&, std::int64_t, std::int64_t) { return !*quit; });
        m_mailbox.post([this, id, source, opened = std::move(opened)] {
            if (id != m_dataId)
                return;
            if (opened)
                takeData(*opened, source);
            else
                Q_EMIT dataFailed(opened.error());
        });
    });
}

void TrainingController::requestSnapshot()
{
    if (m_session && m_state == RunState::Running)
        m_session->run().requestSnapshot();
}

void TrainingController::setMeasuring(bool on)
{
    m_measuring = on;
    if (m_session)
        m_session->run().setMeasuring(on);
}

void TrainingController::shutDown()
{
    m_shuttingDown = true;
    *m_quit = true;
    m_beginWhenDone = m_resetWhenDone = false;
    if (!m_session) {
        Q_EMIT shutDownFinished();
        return;
    }
    stop();
}

} // namespace convarium::ui
