#include "engine/analysis/textbook_memory.h"

#include "engine/analysis/counts.h"
#include "engine/layers/layer.h"

#include <algorithm>
#include <limits>

namespace convarium::engine
{
namespace
{

constexpr std::int64_t kFloatBytes = 4;

std::int64_t saturated(Checked bytes)
{
    return bytes.overflow ? std::numeric_limits<std::int64_t>::max() : bytes.value;
}

/// Largest sum of the tensors that must exist at once while the nodes run one by one, in numbers per image.
Checked largestLiveSum(const GraphSpec& graph, const ShapedGraph& shapes, const std::set<NodeId>& inPlace)
{
    std::map<NodeId, NodeId> owner;    // node -> node whose tensor holds its output
    std::map<NodeId, int> readersLeft; // tensor -> wires that still read it; results of the network are read at the end
    for (const NodeId id : shapes.order) {
        const std::vector<Edge> in = graph.edgesInto(id);
        const bool shares = inPlace.count(id) != 0 && !in.empty() && owner.count(in.front().from) != 0;
        owner[id] = shares ? owner[in.front().from] : id;
        const auto wires = static_cast<int>(graph.edgesFrom(id).size());
        readersLeft[owner[id]] += std::max(1, wires);
    }
    Checked live = 0;
    Checked largest = 0;
    for (const NodeId id : shapes.order) {
        const auto shape = shapes.shapes.find(id);
        if (owner[id] == id && shape != shapes.shapes.end())
            live = live + shape->second.elements();
        if (live.overflow || live.value > largest.value)
            largest = live;
        for (const Edge& edge : graph.edgesInto(id)) {
            const auto source = owner.find(edge.from);
            if (source == owner.end() || --readersLeft[source->second] > 0)
                continue;
            const auto freed = shapes.shapes.find(source->second);
            if (freed != shapes.shapes.end())
                live = live - freed->second.elements();
        }
    }
    return largest;
}

} // namespace

std::set<NodeId> computedInPlace(const GraphSpec& graph)
{
    std::set<NodeId> result;
    for (const Node& node : graph.nodes) {
        const LayerDescriptor* layer = findLayer(node.type);
        const std::vector<Edge> in = graph.edgesInto(node.id);
        if (!layer || !layer->inPlace || in.empty())
            continue;
        if (layer->isView || graph.edgesFrom(in.front().from).size() == 1)
            result.insert(node.id);
    }
    return result;
}

TextbookMemory textbookMemory(const GraphSpec& graph, const ShapedGraph& shapes, std::int64_t batch)
{
    const Counts total = countNetwork(graph, shapes).total;
    const std::set<NodeId> inPlace = computedInPlace(graph);
    Checked kept = 0;
    for (const auto& [id, shape] : shapes.shapes)
        if (inPlace.count(id) == 0)
            kept = kept + shape.elements();
    const Checked weights = (Checked(total.parameters()) + total.statistics) * kFloatBytes;
    TextbookMemory memory;
    memory.weights = saturated(weights);
    memory.inference = saturated(weights + largestLiveSum(graph, shapes, inPlace) * batch * kFloatBytes);
    memory.training = saturated(weights + kept * batch * kFloatBytes);
    return memory;
}

std::map<NodeId, std::int64_t> textbookTrainingMemory(const GraphSpec& graph, const ShapedGraph& shapes,
                                                      std::int64_t batch)
{
    const NetworkCounts counts = countNetwork(graph, shapes);
    const std::set<NodeId> inPlace = computedInPlace(graph);
    std::map<NodeId, std::int64_t> result;
    for (const auto& [id, shape] : shapes.shapes) {
        Checked numbers = inPlace.count(id) != 0 ? Checked(0) : Checked(shape.elements()) * batch;
        if (const auto own = counts.nodes.find(id); own != counts.nodes.end())
            numbers = numbers + own->second.parameters() + own->second.statistics;
        result[id] = saturated(numbers * kFloatBytes);
    }
    return result;
}

} // namespace convarium::engine
