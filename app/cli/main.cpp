// convarium-cli: the engine without a window.

#include "app/cli/commands.h"
#include "app/cli/terminal.h"
#include "engine/kernels/kernel_table.h"

#include <CLI/CLI.hpp>

#include <QCoreApplication>
#include <QLoggingCategory>

#include <clocale>
#include <exception>
#include <new>

#if !defined(_WIN32)
#include <langinfo.h>
#endif

namespace
{

/// Qt warns about file names in a locale that is not UTF-8, as a bare machine's is; the text we write is UTF-8 anyway.
void useUtf8Locale()
{
#if !defined(_WIN32)
    std::setlocale(LC_ALL, "");
    if (qstrcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        qputenv("LC_ALL", "C.UTF-8");
#endif
}

/// One sentence, with a full stop, and where to look.
std::string usageText(const CLI::App& app, const CLI::ParseError& error)
{
    std::string text = error.what();
    for (char& c : text)
        if (c == '\n')
            c = ' ';
    while (!text.empty() && (text.back() == ' ' || text.back() == '.'))
        text.pop_back();
    std::string command = "convarium-cli";
    for (const CLI::App* at = &app; !at->get_subcommands().empty();) {
        at = at->get_subcommands().front();
        command += " " + at->get_name();
    }
    return text + ". See " + command + " --help.";
}

} // namespace

int main(int argc, char** argv)
{
    using namespace convarium::cli;
    useUtf8Locale();
    const QCoreApplication application(argc, argv);
    QLoggingCategory::setFilterRules(QStringLiteral("qt.gui.imageio*=false")); // a bad picture gets our own sentence
    std::setlocale(LC_NUMERIC, "C");

    CLI::App app("Train and measure convolutional networks without a window.", "convarium-cli");
    app.set_version_flag("--version", "convarium-cli " CONVARIUM_VERSION);
    app.require_subcommand(1);
    Run run;
    addPresets(app, run);
    addSummary(app, run);
    addTrain(app, run);
    addEval(app, run);
    addData(app, run);
    addBench(app, run);
    addExport(app, run);
    addRun(app, run);
    // The parser would only say that a command is missing.
    const auto named = [argv](const CLI::App* command) { return command->get_name() == argv[1]; };
    if (argc > 1 && argv[1][0] != '-' && app.get_subcommands(named).empty())
        return wrongUsage(std::string("There is no command '") + argv[1] + "'. See convarium-cli --help.");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0)
            return app.exit(error); // help and version
        return wrongUsage(usageText(app, error));
    }
    // A level that was asked for and cannot be had must not silently be another one.
    if (const char* fault = convarium::engine::kernels::environmentError(); *fault)
        return wrongUsage(fault);
    try {
        return run();
    } catch (const std::bad_alloc&) {
        warn("There is not enough memory for this. Use a smaller batch, or close other programs.");
    } catch (const std::exception& error) {
        warn(std::string("Something went wrong inside the program: ") + error.what() + ". Please report it.");
    }
    return kFailed;
}
