#include "engine/graph/graph_order.h"

#include <algorithm>
#include <map>
#include <queue>
#include <set>
#include <unordered_map>

namespace convarium::engine
{
namespace
{

/// Nodes by position, wires in both directions.
struct Links {
    std::vector<NodeId> ids;
    std::vector<std::vector<std::size_t>> next, previous;

    explicit Links(const GraphSpec& graph)
    {
        std::unordered_map<NodeId, std::size_t> index;
        for (const Node& node : graph.nodes)
            if (index.emplace(node.id, ids.size()).second)
                ids.push_back(node.id);
        next.resize(ids.size());
        previous.resize(ids.size());
        for (const Edge& edge : graph.edges) {
            const auto from = index.find(edge.from);
            const auto to = index.find(edge.to);
            if (from == index.end() || to == index.end())
                continue;
            next[from->second].push_back(to->second);
            previous[to->second].push_back(from->second);
        }
    }
};

/// Takes away nodes that have no wire in from the rest, again and again, smallest position first; what stays is `left`.
std::vector<std::size_t> peel(const std::vector<std::vector<std::size_t>>& next,
                              const std::vector<std::vector<std::size_t>>& previous, std::vector<char>& left)
{
    std::vector<std::size_t> waiting(next.size());
    std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
    for (std::size_t i = 0; i < next.size(); ++i) {
        if (!left[i])
            continue;
        waiting[i] = static_cast<std::size_t>(
            std::count_if(previous[i].begin(), previous[i].end(), [&](std::size_t p) { return left[p] != 0; }));
        if (waiting[i] == 0)
            ready.push(i);
    }
    std::vector<std::size_t> taken;
    while (!ready.empty()) {
        const std::size_t i = ready.top();
        ready.pop();
        left[i] = 0;
        taken.push_back(i);
        for (const std::size_t n : next[i])
            if (left[n] && --waiting[n] == 0)
                ready.push(n);
    }
    return taken;
}

/// Inside the core every node has a wire back into the core: following them must come round.
std::vector<std::size_t> findCycle(const Links& links, const std::vector<char>& core)
{
    const auto first = std::find(core.begin(), core.end(), 1);
    if (first == core.end())
        return {};
    std::vector<std::size_t> way;
    auto at = static_cast<std::size_t>(first - core.begin());
    while (std::find(way.begin(), way.end(), at) == way.end()) {
        way.push_back(at);
        at = *std::find_if(links.previous[at].begin(), links.previous[at].end(),
                           [&](std::size_t p) { return core[p] != 0; });
    }
    way.erase(way.begin(), std::find(way.begin(), way.end(), at));
    std::reverse(way.begin(), way.end());
    std::rotate(way.begin(), std::min_element(way.begin(), way.end()), way.end());
    return way;
}

} // namespace

bool GraphOrder::contains(NodeId id) const
{
    return std::find(order.begin(), order.end(), id) != order.end();
}

GraphOrder orderOf(const GraphSpec& graph)
{
    const Links links(graph);
    std::vector<char> core(links.ids.size(), 1);
    peel(links.next, links.previous, core);
    peel(links.previous, links.next, core); // backwards: nodes behind a circle do not lie on it
    std::vector<char> rest(core.size());
    std::transform(core.begin(), core.end(), rest.begin(), [](char c) { return static_cast<char>(!c); });
    GraphOrder result;
    for (const std::size_t i : peel(links.next, links.previous, rest))
        result.order.push_back(links.ids[i]);
    for (const std::size_t i : findCycle(links, core))
        result.cycle.push_back(links.ids[i]);
    return result;
}

std::vector<std::vector<NodeId>> partsOf(const GraphSpec& graph)
{
    const Links links(graph);
    std::vector<int> part(links.ids.size(), -1);
    int parts = 0;
    for (std::size_t start = 0; start < part.size(); ++start) {
        if (part[start] >= 0)
            continue;
        std::vector<std::size_t> open{start};
        part[start] = parts;
        while (!open.empty()) {
            const std::size_t i = open.back();
            open.pop_back();
            for (const auto* side : {&links.next[i], &links.previous[i]})
                for (const std::size_t n : *side)
                    if (part[n] < 0) {
                        part[n] = parts;
                        open.push_back(n);
                    }
        }
        ++parts;
    }
    std::vector<std::vector<NodeId>> result(static_cast<std::size_t>(parts));
    for (std::size_t i = 0; i < part.size(); ++i)
        result[static_cast<std::size_t>(part[i])].push_back(links.ids[i]);
    return result;
}

bool reaches(const GraphSpec& graph, NodeId from, NodeId to)
{
    std::set<NodeId> seen{from};
    std::vector<NodeId> open{from};
    while (!open.empty()) {
        const NodeId id = open.back();
        open.pop_back();
        if (id == to)
            return true;
        for (const Edge& edge : graph.edges)
            if (edge.from == id && seen.insert(edge.to).second)
                open.push_back(edge.to);
    }
    return false;
}

} // namespace convarium::engine
