// Makes an execution plan from operations: the steps of makePlan(). The rules stand in planner_*.cpp.
#pragma once

#include "engine/plan/plan.h"

#include <map>
#include <set>
#include <utility>

namespace convarium::engine
{

/// Bytes of a buffer with the rest of its last cache line.
constexpr std::int64_t wholeLines(std::int64_t bytes)
{
    constexpr std::int64_t kLine = 64;
    return (bytes + kLine - 1) / kLine * kLine;
}

class Planner
{
public:
    explicit Planner(ExecutionPlan& plan) : m_plan(plan), m_graph(*plan.graph) {}

    void run();

private:
    struct ValueState {
        int producer = -1;
        int consumers = 0; ///< references from live ops
        bool wantsGradient = false;
    };

    int root(int value) const { return m_graph.values[static_cast<std::size_t>(value)].storage; }
    ValueState& state(int value) { return m_values[static_cast<std::size_t>(root(value))]; }
    const PlanOptions& options() const { return m_plan.options; }
    std::int64_t valueBytes(int v) const;
    /// Training needs what the loss depends on; evaluation what the result depends on; panels everything.
    void findLive();
    void findWantedGradients();

    // planner_fusion.cpp
    /// Op i becomes part of the one that makes its input.
    void fuse(std::size_t i, int producer);
    /// Rule, evaluation: a scale and shift that alone reads a product becomes part of its weights.
    void fuseScales();
    /// Rule, evaluation: the sum of a product that nothing else reads and a value that is known before it.
    void fuseSums();
    /// Rule: a pointwise op that alone reads a product, a normalisation or a sum becomes part of it.
    void fuseActivations();
    /// Does another op take care of the backward of op i: the one an activation was fused into, or by fusePoolings()?
    bool backwardIsElsewhere(std::size_t i);
    /// Rule, training: what a norm makes of a large image for one reader alone is made by that reader, where it passes
    /// over it. Small images stay in the cache and are better made once.
    void deferNorms();
    /// Rule, training: the gradient that the reader of such a norm makes cheaply is made twice, some rows at a time,
    /// rather than written and read: once for the norm's sums, once for what they give.
    void remakeGradients();
    /// Is nothing done between these two ops but the activation fused into the first?
    bool followsAtOnce(std::size_t first, std::size_t second);
    /// The norm that makes this value, alone or with its activation, for one reader; -1: none.
    int normBehind(int value);
    /// Rule: max pooling that alone reads what an op gives, after an activation fused into that op or not, may leave
    /// its backward to it. There is no gradient between them then.
    void fusePoolings();
    /// Rule, training: private sums of weight gradients that are larger than what the op reads and is told for the
    /// whole batch are made once, when all images have gone back.
    void partWeights();
    /// The op that gives a value with one reader; else -1.
    int soleProducer(int value);

    // planner_tape.cpp
    int addBuffer(std::string label, BufferScope scope, MemoryCategory category, Arena arena, std::int64_t bytes);
    /// Gives every value and gradient a buffer; values computed in place share their input's.
    void placeValues();
    /// The value in whose memory a fused op leaves its result.
    int ownInput(std::size_t i) const;
    bool mayReplaceInput(const Op& op);
    void buildTape();
    void bind(std::size_t i);
    void bindPooling(std::size_t i);
    void emit(Instruction instruction);
    void emitForward(std::size_t i);
    void emitBackward(std::size_t i, std::vector<char>& written);
    [[nodiscard]] bool wantsInputGradient(std::size_t op) const; ///< of its first input, after buildTape()
    void makeParameters();

    // planner_segments.cpp
    void buildSegments();
    void numberSegments();
    /// A buffer whose whole life lies in one segment holds one chunk per thread; the others hold the batch. With
    /// keepAll everything does, so that all images can be read afterwards.
    void setScopes();
    /// Buffers of these instructions, each once.
    std::vector<int> touched(int first, int count) const;
    std::int64_t imageBytes(int first, int count) const; ///< that they touch, per image
    std::int64_t weightBytes(int first, int count) const;
    /// Where an evaluation begins to gain from many images at a time: the first instruction whose weights are more than
    /// the images it works on, and too many for the cache. -1: nowhere.
    int firstWithLargeWeights() const;
    std::int64_t largestShare() const; ///< images of a slot
    void chooseChunks();
    /// Of the segments from one instruction's to another one's, the largest; of all of them for -1.
    std::int64_t chunkOf(int first, int last) const;
    void prepareOps();
    void countImages(); ///< that each buffer holds
    /// Joins instructions that work row by row on the same images, where one image of all they touch leaves the cache.
    void cutPieces();
    void cutWholeBatch(Segment& segment) const;
    /// What only one piece touches holds the rows of one turn.
    void shrinkToRows();
    /// A buffer that values of different widths share has no rows.
    void setRowBytes();
    /// Rows of the images this instruction can be cut into; 0: none.
    std::int64_t rowsOf(const Instruction& in) const;
    RowUse rowUse(const Instruction& in) const;
    void chooseRows(Piece& piece) const;

    // planner_split.cpp
    /// A batch of fewer images than threads: what is worth a barrier becomes a segment of its own, which threads share.
    void splitImages();
    /// The piece as a segment of its own, in up to so many parts.
    Segment inParts(Piece piece, int wanted) const;
    /// Into how many parts the op itself cuts what the piece does; 0: it does not.
    std::int64_t ownParts(const Piece& piece) const;
    /// Does each number that the instruction writes depend on its own row alone, and on no order?
    bool isCutByRows(const Instruction& in) const;
    [[nodiscard]] bool isBackward(const Piece& piece) const;
    /// Does the piece keep something in the memory of its thread, for the rows of one turn or for all of them?
    bool keepsTurns(const Piece& piece) const;
    std::int64_t workOf(const Piece& piece) const;

    // planner_memory.cpp
    std::int64_t sizeOf(const Buffer& b) const;
    /// Lifetimes in arenas with reuse are intervals of instructions (one chunk at a time; those that take turns row by
    /// row as one) or of whole segments (the batch).
    std::pair<int, int> life(const Buffer& b) const;
    void layOut();
    /// Largest first, each at the lowest place that is free during its life.
    std::int64_t placeWithReuse(std::vector<int> members);
    void sumUp();

    ExecutionPlan& m_plan;
    OpGraph& m_graph;
    std::vector<char> m_live, m_fused;
    std::vector<int> m_addend;               ///< per op: the value it adds; -1: none
    std::vector<int> m_prologueOf;           ///< per op: the norm it does on the way in; -1 or empty: none
    std::set<std::size_t> m_deferred;        ///< norms whose last forward phase is done by their reader
    std::map<std::size_t, int> m_remadeBy;   ///< norms whose gradient is made twice by this op
    std::map<std::size_t, int> m_sumProduct; ///< per fused sum: its input that is the product
    std::vector<char> m_handedOver;          ///< ops whose backward is part of another op's
    std::vector<char> m_keepsOutput; ///< max poolings whose output is read by the op that took their backward over
    std::vector<int> m_pooledBy;     ///< max pooling whose backward an op does with its own, or -1
    std::vector<ValueState> m_values;
    std::vector<int> m_gradientBuffer;
    std::vector<int> m_segmentOf;
    std::set<int> m_readOutside;               ///< buffers that are read when the tape has run
    std::vector<std::pair<int, int>> m_passOf; ///< per instruction: first and last of those it takes turns with
    std::map<std::size_t, std::vector<AuxSpec>> m_aux;
};

} // namespace convarium::engine
