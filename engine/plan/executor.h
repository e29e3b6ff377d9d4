// Runs a plan: owns the memory, the weights in packed form and the threads of a step.
#pragma once

#include "engine/core/team.h"
#include "engine/optimizers/optimizers.h"
#include "engine/plan/plan.h"
#include "engine/plan/step_profile.h"
#include "engine/plan/tensor_step.h"
#include "engine/train/trainer.h"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <span>

namespace convarium::engine
{

/// Which images a step reads and how their pixels become numbers.
struct BatchSource {
    const Dataset* data = nullptr;
    std::span<const std::uint32_t> indices; ///< at most the plan's batch
    float scale = 1.0f / 255.0f, shift = 0;
};

/// "unit", "byte" or "MEAN,STD" as scale and shift of a byte.
Result<std::pair<float, float>> pixelScale(const std::string& text);

struct StepResult {
    double loss = 0; ///< mean over the images
    std::int64_t correct = 0;
    std::int64_t targets = 0;       ///< images or pixels that were judged
    bool cancelled = false;         ///< the weights are untouched
    bool diverged = false;          ///< the loss was not finite; the weights are untouched
    std::optional<Error> dataError; ///< an image could not be read; the weights are untouched
};

/// Not thread-safe: one owner thread at a time, which calls in from outside and becomes worker 0.
class Executor
{
public:
    /// Allocates everything the plan predicts. Fails with OutOfMemory.
    static Result<std::unique_ptr<Executor>> create(std::shared_ptr<const ExecutionPlan> plan);

    [[nodiscard]] const ExecutionPlan& plan() const { return *m_plan; }

    /// Missing tensors are an error of ours: the map comes from initialWeights() or a checked file.
    void setWeights(const WeightMap& weights);
    [[nodiscard]] WeightMap weights() const;
    /// state 0: velocity or first moment; state 1: second moment. Tensors that the map lacks start at zero.
    void setOptimizerState(int state, const WeightMap& values);
    [[nodiscard]] WeightMap optimizerState(int state) const;

    /// The moving average of weights and statistics, for a plan that keeps one; else empty and without effect.
    void setAverage(const WeightMap& values);
    [[nodiscard]] WeightMap average() const;

    /// Forward, loss, backward, update. step: 0-based number for counted randomness.
    StepResult trainStep(const BatchSource& batch, std::uint64_t seed, std::uint32_t step, const UpdateRule& rule,
                         const std::atomic<bool>* stop = nullptr);

    /// Forward, loss and backward, for a training plan with keepAll: outputs and gradients stay readable, the weights
    /// as they are.
    StepResult gradients(const BatchSource& batch, std::uint64_t seed, std::uint32_t step,
                         const std::atomic<bool>* stop = nullptr);

    /// Gradients of the trainable tensors after gradients().
    [[nodiscard]] WeightMap weightGradients() const;

    /// What a chunk of an evaluation gave; called on worker threads, for different images at the same time.
    struct ChunkView {
        int slot = 0;
        std::int64_t first = 0, count = 0;
        const float* logits = nullptr;
        const Layout* layout = nullptr;
    };
    /// Forward only, for a plan without training. Fails with Cancelled, or with the error of an image that could not be
    /// read.
    Result<void> infer(const BatchSource& batch, const std::function<void(const ChunkView&)>& seen = {},
                       const std::atomic<bool>* stop = nullptr);
    /// One image from memory (u8, C H W), for a plan with keepAll; outputs stay readable through output().
    void inferPixels(const std::uint8_t* pixels, float scale, float shift);
    /// `images` samples of float numbers in logical order, not scaled, for a plan with keepAll; at most the plan's
    /// batch. A sample of several Input layers (PlanOptions::severalInputs) is one input after the other. Returns false
    /// when stopped.
    bool inferValues(const float* values, std::int64_t images, const std::atomic<bool>* stop = nullptr);
    /// Output of a node for one image after inferPixels() or inferValues(). Images beyond the first need a plan whose
    /// chunk is not reused: batch scope, which keepAll gives.
    [[nodiscard]] Tensor output(NodeId node, std::int64_t image = 0) const;
    /// Gradient of the loss by the output of a node, after gradients(). Empty where there is none.
    [[nodiscard]] Tensor gradient(NodeId node, std::int64_t image = 0) const;

