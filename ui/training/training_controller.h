// Training as the window sees it: a state machine over one run at a time. Lives in the UI thread and never waits.
#pragma once

#include "ui/threads/mailbox.h"
#include "ui/threads/task_thread.h"
#include "ui/training/run_session.h"
#include "ui/training/training_history.h"
#include "ui/training/training_services.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <vector>

namespace convarium::ui
{

class ProjectDocument;

enum class RunState { Idle, Preparing, Running, Paused, Finished, Diverged, Failed };

/// Where a run stands, ready to be shown.
struct RunProgress {
    std::int64_t step = 0, totalSteps = 0; ///< steps done, steps in all; 0 in all: not known yet
    std::int64_t epoch = 0, epochs = 0;    ///< 1-based epoch that is running
    std::int64_t stepInEpoch = 0, stepsPerEpoch = 0;
    double imagesPerSecond = 0;
    double secondsLeft = -1; ///< below 0: not known
    std::int64_t trainImages = 0, validationImages = 0;
    int threads = 0;
    QString phase; ///< while preparing: "Drawing digits"
    std::int64_t phaseDone = 0, phaseTotal = 0;
    /// 0..1 for the bar.
    [[nodiscard]] double fraction() const;
};

/// What the next step begins with.
struct NextStart {
    engine::TrainConfig config;                         ///< also with what a continued run adds
    std::shared_ptr<const engine::TrainingState> state; ///< null: the initial weights
};

/// Weights there are, with what belongs to them, until the controller hears of others.
struct HeldRun {
    std::shared_ptr<const engine::TrainingState> state; ///< null: there are only initial ones
    const TrainingHistory* history = nullptr;
    bool fits = false; ///< they belong to the network as it is now
};

/// Starts, pauses, steps, stops and resets training on its own engine thread, collects the history and passes on
/// snapshots of the weights. Data arrive at most about 30 times a second; whatever belongs to an older run is dropped.
class TrainingController final : public QObject
{
    Q_OBJECT
public:
    explicit TrainingController(TrainingServices services = engineServices(), QObject* parent = nullptr);
    /// Asks a run to stop and joins. To quit without waiting call shutDown() first and wait for shutDownFinished().
    ~TrainingController() override;

    /// Follows the document's network, training settings and problems.
    void follow(ProjectDocument* document);
    /// The network as it is now. blockedReason: why it cannot be trained (a sentence), empty when it can.
    void setNetwork(const engine::GraphSpec& graph, const QString& blockedReason);
    /// Settings as they are now. Rate, momentum, schedule, epochs and threads reach a run between two steps; others
    /// mark it as out of date.
    void setConfig(const engine::TrainConfig& config);

