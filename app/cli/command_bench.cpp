#include "app/cli/commands.h"
#include "app/cli/options.h"
#include "app/cli/terminal.h"
#include "engine/analysis/derivation.h"
#include "engine/graph/formula.h"
#include "engine/io/json_writer.h"
#include "engine/io/load_model.h"
#include "engine/io/presets.h"
#include "engine/train/bench.h"

namespace convarium::cli
{

namespace
{

using namespace engine;

struct BenchFlags {
    std::vector<std::string> models;
    std::string mode = "train", precision = "fp32", execution = "fused";
    std::int64_t batch = 64;
    int threads = 0;
    double seconds = 3;
    bool layers = false, memory = false, json = false;
};

struct Measured {
    std::string model;
    BenchResult result;
    GraphSpec graph;
    std::int64_t peakMemory = 0; ///< of the process up to the end of this model's run
};

std::string directionText(const LayerSpeed& layer)
{
    return layer.direction == LayerSpeed::Direction::Forward ? "forward" : "backward";
}

std::string asJson(const BenchFlags& flags, const std::vector<Measured>& all)
{
    JsonWriter json;
    json.beginObject().field("peak_gflops", all.back().result.peakGflops).field("kernels", all.back().result.kernels);
    json.key("results").beginArray();
    for (const Measured& m : all) {
        json.beginObject().field("model", m.model).field("mode", flags.mode).field("batch", flags.batch);
        json.field("threads", m.result.threads).field("precision", flags.precision);
        json.field("images_per_second", m.result.imagesPerSecond).field("gflops", m.result.gflops);
        json.field("peak_share", m.result.peakShare);
        if (flags.memory)
            json.field("execution", flags.execution)
                .field("predicted_memory", m.result.predictedMemory)
                .field("peak_memory", m.peakMemory);
        if (flags.layers) {
            json.key("layers").beginArray();
            for (const LayerSpeed& layer : m.result.step.layers) {
                json.beginObject().key("names").beginArray();
                for (const NodeId node : layer.nodes)
                    json.value(m.graph.node(node)->name);
                json.endArray().field("direction", directionText(layer)).field("milliseconds", layer.milliseconds);
                json.field("share", layer.share).field("gflops", layer.gflops);
                json.field("peak_share", layer.peakShare).endObject();
            }
            json.endArray().field("update_milliseconds", m.result.step.updateMilliseconds);
            json.field("waiting_milliseconds", m.result.step.waitingMilliseconds);
        }
        json.endObject();
    }
    json.endArray().endObject();
    return json.text();
}

void printLayers(const Measured& m)
{
    std::size_t width = 5;
    const auto nameOf = [&m](const LayerSpeed& layer) {
        std::string name;
        for (const NodeId node : layer.nodes)
            name += (name.empty() ? "" : " + ") + m.graph.node(node)->name;
        return name;
    };
    for (const LayerSpeed& layer : m.result.step.layers)
        width = std::max(width, nameOf(layer).size());
    printLine("  " + padRight("layer", width) + "  direction  ms a step   share   GFLOP/s  of peak");
    for (const LayerSpeed& layer : m.result.step.layers)
        printLine("  " + padRight(nameOf(layer), width) + "  " + padRight(directionText(layer), 9) +
                  padLeft(shortNumber(layer.milliseconds), 11) + padLeft(percent(layer.share), 8) +
                  (layer.gflops > 0 ? padLeft(shortNumber(layer.gflops), 10) + padLeft(percent(layer.peakShare), 9)
                                    : std::string()));
    if (m.result.step.updateMilliseconds > 0)
        printLine("  " + padRight("optimizer", width) + "  " + padRight("update", 9) +
                  padLeft(shortNumber(m.result.step.updateMilliseconds), 11));
    printLine("  " + padRight("threads wait for each other", width + 11) +
              padLeft(shortNumber(m.result.step.waitingMilliseconds), 11));
}

int runBenches(const BenchFlags& flags)
{
    if (const auto known = checkPrecision(flags.precision); !known)
        return wrongUsage(known.error().text());
    std::vector<std::string> models = flags.models;
    if (models.empty())
        models = {"lenet-5", "mnist-cnn", "resnet-20"};
    BenchOptions options;
    options.training = flags.mode == "train";
    options.batch = flags.batch;
    options.threads = flags.threads;
    options.execution = executionOf(flags.execution);
    options.seconds = flags.seconds;
    options.layers = flags.layers;
    std::vector<Measured> all;
    for (const std::string& model : models) {
        const auto project = loadModel(model);
        if (!project)
            return fail(project.error());
        if (const auto sound = checkGraph(project->graph); !sound)
            return fail(sound.error());
        const auto result = runBench(project->graph, options);
        if (!result)
            return fail(result.error());
        all.push_back({model, *result, project->graph, peakMemory()});
        if (!flags.json)
            printLine(padRight(model, 14) + flags.mode + ", batch " + std::to_string(flags.batch) + ", " +
                      std::to_string(result->threads) +
                      " threads: " + groupDigits(static_cast<std::int64_t>(result->imagesPerSecond)) + " images/s, " +
                      shortNumber(result->gflops) + " GFLOP/s, " + percent(result->peakShare) + " of the peak of " +
                      shortNumber(result->peakGflops) + " (" + result->kernels + " kernels)");
        if (flags.memory && !flags.json)
            printLine("  memory: " + bytesText(result->predictedMemory) + " predicted, " +
                      bytesText(all.back().peakMemory) + " taken by the process so far");
        if (flags.layers && !flags.json)
            printLayers(all.back());
    }
    if (flags.json)
        printLine(asJson(flags, all));
    return kSuccess;
}

} // namespace

void addBench(CLI::App& app, Run& run)
{
    auto* command = app.add_subcommand("bench", "Images per second of training or inference");
    auto flags = std::make_shared<BenchFlags>();
    command->add_option("MODEL", flags->models, "Presets or files (lenet-5, mnist-cnn, resnet-20)");
    command->add_option("--mode", flags->mode, "What to measure")->check(oneOf({"train", "infer"}));
    command->add_option("--batch", flags->batch, "Images per step")->check(wholeNumber(1, 65536));
    command->add_option("--threads", flags->threads, "Threads (all cores)")->check(wholeNumber(1, kMaxThreads));
    command->add_option("--seconds", flags->seconds, "Time per network")->check(number(0.1, 3600));
    command->add_option("--precision", flags->precision, "Kind of numbers")->check(oneOf({"fp32", "bf16"}));
    command->add_option("--execution", flags->execution, "fused needs much less memory")->check(executionWord());
    command->add_flag("--layers", flags->layers, "Measure each layer too");
    command->add_flag("--memory", flags->memory, "Tell predicted and taken memory too");
    command->add_flag("--json", flags->json, "Print JSON");
    command->callback([&run, flags] { run = [flags] { return runBenches(*flags); }; });
}

} // namespace convarium::cli
