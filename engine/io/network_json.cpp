#include "engine/io/network_json.h"

#include "engine/io/json_reader.h"
#include "engine/io/json_writer.h"
#include "engine/io/migrations.h"
#include "engine/io/network_reader.h"
#include "engine/layers/layer.h"

#include <QJsonArray>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

namespace convarium::engine
{

namespace
{

constexpr std::array<const char*, 4> kRoleNames{"weight", "statistic", "constant", "saved"};
constexpr double kMaxCoordinate = 1e9;
constexpr std::array<std::pair<const char*, double TrainConfig::*>, 5> kExtraReals{
    {{"alpha", &TrainConfig::alpha},
     {"l1", &TrainConfig::l1},
     {"clipValue", &TrainConfig::clipValue},
     {"clipNorm", &TrainConfig::clipNorm},
     {"averageDecay", &TrainConfig::averageDecay}}};

// ---- writing

void writeParams(JsonWriter& json, const char* key, const Params& params)
{
    json.key(key).beginObject(true);
    for (const auto& [name, value] : params.values())
        std::visit([&json, &name = name](const auto& v) { json.field(name, v); }, value);
    json.endObject();
}

void writeNode(JsonWriter& json, const Node& node)
{
    json.beginObject(true);
    json.field("id", node.id).field("type", node.type).field("version", node.version).field("name", node.name);
    writeParams(json, "params", node.params);
    if (node.frozen)
        json.field("frozen", true);
    if (node.group != -1)
        json.field("group", node.group);
    if (!node.tensors.empty()) {
        json.key("tensors").beginArray();
        for (const TensorRecord& t : node.tensors) {
            json.beginObject().field("key", t.key).field("role", kRoleNames[static_cast<std::size_t>(t.role)]);
            json.key("shape").beginArray();
            for (int i = 0; i < t.shape.rank(); ++i)
                json.value(t.shape[i]);
            json.endArray();
            if (!t.externalName.empty())
                json.field("externalName", t.externalName);
            if (t.transposed)
                json.field("transposed", true);
            json.endObject();
        }
        json.endArray();
    }
    json.endObject();
}

void writeEdge(JsonWriter& json, const Edge& edge)
{
    json.beginObject(true).field("from", edge.from);
    if (edge.fromPort != 0)
        json.field("fromPort", edge.fromPort);
    json.field("to", edge.to);
    if (edge.toPort != 0)
        json.field("toPort", edge.toPort);
    if (edge.slot != 0)
        json.field("slot", edge.slot);
    json.endObject();
}

void writeGroup(JsonWriter& json, const Group& group)
{
    json.beginObject(true).field("id", group.id).field("parent", group.parent).field("name", group.name);
    if (!group.templateName.empty())
        json.field("template", group.templateName);
    if (!group.arguments.values().empty())
        writeParams(json, "arguments", group.arguments);
    json.endObject();
}

void writeNote(JsonWriter& json, const Note& note)
{
    json.beginObject(true).field("text", note.text).field("x", note.x).field("y", note.y);
    json.field("width", note.width).field("height", note.height);
    if (!note.arrows.empty()) {
        json.key("arrows").beginArray(true);
        for (const NoteArrow& arrow : note.arrows) {
            json.beginObject(true);
            if (arrow.node != kNoNode)
                json.field("node", arrow.node);
            else
                json.field("x", arrow.x).field("y", arrow.y);
            json.endObject();
        }
        json.endArray();
    }
    json.endObject();
}

void writeBlock(JsonWriter& json, const BlockCard& card)
{
    json.beginObject(true).field("group", card.group);
    if (card.folded)
        json.field("folded", true);
    if (!card.source.empty())
        json.field("source", card.source);
    if (!card.parameters.empty()) {
        json.key("parameters").beginArray(true);
        for (const BlockParameter& parameter : card.parameters) {
            json.beginObject(true).field("title", parameter.title).key("settings").beginArray(true);
            for (const auto& [node, key] : parameter.settings)
                json.beginObject(true).field("node", node).field("key", key).endObject();
            json.endArray().endObject();
        }
        json.endArray();
    }
    json.endObject();
}

/// The oldest format that can say it, so that older programs read what they can.
int formatOf(const Project& p)
{
    const bool arrows = std::any_of(p.notes.begin(), p.notes.end(), [](const Note& n) { return !n.arrows.empty(); });
    return !p.blocks.empty() ? 3 : arrows ? 2 : 1;
}

void writeTraining(JsonWriter& json, const TrainConfig& c)
{
    json.key("training").beginObject();
    json.field("data", c.data).field("epochs", c.epochs).field("steps", c.steps).field("batch", c.batch);
    json.field("optimizer", c.optimizer).field("rate", c.rate).field("momentum", c.momentum);
    json.field("beta1", c.beta1).field("beta2", c.beta2).field("epsilon", c.epsilon);
    json.field("weightDecay", c.weightDecay).field("schedule", c.schedule);
    json.key("seed");
    // JSON readers agree on integers up to 2^63 - 1 only.
    if (c.seed <= static_cast<std::uint64_t>(JsonFields::kMaxInteger))
        json.value(c.seed);
    else
        json.value(std::to_string(c.seed));
    json.field("threads", c.threads)
        .field("validation", c.validation)
        .field("limit", c.limit)
        .field("shuffle", c.shuffle);
    json.field("execution", c.execution == ExecutionMode::Fused ? "fused" : "layerwise");
    // What a plain training leaves alone is written where it differs, so that the file stays easy to read.
    const TrainConfig usual;
    for (const auto& [name, field] : kExtraReals)
        if (c.*field != usual.*field)
            json.field(name, c.*field);
    if (!c.loss.empty())
        json.field("loss", c.loss);
    if (!c.augment.empty())
        json.field("augment", c.augment);
    if (c.earlyStopping != usual.earlyStopping)
        json.field("earlyStopping", c.earlyStopping);
    if (c.restoreBest != usual.restoreBest)
        json.field("restoreBest", c.restoreBest);
    json.endObject();
}

template <class Items, class Write>
void writeArray(JsonWriter& json, const char* key, const Items& items, Write write)
{
    json.key(key).beginArray();
    for (const auto& item : items)
        write(json, item);
    json.endArray();
}

// ---- reading

void readParams(JsonFaults& faults, JsonFields& fields, const char* key, Params& out, JsonFields::Need need)
{
    fields.object(
        key,
        [&](const QString& name, const QJsonValue& value, const std::string& path) {
            const std::string k = name.toStdString();
            if (value.isBool())
                out.set(k, value.toBool());
            else if (isInteger(value))
                out.set(k, static_cast<std::int64_t>(value.toInteger()));
            else if (value.isDouble())
                out.set(k, value.toDouble());
            else if (value.isString())
                out.set(k, value.toString().toStdString());
            else
                faults.report(path, "is a list, an object or null; a number, a text, true or false is needed");
        },
        need);
}

void readSettings(JsonFaults& faults, Node& node, const std::string& path)
{
    const LayerDescriptor* layer = findLayer(node.type);
    if (!layer) {
        faults.report(path + ".type", "is '" + node.type + "', a layer that this program does not know",
                      ErrorCode::UnknownName, "Check its spelling, or install the newest Convarium.");
        return;
    }
    auto complete = completeParams(*layer, node.params);
    if (complete) {
        node.params = std::move(*complete);
        return;
    }
    Error error = complete.error();
    error.message =
        "In '" + faults.file() + "', " + path + " (" + layer->title + " '" + node.name + "'): " + error.message;
    error.place = {node.id, path + ".params" + (error.place.port.empty() ? "" : "." + error.place.port), faults.file(),
                   -1};
    faults.report(std::move(error));
}

void readTensors(JsonFaults& faults, JsonFields& fields, Node& node)
{
    fields.array(
        "tensors",
        [&](const QJsonValue& value, const std::string& path) {
            JsonFields f(faults, value, path);
            TensorRecord t;
            std::string role;
            f.text("key", t.key);
            f.text("role", role);
            std::size_t r = 0;
            while (r < kRoleNames.size() && role != kRoleNames[r])
                ++r;
            if (r == kRoleNames.size())
                faults.report(path + ".role", "is '" + role + "'; weight, statistic, constant or saved is needed");
            else
                t.role = static_cast<TensorRole>(r);
            f.array("shape", [&](const QJsonValue& size, const std::string& sizePath) {
                const std::int64_t n = readInteger(faults, size, sizePath, 0, std::int64_t{1} << 40);
                if (t.shape.rank() == kMaxRank)
                    faults.report(path + ".shape", "has more than 6 sizes");
                else
                    t.shape.append(n);
            });
            f.text("externalName", t.externalName, JsonFields::Optional);
            f.flag("transposed", t.transposed, JsonFields::Optional);
            f.finish();
            node.tensors.push_back(std::move(t));
        },
        JsonFields::Optional);
}

Node readNode(JsonFaults& faults, const QJsonValue& value, const std::string& path)
{
    JsonFields f(faults, value, path);
    Node node;
    f.integer("id", node.id, 1);
    f.text("type", node.type);
    f.integer("version", node.version, 1, 1'000'000);
    f.text("name", node.name);
    readParams(faults, f, "params", node.params, JsonFields::Optional);
    f.flag("frozen", node.frozen, JsonFields::Optional);
    f.integer("group", node.group, -1, JsonFields::kMaxInteger, JsonFields::Optional);
    readTensors(faults, f, node);
    f.finish();
    if (!faults.any())
        readSettings(faults, node, path);
    return node;
}

Edge readEdge(JsonFaults& faults, const QJsonValue& value, const std::string& path)
{
    JsonFields f(faults, value, path);
    Edge edge;
    f.integer("from", edge.from, 1);
    f.integer("fromPort", edge.fromPort, 0, 1023, JsonFields::Optional);
    f.integer("to", edge.to, 1);
    f.integer("toPort", edge.toPort, 0, 1023, JsonFields::Optional);
    f.integer("slot", edge.slot, 0, 1023, JsonFields::Optional);
    f.finish();
    return edge;
}

Group readGroup(JsonFaults& faults, const QJsonValue& value, const std::string& path)
{
    JsonFields f(faults, value, path);
    Group group;
    f.integer("id", group.id);
    f.integer("parent", group.parent, -1);
    f.text("name", group.name);
    f.text("template", group.templateName, JsonFields::Optional);
    readParams(faults, f, "arguments", group.arguments, JsonFields::Optional);
    f.finish();
    return group;
}

void readTraining(JsonFaults& faults, const QJsonValue& value, TrainConfig& c)
{
    if (value.isUndefined())
        return;
    constexpr auto kMaybe = JsonFields::Optional;
    constexpr std::int64_t kMany = std::int64_t{1} << 40;
    JsonFields f(faults, value, "training");
    f.text("data", c.data, kMaybe);
    f.integer("epochs", c.epochs, 0, kMany, kMaybe);
    f.integer("steps", c.steps, 0, kMany, kMaybe);
    f.integer("batch", c.batch, 1, kMany, kMaybe);
    f.text("optimizer", c.optimizer, kMaybe);
    f.real("rate", c.rate, 0, 1e30, kMaybe);
    f.real("momentum", c.momentum, 0, 1, kMaybe);
    f.real("beta1", c.beta1, 0, 1, kMaybe);
    f.real("beta2", c.beta2, 0, 1, kMaybe);
    f.real("epsilon", c.epsilon, 0, 1e30, kMaybe);
    f.real("weightDecay", c.weightDecay, 0, 1e30, kMaybe);
    f.text("schedule", c.schedule, kMaybe);
    const QJsonValue seed = f.take("seed");
    if (seed.isString()) {
        bool ok = false;
        c.seed = seed.toString().toULongLong(&ok);
        if (!ok)
            faults.report("training.seed", "is not a whole number");
    } else if (!seed.isUndefined()) {
        c.seed = static_cast<std::uint64_t>(readInteger(faults, seed, "training.seed", 0, JsonFields::kMaxInteger));
    }
    f.integer("threads", c.threads, 0, 4096, kMaybe);
    f.real("validation", c.validation, 0, 0.9, kMaybe);
    f.integer("limit", c.limit, 0, JsonFields::kMaxInteger, kMaybe);
    f.flag("shuffle", c.shuffle, kMaybe);
    for (const auto& [name, field] : kExtraReals)
        f.real(name, c.*field, 0, 1e30, kMaybe);
    f.text("loss", c.loss, kMaybe);
    f.text("augment", c.augment, kMaybe);
    f.integer("earlyStopping", c.earlyStopping, 0, kMany, kMaybe);
    f.flag("restoreBest", c.restoreBest, kMaybe);
    std::string execution = "fused";
    f.text("execution", execution, kMaybe);
    c.execution = execution == "layerwise" ? ExecutionMode::Layerwise : ExecutionMode::Fused;
    if (execution != "fused" && execution != "layerwise")
        faults.report("training.execution", "is '" + execution + "'; fused or layerwise is needed");
    f.finish();
}

constexpr std::pair<const char*, std::string About::*> kAboutTexts[] = {{"paper", &About::paper},
                                                                        {"architecture", &About::architecture},
                                                                        {"authors", &About::authors},
                                                                        {"idea", &About::idea},
                                                                        {"story", &About::story}};

NoteArrow readArrow(JsonFaults& faults, const QJsonValue& value, const std::string& path, const GraphSpec& graph)
{
    JsonFields f(faults, value, path);
    NoteArrow arrow;
    f.integer("node", arrow.node, 1, JsonFields::kMaxInteger, JsonFields::Optional);
    const auto need = arrow.node == kNoNode ? JsonFields::Required : JsonFields::Optional;
    f.real("x", arrow.x, -kMaxCoordinate, kMaxCoordinate, need);
    f.real("y", arrow.y, -kMaxCoordinate, kMaxCoordinate, need);
    f.finish();
    if (arrow.node != kNoNode && !graph.node(arrow.node))
        faults.report(path + ".node", "names a node that does not exist");
    return arrow;
}

BlockCard readBlock(JsonFaults& faults, const QJsonValue& value, const std::string& path, const GraphSpec& graph)
{
    JsonFields f(faults, value, path);
    BlockCard card;
    f.integer("group", card.group);
    f.flag("folded", card.folded, JsonFields::Optional);
    f.text("source", card.source, JsonFields::Optional);
    f.array(
        "parameters",
        [&](const QJsonValue& item, const std::string& itemPath) {
            JsonFields p(faults, item, itemPath);
            BlockParameter parameter;
            p.text("title", parameter.title);
            p.array("settings", [&](const QJsonValue& setting, const std::string& settingPath) {
                JsonFields s(faults, setting, settingPath);
                std::pair<NodeId, std::string> bound{kNoNode, {}};
                s.integer("node", bound.first, 1);
                s.text("key", bound.second);
                s.finish();
                const Node* node = graph.node(bound.first);
                if (!node || !node->params.find(bound.second))
                    faults.report(settingPath, "names a setting that no layer has");
                parameter.settings.push_back(std::move(bound));
            });
            if (parameter.settings.empty())
                faults.report(itemPath + ".settings", "is empty; at least one setting is needed");
            p.finish();
            card.parameters.push_back(std::move(parameter));
        },
        JsonFields::Optional);
    f.finish();
    if (std::none_of(graph.groups.begin(), graph.groups.end(), [&](const Group& g) { return g.id == card.group; }))
        faults.report(path + ".group", "names a group that does not exist");
    return card;
}

void readLook(JsonFaults& faults, JsonFields& f, Project& p)
{
    if (const QJsonValue about = f.take("about"); !about.isUndefined()) {
        JsonFields a(faults, about, "about");
        a.text("description", p.about.description, JsonFields::Optional);
        a.integer("year", p.about.year, 0, 9999, JsonFields::Optional);
        for (const auto& [name, field] : kAboutTexts)
            a.text(name, p.about.*field, JsonFields::Optional);
        a.array(
            "shows",
            [&](const QJsonValue& value, const std::string& path) {
                const NodeId id = readInteger(faults, value, path, 0, JsonFields::kMaxInteger);
                if (p.graph.node(id)) // the layer may have been deleted since
                    p.about.shows.push_back(id);
            },
            JsonFields::Optional);
        a.finish();
    }
    f.object(
        "positions",
        [&](const QString& key, const QJsonValue& value, const std::string& path) {
            bool ok = false;
            const NodeId id = key.toLongLong(&ok);
            const QJsonArray xy = value.toArray();
            if (!ok || !p.graph.node(id))
                return faults.report(path, "belongs to no node");
            if (xy.size() != 2 || !xy[0].isDouble() || !xy[1].isDouble() ||
                std::abs(xy[0].toDouble()) > kMaxCoordinate || std::abs(xy[1].toDouble()) > kMaxCoordinate)
                return faults.report(path, "is no place; a list of two numbers is needed");
            p.positions[id] = {xy[0].toDouble(), xy[1].toDouble()};
        },
        JsonFields::Optional);
    f.array(
        "notes",
        [&](const QJsonValue& value, const std::string& path) {
            JsonFields n(faults, value, path);
            Note note;
            n.text("text", note.text);
            n.real("x", note.x, -kMaxCoordinate, kMaxCoordinate);
            n.real("y", note.y, -kMaxCoordinate, kMaxCoordinate);
            n.real("width", note.width, 0, kMaxCoordinate);
            n.real("height", note.height, 0, kMaxCoordinate);
            n.array(
                "arrows",
                [&](const QJsonValue& arrow, const std::string& at) {
                    note.arrows.push_back(readArrow(faults, arrow, at, p.graph));
                },
                JsonFields::Optional);
            n.finish();
            p.notes.push_back(std::move(note));
        },
        JsonFields::Optional);
    f.array(
        "blocks",
        [&](const QJsonValue& value, const std::string& path) {
            p.blocks.push_back(readBlock(faults, value, path, p.graph));
        },
        JsonFields::Optional);
}

/// What no single field can tell: ids used twice, wires and groups that lead nowhere.
void checkReferences(JsonFaults& faults, const GraphSpec& graph)
{
    std::map<std::int64_t, std::int64_t> groups; // id -> parent
    for (std::size_t i = 0; i < graph.groups.size(); ++i) {
        if (!groups.emplace(graph.groups[i].id, graph.groups[i].parent).second)
            faults.report("groups[" + std::to_string(i) + "].id", "is used twice");
    }
    for (std::size_t i = 0; i < graph.groups.size(); ++i) {
        const std::string path = "groups[" + std::to_string(i) + "].parent";
        std::int64_t parent = graph.groups[i].parent;
        for (std::size_t steps = 0; parent != -1 && !faults.any(); ++steps) {
            const auto it = groups.find(parent);
            if (it == groups.end())
                faults.report(path, "leads to a group that does not exist");
            else if (steps == groups.size())
                faults.report(path, "leads back to the group itself");
            else
                parent = it->second;
        }
    }
    std::set<NodeId> ids;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const Node& node = graph.nodes[i];
        const std::string path = "nodes[" + std::to_string(i) + "]";
        if (!ids.insert(node.id).second)
            faults.report(path + ".id", "is " + std::to_string(node.id) + ", which an earlier node has");
        if (node.id >= graph.nextId)
            faults.report("nextId", "is " + std::to_string(graph.nextId) + ", but node " + std::to_string(node.id) +
                                        " exists; a larger number is needed");
        if (node.group != -1 && !groups.contains(node.group))
            faults.report(path + ".group", "names a group that does not exist");
    }
    std::set<Edge> edges;
    for (std::size_t i = 0; i < graph.edges.size(); ++i) {
        const Edge& edge = graph.edges[i];
        const std::string path = "edges[" + std::to_string(i) + "]";
        if (!ids.contains(edge.from))
            faults.report(path + ".from", "is " + std::to_string(edge.from) + ", but there is no such node");
        if (!ids.contains(edge.to))
            faults.report(path + ".to", "is " + std::to_string(edge.to) + ", but there is no such node");
        if (!edges.insert(edge).second)
            faults.report(path, "is there twice");
    }
    for (std::size_t i = 0; i < graph.inputs.size(); ++i)
        if (!ids.contains(graph.inputs[i].node))
            faults.report("inputs[" + std::to_string(i) + "].node", "names a node that does not exist");
    for (std::size_t i = 0; i < graph.outputs.size(); ++i)
        if (!ids.contains(graph.outputs[i].node))
            faults.report("outputs[" + std::to_string(i) + "].node", "names a node that does not exist");
}

} // namespace

