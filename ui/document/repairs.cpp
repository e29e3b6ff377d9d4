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

/// Parameters of all layers whose shape is known.
qint64 parametersOf(const engine::GraphSpec& graph, const engine::ShapedGraph& shaped)
{
    qint64 sum = 0;
    for (const engine::Node& node : graph.nodes) {
        const engine::LayerDescriptor* layer = engine::findLayer(node.type);
        if (!layer || !layer->tensors || !shaped.shapes.contains(node.id))
            continue;
        for (const engine::TensorInfo& tensor : layer->tensors(shaped.inputShapes(graph, node.id), node.params))
            if (tensor.role == engine::TensorRole::Weight)
                sum += tensor.shape.elements();
    }
    return sum;
}

bool isFaulty(const engine::ShapedGraph& shaped, NodeId id)
{
    return std::any_of(shaped.problems.begin(), shaped.problems.end(),
                       [&](const engine::Problem& p) { return p.error.place.node == id && !p.warning; });
}

bool warns(const engine::ShapedGraph& shaped, NodeId id)
{
    return std::any_of(shaped.problems.begin(), shaped.problems.end(),
                       [&](const engine::Problem& p) { return p.error.place.node == id; });
}

/// A repair that has been tried.
struct Tried {
    Repair repair;
    bool allWell = false; ///< nothing is wrong any more, anywhere
};

} // namespace

std::vector<Repair> repairsFor(const ProjectDocument& document, const engine::Problem& problem)
{
    const NodeId id = problem.error.place.node;
    const engine::Node* node = document.graph().node(id);
    if (!node)
        return {};
    const qint64 before = parametersOf(document.graph(), document.shaped());
    std::vector<Tried> tried;
    for (Repair& candidate : repairCandidates(document, *node)) {
        EditBuilder trial(document.state());
        candidate.build(trial);
        const engine::ShapedGraph shaped = engine::inferShapes(trial.graph(), document.classes());
        const bool gone = trial.graph().node(id) == nullptr;
        if (trial.isEmpty() || isFaulty(shaped, id) || (!gone && !shaped.shapes.contains(id)))
            continue;
        if (problem.warning && warns(shaped, id))
            continue;
        candidate.parameters = parametersOf(trial.graph(), shaped) - before;
        tried.push_back({std::move(candidate), shaped.ok()});
    }
    // Where one click can be enough, nothing less is offered.
    if (std::any_of(tried.begin(), tried.end(), [](const Tried& t) { return t.allWell; }))
        std::erase_if(tried, [](const Tried& t) { return !t.allWell; });
    std::vector<Repair> result;
    for (Tried& one : tried)
        if (result.size() < kMostRepairs)
            result.push_back(std::move(one.repair));
    return result;
}

void applyRepair(ProjectDocument& document, const Repair& repair)
{
    document.edit(repair.text, repair.build);
}

} // namespace convarium::ui
