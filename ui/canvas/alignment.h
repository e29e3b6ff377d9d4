// Where a dragged card comes to lie in line with others. A pure function.
#pragma once

#include <QLineF>
#include <QRectF>
#include <vector>

namespace convarium::ui
{

struct Alignment {
    QPointF by;                 ///< how far the card goes
    std::vector<QLineF> guides; ///< lines through what lies in line then, to be drawn
};

/// The card `moving` is to go `by`; edges, middles and ports of the cards near it attract it within `reach`. An axis
/// without anything near keeps to the grid: there the distance is rounded, so that cards in line stay in line.
[[nodiscard]] Alignment aligned(const QRectF& moving, QPointF by, const std::vector<QRectF>& others, double reach);

} // namespace convarium::ui
