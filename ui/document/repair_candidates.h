// What might mend a fault, best first, before anything has been tried.
#pragma once

#include "ui/document/repairs.h"

namespace convarium::ui
{

[[nodiscard]] std::vector<Repair> repairCandidates(const ProjectDocument& document, const engine::Node& node);

} // namespace convarium::ui
