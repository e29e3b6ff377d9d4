#include "ui/document/repairs.h"

#include "engine/layers/layer.h"
#include "ui/document/edit_builder.h"
#include "ui/document/edit_texts.h"

#include <algorithm>

namespace convarium::ui
{

using engine::Edge;
using engine::Shape;

namespace
{

QString tr(const char* text)
{
    return ProjectDocument::tr(text);
}

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

QPointF halfWay(const EditBuilder& b, const Edge& edge)
{
    const auto& places = b.state().positions;
    const auto from = places.find(edge.from);
    const auto to = places.find(edge.to);
    if (from == places.end() || to == places.end())
        return {};
    return (from->second + to->second) / 2 + QPointF(0, 32);
}

/// Puts the layer on the wire and returns its id.
NodeId insertLayer(EditBuilder& b, const Edge& edge, const std::string& layer)
{
    const NodeId id = b.addLayer(layer, halfWay(b, edge));
    if (id != engine::kNoNode)
        b.leadThrough(edge, id, id);
    return id;
}

Repair insertion(const Edge& edge, const std::string& layerId)
{
    const engine::LayerDescriptor* layer = engine::findLayer(layerId);
    return {tr("Insert %1").arg(QString::fromStdString(layer ? layer->title : layerId)),
            layer ? QString::fromStdString(layer->icon) : QString(), 0,
            [edge, layerId](EditBuilder& b) { insertLayer(b, edge, layerId); }};
}

/// What may mend a layer with one input of known shape.
void addSingleInputRepairs(std::vector<Repair>& list, const engine::Node& node, const Edge& edge, const Shape& input)
{
    list.push_back(insertion(edge, "flatten"));
    list.push_back(insertion(edge, "global_avg_pool"));
    const engine::ParamValue* height = node.params.find("kernelHeight");
    const engine::ParamValue* width = node.params.find("kernelWidth");
    const NodeId id = node.id;
    if (height && width && std::holds_alternative<std::int64_t>(*height) && input.isMaps()) {
        const std::int64_t h = std::min(std::get<std::int64_t>(*height), input.height());
        const std::int64_t w = std::min(node.params.integer("kernelWidth"), input.width());
        list.push_back({tr("Use a %1×%2 kernel").arg(h).arg(w), QStringLiteral("conv"), 0, [=](EditBuilder& b) {
                            b.setParam(id, "kernelHeight", h);
                            b.setParam(id, "kernelWidth", w);
                        }});
    }
    if (node.params.find("padding"))
        list.push_back({tr("Pad to the same size"), QStringLiteral("unfold"), 0,
                        [=](EditBuilder& b) { b.setParam(id, "padding", std::string("same")); }});
}

/// A merge whose inputs differ: let sizes of 1 stretch where they may, bring one to the size of the last by Conv2D 1x1,
/// or take its wire away.
void addMergeRepairs(std::vector<Repair>& list, const ProjectDocument& document, const std::vector<Edge>& edges)
{
    const engine::Node* merge = document.graph().node(edges.front().to);
    if (merge->type == "add")
        list.push_back({tr("Stretch sizes of 1"), QStringLiteral("unfold"), 0,
                        [id = merge->id](EditBuilder& b) { b.setParam(id, "broadcast", true); }});
    for (const Edge& odd : edges) {
        const auto from = document.shape(odd.from);
        for (const Edge& good : edges) {
            const auto to = document.shape(good.from);
            if (good == odd || !from || !to || !from->isMaps() || !to->isMaps() || *from == *to)
                continue;
            const std::int64_t stride = to->height() > 0 ? (from->height() + to->height() - 1) / to->height() : 1;
            if (stride < 1)
                continue;
            const std::int64_t filters = to->channels();
            QString text = tr("Insert Conv2D 1×1 after %1: %2 filters")
                               .arg(shortLabel(document.graph(), odd.from), numberText(filters));
            if (stride > 1)
                text += tr(", stride %1").arg(stride);
            list.push_back({text, QStringLiteral("conv"), 0, [=](EditBuilder& b) {
                                const NodeId id = insertLayer(b, odd, "conv2d");
                                b.setParam(id, "filters", filters);
                                for (const char* key : {"kernelHeight", "kernelWidth"})
                                    b.setParam(id, key, std::int64_t(1));
                                for (const char* key : {"strideHeight", "strideWidth", "stride"})
                                    b.setParam(id, key, stride);
                            }});
        }
    }
    for (const Edge& edge : edges)
        list.push_back({tr("Remove the wire from %1").arg(shortLabel(document.graph(), edge.from)),
                        QStringLiteral("close"), 0, [=](EditBuilder& b) { b.removeEdge(edge); }});
    // A merge of two has no use with one wire: it goes too, and the other wire leads on.
    for (const Edge& edge : edges)
        if (edges.size() == 2)
            list.push_back({tr("Remove the wire from %1 and %2")
                                .arg(shortLabel(document.graph(), edge.from), shortLabel(document.graph(), edge.to)),
                            QStringLiteral("close"), 0, [=](EditBuilder& b) {
                                b.removeEdge(edge);
                                b.removeNodes({edge.to}, true);
                            }});
}

/// A last layer whose list has not one number per class: it gets as many units, or the Dense layer it hangs on does.
void addClassRepair(std::vector<Repair>& list, const ProjectDocument& document, const engine::Node& last)
{
    const engine::Node* node = &last;
    const std::int64_t classes = document.classes().value_or(0);
    if (classes < 1 || !document.graph().edgesFrom(last.id).empty())
        return;
    while (!node->params.find("units")) { // activations and Dropout keep the length of the list
        const std::vector<Edge> edges = document.graph().edgesInto(node->id);
        const auto here = document.shape(node->id);
        if (edges.size() != 1 || !here || here != document.shape(edges.front().from))
            return;
        node = document.graph().node(edges.front().from);
    }
    const NodeId id = node->id;
    list.push_back({tr("Give %1 %2 units").arg(shortLabel(document.graph(), id), numberText(classes)),
                    QStringLiteral("dense"), 0, [=](EditBuilder& b) { b.setParam(id, "units", classes); }});
}

} // namespace

std::vector<Repair> repairsFor(const ProjectDocument& document, const engine::Problem& problem)
{
    const NodeId id = problem.error.place.node;
    const engine::Node* node = document.graph().node(id);
    if (!node)
        return {};
    const std::vector<Edge> edges = document.graph().edgesInto(id);
    std::vector<Repair> candidates;
    addClassRepair(candidates, document, *node);
    if (edges.size() == 1) {
        if (const auto input = document.shape(edges.front().from))
            addSingleInputRepairs(candidates, *node, edges.front(), *input);
    } else if (edges.size() > 1) {
        addMergeRepairs(candidates, document, edges);
    }

    const qint64 before = parametersOf(document.graph(), document.shaped());
    std::vector<Repair> result;
    for (Repair& candidate : candidates) {
        EditBuilder trial(document.state());
        candidate.build(trial);
        const engine::ShapedGraph shaped = engine::inferShapes(trial.graph(), document.classes());
        const bool gone = trial.graph().node(id) == nullptr;
        if (trial.isEmpty() || isFaulty(shaped, id) || (!gone && !shaped.shapes.contains(id)))
            continue;
        candidate.parameters = parametersOf(trial.graph(), shaped) - before;
        result.push_back(std::move(candidate));
        if (result.size() == 3)
            break;
    }
    return result;
}

void applyRepair(ProjectDocument& document, const Repair& repair)
{
    document.edit(repair.text, repair.build);
}

} // namespace convarium::ui
