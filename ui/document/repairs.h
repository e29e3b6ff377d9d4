// Edits that mend a fault, found by trying them.
#pragma once

#include "ui/document/project_document.h"

#include <optional>
#include <vector>

namespace convarium::ui
{

struct Repair {
    QString text;                     ///< button and undo text: "Insert Flatten"
    QString icon;                     ///< name in resources/icons
    std::optional<qint64> parameters; ///< of the network then; null: something else is still wrong with it
    std::function<void(EditBuilder&)> build;
};

/// Repairs after which the node of the problem has no fault any more, best first; at most three. May be empty.
[[nodiscard]] std::vector<Repair> repairsFor(const ProjectDocument& document, const engine::Problem& problem);
/// Applies one as a step of the undo stack.
void applyRepair(ProjectDocument& document, const Repair& repair);

} // namespace convarium::ui