std::string networkToJson(const Project& p)
{
    JsonWriter json(JsonWriter::Style::Pretty);
    json.beginObject();
    json.field("format", formatOf(p)).field("program", "Convarium " CONVARIUM_VERSION);
    json.field("name", p.graph.name).field("title", p.graph.title);
    if (p.about != About{}) {
        json.key("about").beginObject().field("description", p.about.description).field("year", p.about.year);
        for (const auto& [name, field] : kAboutTexts)
            if (!(p.about.*field).empty())
                json.field(name, p.about.*field);
        if (!p.about.shows.empty()) {
            json.key("shows").beginArray(true);
            for (const NodeId id : p.about.shows)
                json.value(id);
            json.endArray();
        }
        json.endObject();
    }
    json.field("nextId", p.graph.nextId);
    writeArray(json, "nodes", p.graph.nodes, writeNode);
    writeArray(json, "edges", p.graph.edges, writeEdge);
    if (!p.graph.groups.empty())
        writeArray(json, "groups", p.graph.groups, writeGroup);
    if (!p.graph.inputs.empty())
        writeArray(json, "inputs", p.graph.inputs, [](JsonWriter& j, const InputSpec& input) {
            j.beginObject(true).field("node", input.node).field("scale", input.scale).endObject();
        });
    if (!p.graph.outputs.empty())
        writeArray(json, "outputs", p.graph.outputs, [](JsonWriter& j, const OutputSpec& output) {
            j.beginObject(true)
                .field("node", output.node)
                .field("loss", output.loss)
                .field("weight", output.weight)
                .endObject();
        });
    json.key("positions").beginObject();
    for (const auto& [id, xy] : p.positions)
        if (p.graph.node(id))
            json.key(std::to_string(id)).beginArray(true).value(xy[0]).value(xy[1]).endArray();
    json.endObject();
    if (!p.notes.empty())
        writeArray(json, "notes", p.notes, writeNote);
    if (!p.blocks.empty())
        writeArray(json, "blocks", p.blocks, writeBlock);
    writeTraining(json, p.train);
    json.endObject();
    return json.text() + "\n";
}

