// Adding layers so that the picture stays in order.
#pragma once

#include "engine/layers/layer.h"
#include "ui/canvas/stacks.h"
#include "ui/document/project_document.h"

#include <QSizeF>
#include <optional>
#include <set>

namespace convarium::ui
{

/// Puts the layer into the wire. A picture that is as Tidy made it stays so; otherwise the cards to the right in the
/// same row make room. One step of the undo stack.
NodeId insertIntoWire(ProjectDocument& document, const engine::Edge& wire, const LayerChoice& choice);

/// May that card, taken out of where it is, be put into the wire?
[[nodiscard]] bool canLead(const ProjectDocument& document, const engine::Edge& wire, const Stack& chain);
/// Takes a card out of where it is (what fed it feeds what it fed) and puts it into the wire, keeping the picture in
/// order. One step of the undo stack.
void leadWireThrough(ProjectDocument& document, const engine::Edge& wire, const Stack& chain);

/// May that card take the place of a layer, or of the folded block that it is in?
[[nodiscard]] bool canReplace(const ProjectDocument& document, NodeId old, const Stack& chain);
/// Takes a card out of where it is and puts it where the other one was, which goes. One step of the undo stack.
void replaceByCard(ProjectDocument& document, NodeId old, const Stack& chain);
/// What a card is called: its layer's name, or that of the folded block.
[[nodiscard]] QString nameOf(const ProjectDocument& document, const Stack& stack);

/// Another kind of layer in the place of this one, with the settings and wires that fit. A picture that is as Tidy made
/// it stays so. One step; returns the new layer.
NodeId replaceLayer(ProjectDocument& document, NodeId old, const LayerChoice& choice);

/// Adds the layer after another: into its wire when it has exactly one, else beside it with a wire of its own;
/// without `after` on a free place below the picture. The wire is left out where it is not allowed.
NodeId addAfter(ProjectDocument& document, const LayerChoice& choice, NodeId after);

/// Adds a layer that feeds `to`, where that is allowed.
NodeId addBefore(ProjectDocument& document, const LayerChoice& choice, QPointF place, NodeId to);

/// Adds a block: into the wire, else fed by `after`, else alone at `place`. Its arguments are chosen to fit behind what
/// feeds it. The frame covers no other card; a picture that is as Tidy made it stays so. One step of the undo stack.
/// Returns the new layers; none when the template is unknown.
std::vector<NodeId> insertBlock(ProjectDocument& document, const std::string& blockId,
                                const std::optional<engine::Edge>& wire, NodeId after, QPointF place);
/// The block after another layer, as addAfter() does with layers.
std::vector<NodeId> addBlockAfter(ProjectDocument& document, const std::string& blockId, NodeId after);

/// These layers as a block with that name and those parameters: one step. The reason in one sentence where they cannot
/// be one; else the group.
engine::Result<std::int64_t> makeBlock(ProjectDocument& document, const std::set<NodeId>& ids, const QString& name,
                                       const std::vector<engine::BlockParameter>& parameters = {});
/// The layers of the block stand alone again.
void dissolveBlock(ProjectDocument& document, std::int64_t group);
/// Another argument for a block with a template: one step. Layers that stay keep
/// their places unless others come. The reason in words where that cannot be; then nothing changes.
engine::Result<void> setBlockArgument(ProjectDocument& document, std::int64_t group, const engine::ParamInfo& argument,
                                      const engine::ParamValue& value);
/// Draws the block as one box, or opens it in its place; what is in the way makes room.
void foldBlocks(ProjectDocument& document, std::vector<std::int64_t> groups, bool fold);

/// Are the cards where Tidy would put them?
[[nodiscard]] bool isTidy(const DocumentState& state);

/// The place nearest to `wish`, in any direction, where a new card covers no other.
[[nodiscard]] QPointF freePlace(const ProjectDocument& document, QPointF wish);
/// The same for anything of that size.
[[nodiscard]] QPointF freePlace(const ProjectDocument& document, QPointF wish, QSizeF size);

} // namespace convarium::ui
