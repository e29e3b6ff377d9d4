#include "ui/canvas/layout.h"

#include "ui/canvas/geometry.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

namespace convarium::ui
{

namespace
{

using engine::GraphSpec;

struct Card {
    Stack stack;
    double height = 0;
    double labelWidth = 0; ///< of the shape on its wire
    std::vector<std::size_t> from, to;
    std::vector<int> slots; ///< parallel to `from`
    bool concat = false;
    int rank = 0, lane = 0;
};

constexpr double kLabelMargin = 7; ///< between a shape on a wire and the cards at its ends

double roundUp(double value)
{
    return std::ceil(value / kSnap) * kSnap;
}

class Layout
{
public:
    Layout(const GraphSpec& graph, const LayoutOptions& options) : m_options(options)
    {
        const Stacks stacks = dockedStacks(graph);
        const engine::ShapedGraph shaped = engine::inferShapes(graph);
        for (const Stack& stack : stacks.all) {
            Card card{stack, cardMetrics(graph, stack).height(Level::Near), 0, {}, {}, {}, false, 0, 0};
            const engine::Node* head = graph.node(stack.head);
            card.concat = head && head->type == "concat";
            if (const auto shape = shaped.shapes.find(stack.tail()); shape != shaped.shapes.end())
                card.labelWidth = 6.8 * static_cast<double>(shape->second.text().size());
            m_cards.push_back(std::move(card));
        }
        for (const engine::Edge& edge : graph.edges) {
            const auto from = stacks.index.find(edge.from), to = stacks.index.find(edge.to);
            if (from == stacks.index.end() || to == stacks.index.end() || from->second == to->second)
                continue;
            m_cards[from->second].to.push_back(to->second);
            m_cards[to->second].from.push_back(from->second);
            m_cards[to->second].slots.push_back(edge.slot);
        }
        rankCards();
        assignLanes();
        for (int rank = 0; rank < m_ranks; ++rank)
            m_breaks.push_back(canBreak(rank));
    }

    Positions run()
    {
        Positions best;
        double bestScore = -1;
        int bestRows = 0;
        const int ranks = m_ranks + (m_options.reserveOutput ? 1 : 0);
        for (int columns = 1; columns <= std::max(1, ranks); ++columns) {
            int rows = 0;
            QSizeF size;
            Positions places = place(columns, rows, size);
            const double scale = std::min(m_options.area.width() / std::max(1.0, size.width()),
                                          m_options.area.height() / std::max(1.0, size.height()));
            const double score = std::min(1.0, scale);
            if (score > bestScore + 1e-6 || (score > bestScore - 1e-6 && rows < bestRows)) {
                best = std::move(places);
                bestScore = score;
                bestRows = rows;
            }
        }
        return best;
    }

private:
    /// Longest path from the sources. Cards in a cycle stay where the walk first meets them.
    void rankCards()
    {
        std::vector<std::size_t> missing(m_cards.size());
        std::vector<std::size_t> ready;
        for (std::size_t i = 0; i < m_cards.size(); ++i) {
            missing[i] = m_cards[i].from.size();
            if (missing[i] == 0)
                ready.push_back(i);
        }
        for (std::size_t k = 0; k < ready.size(); ++k)
            for (std::size_t next : m_cards[ready[k]].to) {
                m_cards[next].rank = std::max(m_cards[next].rank, m_cards[ready[k]].rank + 1);
                if (--missing[next] == 0)
                    ready.push_back(next);
            }
        m_order = ready;
        std::set<std::size_t> met(ready.begin(), ready.end());
        for (std::size_t i = 0; i < m_cards.size(); ++i)
            if (!met.contains(i))
                m_order.push_back(i);
        for (const Card& card : m_cards)
            m_ranks = std::max(m_ranks, card.rank + 1);
    }

    /// Takes the longest path of cards without a lane again and again; the first is the main row, lane 0.
    void assignLanes()
    {
        std::vector<bool> placed(m_cards.size(), false);
        std::map<int, std::vector<std::pair<int, int>>> taken;
        const auto isFree = [&](int lane, int first, int last) {
            const auto it = taken.find(lane);
            return it == taken.end() || std::none_of(it->second.begin(), it->second.end(), [&](const auto& span) {
                       return first <= span.second && last >= span.first;
                   });
        };
        for (bool isMain = true;; isMain = false) {
            const std::vector<std::size_t> chain = longestChain(placed);
            if (chain.empty())
                break;
            int first = m_cards[chain.front()].rank, last = m_cards[chain.back()].rank;
            // The wires of a branch need the lane from where it forks to where it joins.
            for (std::size_t from : m_cards[chain.front()].from)
                first = std::min(first, m_cards[from].rank + 1);
            for (std::size_t to : m_cards[chain.back()].to)
                last = std::max(last, m_cards[to].rank - 1);
            int lane = 0;
            if (!isMain || !isFree(0, first, last)) {
                const int side = goesAbove(chain.back(), placed) ? -1 : 1;
                for (lane = side; !isFree(lane, first, last); lane += side) {
                }
            }
            taken[lane].emplace_back(first, last);
            for (std::size_t i : chain) {
                m_cards[i].lane = lane;
                placed[i] = true;
            }
        }
    }

