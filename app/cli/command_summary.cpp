#include "app/cli/commands.h"
#include "app/cli/options.h"
#include "app/cli/terminal.h"
#include "engine/analysis/counts.h"
#include "engine/analysis/derivation.h"
#include "engine/analysis/textbook_memory.h"
#include "engine/graph/formula.h"
#include "engine/io/json_writer.h"
#include "engine/io/load_model.h"
#include "engine/io/onnx/unique_names.h"
#include "engine/layers/layer.h"
#include "engine/plan/plan.h"

#include <algorithm>
#include <array>
#include <set>

namespace convarium::cli
{

namespace
{

using namespace engine;

struct SummaryOptions {
    std::string model;
    PlanFlags plan;
    std::optional<std::string> input;
    bool json = false;
};

/// Bytes of one layer, before buffers whose lifetimes do not overlap share memory: layers can add up to more than the
/// total.
struct LayerMemory {
    std::int64_t weights = 0, activations = 0, workspace = 0;
};

std::int64_t sizeOf(const ExecutionPlan& plan, const Buffer& buffer)
{
    switch (buffer.scope) {
    case BufferScope::Batch: return buffer.bytes * buffer.images;
    case BufferScope::Chunk: return buffer.bytes * buffer.images * plan.options.threads;
    case BufferScope::Slot: return buffer.bytes * plan.slots;
    case BufferScope::Step: return buffer.bytes;
    }
    return 0;
}

std::map<NodeId, LayerMemory> memoryPerLayer(const ExecutionPlan& plan)
{
    std::map<NodeId, LayerMemory> layers;
    std::set<int> counted; // a buffer belongs to the first layer that uses it
    for (std::size_t i = 0; i < plan.bindings.size(); ++i) {
        const OpBinding& b = plan.bindings[i];
        LayerMemory& layer = layers[plan.graph->ops[i]->node];
        std::vector<int> used = b.aux;
        used.insert(used.end(), b.weights.begin(), b.weights.end());
        used.insert(used.end(), {b.output, b.outputGradient, b.derived});
        for (const int id : used) {
            if (id < 0 || !counted.insert(id).second)
                continue;
            const Buffer& buffer = plan.buffers[static_cast<std::size_t>(id)];
            const std::int64_t bytes = sizeOf(plan, buffer);
            if (buffer.category == MemoryCategory::Weights)
                layer.weights += bytes;
            else if (buffer.category == MemoryCategory::Activations)
                layer.activations += bytes;
            else
                layer.workspace += bytes;
        }
    }
    return layers;
}

struct Summary {
    GraphSpec graph;
    TrainConfig config;
    ShapedGraph shapes;
    NetworkCounts counts;
    TextbookMemory textbook;
    std::map<NodeId, LayerMemory> layers;
    std::optional<MemoryUse> training; ///< nothing for a network that ends in maps and so has no loss
    MemoryUse inference;
};

Result<Summary> summarize(const SummaryOptions& options)
{
    auto project = loadModel(options.model);
    if (!project)
        return project.error();
    Summary s{project->graph, project->train, {}, {}, {}, {}, {}, {}};
    if (auto applied = options.plan.apply(s.config); !applied)
        return applied.error();
    if (options.input)
        if (auto applied = applyInput(s.graph, *options.input); !applied)
            return applied.error();
    if (auto sound = checkGraph(s.graph); !sound)
        return sound.error();
    s.shapes = inferShapes(s.graph);
    s.counts = countNetwork(s.graph, s.shapes);
    s.textbook = textbookMemory(s.graph, s.shapes, s.config.batch);

    PlanOptions plan = planOptions(s.config);
    const auto training = makePlan(s.graph, plan);
    plan.training = false;
    const auto inference = makePlan(s.graph, plan);
    if (!inference)
        return inference.error();
    s.inference = (*inference)->memory;
    if (training)
        s.training = (*training)->memory;
    s.layers = memoryPerLayer(training ? **training : **inference);
    return s;
}

void writeShape(JsonWriter& json, const char* key, const Shape& shape)
{
    json.key(key).beginArray();
    for (int i = 0; i < shape.rank(); ++i)
        json.value(shape[i]);
    json.endArray();
}

std::string asJson(const Summary& s)
{
    JsonWriter json;
    json.beginObject().field("name", s.graph.name);
    const auto inputs = inputNodes(s.graph);
    writeShape(json, "input", inputs.empty() ? Shape() : s.shapes.shapes.at(inputs.front()));
    json.field("batch", s.config.batch).key("layers").beginArray();
    for (const NodeId id : s.shapes.order) {
        const Node& node = *s.graph.node(id);
        const Counts counts = s.counts.nodes.at(id);
        const auto memory = s.layers.find(id);
        const LayerMemory bytes = memory == s.layers.end() ? LayerMemory{} : memory->second;
        json.beginObject().field("id", id).field("name", node.name).field("type", node.type).key("inputs").beginArray();
        for (const Edge& edge : s.graph.edgesInto(id))
            json.value(edge.from);
        json.endArray();
        writeShape(json, "output", s.shapes.shapes.at(id));
        json.key("parameters").beginObject().field("trainable", counts.trainable).field("frozen", counts.frozen);
        json.field("statistics", counts.statistics).endObject().field("macs", counts.macs);
        json.key("memory").beginObject().field("weights", bytes.weights).field("activations", bytes.activations);
        json.field("workspace", bytes.workspace).endObject().endObject();
    }
    const MemoryUse& m = s.training ? *s.training : s.inference;
    json.endArray().key("totals").beginObject();
    json.field("trainable", s.counts.total.trainable).field("frozen", s.counts.total.frozen);
    json.field("statistics", s.counts.total.statistics).field("macs", s.counts.total.macs);
    json.key("textbook")
        .beginObject()
        .field("inference", s.textbook.inference)
        .field("training", s.textbook.training)
        .endObject();
    json.key("memory").beginObject().field("inference_peak", s.inference.total()).key("training_peak");
    json.value(s.training ? std::optional(m.total()) : std::nullopt);
    json.field("weights", m[MemoryCategory::Weights]).field("gradients", m[MemoryCategory::Gradients]);
    json.field("optimizer", m[MemoryCategory::Optimizer]).field("activations", m[MemoryCategory::Activations]);
    json.field("workspace", m[MemoryCategory::Workspace]).field("data", m[MemoryCategory::Data]);
    json.endObject().endObject().endObject();
    return json.text();
}

void printTable(const Summary& s)
{
    using Row = std::array<std::string, 6>;
    std::vector<Row> rows{{"name", "type", "output", "parameters", "MACs", "memory"}};
    for (const NodeId id : s.shapes.order) {
        const Node& node = *s.graph.node(id);
        const Counts c = s.counts.nodes.at(id);
        const auto it = s.layers.find(id);
        const LayerMemory m = it == s.layers.end() ? LayerMemory{} : it->second;
        rows.push_back({shortened(printableName(node.name), 40), findLayer(node.type)->title,
                        s.shapes.shapes.at(id).text(), groupDigits(c.parameters()), groupDigits(c.macs),
                        bytesText(m.weights + m.activations + m.workspace)});
    }
    std::array<std::size_t, 6> widths{10, 14, 14, 12, 14, 12};
    for (const Row& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], characters(row[i]) + 2);
    const std::string batch = std::to_string(s.config.batch);
    printLine((s.graph.title.empty() ? s.graph.name : s.graph.title) + ", batch " + batch);
    for (const Row& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i)
            line += i < 3 ? padRight(row[i], widths[i]) : padLeft(row[i], widths[i]);
        printLine(line);
    }
    const Counts& t = s.counts.total;
    printLine("Parameters: " + groupDigits(t.trainable) + " trainable, " + groupDigits(t.frozen) + " frozen, " +
              groupDigits(t.statistics) + " statistics");
    printLine("MACs for one image: " + groupDigits(t.macs));
    printLine("Textbook memory at batch " + batch + ": inference " + groupDigits(s.textbook.inference) +
              " bytes, training " + groupDigits(s.textbook.training) + " bytes");
    printLine("Engine memory at batch " + batch + " (without the data set): inference " +
              bytesText(s.inference.total()) +
              (s.training ? ", training " + bytesText(s.training->total())
                          : "; training needs a network that ends in a list"));
    if (!s.training)
        return;
    const MemoryUse& m = *s.training;
    printLine("  training: weights " + bytesText(m[MemoryCategory::Weights]) + ", gradients " +
              bytesText(m[MemoryCategory::Gradients]) + ", optimizer " + bytesText(m[MemoryCategory::Optimizer]) +
              ", activations " + bytesText(m[MemoryCategory::Activations]) + ", workspace " +
              bytesText(m[MemoryCategory::Workspace]));
}

int runSummary(const SummaryOptions& options)
{
    TrainConfig probe;
    if (const auto flags = options.plan.apply(probe); !flags)
        return wrongUsage(flags.error().text());
    const auto summary = summarize(options);
    if (!summary)
        return fail(summary.error());
    if (options.json)
        printLine(asJson(*summary));
    else
        printTable(*summary);
    return kSuccess;
}

} // namespace

void addSummary(CLI::App& app, Run& run)
{
    auto* command = app.add_subcommand("summary", "Shapes, parameters, MACs and memory of a network");
    auto options = std::make_shared<SummaryOptions>();
    command->add_option("MODEL", options->model, "Preset, .convarium, network .json or .onnx")->required();
    options->plan.add(*command);
    command->add_option("--input", options->input, "Size of the input")->check(imageSize());
    command->add_flag("--json", options->json, "Print JSON");
    command->callback([&run, options] { run = [options] { return runSummary(*options); }; });
}

} // namespace convarium::cli
