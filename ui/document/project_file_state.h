// The document's state as the part of a file that belongs to it, and back.
#pragma once

#include "ui/document/document_state.h"

namespace convarium::ui
{

/// Graph, positions, notes and training settings; the rest of the file is left empty.
[[nodiscard]] engine::Project projectOf(const DocumentState& state);
[[nodiscard]] DocumentState stateOf(const engine::Project& project);

} // namespace convarium::ui
