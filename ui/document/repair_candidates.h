// What might mend a fault, best first, before anything has been tried.
#pragma once

#include "ui/document/repairs.h"

namespace convarium::ui
{

/// A layer put on a wire.
[[nodiscard]] Repair insertion(const engine::Edge& edge, const std::string& layerId);
[[nodiscard]] std::vector<Repair> repairCandidates(const ProjectDocument& document, const engine::Node& node);

} // namespace convarium::ui
