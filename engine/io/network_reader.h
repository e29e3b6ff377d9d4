// networkFromJson() with the table of migrations as an argument, so that tests can bring their own. Private to
// engine/io.
#pragma once

#include "engine/io/migrations.h"
#include "engine/io/project.h"

#include <span>

namespace convarium::engine
{

Result<Project> readNetwork(std::span<const std::uint8_t> json, const std::string& file, const Migrations& migrations);

} // namespace convarium::engine
