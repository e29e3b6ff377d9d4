// What several threads do for one image together.
#include "engine/plan/planner.h"

#include <algorithm>
#include <numeric>

namespace convarium::engine
{

namespace
{

/// Multiply-adds that last long enough for a barrier behind them, and for the threads to be woken at all. Counted, not
/// measured: a network is cut in the same way wherever it runs.
std::int64_t worthABarrier(const kernels::KernelTable& k)
{
    constexpr std::int64_t kPerLane = 25'000;
    return kPerLane * k.width;
}

constexpr std::int64_t kBarriersWorthATeam = 16;

} // namespace

void Planner::splitImages()
{
    const std::int64_t threads = options().threads;
    if (options().batch >= threads)
        return;
    const auto wanted = static_cast<int>(threads / std::gcd(threads, options().batch));
    std::int64_t shared = 0;
    std::vector<Segment> cut;
    for (const Segment& s : m_plan.segments) {
        bool grows = false; // the last segment takes what stays whole
        const auto add = [&](const Piece& piece) {
            Segment own = inParts(piece, wanted);
            if (own.parts > 1)
                shared += workOf(piece);
            if (grows && own.parts == 1) {
                cut.back().count += piece.count;
                cut.back().pieces.push_back(piece);
            } else {
                cut.push_back(std::move(own));
            }
            grows = cut.back().parts == 1;
        };
        if (s.scope != PhaseScope::Chunk) {
            cut.push_back(s);
            continue;
        }
        for (const Piece& piece : s.pieces) {
            // What adds up weight gradients turn by turn goes on doing so, by itself: their sums stay the same.
            const bool oneByOne = piece.rows == 0 || (isBackward(piece) && !keepsTurns(piece));
            for (int i = 0; oneByOne && i < piece.count; ++i)
                add({.first = piece.first + i, .count = 1, .rows = piece.rows, .height = piece.height});
            if (!oneByOne)
                add(piece);
        }
    }
    if (shared < kBarriersWorthATeam * worthABarrier(m_graph.kernels()))
        return;
    // Results are seen when all parts of the last instruction are done.
    if (!options().training && cut.back().parts > 1)
        cut.push_back({static_cast<int>(m_plan.tape.size()), 0, PhaseScope::Chunk, {}, 1});
    m_plan.segments = std::move(cut);
}

Segment Planner::inParts(Piece piece, int wanted) const
{
    Segment own{piece.first, piece.count, PhaseScope::Chunk, {piece}, 1};
    if (keepsTurns(piece) || workOf(piece) < worthABarrier(m_graph.kernels()))
        return own;
    std::int64_t most = ownParts(piece);
    piece.sharesTurns = most > 0 && piece.rows > 0;
    bool byRows = most == 0 && piece.height > 0;
    for (int i = piece.first; i < piece.first + piece.count; ++i)
        byRows = byRows && isCutByRows(m_plan.tape[static_cast<std::size_t>(i)]);
    if (byRows) {
        if (piece.rows == 0)
            piece.rows = (piece.height + wanted - 1) / wanted;
        most = piece.turns();
    }
    own.pieces = {piece};
    own.parts = static_cast<int>(std::clamp<std::int64_t>(most, 1, wanted));
    return own;
}

bool Planner::isBackward(const Piece& piece) const
{
    return m_plan.tape[static_cast<std::size_t>(piece.first)].pass == Pass::Backward;
}

bool Planner::keepsTurns(const Piece& piece) const
{
    const std::vector<int> buffers = touched(piece.first, piece.count);
    return std::any_of(m_remadeBy.begin(), m_remadeBy.end(), [&](const std::pair<const std::size_t, int>& remade) {
        return std::binary_search(buffers.begin(), buffers.end(), m_plan.bindings[remade.first].outputGradient);
    });
}

std::int64_t Planner::ownParts(const Piece& piece) const
{
    const Instruction& in = m_plan.tape[static_cast<std::size_t>(piece.first)];
    const Op& op = *m_graph.ops[static_cast<std::size_t>(in.op)];
    if (piece.count > 1)
        return 0;
    if (in.pass == Pass::Backward)
        return in.phase == 0 ? op.backwardParts() : 0;
    return piece.rows == 0 && isCutByRows(in) ? op.forwardParts() : 0;
}

bool Planner::isCutByRows(const Instruction& in) const
{
    const Op& op = *m_graph.ops[static_cast<std::size_t>(in.op)];
    const OpBinding& b = m_plan.bindings[static_cast<std::size_t>(in.op)];
    const auto writes = [&in](int buffer) {
        return buffer >= 0 && std::find(in.writes.begin(), in.writes.end(), buffer) != in.writes.end();
    };
    // A phase that writes neither output nor input gradient adds up statistics, in the order of the slot's images.
    if (in.pass == Pass::Forward)
        return writes(b.output);
    return op.backwardParts() == 0 && std::any_of(b.inputGradients.begin(), b.inputGradients.end(), writes);
}

std::int64_t Planner::workOf(const Piece& piece) const
{
    std::int64_t work = 0;
    for (int i = piece.first; i < piece.first + piece.count; ++i) {
        const Instruction& in = m_plan.tape[static_cast<std::size_t>(i)];
        const Op& op = *m_graph.ops[static_cast<std::size_t>(in.op)];
        const bool twice = in.pass == Pass::Backward && op.backwardParts() > 1; // for weights and input
        work += op.isLoss() ? 0 : op.forwardWork(m_graph) * (twice ? 2 : 1);
    }
    return work;
}

} // namespace convarium::engine
