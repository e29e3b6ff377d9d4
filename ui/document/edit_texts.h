// Names of edits in the undo menu.
#pragma once

#include "ui/document/document_state.h"

#include <QString>

namespace convarium::ui
{

/// "C3", or the title of the layer type while the node has no name.
[[nodiscard]] QString shortLabel(const engine::GraphSpec& graph, NodeId id);
/// "Delete C3", "Delete 3 layers", "Delete C3 and a note", "Delete 2 notes" for the verb "Delete".
[[nodiscard]] QString countedText(const QString& verb, const engine::GraphSpec& graph, const std::vector<NodeId>& ids,
                                  std::size_t notes = 0);
/// "Change filters of C3 from 16 to 32", "Move C3", "Change batch size from 64 to 128", ...: for edits of one step.
[[nodiscard]] QString stepText(const engine::GraphSpec& graph, const Step& step);
/// Said of numbers that a fault keeps from being worked out again.
[[nodiscard]] QString lastGoodWords();
/// "2,416", for any locale of the user.
[[nodiscard]] QString numberText(qint64 value);

} // namespace convarium::ui
