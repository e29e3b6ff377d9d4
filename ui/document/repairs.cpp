#include "ui/document/repairs.h"

#include "engine/layers/layer.h"
#include "ui/document/edit_builder.h"
#include "ui/document/repair_candidates.h"

#include <algorithm>

namespace convarium::ui
{

namespace
{

constexpr std::size_t kMostRepairs = 3;

/// Of a network without a fault.
qint64 parametersOf(const engine::GraphSpec& graph, const engine::ShapedGraph& shaped)
{
    qint64 sum = 0;
    for (const engine::Node& node : graph.nodes) {
        const engine::LayerDescriptor* layer = engine::findLayer(node.type);
        if (!layer || !layer->tensors)
            continue;
        for (const engine::TensorInfo& tensor : layer->tensors(shaped.inputShapes(graph, node.id), node.params))
            if (tensor.role == engine::TensorRole::Weight)
                sum += tensor.shape.elements();
    }
    return sum;
}

/// Is that fault gone? A layer without a shape gets one; what then turns out to be wrong with it as the last layer is
/// another fault, with repairs of its own.
bool mends(const engine::Problem& problem, bool hadShape, const engine::GraphSpec& graph,
           const engine::ShapedGraph& shaped)
{
    const NodeId id = problem.error.place.node;
    if (!graph.node(id))
        return true;
    if (!shaped.shapes.contains(id))
        return false;
    return (!hadShape && !problem.warning) ||
           std::none_of(shaped.problems.begin(), shaped.problems.end(), [&](const engine::Problem& p) {
               return p.error.place.node == id && (!p.warning || problem.warning);
           });
}

/// A repair that has been tried.
struct Tried {
    Repair repair;
    bool allWell = false;   ///< nothing is wrong any more, anywhere
    bool takesAway = false; ///< fewer layers than before
};

} // namespace

std::vector<Repair> repairsFor(const ProjectDocument& document, const engine::Problem& problem)
{
    const NodeId id = problem.error.place.node;
    const engine::Node* node = document.graph().node(id);
    if (!node)
        return {};
    std::vector<Tried> tried;
    for (Repair& candidate : repairCandidates(document, *node)) {
        EditBuilder trial(document.state());
        candidate.build(trial);
        const engine::ShapedGraph shaped = engine::inferShapes(trial.graph(), document.classes());
        if (trial.isEmpty() || !mends(problem, document.shape(id).has_value(), trial.graph(), shaped))
            continue;
        if (shaped.ok())
            candidate.parameters = parametersOf(trial.graph(), shaped);
        const bool fewer = trial.graph().nodes.size() < document.graph().nodes.size();
        tried.push_back({std::move(candidate), shaped.ok(), fewer});
    }
    // Where one click can be enough, nothing less is offered. To take the layer away is always enough and seldom meant.
    if (std::any_of(tried.begin(), tried.end(), [](const Tried& t) { return t.allWell && !t.takesAway; }))
        std::erase_if(tried, [](const Tried& t) { return !t.allWell; });
    while (tried.size() > kMostRepairs) {
        const auto less = std::find_if(tried.rbegin(), tried.rend(), [](const Tried& t) { return !t.allWell; });
        tried.erase(less == tried.rend() ? tried.end() - 1 : less.base() - 1);
    }
    std::vector<Repair> result;
    for (Tried& one : tried)
        result.push_back(std::move(one.repair));
    return result;
}

void applyRepair(ProjectDocument& document, const Repair& repair)
{
    document.edit(repair.text, repair.build);
}

} // namespace convarium::ui
