#include "engine/train/train_config.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace convarium::engine
{

namespace
{

Error badValue(const std::string& what, const std::string& found, const std::string& needed)
{
    return {ErrorCode::InvalidArgument,
            "The " + what + " is " + found + "; it must be " + needed + ".",
            "Change it in the training settings.",
            {-1, what, {}, -1}};
}

std::string scheduleName(const std::string& schedule)
{
    return schedule.substr(0, schedule.find(':'));
}

} // namespace

const std::vector<ScheduleInfo>& scheduleRegistry()
{
    static const std::vector<ScheduleInfo> all{
        {"constant", "Constant", "The rate stays as it is."},
        {"cosine", "Cosine",
         "The rate falls along half a cosine to zero at the end (Loshchilov and Hutter, arXiv 1608.03983)."},
    };
    return all;
}

Result<void> validate(const TrainConfig& c)
{
    if (c.epochs < 1 || c.epochs > 100000)
        return badValue("number of epochs", std::to_string(c.epochs), "from 1 to 100,000");
    if (c.steps < 0)
        return badValue("number of steps", std::to_string(c.steps), "0 or more");
    if (c.batch < 1 || c.batch > 65536)
        return badValue("batch size", std::to_string(c.batch), "from 1 to 65,536");
    if (!findOptimizer(c.optimizer))
        return Error{ErrorCode::UnknownName,
                     "There is no optimizer called '" + c.optimizer + "'.",
                     "Use sgd, momentum, nesterov or adam.",
                     {}};
    if (!std::isfinite(c.rate) || c.rate <= 0)
        return badValue("learning rate", std::to_string(c.rate), "larger than 0");
    if (!(c.momentum >= 0 && c.momentum < 1))
        return badValue("momentum", std::to_string(c.momentum), "from 0 to below 1");
    if (!(c.beta1 >= 0 && c.beta1 < 1) || !(c.beta2 >= 0 && c.beta2 < 1))
        return badValue("beta", std::to_string(c.beta1) + " and " + std::to_string(c.beta2), "from 0 to below 1");
    if (!std::isfinite(c.weightDecay) || c.weightDecay < 0)
        return badValue("weight decay", std::to_string(c.weightDecay), "0 or more");
    if (!(c.validation >= 0 && c.validation <= 0.9))
        return badValue("validation share", std::to_string(c.validation), "from 0 to 0.9");
    if (c.threads < 0 || c.threads > 1024)
        return badValue("number of threads", std::to_string(c.threads), "from 1 to 1,024");
    if (c.limit < 0)
        return badValue("number of images", std::to_string(c.limit), "0 (all) or more");
    const auto& schedules = scheduleRegistry();
    if (std::none_of(schedules.begin(), schedules.end(),
                     [&](const ScheduleInfo& s) { return s.id == scheduleName(c.schedule); }))
        return Error{
            ErrorCode::UnknownName, "There is no schedule called '" + c.schedule + "'.", "Use constant or cosine.", {}};
    if (c.schedule.find(':') != std::string::npos)
        return Error{ErrorCode::InvalidArgument,
                     "The schedule '" + c.schedule + "' has a number; " + scheduleName(c.schedule) + " takes none.",
                     "Write --schedule " + scheduleName(c.schedule) + ".",
                     {}};
    return {};
}

double scheduledRate(const TrainConfig& config, std::int64_t step, std::int64_t /*stepsPerEpoch*/,
                     std::int64_t totalSteps)
{
    if (scheduleName(config.schedule) == "cosine" && totalSteps > 0) {
        const double done = std::min(1.0, static_cast<double>(step) / static_cast<double>(totalSteps));
        return config.rate * 0.5 * (1 + std::cos(std::numbers::pi * done));
    }
    return config.rate;
}

} // namespace convarium::engine
