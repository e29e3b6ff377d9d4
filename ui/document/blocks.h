// What can be said about blocks of one's own: may a selection become one, what is it called, which block is selected.
#pragma once

#include "engine/core/result.h"
#include "ui/document/document_state.h"

#include <QString>
#include <set>

namespace convarium::ui
{

/// May these layers become a block? Then the group in which it will be (-1: none); else the reason in one sentence.
[[nodiscard]] engine::Result<std::int64_t> homeOfBlock(const engine::GraphSpec& graph, const std::set<NodeId>& ids);
/// A free name made of what is in it: "Conv2D and ReLU".
[[nodiscard]] QString suggestedBlockName(const engine::GraphSpec& graph, const std::set<NodeId>& ids);
/// Empty when a block (`except` aside) may be called so, else what is wrong with the name.
[[nodiscard]] QString faultOfBlockName(const engine::GraphSpec& graph, const QString& name, std::int64_t except = -1);
/// The outermost group of exactly these layers; -1 when there is none.
[[nodiscard]] std::int64_t blockOf(const engine::GraphSpec& graph, const std::set<NodeId>& ids);
/// The outermost groups whose layers are all among these.
[[nodiscard]] std::vector<std::int64_t> blocksAmong(const engine::GraphSpec& graph, const std::set<NodeId>& ids);
[[nodiscard]] QString blockName(const engine::GraphSpec& graph, std::int64_t group);

/// Something that a block could have as a parameter: the same setting of one or more layers of the same kind.
struct SettingChoice {
    engine::BlockParameter parameter;
    QString detail; ///< "C1, C3"
};
/// Numbers, sizes and choices of the layers, each kind of layer and setting once; what is set most comes first.
[[nodiscard]] std::vector<SettingChoice> settingChoices(const engine::GraphSpec& graph, const std::set<NodeId>& ids);

} // namespace convarium::ui
