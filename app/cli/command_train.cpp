#include "app/cli/commands.h"
#include "app/cli/open_data.h"
#include "app/cli/options.h"
#include "app/cli/terminal.h"
#include "app/cli/training_report.h"
#include "engine/io/atomic_file.h"
#include "engine/io/load_model.h"
#include "engine/io/onnx/onnx_export.h"
#include "engine/io/project_file.h"
#include "engine/losses/loss.h"

#include <array>

namespace convarium::cli
{

namespace
{

using namespace engine;

/// A flag of a number that TrainConfig holds.
struct RealFlag {
    const char* name;
    double TrainConfig::*field;
    double maximum;
    const char* help;
};

constexpr RealFlag kRealFlags[] = {
    {"--lr", &TrainConfig::rate, 1e9, "Learning rate"},
    {"--beta1", &TrainConfig::beta1, 1, "Adam, AdamW: memory of the mean gradient"},
    {"--beta2", &TrainConfig::beta2, 1, "Adam, AdamW: memory of the squared gradient"},
    {"--alpha", &TrainConfig::alpha, 1, "RMSProp: memory of the squared gradient"},
    {"--epsilon", &TrainConfig::epsilon, 1e9, "Adaptive optimizers: keeps the divisor from zero"},
    {"--weight-decay", &TrainConfig::weightDecay, 1e9, "L2: pull of the weights towards zero (AdamW: decoupled)"},
    {"--l1", &TrainConfig::l1, 1e9, "L1: the same pull for small and large weights"},
    {"--clip-value", &TrainConfig::clipValue, 1e9, "Cut each number of the gradient to this size (0: off)"},
    {"--clip-norm", &TrainConfig::clipNorm, 1e9, "Scale the whole gradient down to this norm (0: off)"},
    {"--ema", &TrainConfig::averageDecay, 1, "Keep a moving average of the weights with this decay, such as 0.999"},
    {"--validation", &TrainConfig::validation, 0.9, "Share of the training images set aside"},
};

struct TrainOptions {
    std::string model, data, checkpoint, resume, output, weights;
    PlanFlags plan;
    std::optional<std::int64_t> epochs, steps, limit, earlyStopping;
    std::array<std::optional<double>, std::size(kRealFlags)> reals;
    std::optional<double> momentum, smoothing;
    std::optional<std::string> loss;
    std::optional<std::string> schedule, scale, augment;
    std::string freeze;
    bool restoreBest = false;
    std::optional<std::uint64_t> seed;
    bool noShuffle = false, everyStep = false, json = false;
};

/// --loss chooses, --label-smoothing adds to what is chosen.
Result<void> applyLoss(const TrainOptions& o, TrainConfig& c)
{
    c.loss = o.loss.value_or(c.loss);
    if (!o.smoothing)
        return {};
    auto loss = parseLoss(c.loss.empty() ? "cross-entropy" : c.loss);
    if (!loss)
        return loss.error();
    if (!loss->info->takesSmoothing)
        return Error{ErrorCode::InvalidArgument,
                     "--label-smoothing is for cross-entropies; the loss is " + loss->info->id + ".",
                     "Leave it out, or choose --loss cross-entropy.",
                     {}};
    loss->smoothing = *o.smoothing;
    c.loss = lossText(*loss);
    return {};
}

/// Flags over the settings that came with the network.
Result<void> applyFlags(const TrainOptions& o, TrainConfig& c)
{
    if (auto applied = o.plan.apply(c); !applied)
        return applied;
    c.data = o.data;
    if (o.epochs) {
        c.epochs = *o.epochs;
        c.steps = 0;
    }
    c.steps = o.steps.value_or(c.steps);
    c.limit = o.limit.value_or(c.limit);
    for (std::size_t i = 0; i < o.reals.size(); ++i)
        c.*kRealFlags[i].field = o.reals[i].value_or(c.*kRealFlags[i].field);
    c.earlyStopping = o.earlyStopping.value_or(c.earlyStopping);
    c.restoreBest = c.restoreBest || o.restoreBest;
    c.schedule = o.schedule.value_or(c.schedule);
    c.augment = o.augment == "none" ? std::string() : o.augment.value_or(c.augment);
    if (auto chosen = applyLoss(o, c); !chosen)
        return chosen;
    c.seed = o.seed.value_or(c.seed);
    c.shuffle = c.shuffle && !o.noShuffle;
    if (o.momentum) {
        c.momentum = *o.momentum;
        if (c.optimizer == "sgd" && c.momentum > 0)
            c.optimizer = "momentum"; // the same rule with a velocity
    }
    return validate(c);
}

/// The layers named, by name or by id, get no update; batch normalisation in them uses its running values.
Result<void> freeze(GraphSpec& graph, const std::string& list)
{
    for (std::size_t from = 0; !list.empty() && from <= list.size();) {
        const std::size_t to = std::min(list.find(',', from), list.size());
        const std::string name = list.substr(from, to - from);
        from = to + 1;
        bool found = false;
        for (Node& node : graph.nodes)
            if (node.name == name || std::to_string(node.id) == name)
                found = node.frozen = true;
        if (!found)
            return Error{ErrorCode::UnknownName,
                         "There is no layer called '" + name + "' to freeze.",
                         "Use the names or ids that convarium-cli summary lists.",
                         {-1, "--freeze", {}, -1}};
    }
    return {};
}

/// Wires, layers and settings alike? Names and places may differ.
bool sameNetwork(const GraphSpec& a, const GraphSpec& b)
{
    const auto bare = [](const GraphSpec& graph) {
        GraphSpec g;
        g.edges = graph.edges;
        for (const Node& node : graph.nodes)
            g.nodes.push_back({node.id, node.type, node.version, {}, node.params, false, -1, {}});
        return g;
    };
    return bare(a) == bare(b);
}

/// The network to train. With --resume it is the checkpoint's, which must be the one that was named.
Result<Project> loadStart(const TrainOptions& o)
{
    auto named = loadModel(o.model);
    if (!named || o.resume.empty())
        return named;
    auto checkpoint = openProject(o.resume);
    if (!checkpoint)
        return checkpoint;
    if (!checkpoint->state)
        return Error{ErrorCode::InvalidArgument,
                     "'" + o.resume + "' holds no training to go on with.",
                     "Name a file that --checkpoint or -o wrote.",
                     {-1, {}, o.resume, -1}};
    if (!sameNetwork(named->graph, checkpoint->graph))
        return Error{ErrorCode::ShapeMismatch,
                     "'" + o.resume + "' is a checkpoint of another network than '" + o.model + "'.",
                     "Name the network it was made from, or the checkpoint itself as MODEL.",
                     {-1, {}, o.resume, -1}};
    return checkpoint;
}

int checkUsage(const TrainOptions& o)
{
    const std::string suffix = suffixOf(o.output);
    if (!o.output.empty() && suffix != ".convarium" && suffix != ".json" && suffix != ".onnx")
        return wrongUsage("-o is '" + o.output + "', but the name must end in .convarium, .json or .onnx.");
    if (!o.checkpoint.empty() && suffixOf(o.checkpoint) != ".convarium")
        return wrongUsage("--checkpoint is '" + o.checkpoint + "', but the name must end in .convarium.");
    TrainConfig probe;
    if (const auto flags = applyFlags(o, probe); !flags)
        return wrongUsage(flags.error().text());
    return kSuccess;
}

Result<void> saveResult(const Project& project, const std::string& file)
{
    if (file.empty())
        return {};
    const std::string suffix = suffixOf(file);
    return suffix == ".json"   ? saveNetwork(project, file)
           : suffix == ".onnx" ? saveOnnx(project, *project.state->resultWeights(), file)
                               : saveProject(project, file);
}

int runTrain(const TrainOptions& o)
{
    if (const int status = checkUsage(o); status != kSuccess)
        return status;
    auto start = loadStart(o);
    if (!start)
        return fail(start.error());
    Project project = *std::move(start);
    if (!o.resume.empty() && o.seed && *o.seed != project.state->seed)
        return wrongUsage("A resumed run keeps its seed, " + std::to_string(project.state->seed) +
                          ". Leave --seed out.");
    if (const auto flags = applyFlags(o, project.train); !flags)
        return wrongUsage(flags.error().text());
    if (const auto frozen = freeze(project.graph, o.freeze); !frozen)
        return fail(frozen.error());
    if (o.scale)
        applyScale(project.graph, *o.scale);
    if (const auto sound = checkGraph(project.graph); !sound)
        return fail(sound.error());
    for (const Problem& problem : inferShapes(project.graph).problems)
        warn(problem.error.text()); // checkGraph() leaves only warnings
    const auto weights = givenWeights(project, o.weights);
    if (!weights)
        return fail(weights.error());
    // Better to fail now than after hours of training.
    for (const std::string& file : {o.output, o.checkpoint})
        if (!file.empty())
            if (const auto folder = checkFolder(file); !folder)
                return fail(folder.error());
    if (suffixOf(o.output) == ".onnx") {
        const WeightsPtr first = *weights ? *weights : initialWeights(project.graph, project.train.seed);
        if (const auto model = onnxModel(project, *first); !model)
            return fail(model.error());
    }

    TrainControl control;
    const Interrupt interrupt([&control] { control.stop(); });
    ProgressBar bar(!o.json);
    auto data = openData(o.data, bar);
    if (Interrupt::requested())
        return kInterrupted;
    if (!data)
        return fail(data.error());

    // A trained network without --resume is a start: its weights, but a new run.
    const auto resumed = o.resume.empty() ? nullptr : project.state;
    if (!resumed)
        project.history = {};
    project.state = resumed;
    TrainingReport report(
        {o.json, o.everyStep, project.graph.name.empty() ? o.model : project.graph.name, o.data, o.checkpoint},
        project);
    Trainer trainer(project.graph, project.train, *std::move(data), resumed, *weights);
    const DoneEvent done = trainer.run(control, report);
    // A run that failed over an unreadable image, perhaps only in its evaluation, has learned all the same.
    if (done.reason == StopReason::Diverged || (done.reason == StopReason::Failed && done.step == 0)) {
        report.printDiverged(done);
        return fail(done.error.value_or(Error{}));
    }
    project.state = trainer.state();
    report.finishCheckpoint();
    const auto saved = saveResult(project, o.output);
    report.printDone(done, saved ? o.output : std::string());
    if (done.error)
        warn(done.error->text());
    if (!saved)
        return fail(saved.error());
    if (done.error)
        return kFailed;
    if (done.reason == StopReason::Stopped)
        return kInterrupted;
    return report.checkpointError() ? kFailed : kSuccess;
}

void declare(CLI::App& c, TrainOptions& o)
{
    c.add_option("MODEL", o.model, "Preset, .convarium, network .json or .onnx")->required();
    c.add_option("--data", o.data, "Data set: a name or a folder")->required();
    auto* epochs =
        c.add_option("--epochs", o.epochs, "Passes over the training images")->check(wholeNumber(1, 100'000));
    c.add_option("--steps", o.steps, "Steps instead of epochs")->check(wholeNumber(1, kMaxCount))->excludes(epochs);
    o.plan.add(c);
    for (std::size_t i = 0; i < o.reals.size(); ++i)
        c.add_option(kRealFlags[i].name, o.reals[i], kRealFlags[i].help)->check(number(0, kRealFlags[i].maximum));
    c.add_option("--momentum", o.momentum, "Share of the last step that is kept")->check(number(0, 1));
    c.add_option("--schedule", o.schedule,
                 "How the rate changes: constant, step:EPOCHS,FACTOR, exp:FACTOR, cosine, one-cycle, warmup:STEPS, "
                 "plateau:PATIENCE,FACTOR");
    c.add_option(
        "--loss", o.loss,
        "What is minimised: cross-entropy, binary-cross-entropy, mean-squared-error, or pixel-cross-entropy for "
        "networks that end in maps");
    c.add_option("--label-smoothing", o.smoothing, "Share of the target spread over all classes")->check(number(0, 1));
    c.add_option("--early-stopping", o.earlyStopping, "End after N epochs without a lower validation loss (0: off)")
        ->check(wholeNumber(0, 100'000));
    c.add_flag("--restore-best", o.restoreBest, "Evaluate and export the epoch of the lowest validation loss");
    c.add_option("--freeze", o.freeze, "Layers that are not trained: names or ids, separated by commas");
    c.add_option("--seed", o.seed, "Same seed, same run")
        ->check(wholeNumber(0, std::numeric_limits<std::int64_t>::max()));
    c.add_option("--limit", o.limit, "Only the first N training images")->check(wholeNumber(1, kMaxCount));
    c.add_option("--scale", o.scale, "How pixels become numbers")->check(pixelScale());
    c.add_flag("--no-shuffle", o.noShuffle, "Keep the order of the images");
    c.add_option(
        "--augment", o.augment,
        "Change training images a little, anew in every epoch: shift:PX,rotate:DEG,zoom:F,elastic,flip (none: off)");
    c.add_option("--checkpoint", o.checkpoint, "Write this .convarium file after each epoch");
    auto* resume = c.add_option("--resume", o.resume, "Go on with a checkpoint");
    c.add_option("--weights", o.weights, "Start from the weights of this safetensors file")->excludes(resume);
    c.add_option("-o,--output", o.output, "Write the result: .convarium, .onnx, or .json without weights");
    c.add_flag("--every-step", o.everyStep, "With --json, a line for every step");
    c.add_flag("--json", o.json, "Print JSON lines");
}

} // namespace

void addTrain(CLI::App& app, Run& run)
{
    auto* command = app.add_subcommand("train", "Train a network");
    auto options = std::make_shared<TrainOptions>();
    declare(*command, *options);
    command->callback([&run, options] { run = [options] { return runTrain(*options); }; });
}

} // namespace convarium::cli
