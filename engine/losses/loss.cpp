#include "engine/losses/loss.h"

#include <charconv>

namespace convarium::engine
{

std::vector<LossInfo> describeAllLosses(); // written by CMake from the list of losses

const std::vector<LossInfo>& lossRegistry()
{
    static const std::vector<LossInfo> all = describeAllLosses();
    return all;
}

const LossInfo* findLoss(const std::string& id)
{
    for (const LossInfo& l : lossRegistry())
        if (l.id == id)
            return &l;
    return nullptr;
}

Result<Loss> parseLoss(const std::string& text)
{
    const auto colon = text.find(':');
    Loss loss{findLoss(text.substr(0, colon)), 0};
    if (!loss.info) {
        std::string list;
        for (const LossInfo& l : lossRegistry())
            list += (list.empty() ? "" : ", ") + l.id;
        return Error{ErrorCode::UnknownName,
                     "There is no loss called '" + text + "'.",
                     "Use one of " + list + ".",
                     {-1, "loss", {}, -1}};
    }
    if (colon == std::string::npos)
        return loss;
    const std::string number = text.substr(colon + 1);
    const auto [end, code] = std::from_chars(number.data(), number.data() + number.size(), loss.smoothing);
    const bool read = code == std::errc() && end == number.data() + number.size();
    if (!loss.info->takesSmoothing)
        return Error{ErrorCode::InvalidArgument,
                     "The loss '" + text + "' has a number, but " + loss.info->id + " takes no label smoothing.",
                     "Write " + loss.info->id + ".",
                     {-1, "loss", {}, -1}};
    if (!read || !(loss.smoothing >= 0 && loss.smoothing < 1))
        return Error{ErrorCode::InvalidArgument,
                     "The loss '" + text + "' has the label smoothing '" + number + "'; it must be from 0 to below 1.",
                     "Write for example " + loss.info->id + ":0.1.",
                     {-1, "loss", {}, -1}};
    return loss;
}

std::string lossText(const Loss& loss)
{
    if (loss.smoothing == 0)
        return loss.info->id;
    char text[32];
    return loss.info->id + ":" + std::string(text, std::to_chars(text, text + sizeof text, loss.smoothing).ptr);
}

Result<Loss> lossFor(const std::string& text, bool endsInMaps)
{
    auto loss = parseLoss(text.empty() ? "cross-entropy" : text);
    if (loss && endsInMaps && loss->info->id == "cross-entropy")
        loss->info = findLoss("pixel-cross-entropy");
    return loss;
}

} // namespace convarium::engine
