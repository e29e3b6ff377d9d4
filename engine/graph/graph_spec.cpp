#include "engine/graph/graph_spec.h"

#include <algorithm>

namespace convarium::engine
{

const Node* GraphSpec::node(NodeId id) const
{
    const auto it = std::find_if(nodes.begin(), nodes.end(), [id](const Node& n) { return n.id == id; });
    return it == nodes.end() ? nullptr : &*it;
}

Node* GraphSpec::node(NodeId id)
{
    const auto it = std::find_if(nodes.begin(), nodes.end(), [id](const Node& n) { return n.id == id; });
    return it == nodes.end() ? nullptr : &*it;
}

std::vector<Edge> GraphSpec::edgesInto(NodeId id) const
{
    std::vector<Edge> found;
    std::copy_if(edges.begin(), edges.end(), std::back_inserter(found), [id](const Edge& e) { return e.to == id; });
    std::stable_sort(found.begin(), found.end(), [](const Edge& a, const Edge& b) { return a.slot < b.slot; });
    return found;
}

std::vector<Edge> GraphSpec::edgesFrom(NodeId id) const
{
    std::vector<Edge> found;
    std::copy_if(edges.begin(), edges.end(), std::back_inserter(found), [id](const Edge& e) { return e.from == id; });
    return found;
}

bool ShapedGraph::ok() const
{
    return std::all_of(problems.begin(), problems.end(), [](const Problem& p) { return p.warning; });
}

std::vector<Shape> ShapedGraph::inputShapes(const GraphSpec& graph, NodeId id) const
{
    std::vector<Shape> found;
    for (const Edge& edge : graph.edgesInto(id))
        if (const auto it = shapes.find(edge.from); it != shapes.end())
            found.push_back(it->second);
    return found;
}

} // namespace convarium::engine
