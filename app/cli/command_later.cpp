#include "app/cli/commands.h"
#include "app/cli/options.h"
#include "app/cli/terminal.h"

namespace convarium::cli
{

void addLater(CLI::App& app, Run& run)
{
    for (const char* name : {"run", "export"}) {
        auto* command = app.add_subcommand(name, "Not part of this version");
        command->allow_extras();
        command->callback([&run, name] {
            run = [name] {
                return wrongUsage(std::string("The command ") + name +
                                  " is not part of this version. See convarium-cli --help for what there is.");
            };
        });
    }
}

} // namespace convarium::cli