    [[nodiscard]] RunState state() const;
    [[nodiscard]] bool isActive() const { return m_session != nullptr; }
    [[nodiscard]] const RunProgress& progress() const { return m_progress; }
    [[nodiscard]] const TrainingHistory& history() const { return m_history; }
    [[nodiscard]] const engine::TrainConfig& config() const { return m_config; }
    [[nodiscard]] const engine::GraphSpec& graph() const { return m_graph; }
    /// Of the run, or of trainingState(); without names.
    [[nodiscard]] const engine::GraphSpec& trainedGraph() const { return m_trainedGraph; }
    [[nodiscard]] const TrainingServices& services() const { return m_services; }
    [[nodiscard]] QString blockedReason() const { return m_blocked; }
    /// Latest weights, of the network as it is now or as it was before it was edited; null: there are only initial
    /// ones.
    [[nodiscard]] std::shared_ptr<const engine::TrainingState> trainingState() const { return m_latest; }
    /// What would be lost with this program: the same, or what a run is about to take the place of, or began with where
    /// it has diverged. Where they fit the network in part only, what fits is resultWeights() of these.
    [[nodiscard]] HeldRun heldRun() const;
    /// trainingState() belongs to the network as it is now.
    [[nodiscard]] bool weightsFitNetwork() const;
    /// What panels show: the newest weights while training runs, else the run's result. They may be those of the
    /// network before it was edited: then they stay where they fit. null: the initial ones.
    [[nodiscard]] engine::WeightsPtr shownWeights() const;
    /// What Train begins a new run with where the network has been edited, or where its run has diverged and had begun
    /// with such weights: those that stay where they fit. null: it goes on, or starts afresh.
    [[nodiscard]] std::shared_ptr<const engine::TrainingState> keptState() const;
    /// Runs of networks of before are kept for undo up to this size, but always one.
    void setMostPastBytes(std::size_t bytes) { m_mostPastBytes = bytes; }
    /// Why weights cannot be edited by hand now, as a sentence; empty when they can, also while training runs.
    [[nodiscard]] QString weightEditReason() const;
    /// Another number whenever the weights have nothing to do with those before any more: reset, a run from the initial
    /// weights, a file.
    [[nodiscard]] int weightsOrigin() const { return m_weightsOrigin; }
    /// Puts these numbers into the weights; a run that is under way takes them between two steps. Returns the edit
    /// that takes it back; nothing where there is no such place. initial: all weights as this network begins with them,
    /// needed where there are none that fit it: it then has a run of its own.
    std::optional<engine::WeightEdit> editWeights(const engine::WeightEdit& edit,
                                                  const engine::WeightsPtr& initial = nullptr);
    /// The same for the weights of weightsOrigin() `origin` that fit the network, also where they wait until a run of
    /// another one has ended: for undo, which is not refused.
    std::optional<engine::WeightEdit> exchangeWeights(const engine::WeightEdit& edit, int origin);
    /// The network or a setting that matters has changed since the run began.
    [[nodiscard]] bool isOutOfDate() const;
    /// Would train() go on from the weights there are?
    [[nodiscard]] bool canContinue() const;
    /// What step() starts from, while nothing runs.
    [[nodiscard]] NextStart nextStart() const;
    /// A stop was asked for and has not arrived yet.
    [[nodiscard]] bool isStopping() const { return m_stopping; }
    [[nodiscard]] bool isPausing() const { return m_state == RunState::Running && m_pauseWanted; }
    [[nodiscard]] const std::optional<engine::Evaluation>& testResult() const { return m_test; }
    /// What the layers of the last run look like; null before the first check.
    [[nodiscard]] const engine::HealthPtr& health() const { return m_health; }
    [[nodiscard]] std::optional<engine::Error> lastError() const { return m_failure ? m_failure : m_error; }
    /// Data set in use, with its images as this network reads them; empty until one has been opened.
    [[nodiscard]] const engine::DatasetBundle& data() const { return m_data; }
    /// data() is what the settings name.
    [[nodiscard]] bool dataIsCurrent() const { return m_data.train && m_dataSource == m_config.data; }

    /// Starts, or continues after pause or stop.
    void train();
    void pause();
    /// Train or Pause, whichever fits.
    void toggle();
    /// One step, then paused. From idle: prepares, then one step.
    void step();
    /// On to the end of the epoch, then paused; the last epoch ends the run.
    void stepEpoch();
    void stop();
    /// Weights and curves from a file, after the network it holds was set: training goes on from there. A run ends.
    void restore(std::shared_ptr<const engine::TrainingState> state, TrainingHistory history);
    /// Back to the initial weights; curves are cleared.
    void reset();
    /// Opens the data set of the settings for panels, on the engine thread. dataReady() or dataFailed() follows.
    void openData();
    /// A snapshot after the current step; cheap. Nothing happens unless training runs.
    void requestSnapshot();
    /// Runs are measured from now on, or no more: speedMeasured() follows a few times a second while training runs.
    void setMeasuring(bool on);
    /// Stops and then emits shutDownFinished(), at once when nothing runs.
    void shutDown();

Q_SIGNALS:
    void stateChanged(convarium::ui::RunState state);
    /// A run that has had weights is over; state() says how.
    void runEnded();
    /// Step, speed or time left changed.
    void progressed();
    void historyChanged();
    /// The newest weights; null: others begin, what was found out with those before is void.
    void snapshotArrived(std::shared_ptr<const engine::TrainingState> state);
    /// By hand; snapshotArrived() follows.
    void weightsEdited();
    void speedMeasured(std::shared_ptr<const engine::SpeedEvent> event);
    void healthChanged(convarium::engine::HealthPtr report);
    void dataReady();
    void dataFailed(const engine::Error& error);
    /// Divergence, failure: to be shown in words.
    void message(const engine::Error& error);
    void epochFinished(const engine::EpochEvent& event);
    void networkChanged();
    void configChanged();
    void outOfDateChanged();
    void shutDownFinished();

private:
    /// Epochs or steps that a run adds to its settings to go on from m_latest.
    struct Extra {
        std::int64_t epochs = 0, steps = 0;
    };
    /// Weights and all that belongs to them, put aside while the network is another one and has weights of its own.
    struct Past {
        std::shared_ptr<const engine::TrainingState> weights;
        engine::GraphSpec graph;
        engine::TrainConfig config;
        TrainingHistory history;
        RunState state = RunState::Idle;
        RunProgress progress;
        std::optional<engine::Evaluation> test;
        std::optional<engine::Error> error;
        engine::HealthPtr health;
        Extra extra;
        std::weak_ptr<const engine::WeightMap> begun;
        int origin = 0;
        [[nodiscard]] std::size_t bytes() const;
    };

