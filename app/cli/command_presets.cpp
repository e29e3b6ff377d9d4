#include "app/cli/commands.h"
#include "app/cli/options.h"
#include "app/cli/terminal.h"
#include "engine/analysis/counts.h"
#include "engine/graph/formula.h"
#include "engine/io/json_writer.h"
#include "engine/io/presets.h"

#include <optional>

namespace convarium::cli
{

namespace
{

using namespace engine;

int listPresets(bool json)
{
    JsonWriter out;
    out.beginArray();
    std::optional<PresetKind> kind;
    for (const PresetInfo& preset : presets()) {
        const auto project = loadPreset(preset.name);
        if (!project)
            return fail(project.error());
        const ShapedGraph shapes = inferShapes(project->graph);
        const std::int64_t parameters = countNetwork(project->graph, shapes).total.trainable;
        const Shape input = shapes.shapes.at(inputNodes(project->graph).front());
        if (!json) {
            if (kind != preset.kind) {
                printLine((kind ? "\n" : "") + std::string(presetKindTitle(preset.kind)));
                kind = preset.kind;
            }
            printLine("  " + padRight(preset.name, 18) + padRight(preset.about.year ? std::to_string(preset.about.year) : "", 6) +
                      padRight(input.text(), 11) + padLeft(groupDigits(parameters), 11) + " parameters  " +
                      preset.idea());
            continue;
        }
        out.beginObject().field("name", preset.name).field("title", preset.title).key("year");
        if (preset.about.year)
            out.value(preset.about.year);
        else
            out.null();
        out.key("input").beginArray();
        for (int i = 0; i < input.rank(); ++i)
            out.value(input[i]);
        out.endArray().field("parameters", parameters).endObject();
    }
    out.endArray();
    if (json)
        printLine(out.text());
    return kSuccess;
}

} // namespace

void addPresets(CLI::App& app, Run& run)
{
    auto* command = app.add_subcommand("presets", "List the built-in networks");
    auto json = std::make_shared<bool>(false);
    command->add_flag("--json", *json, "Print JSON");
    command->callback([&run, json] { run = [json] { return listPresets(*json); }; });
}

} // namespace convarium::cli
