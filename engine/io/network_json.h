// The network file: graph, positions, notes and training settings as JSON.
#pragma once

#include "engine/io/project.h"

#include <span>
#include <string>

namespace convarium::engine
{

/// Largest network file that is read.
inline constexpr std::int64_t kMaxNetworkBytes = std::int64_t{64} << 20;

/// graph, about, positions, notes and train as pretty JSON; the same project always gives the same text.
std::string networkToJson(const Project& project);

/// Reads what networkToJson wrote, in this or an older format. `file` stands in messages. Settings of layers are
/// completed with their defaults. Faults of the graph itself (a missing input, shapes that do not fit) are no errors
/// here, since unfinished networks are saved too; inferShapes() lists them. Errors: BadFormat with the JSON path in
/// place.port, NewerVersion, UnknownName for layers nobody knows, InvalidArgument for settings out of range.
Result<Project> networkFromJson(std::span<const std::uint8_t> json, const std::string& file);

} // namespace convarium::engine
