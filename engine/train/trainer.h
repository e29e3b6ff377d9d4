// Trains a network. Knows no Qt: whoever runs it (window, command line, test) gives it a sink and a control block.
#pragma once

#include "engine/core/memory.h"
#include "engine/core/result.h"
#include "engine/data/dataset.h"
#include "engine/graph/graph_spec.h"
#include "engine/health/health.h"
#include "engine/tensor/tensor.h"
#include "engine/train/layer_speed.h"
#include "engine/train/schedule.h"
#include "engine/train/train_config.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace convarium::engine
{

/// Key of a tensor: node id and tensor key.
using TensorKey = std::pair<NodeId, std::string>;

/// Weights and statistics (and, in a checkpoint, optimizer state) in logical order. Shared read-only between threads.
using WeightMap = std::map<TensorKey, Tensor>;
using WeightsPtr = std::shared_ptr<const WeightMap>;

/// What a run knows beside its tensors, so that it goes on from the middle of an epoch as if it had not stopped.
struct RunCounters {
    // Sums over the running epoch.
    double epochLoss = 0, epochSeconds = 0;
    std::int64_t epochCorrect = 0, epochImages = 0;
    std::int64_t epochTargets = 0; ///< images, or pixels of masks, that were judged
    PlateauState plateau;
    // The epoch of the lowest validation loss; 0: none yet.
    std::int64_t bestEpoch = 0;
    double bestLoss = 0;
    // Divergence that stays finite.
    double firstLoss = -1; ///< < 0: no step yet
    std::int64_t highLosses = 0;
    friend bool operator==(const RunCounters&, const RunCounters&) = default;
};

/// Everything needed to continue bit for bit.
struct TrainingState {
    WeightsPtr weights;
    std::shared_ptr<const WeightMap> optimizer1; ///< velocity or first moment, per trainable tensor; null: none
    std::shared_ptr<const WeightMap> optimizer2; ///< second moment; null: none
    WeightsPtr average;                          ///< moving average of weights and statistics; null: none
    WeightsPtr best;        ///< what was evaluated at RunCounters::bestEpoch, with TrainConfig::restoreBest; null: none
    std::int64_t step = 0;  ///< steps done
    std::int64_t epoch = 0; ///< epochs finished
    std::uint64_t seed = 1;
    RunCounters progress;

    /// What is evaluated, shown and exported: those of the best epoch, else the averaged ones, else the last ones.
    [[nodiscard]] const WeightsPtr& resultWeights() const { return best ? best : average ? average : weights; }
};

/// Numbers that take the place of those of a tensor from `first` on, in logical order.
struct WeightEdit {
    TensorKey tensor;
    std::int64_t first = 0;
    std::vector<float> values;
    std::vector<float> average, best; ///< for the moving average and the best epoch; empty: the same
};

/// The same state with these numbers in its weights, their average and those of the best epoch. What the optimizer
/// remembers stays.
[[nodiscard]] std::shared_ptr<const TrainingState> edited(const TrainingState& state,
                                                          const std::vector<WeightEdit>& edits);
/// What the edit would replace: the edit that takes it back. Nothing where the tensor has no such place.
[[nodiscard]] std::optional<WeightEdit> replacedBy(const WeightEdit& edit, const TrainingState& state);

/// One training step as a value: enough to recompute any activation, gradient or update on the reference path.
struct StepRecord {
    std::shared_ptr<const TrainingState> before;
    std::vector<std::uint32_t> images; ///< indices in the training set, in batch order
    std::int64_t step = 0;
    double rate = 0;
    std::string loss;        ///< TrainConfig::loss
    std::string augment;     ///< TrainConfig::augment
    std::uint32_t epoch = 0; ///< 0-based, of the augmentation
};

struct StepEvent {
    std::int64_t step = 0;    ///< 1-based: steps done
    std::int64_t epoch = 0;   ///< 1-based: the epoch this step belongs to
    double epochPosition = 0; ///< epochs done including this step, e.g. 1.25
    double loss = 0;          ///< mean over the batch
    double accuracy = 0;      ///< share of the batch (of its pixels, with masks) that was right
    double rate = 0;
    double imagesPerSecond = 0; ///< over the last half second or so
};

struct EpochEvent {
    std::int64_t epoch = 0;
    std::int64_t step = 0;
    double trainLoss = 0, trainAccuracy = 0; ///< means over the epoch's batches
    std::optional<double> validationLoss, validationAccuracy;
    double seconds = 0;
    double imagesPerSecond = 0;
};

/// How fast the last steps were and where their time went: a mean over a third of a second or one step.
struct SpeedEvent {
    double imagesPerSecond = 0;
    double stepMilliseconds = 0; ///< from the choice of the images to the new weights
    double gflops = 0;           ///< multiply-adds (2 per MAC) that the network needs, per second
    double peakGflops = 0;       ///< what all threads could do at most
    double peakShare = 0;
    int threads = 1;
    std::string kernels;
    int kernelWidth = 1; ///< numbers per vector
    StepSpeed step;
};

struct StartEvent {
    std::int64_t trainImages = 0, validationImages = 0, testImages = 0;
    std::int64_t stepsPerEpoch = 0, totalSteps = 0;
    int threads = 1;
    std::string kernels;
    std::int64_t parameters = 0;
    MemoryUse predicted; ///< of the whole run, with evaluation and copies of the weights
};

struct Evaluation {
    std::int64_t images = 0;
    std::int64_t targets = 0;                         ///< images, or pixels of masks, that were judged
    double loss = 0, accuracy = 0;                    ///< with masks: over the pixels
    std::vector<std::vector<std::int64_t>> confusion; ///< [true class][predicted class]
    /// Masks only: overlap of true and predicted pixels, mean over the classes that occur in either.
    std::optional<double> meanIntersectionOverUnion;
};

enum class StopReason { Finished, Stopped, Diverged, Failed };

struct DoneEvent {
    StopReason reason = StopReason::Finished;
    std::optional<Error> error; ///< Diverged and Failed
    std::optional<Evaluation> test;
    double seconds = 0;
    std::int64_t step = 0;
    bool stoppedEarly = false;  ///< Finished before the last epoch: the validation loss stopped falling
    std::int64_t bestEpoch = 0; ///< of the lowest validation loss; 0: none
};

/// Receives events on the training thread. Must return quickly.
class TrainingSink
{
public:
    virtual ~TrainingSink() = default;
    virtual void started(const StartEvent&) {}
    virtual void stepDone(const StepEvent&) {}
    virtual void epochDone(const EpochEvent&) {}
    /// One whole step as a value, after TrainControl::requestRecord().
    virtual void recorded(std::shared_ptr<const StepRecord>) {}
    /// A copy of the state that was asked for by TrainControl::requestSnapshot(), and always at an end of an epoch, at
    /// a pause and at the end.
    virtual void snapshot(std::shared_ptr<const TrainingState>) {}
    /// About three times a second, or after each longer step, while TrainControl::setMeasuring() is on.
    virtual void speedMeasured(std::shared_ptr<const SpeedEvent>) {}
    /// Now and then, and at once when the loss has run away, while TrainControl::setWatching() is on.
    virtual void healthChecked(HealthPtr) {}
    virtual void paused() {}
    virtual void resumed() {}
    virtual void done(const DoneEvent&) {}
};

/// Thread-safe controls of a running trainer.
class TrainControl
{
public:
    void pause();
    void resume();
    /// While paused: does one step and pauses again.
    void singleStep();
    /// Goes on and pauses at the end of the epoch; resume() and singleStep() take it back.
    void stepEpoch();
    /// Ends at the next chunk barrier; the weights stay those of the last whole step.
    void stop();
    /// The trainer copies its weights after the current step and gives them to the sink. Cheap to call often: requests
    /// merge.
    void requestSnapshot() { m_snapshot.store(true, std::memory_order_relaxed); }
    /// The next step is recorded and given to the sink.
    void requestRecord() { m_record.store(true, std::memory_order_relaxed); }
    /// Measures the steps from now on, or no more. Steps take a little longer while they are measured.
    void setMeasuring(bool on) { m_measuring.store(on, std::memory_order_relaxed); }
    /// Looks at the health of the layers from now on, or no more; takes this share of the time at most.
    void setWatching(bool on, double budget = 0.01)
    {
        m_healthBudget.store(on ? budget : 0, std::memory_order_relaxed);
    }
    /// Changed settings of the optimizer (but not another optimizer), schedule, clipping, early stopping, epochs and
    /// the number of threads apply between steps; what shapes network or data does not.
    void changeConfig(const TrainConfig& config);
    /// Applies between steps, also while paused: then a snapshot follows.
    void editWeights(WeightEdit edit);
    [[nodiscard]] const std::atomic<bool>& stopFlag() const { return m_stop; }

private:
    friend class Trainer;
    std::atomic<bool> m_stop{false};
    std::atomic<bool> m_snapshot{false};
    std::atomic<bool> m_record{false};
    std::atomic<bool> m_measuring{false};
    std::atomic<double> m_healthBudget{0}; ///< 0: nobody watches
    mutable std::mutex m_mutex;
    std::condition_variable m_wake;
    bool m_paused = false;
    int m_singleSteps = 0;
    bool m_pauseAtEpochEnd = false;
    std::optional<TrainConfig> m_newConfig;
    std::vector<WeightEdit> m_edits;
};

/// Starting weights from the seed, keyed by node id and tensor key.
WeightsPtr initialWeights(const GraphSpec& graph, std::uint64_t seed);

/// One training run. Construct and run on any one thread; talk to it through TrainControl.
class Trainer
{
public:
    /// resume: continue from this state (same network); else from `start` weights if given, else from initialWeights().
    Trainer(GraphSpec graph, TrainConfig config, DatasetBundle data, std::shared_ptr<const TrainingState> resume = {},
            WeightsPtr start = {});
    /// Runs to the end; always calls sink.done() exactly once. startPaused: waits before the first step.
    DoneEvent run(TrainControl& control, TrainingSink& sink, bool startPaused = false);
    /// The last whole step's state; after run().
    [[nodiscard]] std::shared_ptr<const TrainingState> state() const { return m_state; }

private:
    struct Session;
    Result<void> prepare(Session& session);
    void watchHealth(Session& session, double budget);
    bool waitWhilePaused(Session& session, TrainControl& control, TrainingSink& sink);
    void takeConfig(Session& session, const TrainConfig& config);
    void takeThreads(Session& session, int threads);
    void takeEdits(Session& session, const std::vector<WeightEdit>& edits);
    Result<void> epochEnd(Session& session, TrainingSink& sink);
    void watchLoss(Session& session, const EpochEvent& epoch);
    [[nodiscard]] bool endsEarly(const Session& session) const;
    [[nodiscard]] std::shared_ptr<const TrainingState> copyState(const Session& session) const;

    GraphSpec m_graph;
    TrainConfig m_config;
    DatasetBundle m_data;
    std::shared_ptr<const TrainingState> m_state;
    WeightsPtr m_start;
};

/// Loss, accuracy and confusion matrix on a data set. stop may be null.
Result<Evaluation> evaluate(const GraphSpec& graph, const WeightMap& weights, const Dataset& data, int threads,
                            std::int64_t batch = 256, const std::atomic<bool>* stop = nullptr);

/// Activations of single images for panels: compiled once per network, single-threaded, one owner thread at a time.
/// Never touches training.
class Inspector
{
public:
    static Result<std::unique_ptr<Inspector>> create(const GraphSpec& graph);
    virtual ~Inspector() = default;
    virtual void setWeights(const WeightMap& weights) = 0;
    /// pixels: u8 in C H W of the network's input. Computes all layers.
    virtual void run(std::span<const std::uint8_t> pixels) = 0;
    /// Output of a node (after run), logical order. Empty when the node is not part of the computed graph.
    [[nodiscard]] virtual Tensor output(NodeId node) const = 0;
};

} // namespace convarium::engine