    /// Measures every instruction from now on (or no more). Costs two looks at the clock per instruction and chunk.
    void setProfiling(bool on);
    [[nodiscard]] bool profiling() const { return !m_profiles.empty(); }
    /// What was measured since the last call.
    StepProfile takeProfile();

    /// The next training step also measures its gradients and what it changes: some parts in a hundred of its time.
    void observeNextStep();
    /// What the observed step did, per trained tensor; empty when none was observed or it was not applied.
    std::vector<TensorStep> takeObservation();

private:
    explicit Executor(std::shared_ptr<const ExecutionPlan> plan);
    void allocate();
    [[nodiscard]] std::vector<BufferAddress> addresses(int thread);
    Run makeRun(int thread, int slot, std::int64_t first, std::int64_t count, bool firstOfSlot);
    void execute(StepContext& context, const UpdateRule* rule, const std::function<void(const ChunkView&)>* seen,
                 const std::atomic<bool>* stop, StepResult& result);
    [[nodiscard]] bool alone(const StepContext& context, bool updates) const;
    void judge(const StepContext& context, StepResult& result, bool commits);
    StepResult step(const BatchSource& batch, std::uint64_t seed, std::uint32_t step, const UpdateRule* rule,
                    const std::atomic<bool>* stop);
    [[nodiscard]] Tensor readValue(NodeId node, std::int64_t image, const std::vector<int>& buffers) const;
    void placeTensors(const WeightMap& values, Arena arena);
    [[nodiscard]] WeightMap readTensors(Arena arena) const;
    Result<std::int64_t> countTargets(const StepContext& context) const;
    [[nodiscard]] int gradientParts(int buffer, int slots) const;
    void derive(int index);
    void scaleWeights(const Run& run, std::size_t op) const;
    void deriveAll();

    // executor_run.cpp
    /// unit: a part of a slot.
    void runUnit(const StepContext& context, std::size_t segment, int unit, int thread,
                 const std::function<void(const ChunkView&)>* seen, const std::atomic<bool>* stop);
    /// unit: a part of one of the segment's pieces.
    void runWholeBatch(const StepContext& context, std::size_t segment, int unit, int thread,
                       const std::atomic<bool>* stop);
    void runOnce(const StepContext& context, std::size_t segment, int thread);
    void runPiece(const Piece& piece, const Run& run, int thread);
    void runInstruction(int instruction, const Run& run, int thread);

    // executor_update.cpp
    struct UpdateTask;
    void makeUpdateTasks();
    kernels::UpdateArgs updateArgs(const StepContext& context, const UpdateTask& task, const UpdateRule& rule,
                                   std::vector<const float*>& gradients);
    void measureGradient(const StepContext& context, const UpdateRule& rule, int task);
    void limitGradient(const UpdateRule& rule);
    void update(const StepContext& context, const UpdateRule& rule, int task);
    void observedUpdate(std::size_t task, const kernels::UpdateArgs& args, const UpdateRule& rule);
    [[nodiscard]] int averageParts() const;
    void moveAverage(float share, int part);

    /// A run of packed floats of one parameter.
    struct UpdateTask {
        int parameter;
        std::int64_t first, count;
        std::int64_t state; ///< place of its first float in the optimizer's arenas
    };

    std::shared_ptr<const ExecutionPlan> m_plan;
    AlignedBuffer m_arenas[static_cast<int>(Arena::Count)];
    std::vector<AlignedBuffer> m_threadArenas, m_scratch;
    std::vector<std::vector<BufferAddress>> m_addresses; ///< per thread
    std::vector<UpdateTask> m_updateTasks;
    std::vector<double> m_taskSquares; ///< of the gradient, per update task
    float m_gradientScale = 1;         ///< what its norm left of the gradient; written by one unit
    std::vector<int> m_deriveOps;
    int m_derivedAfterSteps = 0; ///< the first of them; frozen weights stay as they are
    int m_lossOp = -1;
    int m_slotsUsed = 0; ///< by the last step that was judged
    Team m_team;
    DataFailure m_dataFailure;
    bool m_abort = false;                ///< written between two stages
    std::vector<StepProfile> m_profiles; ///< per thread; empty: not measured
    std::vector<TensorStep> m_observed;  ///< per update task; empty: not observed
    bool m_observationDone = false;      ///< m_observed has been filled
};

} // namespace convarium::engine