    void proceed();
    void begin(bool startPaused);
    void wakeUp(int runId);
    void drain();
    void apply(SessionNews& news);
    void finish(const engine::DoneEvent& done);
    void setHealth(engine::HealthPtr report);
    /// failure: to be told instead.
    void setState(RunState state, const std::optional<engine::Error>& failure = {});
    void noteStart(const engine::StartEvent& event);
    void noteSteps(const std::vector<engine::StepEvent>& steps);
    void checkOutOfDate();
    [[nodiscard]] bool settingsGoOn() const;
    [[nodiscard]] bool worthKeeping() const;
    void exchange(Past& past);
    [[nodiscard]] engine::WeightsPtr keptWeights() const;
    [[nodiscard]] std::vector<Past>::const_iterator pastOf(const engine::WeightsPtr& weights) const;
    std::optional<engine::WeightEdit> writeWeights(const engine::WeightEdit& edit);
    void replace(bool related);
    void settle();
    void dropPast();
    void comeBack();
    void takeBack(std::vector<Past>::const_iterator which);
    void markChange();
    void forgetFailure();
    void takeData(const engine::DatasetBundle& bundle, const std::string& source);
    void scaleData(bool announce);
    [[nodiscard]] Extra extraToContinue() const;
    /// The run's settings, with what was trained before a finished run was continued.
    [[nodiscard]] engine::TrainConfig runConfig() const { return added(m_trainedConfig, m_extra); }
    [[nodiscard]] static engine::TrainConfig added(engine::TrainConfig config, const Extra& extra);

    TrainingServices m_services;
    std::shared_ptr<DataStore> m_store; ///< touched on the engine thread only
    engine::GraphSpec m_graph;
    engine::TrainConfig m_config;
    engine::GraphSpec m_trainedGraph; ///< normalised network of the run or of m_latest
    engine::TrainConfig m_trainedConfig;
    QString m_blocked;
    RunState m_state = RunState::Idle;
    RunProgress m_progress;
    TrainingHistory m_history;
    std::shared_ptr<const engine::TrainingState> m_latest;
    /// What the run began with, where those were weights of a network of before: alive as long as that is put aside.
    std::weak_ptr<const engine::WeightMap> m_begun;
    std::optional<Past> m_replaced; ///< comes back where a run ends before it has trained anything
    std::vector<Past> m_past;       ///< one for each network, the newest last; none of the network of m_latest
    std::size_t m_mostPastBytes = std::size_t{512} << 20;
    std::optional<engine::Evaluation> m_test;
    std::optional<engine::Error> m_error;   ///< with which the run there is diverged
    std::optional<engine::Error> m_failure; ///< of an attempt to train, which has left that run as it was
    engine::HealthPtr m_health;
    engine::DatasetBundle m_opened; ///< as its source gave it
    engine::DatasetBundle m_data;   ///< scaled to the Input layer
    std::string m_dataSource;
    std::shared_ptr<std::atomic<bool>> m_quit = std::make_shared<std::atomic<bool>>(false); ///< ends opening data
    std::shared_ptr<RunSession> m_session;
    int m_runId = 0;
    int m_dataId = 0;
    int m_weightsOrigin = 0, m_newestOrigin = 0;
    Extra m_extra;
    bool m_measuring = false;
    bool m_pauseWanted = false;
    bool m_stepWhenPaused = false;
    bool m_toEpochEnd = false; ///< the run pauses by itself at the end of an epoch
    bool m_epochEnded = false; ///< since that was asked for
    bool m_stopping = false;
    bool m_resetWhenDone = false;
    /// Put in place when the run that was going has ended.
    std::optional<std::pair<std::shared_ptr<const engine::TrainingState>, TrainingHistory>> m_restored;
    bool m_beginWhenDone = false;
    bool m_shuttingDown = false;
    bool m_wasOutOfDate = false;
    QElapsedTimer m_sinceDrain;
    QTimer m_drainTimer;
    Mailbox m_mailbox;
    TaskThread m_thread{Priority::Steady}; ///< last: joined before anything above goes away
};

/// Only what the weights depend on: names and groups are left out. Two networks with equal cores train alike.
engine::GraphSpec trainedCore(engine::GraphSpec graph);
/// Do weights of one core belong to the other? Freezing a layer leaves its weights what they are.
bool shareWeights(engine::GraphSpec a, engine::GraphSpec b);

} // namespace convarium::ui
