#include "app/cli/commands.h"
#include "app/cli/options.h"
#include "app/cli/terminal.h"
#include "engine/io/export_formats.h"
#include "engine/io/load_model.h"

namespace convarium::cli
{

namespace
{

using namespace engine;

struct ExportOptions {
    std::string model, format, output, weights;
};

int runExport(const ExportOptions& o)
{
    const auto& all = exportFormats();
    const ExportFormat& format =
        *std::find_if(all.begin(), all.end(), [&o](const ExportFormat& f) { return o.format == f.id; });
    if (!format.write)
        return fail({ErrorCode::InvalidArgument,
                     "Export to " + format.title + " is not part of this version.",
                     "Use --format onnx, which converters to other programs read.",
                     {}});
    if (suffixOf(o.output) != format.suffix)
        return wrongUsage("-o is '" + o.output + "', but for --format " + o.format + " the name must end in " +
                          format.suffix + ".");
    const auto project = loadModel(o.model);
    if (!project)
        return fail(project.error());
    if (const auto sound = checkGraph(project->graph); !sound)
        return fail(sound.error());
    const auto given = givenWeights(*project, o.weights);
    if (!given)
        return fail(given.error());
    const WeightsPtr weights = *given ? *given : initialWeights(project->graph, project->train.seed);
    const auto written = format.write(*project, *weights, o.output);
    if (!written)
        return fail(written.error());
    std::string list;
    for (const std::string& file : *written)
        list += (list.empty() ? "" : ", ") + file;
    printLine("Written: " + list + (*given ? "" : ". The weights are untrained") + ".");
    return kSuccess;
}

} // namespace

void addExport(CLI::App& app, Run& run)
{
    std::vector<std::string> names;
    for (const ExportFormat& format : exportFormats())
        names.push_back(format.id);
    auto* command = app.add_subcommand("export", "Write a network for other programs");
    auto options = std::make_shared<ExportOptions>();
    command->add_option("MODEL", options->model, "Preset, .convarium, network .json or .onnx")->required();
    command->add_option("--format", options->format, "What to write")->required()->check(oneOf(names));
    command->add_option("-o,--output", options->output, "Name of the file; pytorch writes two more beside it")
        ->required();
    command->add_option("--weights", options->weights, "Take the weights from this safetensors file");
    command->callback([&run, options] { run = [options] { return runExport(*options); }; });
}

} // namespace convarium::cli
