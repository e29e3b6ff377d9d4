#include "ui/canvas/layout_level.h"

#include "ui/canvas/geometry.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

namespace convarium::ui
{

namespace
{

constexpr double kLabelMargin = 7; ///< between a shape on a wire and the cards at its ends

double roundUp(double value)
{
    return std::ceil(value / kSnap) * kSnap;
}

/// How many of these stretches lie over one another at most.
int depthOf(std::vector<std::pair<int, int>> spans)
{
    std::vector<std::pair<int, int>> ends; // where, +1 or -1; ends before starts at the same place
    for (const auto& [first, last] : spans) {
        ends.emplace_back(first, 1);
        ends.emplace_back(last, -1);
    }
    std::sort(ends.begin(), ends.end());
    int depth = 0, most = 0;
    for (const auto& end : ends)
        most = std::max(most, depth += end.second);
    return most;
}

} // namespace

LayoutLevel::LayoutLevel(std::vector<LevelItem> items) : m_items(std::move(items))
{
    rankItems();
    assignLanes();
    m_columns.assign(m_byRank.size(), 1);
    std::vector<int> change(m_byRank.size() + 1, 0);
    for (const LevelItem& item : m_items) {
        int& columns = m_columns[static_cast<std::size_t>(item.rank)];
        columns = std::max(columns, item.columns);
        int farthest = item.rank;
        for (const std::size_t to : item.to)
            farthest = std::max(farthest, m_items[to].rank);
        ++change[static_cast<std::size_t>(item.rank)];
        --change[static_cast<std::size_t>(farthest)];
    }
    int past = 0;
    for (std::size_t rank = 0; rank < m_byRank.size(); ++rank)
        m_past.push_back(past += change[rank]);
}

bool LayoutLevel::breaksAfter(int rank) const
{
    if (wiresPast(rank) != 1)
        return wiresPast(rank) == 0;
    const auto& last = m_byRank[static_cast<std::size_t>(rank)];
    return std::any_of(last.begin(), last.end(), [&](std::size_t i) {
        return std::any_of(m_items[i].to.begin(), m_items[i].to.end(),
                           [&](std::size_t to) { return m_items[to].rank > rank; });
    });
}

/// Longest path from the sources. Items in a circle stay where the walk first meets them.
void LayoutLevel::rankItems()
{
    std::vector<std::size_t> missing(m_items.size());
    for (std::size_t i = 0; i < m_items.size(); ++i) {
        missing[i] = m_items[i].from.size();
        if (missing[i] == 0)
            m_order.push_back(i);
    }
    std::vector<bool> met(m_items.size(), false);
    for (std::size_t k = 0; k < m_order.size(); ++k) {
        met[m_order[k]] = true;
        for (const std::size_t next : m_items[m_order[k]].to) {
            m_items[next].rank = std::max(m_items[next].rank, m_items[m_order[k]].rank + 1);
            if (--missing[next] == 0)
                m_order.push_back(next);
        }
    }
    for (std::size_t i = 0; i < m_items.size(); ++i)
        if (!met[i])
            m_order.push_back(i);
    for (std::size_t i = 0; i < m_items.size(); ++i) {
        const auto rank = static_cast<std::size_t>(m_items[i].rank);
        if (rank >= m_byRank.size())
            m_byRank.resize(rank + 1);
        m_byRank[rank].push_back(i);
    }
}

/// Takes the longest path of items without a lane again and again; the first is the main row, lane 0.
void LayoutLevel::assignLanes()
{
    std::vector<bool> placed(m_items.size(), false);
    std::map<int, std::vector<std::pair<int, int>>> taken;
    const auto isFree = [&](int lane, int first, int last) {
        const auto it = taken.find(lane);
        return it == taken.end() || std::none_of(it->second.begin(), it->second.end(), [&](const auto& span) {
                   return first <= span.second && last >= span.first;
               });
    };
    std::vector<Chain> chains;
    for (bool isMain = true;; isMain = false) {
        Chain chain{longestChain(placed), 0, 0, 0, 0, -1};
        if (chain.items.empty())
            break;
        const std::size_t head = chain.items.front(), tail = chain.items.back();
        chain.first = m_items[head].rank;
        chain.last = m_items[tail].rank;
        // The wires of a branch need the lane from where it forks to where it joins.
        for (const std::size_t from : m_items[head].from)
            chain.first = std::min(chain.first, m_items[from].rank + 1);
        for (const std::size_t to : m_items[tail].to) {
            chain.last = std::max(chain.last, m_items[to].rank - 1);
            for (std::size_t k = 0; k < m_items[to].from.size(); ++k)
                if (m_items[to].concat && m_items[to].from[k] == tail) {
                    chain.join = to;
                    chain.slot = m_items[to].slots[k];
                }
        }
        if (!isMain || !isFree(0, chain.first, chain.last)) {
            const int side = goesAbove(tail, placed) ? -1 : 1;
            for (chain.lane = side; !isFree(chain.lane, chain.first, chain.last); chain.lane += side) {
            }
        }
        taken[chain.lane].emplace_back(chain.first, chain.last);
        for (const std::size_t i : chain.items) {
            m_items[i].lane = chain.lane;
            placed[i] = true;
        }
        chains.push_back(std::move(chain));
    }
    orderBranches(chains);
}

/// Branches on the same side of a Concat change lanes where their wires would cross: the upper input lies higher.
void LayoutLevel::orderBranches(std::vector<Chain>& chains)
{
    std::map<std::pair<std::size_t, bool>, std::vector<Chain*>> sides;
    for (Chain& chain : chains)
        if (chain.slot >= 0 && chain.lane != m_items[chain.join].lane)
            sides[{chain.join, chain.lane > m_items[chain.join].lane}].push_back(&chain);
    for (auto& [side, list] : sides) {
        std::vector<int> lanes;
        for (const Chain* chain : list)
            lanes.push_back(chain->lane);
        std::sort(lanes.begin(), lanes.end());
        std::sort(list.begin(), list.end(), [](const Chain* a, const Chain* b) { return a->slot < b->slot; });
        const auto collides = [&](std::size_t k) {
            return std::any_of(chains.begin(), chains.end(), [&](const Chain& other) {
                return std::find(list.begin(), list.end(), &other) == list.end() && other.lane == lanes[k] &&
                       list[k]->first <= other.last && list[k]->last >= other.first;
            });
        };
        bool possible = true;
        for (std::size_t k = 0; k < list.size(); ++k)
            possible = possible && !collides(k);
        if (!possible)
            continue;
        for (std::size_t k = 0; k < list.size(); ++k) {
            list[k]->lane = lanes[k];
            for (const std::size_t i : list[k]->items)
                m_items[i].lane = lanes[k];
        }
    }
}

std::vector<std::size_t> LayoutLevel::longestChain(const std::vector<bool>& placed) const
{
    constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
    std::vector<int> length(m_items.size(), 0);
    std::vector<std::size_t> before(m_items.size(), kNone);
    std::size_t end = kNone;
    for (const std::size_t i : m_order) {
        if (placed[i])
            continue;
        length[i] = std::max(length[i], 1);
        if (end == kNone || length[i] > length[end])
            end = i;
        for (const std::size_t next : m_items[i].to)
            if (!placed[next] && m_items[next].rank > m_items[i].rank && length[i] + 1 > length[next]) {
                length[next] = length[i] + 1;
                before[next] = i;
            }
    }
    std::vector<std::size_t> chain;
    for (std::size_t at = end; at != kNone; at = before[at])
        chain.push_back(at);
    std::reverse(chain.begin(), chain.end());
    return chain;
}

/// Branches of a Concat keep the order of its inputs; shortcuts into other merges run above, loose cards below.
bool LayoutLevel::goesAbove(std::size_t last, const std::vector<bool>& placed) const
{
    for (const std::size_t join : m_items[last].to) {
        const LevelItem& item = m_items[join];
        if (!item.concat)
            return item.from.size() > 1;
        int mine = 0, main = 0;
        for (std::size_t k = 0; k < item.from.size(); ++k) {
            if (item.from[k] == last)
                mine = item.slots[k];
            else if (placed[item.from[k]] && m_items[item.from[k]].lane == item.lane)
                main = item.slots[k];
        }
        return mine < main;
    }
    return false;
}

double LayoutLevel::gapAfter(int rank) const
{
    double gap = kColumnGap;
    for (const std::size_t i : m_byRank[static_cast<std::size_t>(rank)])
        gap = std::max(gap, m_items[i].labelWidth + 2 * kLabelMargin);
    return gap;
}

LayoutLevel::Row LayoutLevel::row(int first, int last) const
{
    struct Lane {
        double above = 0, below = 0, port = 0;
        std::vector<std::pair<int, int>> skips;
    };
    std::map<int, Lane> lanes;
    Row result;
    std::vector<std::size_t> arriving;
    for (int rank = first; rank <= last; ++rank)
        for (const std::size_t i : m_byRank[static_cast<std::size_t>(rank)]) {
            const LevelItem& item = m_items[i];
            Lane& lane = lanes[item.lane];
            lane.above = std::max(lane.above, item.above);
            lane.below = std::max(lane.below, item.below);
            for (const std::size_t from : item.from) {
                const LevelItem& source = m_items[from];
                if (source.rank < first)
                    arriving.push_back(from);
                if (source.rank < rank - 1 && (source.rank < first || source.lane == item.lane))
                    lane.skips.emplace_back(std::max(source.rank, first - 1), rank);
            }
            if (item.outside > 0 && rank > first)
                lane.skips.emplace_back(first - 1, rank);
        }
    std::sort(arriving.begin(), arriving.end());
    result.arriving = static_cast<int>(std::unique(arriving.begin(), arriving.end()) - arriving.begin());

    double y = 0;
    for (auto& [number, lane] : lanes) {
        const int depth = depthOf(lane.skips);
        const double skips = depth > 0 ? roundUp(kSkipLift + kLanePitch * (depth - 1)) : 0;
        if (number == lanes.begin()->first)
            result.skips = skips;
        const double top = roundUp(y) + skips;
        lane.port = top + lane.above;
        result.height = lane.port + lane.below;
        y = result.height + kBranchGap;
        if (number == 0)
            result.port = lane.port;
    }
    double x = 0;
    for (int rank = first; rank <= last; ++rank) {
        double width = 0;
        for (const std::size_t i : m_byRank[static_cast<std::size_t>(rank)]) {
            const LevelItem& item = m_items[i];
            width = std::max(width, item.width);
            result.places.push_back({i, x, lanes.at(item.lane).port - item.above});
        }
        result.width = x + width;
        // The width of a card is no multiple of the grid; card and gap together are.
        x += roundUp(width + gapAfter(rank));
    }
    return result;
}

} // namespace convarium::ui
