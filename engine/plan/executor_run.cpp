// The part of the executor that goes over images: slots, chunks, pieces, instructions.
#include "engine/plan/executor.h"

#include <algorithm>

namespace convarium::engine
{

namespace
{

/// Images of slot s: a fixed function of the step's size, whichever thread takes the slot.
std::pair<std::int64_t, std::int64_t> slotRange(std::int64_t images, int slots, int slot)
{
    return {images * slot / slots, images * (slot + 1) / slots};
}

} // namespace

void Executor::runUnit(const StepContext& context, std::size_t segment, int unit, int thread,
                       const std::function<void(const ChunkView&)>* seen, const std::atomic<bool>* stop)
{
    const Segment& s = m_plan->segments[segment];
    const int slot = unit / s.parts;
    const auto [begin, end] = slotRange(context.images, context.slots, slot);
    const std::int64_t chunks = (end - begin + s.chunk - 1) / s.chunk;
    for (std::int64_t turn = 0; turn < chunks; ++turn) {
        if (stop && stop->load(std::memory_order_relaxed))
            return; // seen before the next stage too: nothing of this step is used
        const std::int64_t first = begin + (s.lastFirst ? chunks - 1 - turn : turn) * s.chunk;
        Run run = makeRun(thread, slot, first, std::min(s.chunk, end - first), turn == 0);
        run.step = &context;
        run.part = unit % s.parts;
        run.parts = s.parts;
        for (const Piece& piece : s.pieces)
            runPiece(piece, run, thread);
        if (seen && segment + 1 == m_plan->segments.size()) {
            const int v = m_plan->graph->logits;
            (*seen)({slot, run.first, run.count, run.at(m_plan->valueBuffer[static_cast<std::size_t>(v)]),
                     &m_plan->graph->layoutOf(v)});
        }
    }
}

void Executor::runWholeBatch(const StepContext& context, std::size_t segment, int unit, int thread,
                             const std::atomic<bool>* stop)
{
    if (stop && stop->load(std::memory_order_relaxed))
        return; // seen before the next stage too
    Run run = makeRun(thread, 0, 0, context.images, true);
    run.step = &context;
    run.part = unit;
    for (const Piece& piece : m_plan->segments[segment].pieces) {
        if (run.part < piece.parts) {
            run.parts = piece.parts;
            runInstruction(piece.first, run, thread);
            return;
        }
        run.part -= piece.parts;
    }
}

void Executor::runOnce(const StepContext& context, std::size_t segment, int thread)
{
    Run run = makeRun(0, 0, 0, context.images, true);
    run.step = &context;
    runInstruction(m_plan->segments[segment].first, run, thread);
}

void Executor::runPiece(const Piece& piece, const Run& run, int thread)
{
    if (piece.rows == 0) {
        for (int i = piece.first; i < piece.first + piece.count; ++i)
            runInstruction(i, run, thread);
        return;
    }
    const std::int64_t turns = piece.turns();
    const std::int64_t begin = piece.sharesTurns ? 0 : turns * run.part / run.parts;
    const std::int64_t end = piece.sharesTurns ? turns : turns * (run.part + 1) / run.parts;
    for (std::int64_t turn = begin; turn < end; ++turn) {
        Run some = run;
        if (!piece.sharesTurns) {
            some.part = 0;
            some.parts = 1;
        }
        some.row = turn * piece.rows;
        some.rows = std::min(piece.rows, piece.height - some.row);
        some.firstOfSlot = run.firstOfSlot && turn == 0;
        for (int i = piece.first; i < piece.first + piece.count; ++i)
            runInstruction(i, some, thread);
    }
}

void Executor::runInstruction(int instruction, const Run& run, int thread)
{
    const Instruction& in = m_plan->tape[static_cast<std::size_t>(instruction)];
    const Op& op = *m_plan->graph->ops[static_cast<std::size_t>(in.op)];
    const OpBinding& b = m_plan->bindings[static_cast<std::size_t>(in.op)];
    const Stopwatch watch(
        profiling() ? &m_profiles[static_cast<std::size_t>(thread)].instructions[static_cast<std::size_t>(instruction)]
                    : nullptr);
    if (in.pass == Pass::Forward)
        op.forward(run, b, in.phase);
    else if (in.pass == Pass::Backward)
        op.backward(run, b, in.phase);
    else
        op.weightGradient(run, b);
}

void Executor::setProfiling(bool on)
{
    m_profiles.assign(on ? static_cast<std::size_t>(m_plan->options.threads) : 0, {});
    for (StepProfile& p : m_profiles)
        p.instructions.resize(m_plan->tape.size());
}

StepProfile Executor::takeProfile()
{
    StepProfile all;
    for (const StepProfile& p : m_profiles)
        all += p;
    setProfiling(profiling());
    return all;
}

} // namespace convarium::engine
