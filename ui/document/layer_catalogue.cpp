#include "ui/document/layer_catalogue.h"

#include "engine/blocks/groups.h"
#include "engine/layers/layer.h"
#include "ui/document/edit_builder.h"
#include "ui/document/own_blocks.h"

#include <algorithm>

namespace convarium::ui
{

namespace
{

bool isFaulty(const engine::ShapedGraph& shaped, NodeId id)
{
    return std::any_of(shaped.problems.begin(), shaped.problems.end(),
                       [&](const engine::Problem& p) { return p.error.place.node == id && !p.warning; });
}

bool blockFits(const ProjectDocument& document, const std::string& id, NodeId behind)
{
    EditBuilder trial(document.state());
    const auto written = trial.addBlock(id, blockArguments(document, id, behind), {behind}, {});
    if (!written)
        return false;
    // What the network must give in the end is no matter of what may come next.
    const engine::ShapedGraph shaped = engine::inferShapes(trial.graph());
    const auto members = engine::membersOf(trial.graph(), written->group);
    // Its end may miss a second input; what is fed must work.
    return std::none_of(members.begin(), members.end(), [&](NodeId member) {
        return !shaped.inputShapes(trial.graph(), member).empty() && isFaulty(shaped, member);
    });
}

bool layerFits(const ProjectDocument& document, const engine::LayerDescriptor& layer, NodeId behind)
{
    EditBuilder trial(document.state());
    const NodeId added = trial.addLayer(layer.id, {});
    const engine::Edge wire = trial.nextEdge(behind, added);
    if (!engine::canConnect(trial.graph(), wire))
        return false;
    if (layer.minInputs > 1 || !document.shape(behind))
        return true; // its other inputs decide
    trial.addEdge(wire);
    // How long the last list must be is no matter of what may come next.
    return !isFaulty(engine::inferShapes(trial.graph()), added);
}

} // namespace

std::vector<LayerEntry> layerCatalogue()
{
    const auto text = [](const std::string& s) { return QString::fromStdString(s); };
    std::vector<LayerEntry> entries;
    for (const engine::LayerDescriptor& layer : engine::layerRegistry())
        entries.push_back(
            {text(layer.id), text(layer.title), text(layer.help), text(layer.icon), text(layer.family), false});
    for (const engine::BlockDescriptor& block : engine::blockRegistry())
        entries.push_back({text(block.id), text(block.title), text(block.help), QStringLiteral("block"),
                           QStringLiteral("block"), false});
    for (const auto& own : OwnBlocks::instance().all())
        entries.push_back({text(own->descriptor.id), own->name, text(own->descriptor.help), QStringLiteral("block"),
                           QStringLiteral("block"), true});
    return entries;
}

namespace
{

std::vector<LayerEntry> named(const std::vector<LayerEntry>& entries, const QString& text)
{
    std::vector<LayerEntry> begins, holds;
    for (const LayerEntry& entry : entries) {
        if (entry.title.startsWith(text, Qt::CaseInsensitive) || entry.id.startsWith(text, Qt::CaseInsensitive))
            begins.push_back(entry);
        else if (entry.title.contains(text, Qt::CaseInsensitive) || entry.id.contains(text, Qt::CaseInsensitive))
            holds.push_back(entry);
    }
    // What is typed is most of a short name.
    if (!text.isEmpty())
        std::stable_sort(begins.begin(), begins.end(),
                         [](const LayerEntry& a, const LayerEntry& b) { return a.title.size() < b.title.size(); });
    begins.insert(begins.end(), holds.begin(), holds.end());
    return begins;
}

} // namespace

std::vector<FoundLayer> found(const std::vector<LayerEntry>& entries, const QString& text)
{
    // Names of one's own blocks may hold blanks and numbers: as much as possible is the name.
    const QStringList words = text.split(u' ', Qt::SkipEmptyParts);
    std::vector<FoundLayer> all;
    for (const LayerEntry& entry : named(entries, words.join(u' ')))
        all.push_back({entry, {}});
    for (qsizetype name = words.size() - 1; all.empty() && name > 0; --name)
        for (const LayerEntry& entry : named(entries, words.mid(0, name).join(u' '))) {
            const engine::LayerDescriptor* layer = engine::findLayer(entry.id.toStdString());
            if (auto settings = layer ? settingsFrom(*layer, words.mid(name)) : std::nullopt)
                all.push_back({entry, *std::move(settings)});
        }
    return all;
}

std::vector<LayerEntry> layersBehind(const ProjectDocument& document, NodeId node)
{
    std::vector<LayerEntry> entries = layerCatalogue();
    std::erase_if(entries, [&](const LayerEntry& entry) {
        const std::string id = entry.id.toStdString();
        if (findBlock(id))
            return !blockFits(document, id, node);
        const engine::LayerDescriptor* layer = engine::findLayer(id);
        return !layer || !layerFits(document, *layer, node);
    });
    return entries;
}

std::vector<LayerEntry> layersBefore(const ProjectDocument& document, NodeId node)
{
    std::vector<LayerEntry> entries = layerCatalogue();
    std::erase_if(entries, [&](const LayerEntry& entry) {
        EditBuilder trial(document.state());
        const NodeId added = trial.addLayer(entry.id.toStdString(), {});
        if (added == engine::kNoNode)
            return true;
        const engine::Edge wire = trial.nextEdge(added, node);
        if (!engine::canConnect(trial.graph(), wire))
            return true;
        trial.addEdge(wire);
        // Only layers without inputs have a shape already; then it must be one that fits.
        const engine::ShapedGraph shaped = engine::inferShapes(trial.graph());
        return shaped.shapes.contains(added) && isFaulty(shaped, node);
    });
    return entries;
}

std::vector<LayerEntry> layersInstead(const ProjectDocument& document, NodeId node)
{
    const engine::Node* old = document.graph().node(node);
    if (!old)
        return {};
    const engine::LayerDescriptor* before = engine::findLayer(old->type);
    std::vector<LayerEntry> entries = layerCatalogue();
    std::erase_if(entries, [&](const LayerEntry& entry) {
        const std::string id = entry.id.toStdString();
        EditBuilder trial(document.state());
        return id == old->type || trial.replaceNode(node, id) == engine::kNoNode ||
               trial.graph().edges.size() < document.graph().edges.size();
    });
    std::stable_partition(entries.begin(), entries.end(), [&](const LayerEntry& entry) {
        return before && entry.family == QString::fromStdString(before->family);
    });
    return entries;
}

engine::Params blockArguments(const ProjectDocument& document, const std::string& blockId, NodeId behind)
{
    engine::Params arguments;
    const engine::BlockDescriptor* block = findBlock(blockId);
    if (!block)
        return arguments;
    for (const engine::ParamInfo& info : block->parameters)
        arguments.set(info.key, info.defaultValue);
    if (const auto shape = document.shape(behind); shape && block->fit)
        block->fit(arguments, *shape);
    return arguments;
}

} // namespace convarium::ui
