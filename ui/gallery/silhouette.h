// A network as a small drawing without words: bars for layers, lines for wires. For cards and lists.
#pragma once

#include "engine/graph/graph_spec.h"
#include "ui/theme/theme.h"

#include <QPointF>
#include <QRectF>
#include <vector>

class QPainter;

namespace convarium::ui
{

/// A plain value: made in any thread, painted in the UI thread. Lengths: across as in the design's far level, down as
/// shares of the height, 0 in the middle.
struct Silhouette {
    struct Bar {
        Family family = Family::Block;
        QRectF place;
        std::vector<Family> rows; ///< docked activations and norms: strips at its right
    };
    struct Line {
        std::vector<QPointF> points;
        bool skip = false; ///< a shortcut over other layers
    };
    std::vector<Bar> bars;
    std::vector<Line> lines;
    double width = 0;
};

/// The longest path runs along the middle, branches lie above and below, shortcuts pass over. The height of a bar tells
/// the size of the maps, its width their number.
[[nodiscard]] Silhouette silhouetteOf(const engine::GraphSpec& graph);

void paintSilhouette(QPainter* painter, const QRectF& area, const Silhouette& silhouette);

} // namespace convarium::ui
