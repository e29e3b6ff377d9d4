#include "app/cli/commands.h"
#include "app/cli/open_data.h"
#include "app/cli/options.h"
#include "app/cli/terminal.h"
#include "engine/data/masks.h"
#include "engine/graph/formula.h"
#include "engine/io/json_writer.h"
#include "engine/io/load_model.h"
#include "engine/train/network_loss.h"
#include "engine/train/trainer.h"
#include "engine/train/training_split.h"

namespace convarium::cli
{

namespace
{

using namespace engine;

struct EvalOptions {
    std::string model, data, weights;
    std::string split = "test";
    std::optional<std::string> scale;
    bool json = false;
};

std::string asJson(const EvalOptions& options, const Evaluation& result)
{
    JsonWriter json;
    json.beginObject().field("split", options.split).field("images", result.images).field("loss", result.loss);
    json.field("accuracy", result.accuracy).key("confusion").beginArray();
    for (const auto& row : result.confusion) {
        json.beginArray();
        for (const std::int64_t count : row)
            json.value(count);
        json.endArray();
    }
    json.endArray();
    if (result.meanIntersectionOverUnion)
        json.field("pixel_accuracy", result.accuracy).field("mean_iou", *result.meanIntersectionOverUnion);
    json.endObject();
    return json.text();
}

void printText(const EvalOptions& options, const Evaluation& result, const std::vector<std::string>& classes)
{
    printLine(options.split + ": " + groupDigits(result.images) + " images, loss " + shortNumber(result.loss) +
              (result.meanIntersectionOverUnion ? ", pixel accuracy " : ", accuracy ") + percent(result.accuracy) +
              (result.meanIntersectionOverUnion
                   ? ", mean intersection over union " + percent(*result.meanIntersectionOverUnion)
                   : std::string()));
    std::size_t width = 7;
    for (const std::string& name : classes)
        width = std::max(width, name.size() + 2);
    std::string header = padRight("true \\ read as", 16);
    for (const std::string& name : classes)
        header += padLeft(name, width);
    printLine(header);
    for (std::size_t i = 0; i < result.confusion.size(); ++i) {
        std::string row = padRight(i < classes.size() ? classes[i] : std::to_string(i), 16);
        for (const std::int64_t count : result.confusion[i])
            row += padLeft(groupDigits(count), width);
        printLine(row);
    }
}

int runEval(const EvalOptions& options)
{
    auto project = loadModel(options.model);
    if (!project)
        return fail(project.error());
    project->graph = withLoss(std::move(project->graph), project->train.loss);
    if (options.scale)
        applyScale(project->graph, *options.scale);
    if (const auto sound = checkGraph(project->graph); !sound)
        return fail(sound.error());
    const auto weights = givenWeights(*project, options.weights);
    if (!weights)
        return fail(weights.error());
    if (!*weights)
        return fail({ErrorCode::InvalidArgument,
                     "'" + options.model + "' has no trained weights to evaluate.",
                     "Train it first: convarium-cli train " + options.model + " --data " + options.data +
                         " -o trained.convarium.",
                     {}});

    ProgressBar bar(!options.json);
    const Interrupt interrupt;
    const auto data = openData(options.data, bar);
    if (Interrupt::requested())
        return kInterrupted;
    if (!data)
        return fail(data.error());
    // What --validation set aside from the training images is found again from the settings saved with the network.
    Result<DatasetPtr> chosen = options.split == "validation" ? validationPart(*data, project->train)
                                : options.split == "train"    ? data->train
                                                              : data->test;
    if (!chosen)
        return fail(chosen.error());
    const DatasetPtr part = *chosen;
    if (!part || part->size() == 0)
        return fail({ErrorCode::NotFound,
                     "The data set '" + options.data + "' has no " + options.split + " images.",
                     "Choose another part with --split.",
                     {}});
    const auto result = evaluate(project->graph, **weights, *part, project->train.threads);
    if (!result)
        return fail(result.error());
    if (options.json)
        printLine(asJson(options, *result));
    else
        printText(
            options, *result,
            withTargets(part, result->meanIntersectionOverUnion ? TargetKind::Mask : TargetKind::Class)->classNames());
    return kSuccess;
}

} // namespace

void addEval(CLI::App& app, Run& run)
{
    auto* command = app.add_subcommand("eval", "Loss, accuracy and confusion matrix of a trained network");
    auto options = std::make_shared<EvalOptions>();
    command->add_option("MODEL", options->model, "Trained .convarium or .onnx file, or any network with --weights")
        ->required();
    command->add_option("--data", options->data, "Data set: a name or a folder")->required();
    command->add_option("--split", options->split, "Part of the data set")
        ->check(oneOf({"train", "validation", "test"}));
    command->add_option("--scale", options->scale, "How pixels become numbers")->check(pixelScale());
    command->add_option("--weights", options->weights, "Take the weights from this safetensors file");
    command->add_flag("--json", options->json, "Print JSON");
    command->callback([&run, options] { run = [options] { return runEval(*options); }; });
}

} // namespace convarium::cli
