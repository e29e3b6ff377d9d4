// The list of everything that can be added to a network: layers and blocks, to be shown, searched and narrowed down.
#pragma once

#include "ui/document/project_document.h"

#include <QString>
#include <vector>

namespace convarium::ui
{

struct LayerEntry {
    QString id, title, help, icon;
    QString family;   ///< as in LayerDescriptor; "block" for blocks
    bool own = false; ///< saved by the user
};

/// Layers in the order of the registry, then blocks, then one's own.
[[nodiscard]] std::vector<LayerEntry> layerCatalogue();

/// An entry with the settings that were written behind its name.
struct FoundLayer {
    LayerEntry entry;
    LayerSettings settings;
};
/// Entries whose title or id has the text in it, those that begin with it first. All for an empty text. Words behind
/// the name may be settings: "conv2d 16 5x5 valid".
[[nodiscard]] std::vector<FoundLayer> found(const std::vector<LayerEntry>& entries, const QString& text);

/// What may follow this layer: takes a wire from it and, as far as one can know yet, works with its shape.
[[nodiscard]] std::vector<LayerEntry> layersBehind(const ProjectDocument& document, NodeId node);
/// What may feed this layer. Blocks are left out: they bring an input of their own that nothing would feed.
[[nodiscard]] std::vector<LayerEntry> layersBefore(const ProjectDocument& document, NodeId node);

/// What may take the place of this layer with all its wires: those of its family first. No blocks.
[[nodiscard]] std::vector<LayerEntry> layersInstead(const ProjectDocument& document, NodeId node);

/// Arguments of a block as they are proposed behind this layer; kNoNode: the defaults.
[[nodiscard]] engine::Params blockArguments(const ProjectDocument& document, const std::string& blockId, NodeId behind);

} // namespace convarium::ui
