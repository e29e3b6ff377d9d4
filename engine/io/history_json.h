// history.json: the training curve and the epochs. Private to engine/io.
#pragma once

#include "engine/io/project.h"

#include <span>
#include <string>

namespace convarium::engine
{

/// Steps are thinned to about kSavedHistorySteps points.
inline constexpr std::size_t kSavedHistorySteps = 4000;
std::string historyToJson(const History& history);
Result<History> historyFromJson(std::span<const std::uint8_t> json, const std::string& file);

} // namespace convarium::engine
