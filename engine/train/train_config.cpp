#include "engine/train/train_config.h"

#include "engine/data/augment.h"
#include "engine/losses/loss.h"
#include "engine/train/schedule.h"

#include <charconv>
#include <cmath>

namespace convarium::engine
{

namespace
{

std::string plain(double value)
{
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

Error badValue(const std::string& what, const std::string& found, const std::string& needed)
{
    return {ErrorCode::InvalidArgument,
            "The " + what + " is " + found + "; it must be " + needed + ".",
            "Change it in the training settings.",
            {-1, what, {}, -1}};
}

/// A factor that is 0 (off) or larger.
Result<void> notNegative(const char* what, double value, const char* needed = "0 or more")
{
    if (!std::isfinite(value) || value < 0)
        return badValue(what, plain(value), needed);
    return {};
}

/// A share of what is kept: 0 to below 1.
Result<void> memory(const char* what, double value)
{
    if (!(value >= 0 && value < 1))
        return badValue(what, plain(value), "from 0 to below 1");
    return {};
}

Result<void> checkCounts(const TrainConfig& c)
{
    if (c.epochs < 1 || c.epochs > 100000)
        return badValue("number of epochs", std::to_string(c.epochs), "from 1 to 100,000");
    if (c.steps < 0)
        return badValue("number of steps", std::to_string(c.steps), "0 or more");
    if (c.batch < 1 || c.batch > 65536)
        return badValue("batch size", std::to_string(c.batch), "from 1 to 65,536");
    if (c.threads < 0 || c.threads > 1024)
        return badValue("number of threads", std::to_string(c.threads), "from 1 to 1,024");
    if (c.limit < 0)
        return badValue("number of images", std::to_string(c.limit), "0 (all) or more");
    if (c.earlyStopping < 0 || c.earlyStopping > 100000)
        return badValue("patience of early stopping", std::to_string(c.earlyStopping), "from 0 (off) to 100,000");
    return {};
}

Result<void> checkOptimizer(const TrainConfig& c)
{
    if (!findOptimizer(c.optimizer)) {
        std::string list;
        for (const OptimizerInfo& o : optimizerRegistry())
            list += (list.empty() ? "" : ", ") + o.id;
        return Error{ErrorCode::UnknownName,
                     "There is no optimizer called '" + c.optimizer + "'.",
                     "Use one of " + list + ".",
                     {}};
    }
    if (!std::isfinite(c.rate) || c.rate <= 0)
        return badValue("learning rate", plain(c.rate), "larger than 0");
    if (!std::isfinite(c.epsilon) || c.epsilon < 0)
        return badValue("epsilon", plain(c.epsilon), "0 or more");
    for (const auto& [what, value] : {std::pair{"momentum", c.momentum},
                                      {"beta1", c.beta1},
                                      {"beta2", c.beta2},
                                      {"alpha", c.alpha},
                                      {"decay of the averaged weights", c.averageDecay}})
        if (auto ok = memory(what, value); !ok)
            return ok;
    for (const auto& [what, value] : {std::pair{"weight decay", c.weightDecay},
                                      {"L1 factor", c.l1},
                                      {"largest gradient value", c.clipValue},
                                      {"largest gradient norm", c.clipNorm}})
        if (auto ok = notNegative(what, value); !ok)
            return ok;
    return {};
}

} // namespace

Result<void> validate(const TrainConfig& c)
{
    if (auto counts = checkCounts(c); !counts)
        return counts;
    if (auto optimizer = checkOptimizer(c); !optimizer)
        return optimizer;
    if (!(c.validation >= 0 && c.validation <= 0.9))
        return badValue("validation share", plain(c.validation), "from 0 to 0.9");
    if (auto schedule = parseSchedule(c.schedule); !schedule)
        return schedule.error();
    if (auto augmentation = parseAugmentation(c.augment); !augmentation)
        return augmentation.error();
    if (!c.loss.empty())
        if (auto loss = parseLoss(c.loss); !loss)
            return loss.error();
    return {};
}

} // namespace convarium::engine
