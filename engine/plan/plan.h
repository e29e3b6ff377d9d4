// The execution plan: a tape of instructions, and where every buffer lies. The one place that computes memory.
#pragma once

#include "engine/ops/op_graph.h"
#include "engine/train/train_config.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace convarium::engine
{

struct PlanOptions {
    std::int64_t batch = 64;
    int threads = 0; ///< 0: all cores
    ExecutionMode execution = ExecutionMode::Fused;
    bool training = true;
    /// Every node's output stays readable, and in training its gradient, also that of the input images.
    bool keepAll = false;
    /// Training: gradients of images as an evaluation sees them, with running statistics, without dropout. No weight
    /// is trained.
    bool eachByItself = false;
    bool severalInputs = false; ///< more than one Input layer, for Executor::inferValues()
    std::string optimizer = "adam";
    bool average = false;                          ///< training: a moving average of the weights is kept beside them
    const kernels::KernelTable* kernels = nullptr; ///< null: the active level
};

enum class Pass : std::uint8_t {
    Forward,
    Backward,
    WeightGradient, ///< of an op whose Backward leaves it out (Op::weightsApart)
    Commit,
    Update,
    Derive
};

/// One instruction of the tape.
struct Instruction {
    Pass pass = Pass::Forward;
    int op = -1;
    int phase = 0;
    PhaseScope scope = PhaseScope::Chunk;
    std::vector<int> reads, writes; ///< buffer ids
};

/// Instructions that pass over a chunk together: one after the other over all of it, or, where one image is too large
/// for the cache, all of them over some rows, then over the next.
struct Piece {
    int first = 0, count = 0;
    std::int64_t rows = 0;    ///< at a time; 0: whole images
    std::int64_t height = 0;  ///< rows of an image; with `rows`
    bool sharesTurns = false; ///< parts are of each turn, cut by the op itself; else parts are turns
    int parts = 1;            ///< WholeBatch only
    [[nodiscard]] std::int64_t turns() const { return rows == 0 ? 1 : (height + rows - 1) / rows; }
};

/// Instructions that run without a barrier between them: chunk by chunk, or one Once instruction, or WholeBatch ones,
/// which do not depend on each other.
struct Segment {
    int first = 0, count = 0;
    PhaseScope scope = PhaseScope::Chunk;
    std::vector<Piece> pieces; ///< of all instructions, in order; not for Once
    int parts = 1;             ///< of the one piece, for as many threads; of WholeBatch pieces, the sum
    std::int64_t chunk = 1;    ///< most images at a time
    bool lastFirst = false;    ///< goes through a slot's chunks from the last to the first
};

enum class Arena : std::uint8_t {
    Batch,
    Thread,
    Weights,
    Derived,
    Gradients,
    BatchGradients, ///< of Pass::WeightGradient, once for all slots
    Optimizer1,
    Optimizer2,
    Average, ///< mirrors Weights
    SlotWork,
    StepWork,
    Count
};

/// A piece of memory with a lifetime on the tape.
struct Buffer {
    std::string label;
    BufferScope scope = BufferScope::Batch;
    MemoryCategory category = MemoryCategory::Activations;
    Arena arena = Arena::Batch;
    std::int64_t bytes = 0;    ///< per image (Batch, Chunk), per slot (Slot), or in all (Step)
    std::int64_t rowBytes = 0; ///< of a value or gradient that is stored as rows of pixels
    int first = -1, last = -1; ///< instruction indices, inclusive
    std::int64_t offset = 0;   ///< in its arena
    std::int64_t images = 1;   ///< held at a time, by each thread for Chunk
};

struct ExecutionPlan {
    PlanOptions options;
    std::unique_ptr<OpGraph> graph;
    std::vector<Instruction> tape;
    std::vector<Segment> segments; ///< of the Forward, Backward and WeightGradient instructions
    std::vector<Buffer> buffers;
    std::vector<OpBinding> bindings; ///< per op
    std::vector<int> valueBuffer;    ///< per value; -1 when pruned
    std::vector<int> gradientBuffer; ///< per value, training with keepAll; -1: none
    std::vector<int> scaledBy;       ///< per op: the scale that is part of its weights; -1: none
    std::vector<std::pair<int, int>>
        fusedInto; ///< ops without instructions of their own and the op that does their work
    int slots = 1;
    std::int64_t arenaBytes[static_cast<int>(Arena::Count)] =
        {};                        ///< one thread's or one slot's share for Thread, Gradients, SlotWork
    std::int64_t scratchBytes = 0; ///< per thread
    std::int64_t tableBytes = 0;
    MemoryUse memory; ///< what an Executor of this plan allocates
    /// Do threads share images (Segment::parts)?
    [[nodiscard]] bool splitsImages() const
    {
        return std::any_of(segments.begin(), segments.end(),
                           [](const Segment& s) { return s.scope == PhaseScope::Chunk && s.parts > 1; });
    }
};

/// What a training run with these settings plans for.
PlanOptions planOptions(const TrainConfig& config);

/// Compiles a network. Allocates no weights and no activations.
Result<std::shared_ptr<const ExecutionPlan>> makePlan(const GraphSpec& graph, PlanOptions options);

/// With keepAll, for panels; fails in words where that would take more than 2 GB.
Result<std::shared_ptr<const ExecutionPlan>> makePlanThatKeepsAll(const GraphSpec& graph, PlanOptions options);

/// Bytes the engine will allocate, by category, for this network and these options. The data category is left at zero:
/// it belongs to the data set.
Result<MemoryUse> predictMemory(const GraphSpec& graph, const PlanOptions& options);

} // namespace convarium::engine
