// The commands of convarium-cli. Each declares its options on the parser and, when it was the one named, sets what
// runs.
#pragma once

#include <functional>

namespace CLI
{
class App;
}

namespace convarium::cli
{

/// Returns the exit status.
using Run = std::function<int()>;

void addPresets(CLI::App& app, Run& run);
void addSummary(CLI::App& app, Run& run);
void addTrain(CLI::App& app, Run& run);
void addEval(CLI::App& app, Run& run);
void addData(CLI::App& app, Run& run);
void addBench(CLI::App& app, Run& run);
void addExport(CLI::App& app, Run& run);
void addRun(CLI::App& app, Run& run);

} // namespace convarium::cli