Result<Project> networkFromJson(std::span<const std::uint8_t> json, const std::string& file)
{
    return readNetwork(json, file, builtInMigrations());
}

Result<Project> readNetwork(std::span<const std::uint8_t> json, const std::string& file, const Migrations& migrations)
{
    auto parsed = parseJsonObject(json, file);
    if (!parsed)
        return parsed.error();
    auto current = migrated(std::move(*parsed), migrations, file);
    if (!current)
        return current.error();

    JsonFaults faults(file);
    JsonFields f(faults, *current, {});
    Project p;
    f.take("format");
    f.take("program");
    f.text("name", p.graph.name);
    f.text("title", p.graph.title, JsonFields::Optional);
    f.integer("nextId", p.graph.nextId, 1);
    f.array("nodes",
            [&](const QJsonValue& v, const std::string& path) { p.graph.nodes.push_back(readNode(faults, v, path)); });
    f.array("edges",
            [&](const QJsonValue& v, const std::string& path) { p.graph.edges.push_back(readEdge(faults, v, path)); });
    f.array(
        "groups",
        [&](const QJsonValue& v, const std::string& path) { p.graph.groups.push_back(readGroup(faults, v, path)); },
        JsonFields::Optional);
    f.array(
        "inputs",
        [&](const QJsonValue& v, const std::string& path) {
            JsonFields i(faults, v, path);
            InputSpec input;
            i.integer("node", input.node, 1);
            i.text("scale", input.scale);
            i.finish();
            p.graph.inputs.push_back(std::move(input));
        },
        JsonFields::Optional);
    f.array(
        "outputs",
        [&](const QJsonValue& v, const std::string& path) {
            JsonFields o(faults, v, path);
            OutputSpec output;
            o.integer("node", output.node, 1);
            o.text("loss", output.loss);
            o.real("weight", output.weight, -1e30, 1e30);
            o.finish();
            p.graph.outputs.push_back(std::move(output));
        },
        JsonFields::Optional);
    if (!faults.any())
        checkReferences(faults, p.graph);
    if (!faults.any())
        readLook(faults, f, p);
    readTraining(faults, f.take("training"), p.train);
    f.finish();
    if (faults.any())
        return *faults.error();
    return p;
}

} // namespace convarium::engine
