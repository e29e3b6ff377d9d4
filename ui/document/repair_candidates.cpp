#include "ui/document/repair_candidates.h"

#include "engine/layers/layer.h"
#include "ui/document/edit_builder.h"
#include "ui/document/edit_texts.h"

#include <algorithm>
#include <numeric>

namespace convarium::ui
{

using engine::Edge;
using engine::Shape;

namespace
{

constexpr QPointF kBeside(216, 0); ///< a card and a gap

QString tr(const char* text)
{
    return ProjectDocument::tr(text);
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

/// The layer goes; what fed it feeds what it fed.
Repair removal(const ProjectDocument& document, NodeId id)
{
    return {tr("Remove %1").arg(shortLabel(document.graph(), id)), QStringLiteral("close"), 0,
            [id](EditBuilder& b) { b.removeNodes({id}, true); }};
}

/// The layer that made a list of maps, going back from this wire; kNoNode when there were no maps.
NodeId lostMaps(const ProjectDocument& document, Edge wire)
{
    for (std::size_t steps = 0; steps < document.graph().nodes.size(); ++steps) {
        const std::vector<Edge> into = document.graph().edgesInto(wire.from);
        if (into.size() != 1)
            return engine::kNoNode;
        if (const auto shape = document.shape(into.front().from); shape && shape->isMaps())
            return wire.from;
        wire = into.front();
    }
    return engine::kNoNode;
}

/// A layer that needs maps and gets a list: it moves to where there still are maps, or what took them goes.
void addMapRepairs(std::vector<Repair>& list, const ProjectDocument& document, const engine::Node& node,
                   const Edge& edge)
{
    const NodeId lost = lostMaps(document, edge);
    if (lost == engine::kNoNode)
        return;
    const Edge maps = document.graph().edgesInto(lost).front();
    list.push_back(
        {tr("Put %1 before %2").arg(shortLabel(document.graph(), node.id), shortLabel(document.graph(), lost)),
         QStringLiteral("swap"), 0, [id = node.id, maps](EditBuilder& b) {
             b.detachNodes({id}, true);
             b.leadThrough(maps, id, id);
         }});
    list.push_back(removal(document, lost));
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
    if (const engine::ParamValue* groups = node.params.find("groups"); groups && input.isMaps()) {
        const engine::ParamValue* filters = node.params.find("filters");
        std::int64_t fits = std::gcd(std::get<std::int64_t>(*groups), input.channels());
        if (filters && std::holds_alternative<std::int64_t>(*filters))
            fits = std::gcd(fits, std::get<std::int64_t>(*filters));
        for (const std::int64_t count : {fits, std::int64_t{1}})
            list.push_back({count == 1 ? tr("Use one group") : tr("Use %1 groups").arg(count), QStringLiteral("branch"),
                            0, [=](EditBuilder& b) { b.setParam(id, "groups", count); }});
    }
    if (node.params.find("padding"))
        list.push_back({tr("Pad to the same size"), QStringLiteral("unfold"), 0,
                        [=](EditBuilder& b) { b.setParam(id, "padding", std::string("same")); }});
}

/// The layer with units that decides the length of this list; activations and Dropout keep it. kNoNode: none.
NodeId unitsBehind(const ProjectDocument& document, NodeId id)
{
    const engine::Node* node = document.graph().node(id);
    while (node && !node->params.find("units")) {
        const std::vector<Edge> edges = document.graph().edgesInto(node->id);
        const auto here = document.shape(node->id);
        if (edges.size() != 1 || !here || here != document.shape(edges.front().from))
            return engine::kNoNode;
        node = document.graph().node(edges.front().from);
    }
    return node ? node->id : engine::kNoNode;
}

Repair unitsRepair(const ProjectDocument& document, NodeId id, std::int64_t units)
{
    return {tr("Give %1 %2 units").arg(shortLabel(document.graph(), id), numberText(units)), QStringLiteral("dense"), 0,
            [=](EditBuilder& b) { b.setParam(id, "units", units); }};
}

/// Lists of different lengths: the Dense layer that made one gets as many units as the other has numbers.
void addLengthRepairs(std::vector<Repair>& list, const ProjectDocument& document, const std::vector<Edge>& edges)
{
    for (auto odd = edges.rbegin(); odd != edges.rend(); ++odd)
        for (const Edge& good : edges) {
            const auto length = document.shape(good.from);
            const NodeId id = unitsBehind(document, odd->from);
            if (!length || !length->isList() || length == document.shape(odd->from) || id == engine::kNoNode)
                continue;
            list.push_back(unitsRepair(document, id, length->elements()));
        }
}

/// A merge whose inputs differ: let sizes of 1 stretch where they may, bring one to the size of the last by Conv2D 1x1,
/// or take its wire away.
void addMergeRepairs(std::vector<Repair>& list, const ProjectDocument& document, const std::vector<Edge>& edges)
{
    const engine::Node* merge = document.graph().node(edges.front().to);
    if (merge->type == "add")
        list.push_back({tr("Stretch sizes of 1"), QStringLiteral("unfold"), 0,
                        [id = merge->id](EditBuilder& b) { b.setParam(id, "broadcast", true); }});
    addLengthRepairs(list, document, edges);
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

/// A layer behind another; the output of the network moves on to it.
NodeId append(EditBuilder& b, NodeId behind, const std::string& layer)
{
    const auto place = b.state().positions.find(behind);
    const NodeId id = b.addLayer(layer, (place == b.state().positions.end() ? QPointF() : place->second) + kBeside);
    b.addEdge(b.nextEdge(behind, id));
    std::vector<engine::OutputSpec> outputs = b.graph().outputs;
    for (engine::OutputSpec& output : outputs)
        output.node = output.node == behind ? id : output.node;
    b.setOutputs(std::move(outputs));
    return id;
}

/// A last layer that does not give one number per class: the Dense layer it hangs on gets as many units, or a head
/// comes behind it (before a Softmax).
void addClassRepairs(std::vector<Repair>& list, const ProjectDocument& document, const engine::Node& last)
{
    const std::int64_t classes = document.classes().value_or(0);
    const auto shape = document.shape(last.id);
    if (classes < 1 || !shape || !document.graph().edgesFrom(last.id).empty())
        return;
    if (const NodeId id = unitsBehind(document, last.id); id != engine::kNoNode)
        list.push_back(unitsRepair(document, id, classes));
    const engine::LayerDescriptor* layer = engine::findLayer(last.type);
    const std::vector<Edge> into = document.graph().edgesInto(last.id);
    const bool before = layer && layer->belongsAtEnd && into.size() == 1;
    const auto head = [=, id = last.id](EditBuilder& b, const char* first) {
        NodeId at = before ? into.front().from : id;
        if (before)
            b.removeEdge(into.front(), false);
        if (first)
            at = append(b, at, first);
        at = append(b, at, "dense");
        b.setParam(at, "units", classes);
        if (before)
            b.addEdge({at, 0, id, 0, 0});
    };
    const QString dense = tr("Dense with %1 units").arg(numberText(classes));
    if (shape->isMaps()) {
        list.push_back({tr("Add GlobalAvgPool and %1").arg(dense), QStringLiteral("dense"), 0,
                        [head](EditBuilder& b) { head(b, "global_avg_pool"); }});
        list.push_back({tr("Add Flatten and %1").arg(dense), QStringLiteral("dense"), 0,
                        [head](EditBuilder& b) { head(b, "flatten"); }});
    } else {
        list.push_back(
            {tr("Add %1").arg(dense), QStringLiteral("dense"), 0, [head](EditBuilder& b) { head(b, nullptr); }});
    }
}

/// A layer that lacks a wire: one from a layer that feeds nothing yet, from an Input, or from a new one.
void addWireRepairs(std::vector<Repair>& list, const ProjectDocument& document, const engine::Node& node)
{
    const engine::GraphSpec& graph = document.graph();
    std::vector<NodeId> loose, others;
    for (const NodeId id : document.shaped().order) {
        const engine::LayerDescriptor* layer = engine::findLayer(graph.node(id)->type);
        if (id == node.id || !document.shape(id))
            continue;
        if (graph.edgesFrom(id).empty())
            loose.push_back(id);
        else if (layer && layer->isInput)
            others.push_back(id);
    }
    std::reverse(loose.begin(), loose.end()); // the farthest on first
    loose.insert(loose.end(), others.begin(), others.end());
    for (const NodeId from : loose)
        if (document.canConnect(from, node.id))
            list.push_back({tr("Connect %1 to %2").arg(shortLabel(graph, from), shortLabel(graph, node.id)),
                            QStringLiteral("link"), 0,
                            [from, to = node.id](EditBuilder& b) { b.addEdge(b.nextEdge(from, to)); }});
    if (graph.edgesInto(node.id).empty())
        list.push_back({tr("Insert Input"), QStringLiteral("input"), 0, [to = node.id](EditBuilder& b) {
                            const auto place = b.state().positions.find(to);
                            const NodeId id = b.addLayer(
                                "input", (place == b.state().positions.end() ? QPointF() : place->second) - kBeside);
                            b.addEdge(b.nextEdge(id, to));
                        }});
    list.push_back(removal(document, node.id));
}

} // namespace

Repair insertion(const Edge& edge, const std::string& layerId)
{
    const engine::LayerDescriptor* layer = engine::findLayer(layerId);
    return {tr("Insert %1").arg(QString::fromStdString(layer ? layer->title : layerId)),
            layer ? QString::fromStdString(layer->icon) : QString(), 0,
            [edge, layerId](EditBuilder& b) { insertLayer(b, edge, layerId); }};
}

std::vector<Repair> repairCandidates(const ProjectDocument& document, const engine::Node& node)
{
    std::vector<Repair> list;
    const engine::LayerDescriptor* layer = engine::findLayer(node.type);
    const std::vector<Edge> edges = document.graph().edgesInto(node.id);
    addClassRepairs(list, document, node);
    if (layer && edges.size() < static_cast<std::size_t>(layer->minInputs)) {
        addWireRepairs(list, document, node);
        return list;
    }
    if (edges.size() > 1) {
        addMergeRepairs(list, document, edges);
        return list;
    }
    if (edges.empty())
        return list;
    const auto input = document.shape(edges.front().from);
    if (layer && layer->belongsAtEnd && !document.graph().edgesFrom(node.id).empty())
        list.push_back({tr("Replace %1 by ReLU").arg(shortLabel(document.graph(), node.id)), QStringLiteral("relu"), 0,
                        [id = node.id](EditBuilder& b) { b.replaceNode(id, "relu"); }});
    if (input && input->isList())
        addMapRepairs(list, document, node, edges.front());
    if (input)
        addSingleInputRepairs(list, node, edges.front(), *input);
    list.push_back(removal(document, node.id));
    return list;
}

} // namespace convarium::ui
