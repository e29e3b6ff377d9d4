// Measures of cards and wires in scene pixels, and the levels of detail. Pure functions.
#pragma once

#include "engine/graph/graph_spec.h"
#include "ui/canvas/stacks.h"

#include <QPainterPath>
#include <QPointF>
#include <QRectF>
#include <vector>

namespace convarium::ui
{

inline constexpr double kCardWidth = 156;
inline constexpr double kCardRadius = 8;
inline constexpr double kBandWidth = 4;
inline constexpr double kHeadHeight = 30;
inline constexpr double kFadedOpacity = 0.45; ///< what a batch that is walked through has not reached
inline constexpr double kPortY = 47;          ///< below the top of every card
inline constexpr double kPortPitch = 16;      ///< between the inputs of a merge
inline constexpr double kPortRadius = 5;
inline constexpr double kPortHitRadius = 12;
inline constexpr double kRowHeight = 28; ///< docked row
inline constexpr double kTextLeft = 16;
inline constexpr double kBarTop = 102;  ///< of the bar that compares a card with the others
inline constexpr double kWireTurn = 22; ///< from a card to the nearest vertical run
inline constexpr double kTrackPitch = 14;
inline constexpr double kSkipLift = 54; ///< of a skip connection above the highest card it passes
inline constexpr double kLanePitch = 24;
inline constexpr double kChannelLift = 26; ///< of a row change above the next row
inline constexpr double kWireRadius = 10;
inline constexpr double kSnap = 8;
inline constexpr double kColumnGap = 60;
inline constexpr double kRowGap = 88;
inline constexpr double kBranchGap = 34;

// The frame around the cards of a block.
inline constexpr double kFrameHead = 42;
inline constexpr double kFrameTop = 56; ///< above the highest card or wire: the head and a gap
inline constexpr double kFrameSide = 40;
inline constexpr double kFrameBottom = 24;
inline constexpr double kFrameRadius = 12;

/// How much a card shows, by the scale of the view.
enum class Level { Far, Middle, Near, Close };
inline constexpr double kMiddleScale = 0.45;
/// Below it, the settings of a card would be smaller than 12 px on the screen even when drawn larger.
inline constexpr double kNearScale = 0.9;
inline constexpr double kCloseScale = 1.8;
[[nodiscard]] Level levelFor(double scale);

/// What a card has room for.
struct CardMetrics {
    bool thumbs = false; ///< maps or values
    bool image = false;  ///< one larger picture: inputs
    int rows = 0;        ///< docked
    friend bool operator==(const CardMetrics&, const CardMetrics&) = default;
    [[nodiscard]] double thumbTop(Level level) const;
    [[nodiscard]] double thumbHeight() const { return image ? 44 : 20; }
    /// Top of the first docked row: the height without rows.
    [[nodiscard]] double bodyHeight(Level level) const;
    [[nodiscard]] double height(Level level) const { return bodyHeight(level) + rows * kRowHeight; }
};
[[nodiscard]] CardMetrics cardMetrics(const engine::GraphSpec& graph, const Stack& stack);

[[nodiscard]] QPointF snapped(QPointF p);
/// The polyline with corners of radius kWireRadius, smaller where a leg is short.
[[nodiscard]] QPainterPath roundedPath(const std::vector<QPointF>& points, double radius = kWireRadius);

} // namespace convarium::ui
