#include "app/cli/commands.h"
#include "app/cli/options.h"
#include "app/cli/terminal.h"
#include "engine/io/load_model.h"
#include "engine/io/onnx/onnx_export.h"
#include "engine/io/torch/torch_export.h"
#include "engine/io/weights_file.h"

namespace convarium::cli
{

namespace
{

using namespace engine;

using Written = Result<std::vector<std::string>>;

/// A program or a file format that networks can be handed on to.
struct Format {
    const char* name;
    const char* suffix; ///< of the file that -o names
    Written (*write)(const Project&, const WeightMap&, const std::string& path);
};

Written notYet(const Project&, const WeightMap&, const std::string&)
{
    return Error{ErrorCode::InvalidArgument,
                 "This format is not part of this version.",
                 "Use --format onnx, pytorch or safetensors.",
                 {}};
}

Written writeOnnx(const Project& project, const WeightMap& weights, const std::string& path)
{
    if (auto written = saveOnnx(project, weights, path); !written)
        return written.error();
    return std::vector{path};
}

Written writeSafetensors(const Project& project, const WeightMap& weights, const std::string& path)
{
    if (auto written = exportWeights(project.graph, weights, path); !written)
        return written.error();
    return std::vector{path};
}

constexpr Format kFormats[] = {{"onnx", ".onnx", writeOnnx},
                               {"pytorch", ".py", exportTorch},
                               {"keras", ".py", notYet},
                               {"safetensors", ".safetensors", writeSafetensors}};

struct ExportOptions {
    std::string model, format, output, weights;
};

int runExport(const ExportOptions& o)
{
    const Format& format =
        *std::find_if(std::begin(kFormats), std::end(kFormats), [&o](const Format& f) { return o.format == f.name; });
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
    const Written written = format.write(*project, *weights, o.output);
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
    for (const Format& format : kFormats)
        names.emplace_back(format.name);
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
