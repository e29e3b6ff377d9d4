#include "ui/canvas/alignment.h"

#include "ui/canvas/geometry.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace convarium::ui
{

namespace
{

constexpr double kFar = 900; ///< cards farther away attract nothing

/// What can be in line across one axis, measured along it.
using Marks = std::array<double, 3>;

Marks columns(const QRectF& r)
{
    return {r.left(), r.center().x(), r.right()};
}

/// The port first: cards in one row are to be joined by straight wires.
Marks rows(const QRectF& r)
{
    return {r.top() + kPortY, r.top(), r.bottom()};
}

std::optional<double> nearest(const QRectF& at, const std::vector<QRectF>& others, double reach,
                              Marks (*marks)(const QRectF&))
{
    std::optional<double> best;
    for (const QRectF& other : others)
        for (std::size_t i = 0; i < 3; ++i)
            if (const double gap = marks(other)[i] - marks(at)[i];
                std::abs(gap) <= reach && (!best || std::abs(gap) < std::abs(*best)))
                best = gap;
    return best;
}

} // namespace

Alignment aligned(const QRectF& moving, QPointF by, const std::vector<QRectF>& others, double reach)
{
    QRectF at = moving.translated(by);
    std::vector<QRectF> near;
    for (const QRectF& other : others)
        if (at.adjusted(-kFar, -kFar, kFar, kFar).intersects(other))
            near.push_back(other);
    const auto dx = nearest(at, near, reach, columns), dy = nearest(at, near, reach, rows);
    Alignment result;
    result.by = {dx ? by.x() + *dx : snapped(by).x(), dy ? by.y() + *dy : snapped(by).y()};
    at = moving.translated(result.by);
    const auto sameAs = [](double a, double b) { return std::abs(a - b) < 0.01; };
    // One line per place, as long as all that lies on it. The top of a card says no more than its port does.
    for (std::size_t i = 0; i < 3; ++i) {
        QRectF column, row;
        for (const QRectF& other : near) {
            if (dx && sameAs(columns(other)[i], columns(at)[i]))
                column |= other | at;
            if (dy && i != 1 && sameAs(rows(other)[i], rows(at)[i]))
                row |= other | at;
        }
        if (!column.isNull())
            result.guides.emplace_back(columns(at)[i], column.top() - kSnap, columns(at)[i], column.bottom() + kSnap);
        if (!row.isNull())
            result.guides.emplace_back(row.left() - kSnap, rows(at)[i], row.right() + kSnap, rows(at)[i]);
    }
    return result;
}

} // namespace convarium::ui
