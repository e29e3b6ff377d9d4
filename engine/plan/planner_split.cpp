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
        if (s.scope == PhaseScope::Once)
            cut.push_back(s);
        for (const Piece& piece : s.pieces) {
            if (piece.rows > 0)
                add(piece);
            for (int i = 0; piece.rows == 0 && i < piece.count; ++i)
                add({piece.first + i, 1, 0, piece.height});
        }
    }
    if (shared < kBarriersWorthATeam * worthABarrier(m_graph.kernels()))
        return;
    // Results are seen when all parts of the last instruction are done.
    if (cut.back().parts > 1)
        cut.push_back({static_cast<int>(m_plan.tape.size()), 0, PhaseScope::Chunk, {}, 1});
    m_plan.segments = std::move(cut);
}

Segment Planner::inParts(Piece piece, int wanted) const
{
    Segment whole{piece.first, piece.count, PhaseScope::Chunk, {piece}, 1};
    for (int i = piece.first; i < piece.first + piece.count; ++i) {
        const Instruction& in = m_plan.tape[static_cast<std::size_t>(i)];
        const int output = m_plan.bindings[static_cast<std::size_t>(in.op)].output;
        // A phase that does not write the output adds up statistics, in the order of the slot's images.
        if (in.pass != Pass::Forward || std::find(in.writes.begin(), in.writes.end(), output) == in.writes.end())
            return whole;
    }
    if (workOf(piece) < worthABarrier(m_graph.kernels()))
        return whole;
    const Op& op = *m_graph.ops[static_cast<std::size_t>(m_plan.tape[static_cast<std::size_t>(piece.first)].op)];
    std::int64_t most = piece.rows == 0 ? op.forwardParts() : 0;
    if (most == 0 && piece.height > 0) {
        if (piece.rows == 0)
            piece.rows = (piece.height + wanted - 1) / wanted;
        most = piece.turns();
    }
    return {piece.first,
            piece.count,
            PhaseScope::Chunk,
            {piece},
            static_cast<int>(std::clamp<std::int64_t>(most, 1, wanted))};
}

std::int64_t Planner::workOf(const Piece& piece) const
{
    std::int64_t work = 0;
    for (int i = piece.first; i < piece.first + piece.count; ++i)
        work +=
            m_graph.ops[static_cast<std::size_t>(m_plan.tape[static_cast<std::size_t>(i)].op)]->forwardWork(m_graph);
    return work;
}

} // namespace convarium::engine
