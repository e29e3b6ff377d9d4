// Where a layer let go in the open joins the network by itself.
#pragma once

#include "ui/document/project_document.h"

#include <QRectF>
#include <optional>

namespace convarium::ui
{

/// A card with a loose end beside which a new one would stand.
struct Joint {
    NodeId other = engine::kNoNode;
    bool behind = true;    ///< the new one reads it; else it feeds it
    QRectF place;          ///< of the new card, or of the row that it becomes
    QPointF output, input; ///< ends of the wire between them; the same for a row
};

/// The nearest loose end for a layer or block whose card would have that corner: to the right of a card that feeds
/// nothing yet, to the left of one that lacks an input. Nothing when none is near or no wire is allowed.
[[nodiscard]] std::optional<Joint> jointFor(const ProjectDocument& document, const std::string& id, QPointF corner);
/// Adds the layer or block with its wire; one step of the undo stack. Returns the new layers.
std::vector<NodeId> addAtJoint(ProjectDocument& document, const std::string& id, const Joint& joint);

} // namespace convarium::ui
