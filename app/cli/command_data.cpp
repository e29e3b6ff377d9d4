#include "app/cli/commands.h"
#include "app/cli/options.h"
#include "app/cli/terminal.h"
#include "datasets/datasets.h"
#include "engine/analysis/derivation.h"
#include "engine/graph/formula.h"
#include "engine/io/json_writer.h"

namespace convarium::cli
{

namespace
{

using engine::JsonWriter;

datasets::Progress progressOn(ProgressBar& bar)
{
    return [&bar](const std::string& phase, std::int64_t done, std::int64_t total) {
        bar.show(total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 0, phase);
        return !Interrupt::requested();
    };
}

int listData(bool json)
{
    JsonWriter out;
    out.beginArray();
    for (const datasets::CatalogueEntry& entry : datasets::catalogue()) {
        const std::string state = entry.present              ? "ready"
                                  : entry.downloadBytes == 0 ? "made on first use"
                                                             : "download of " + engine::bytesText(entry.downloadBytes);
        if (!json)
            printLine(padRight(entry.name, 12) + padRight(state, 24) + entry.title + ". " + entry.description);
        out.beginObject().field("name", entry.name).field("title", entry.title).field("description", entry.description);
        out.field("download_bytes", entry.downloadBytes).field("present", entry.present).endObject();
    }
    out.endArray();
    if (json)
        printLine(out.text());
    return kSuccess;
}

void printPictures(const datasets::PicturesInfo& pictures)
{
    const auto text = [](const datasets::PicturesInfo::Size& size) {
        return std::to_string(size.width) + "x" + std::to_string(size.height);
    };
    printLine("Sizes (width x height): smallest " + text(pictures.smallest) + ", median " + text(pictures.median) +
              ", largest " + text(pictures.largest));
    std::string channels;
    for (const auto& [count, name] :
         {std::pair{pictures.grey, " grey"}, {pictures.palette, " with a palette"}, {pictures.colour, " colour"}})
        if (count > 0)
            channels += (channels.empty() ? "" : ", ") + engine::groupDigits(count) + name;
    printLine("Channels: " + channels);
    if (pictures.otherFiles > 0)
        printLine(engine::groupDigits(pictures.otherFiles) +
                  " files in the class folders are no pictures (PNG, JPEG, " + "BMP) and left out");
}

void addPictures(JsonWriter& out, const datasets::PicturesInfo& pictures)
{
    out.key("sizes").beginObject();
    for (const auto& [key, size] :
         {std::pair{"smallest", pictures.smallest}, {"median", pictures.median}, {"largest", pictures.largest}})
        out.key(key).beginArray().value(size.width).value(size.height).endArray();
    out.endObject().key("channels").beginObject();
    out.field("grey", pictures.grey).field("palette", pictures.palette).field("colour", pictures.colour).endObject();
    out.field("other_files", pictures.otherFiles);
}

int showData(const std::string& source, bool json)
{
    ProgressBar bar(!json);
    const Interrupt interrupt;
    const auto bundle = datasets::open(source, progressOn(bar));
    bar.clear();
    if (Interrupt::requested())
        return kInterrupted;
    if (!bundle)
        return fail(bundle.error());
    const datasets::SourceInfo info = datasets::describeSource(*bundle);
    if (!json) {
        const std::string images = info.pictures ? "pictures of any size, " : "images " + info.imageShape.text() + ", ";
        printLine(info.title + ": " + images + std::to_string(info.classNames.size()) + " classes, " +
                  engine::bytesText(info.residentBytes) + " in memory");
        for (const datasets::SplitInfo& split : info.splits) {
            std::string line = padRight(split.name, 12) + padLeft(engine::groupDigits(split.images), 10) + " images";
            for (std::size_t i = 0; i < split.perClass.size() && split.perClass.size() <= 20; ++i)
                line += (i == 0 ? ": " : ", ") + engine::groupDigits(split.perClass[i]) + " of " + info.classNames[i];
            printLine(line + (split.origin.empty() ? "" : " (" + split.origin + ")"));
        }
        if (info.pictures)
            printPictures(*info.pictures);
        return kSuccess;
    }
    JsonWriter out;
    out.beginObject().field("name", info.name).field("title", info.title).key("image").beginArray();
    for (int i = 0; i < info.imageShape.rank(); ++i)
        out.value(info.imageShape[i]);
    out.endArray().key("classes").beginArray();
    for (const std::string& name : info.classNames)
        out.value(name);
    out.endArray().key("splits").beginArray();
    for (const datasets::SplitInfo& split : info.splits) {
        out.beginObject().field("name", split.name).field("images", split.images).key("per_class").beginArray();
        for (const std::int64_t count : split.perClass)
            out.value(count);
        out.endArray();
        if (!split.origin.empty())
            out.field("origin", split.origin);
        out.endObject();
    }
    out.endArray().field("bytes", info.residentBytes);
    if (info.pictures)
        addPictures(out, *info.pictures);
    out.endObject();
    printLine(out.text());
    return kSuccess;
}

int finished(const engine::Result<void>& result, ProgressBar& bar, const std::string& message)
{
    bar.clear();
    if (Interrupt::requested())
        return kInterrupted;
    if (!result)
        return fail(result.error());
    printLine(message);
    return kSuccess;
}

int downloadData(const std::string& name)
{
    ProgressBar bar(true);
    const Interrupt interrupt;
    const auto result = datasets::download(name, progressOn(bar));
    return finished(result, bar, "'" + name + "' is ready in " + datasets::dataFolder() + ".");
}

int generateData(const std::string& folder)
{
    ProgressBar bar(true);
    const Interrupt interrupt;
    const auto result = datasets::writeDigits(folder, progressOn(bar));
    return finished(result, bar, "Four IDX files are in " + folder + ".");
}

} // namespace

void addData(CLI::App& app, Run& run)
{
    struct Options {
        std::string source, name, what, folder;
        bool json = false;
    };
    auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("data", "Data sets: list, describe, download, generate");
    command->require_subcommand(1);

    auto* list = command->add_subcommand("list", "Data sets that can be named");
    list->add_flag("--json", options->json, "Print JSON");
    list->callback([&run, options] { run = [options] { return listData(options->json); }; });

    auto* info = command->add_subcommand("info", "What a data set holds");
    info->add_option("SRC", options->source, "Name or folder")->required();
    info->add_flag("--json", options->json, "Print JSON");
    info->callback([&run, options] { run = [options] { return showData(options->source, options->json); }; });

    auto* download = command->add_subcommand("download", "Fetch a data set once");
    download->add_option("NAME", options->name, "Name from the list")->required();
    download->callback([&run, options] { run = [options] { return downloadData(options->name); }; });

    auto* generate = command->add_subcommand("generate", "Write generated digits as IDX files");
    generate->add_option("WHAT", options->what, "What to generate")->required()->check(oneOf({"digits"}));
    generate->add_option("-o,--output", options->folder, "Folder")->required();
    generate->callback([&run, options] { run = [options] { return generateData(options->folder); }; });
}

} // namespace convarium::cli
