// Where each buffer lies.
#include "engine/plan/planner.h"

#include <algorithm>

namespace convarium::engine
{

std::int64_t Planner::sizeOf(const Buffer& b) const
{
    return wholeLines(b.bytes * b.images);
}

std::pair<int, int> Planner::life(const Buffer& b) const
{
    if (b.first < 0)
        return {0, static_cast<int>(m_plan.tape.size())};
    if (b.scope == BufferScope::Chunk)
        return {m_passOf[static_cast<std::size_t>(b.first)].first, m_passOf[static_cast<std::size_t>(b.last)].second};
    return {m_segmentOf[static_cast<std::size_t>(b.first)], m_segmentOf[static_cast<std::size_t>(b.last)]};
}

void Planner::layOut()
{
    for (int a = 0; a < static_cast<int>(Arena::Count); ++a) {
        std::vector<int> members;
        for (std::size_t i = 0; i < m_plan.buffers.size(); ++i)
            if (static_cast<int>(m_plan.buffers[i].arena) == a)
                members.push_back(static_cast<int>(i));
        std::int64_t& end = m_plan.arenaBytes[a];
        const bool reuse = a == static_cast<int>(Arena::Batch) || a == static_cast<int>(Arena::Thread);
        if (!reuse) {
            for (int i : members) {
                m_plan.buffers[static_cast<std::size_t>(i)].offset = end;
                end += sizeOf(m_plan.buffers[static_cast<std::size_t>(i)]);
            }
            continue;
        }
        end = placeWithReuse(members);
    }
    if (options().training && options().average)
        m_plan.arenaBytes[static_cast<int>(Arena::Average)] = m_plan.arenaBytes[static_cast<int>(Arena::Weights)];
}

std::int64_t Planner::placeWithReuse(std::vector<int> members)
{
    std::stable_sort(members.begin(), members.end(), [this](int x, int y) {
        return sizeOf(m_plan.buffers[static_cast<std::size_t>(x)]) >
               sizeOf(m_plan.buffers[static_cast<std::size_t>(y)]);
    });
    std::int64_t end = 0;
    std::vector<int> placed;
    for (int i : members) {
        Buffer& b = m_plan.buffers[static_cast<std::size_t>(i)];
        const auto mine = life(b);
        std::vector<std::pair<std::int64_t, std::int64_t>> taken;
        for (int j : placed) {
            const Buffer& other = m_plan.buffers[static_cast<std::size_t>(j)];
            const auto theirs = life(other);
            if (mine.first <= theirs.second && theirs.first <= mine.second)
                taken.emplace_back(other.offset, other.offset + sizeOf(other));
        }
        std::sort(taken.begin(), taken.end());
        std::int64_t at = 0;
        for (const auto& [from, to] : taken) {
            if (at + sizeOf(b) <= from)
                break;
            at = std::max(at, to);
        }
        b.offset = at;
        end = std::max(end, at + sizeOf(b));
        placed.push_back(i);
    }
    return end;
}

void Planner::sumUp()
{
    const auto arena = [this](Arena a) { return m_plan.arenaBytes[static_cast<int>(a)]; };
    MemoryUse& m = m_plan.memory;
    m[MemoryCategory::Weights] = arena(Arena::Weights);
    m[MemoryCategory::Gradients] = arena(Arena::Gradients) * m_plan.slots + arena(Arena::BatchGradients);
    m[MemoryCategory::Optimizer] = arena(Arena::Optimizer1) + arena(Arena::Optimizer2) + arena(Arena::Average);
    m[MemoryCategory::Activations] = arena(Arena::Batch) + arena(Arena::Thread) * options().threads;
    m[MemoryCategory::Workspace] = arena(Arena::Derived) + arena(Arena::StepWork) +
                                   arena(Arena::SlotWork) * m_plan.slots + m_plan.scratchBytes * options().threads +
                                   m_plan.tableBytes;
}

} // namespace convarium::engine