    [[nodiscard]] std::vector<std::size_t> longestChain(const std::vector<bool>& placed) const
    {
        std::vector<int> length(m_cards.size(), 0);
        std::vector<std::optional<std::size_t>> before(m_cards.size());
        std::optional<std::size_t> end;
        for (std::size_t i : m_order) {
            if (placed[i])
                continue;
            length[i] = std::max(length[i], 1);
            if (!end || length[i] > length[*end])
                end = i;
            for (std::size_t next : m_cards[i].to)
                if (!placed[next] && m_cards[next].rank > m_cards[i].rank && length[i] + 1 > length[next]) {
                    length[next] = length[i] + 1;
                    before[next] = i;
                }
        }
        std::vector<std::size_t> chain;
        for (auto at = end; at; at = before[*at])
            chain.push_back(*at);
        std::reverse(chain.begin(), chain.end());
        return chain;
    }

    /// Branches of a Concat keep the order of its inputs; shortcuts into other merges run above, loose cards below.
    [[nodiscard]] bool goesAbove(std::size_t last, const std::vector<bool>& placed) const
    {
        for (std::size_t join : m_cards[last].to) {
            const Card& card = m_cards[join];
            if (!card.concat)
                return card.from.size() > 1;
            int mine = 0, main = 0;
            for (std::size_t k = 0; k < card.from.size(); ++k) {
                if (card.from[k] == last)
                    mine = card.slots[k];
                else if (placed[card.from[k]] && m_cards[card.from[k]].lane == card.lane)
                    main = card.slots[k];
            }
            return mine < main;
        }
        return false;
    }

    /// May a row end after this rank? Then all wires on go out of one card of that rank.
    [[nodiscard]] bool canBreak(int rank) const
    {
        std::set<std::size_t> sources;
        for (std::size_t i = 0; i < m_cards.size(); ++i)
            for (std::size_t to : m_cards[i].to)
                if (m_cards[i].rank <= rank && m_cards[to].rank > rank)
                    sources.insert(i);
        return sources.empty() || (sources.size() == 1 && m_cards[*sources.begin()].rank == rank);
    }

    [[nodiscard]] Positions place(int columns, int& rows, QSizeF& size) const
    {
        Positions result;
        double y = 0;
        int start = 0;
        while (start < m_ranks) {
            int end = -1;
            for (int rank = start; rank < m_ranks; ++rank) {
                const bool last = rank + 1 == m_ranks;
                if (!last && !m_breaks[static_cast<std::size_t>(rank)])
                    continue;
                const int width = rank - start + 1 + (last && m_options.reserveOutput ? 1 : 0);
                if (width <= columns || end < 0)
                    end = rank;
                if (width >= columns)
                    break;
            }
            placeRow(start, end, y, rows, result, size);
            start = end + 1;
        }
        size.setWidth(size.width() + 2 * kWireTurn);
        return result;
    }

    void placeRow(int start, int end, double& y, int& rows, Positions& result, QSizeF& size) const
    {
        std::map<int, double> heights;
        std::map<int, double> gaps;
        int crossing = 0;
        std::vector<std::pair<int, int>> skips;
        for (const Card& card : m_cards) {
            if (card.rank < start || card.rank > end)
                continue;
            double& height = heights[card.lane];
            height = std::max(height, card.height);
            double& gap = gaps[card.rank];
            gap = std::max({gap, kColumnGap, card.labelWidth + 2 * kLabelMargin});
            for (std::size_t from : card.from) {
                const Card& source = m_cards[from];
                crossing += source.rank < start ? 1 : 0;
                if (source.rank >= start && source.lane == card.lane && card.rank > source.rank + 1)
                    skips.emplace_back(source.rank, card.rank);
            }
        }
        double head = rows == 0 ? 0 : kRowGap + kLanePitch * std::max(0, crossing - 1);
        int depth = 0;
        for (const auto& skip : skips)
            depth = std::max(depth, static_cast<int>(std::count_if(skips.begin(), skips.end(), [&](const auto& s) {
                                 return s.first < skip.second && s.second > skip.first;
                             })));
        if (depth > 0)
            head += (rows == 0 ? 0 : 16) + kSkipLift + kLanePitch * (depth - 1) - (rows == 0 ? 0 : kChannelLift);
        y = roundUp(y + head);
        std::map<int, double> tops;
        for (const auto& [lane, height] : heights) {
            tops[lane] = y;
            y += height + kBranchGap;
            y = roundUp(y);
        }
        y -= kBranchGap;
        std::map<int, double> lefts;
        double x = 0;
        // The width of a card is no multiple of the grid; card and gap together are.
        const auto pitch = [&](int rank) {
            return roundUp(kCardWidth + (gaps.contains(rank) ? gaps.at(rank) : kColumnGap));
        };
        for (int rank = start; rank <= end; ++rank) {
            lefts[rank] = x;
            x += pitch(rank);
        }
        if (!(end + 1 == m_ranks && m_options.reserveOutput))
            x -= pitch(end) - kCardWidth;
        else
            x += kCardWidth;
        for (const Card& card : m_cards) {
            if (card.rank < start || card.rank > end)
                continue;
            QPointF at(lefts.at(card.rank), tops.at(card.lane));
            result[card.stack.head] = at;
            for (NodeId row : card.stack.rows)
                result[row] = (at += QPointF(0, 5 * kSnap));
        }
        ++rows;
        size = {std::max(size.width(), x), y};
    }

    LayoutOptions m_options;
    std::vector<Card> m_cards;
    std::vector<std::size_t> m_order;
    std::vector<bool> m_breaks; ///< by rank
    int m_ranks = 0;
};

} // namespace

Positions layoutGraph(const engine::GraphSpec& graph, const LayoutOptions& options)
{
    return Layout(graph, options).run();
}

} // namespace convarium::ui
