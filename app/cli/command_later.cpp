#include "app/cli/commands.h"
#include "app/cli/options.h"
#include "app/cli/terminal.h"

namespace convarium::cli
{

void addLater(CLI::App& app, Run& run)
{
    auto* command = app.add_subcommand("run", "Not part of this version");
    command->allow_extras();
    command->callback([&run] {
        run = [] {
            return wrongUsage(
                "The command run is not part of this version. See convarium-cli --help for what there is.");
        };
    });
}

} // namespace convarium::cli
