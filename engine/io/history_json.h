// history.json: the training curve and the epochs; history_columns.json: what else is known of each step. Private to
// engine/io.
#pragma once

#include "engine/io/project.h"

#include <span>
#include <string>

namespace convarium::engine
{

/// Steps are thinned to about kSavedHistorySteps points.
std::string historyToJson(const History& history);
Result<History> historyFromJson(std::span<const std::uint8_t> json, const std::string& file);

/// Lists by name, one value per step of history.json: {"rate": [0.001, ...]}, and "marks", the changed settings.
/// Programs that do not know this file, or one of its lists, pass over it; hence what is new about steps is added here.
std::string historyColumnsToJson(const History& history);
Result<void> readHistoryColumns(std::span<const std::uint8_t> json, const std::string& file, History& history);

} // namespace convarium::engine
