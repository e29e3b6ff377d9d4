// Plans whose every number can be read, for panels.
#include "engine/graph/formula.h"
#include "engine/plan/plan.h"

namespace convarium::engine
{

Result<std::shared_ptr<const ExecutionPlan>> makePlanThatKeepsAll(const GraphSpec& graph, PlanOptions options)
{
    options.keepAll = true;
    auto made = makePlan(graph, options);
    if (!made)
        return made;
    constexpr std::int64_t kMostBytes = 2'000'000'000;
    if (const std::int64_t bytes = (*made)->memory.total(); bytes > kMostBytes)
        return Error{ErrorCode::OutOfMemory,
                     std::string("Keeping all numbers of ") + (options.batch == 1 ? "one image" : "this batch") +
                         " would take " + groupDigits(bytes / 1'000'000) + " MB; at most " +
                         groupDigits(kMostBytes / 1'000'000) + " MB are used for it.",
                     options.batch == 1 ? "Use fewer maps or units." : "Use a smaller batch or fewer maps.",
                     {}};
    return made;
}

} // namespace convarium::engine
