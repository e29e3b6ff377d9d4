// Tidy: places for all cards, left to right, in rows that fit the window. A pure function of the graph.
#pragma once

#include "ui/document/document_state.h"

#include <QSizeF>

namespace convarium::ui
{

struct LayoutOptions {
    QSizeF area{1080, 560};    ///< the window the picture should fit into at 100 %
    bool reserveOutput = true; ///< a place after the last card for "Reads it as"
    FoldedGroups folded{};     ///< blocks that are one card
};

/// Upper left corners of all nodes (docked rows below their card), the first card at 0, 0 or below. Layers follow the
/// longest path from the inputs; the longest path overall is the main row, branches get lanes above and below it,
/// and rows break only where all wires come from one card. All places are multiples of 8.
[[nodiscard]] Positions layoutGraph(const engine::GraphSpec& graph, const LayoutOptions& options = {});
/// With the blocks folded that are.
[[nodiscard]] Positions layoutOf(const DocumentState& state);

} // namespace convarium::ui
