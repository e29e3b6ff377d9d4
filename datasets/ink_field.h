// The ink of strokes that grow under a pen.
#pragma once

#include "datasets/ink.h"

#include <span>
#include <vector>

namespace convarium::datasets
{

/// A line of the pen or of the rubber, in fields: 0 .. 28 in both directions.
struct DrawnStroke {
    InkLine line;
    bool erases = false;
    friend bool operator==(const DrawnStroke&, const DrawnStroke&) = default;
};

using DrawnStrokes = std::vector<DrawnStroke>;

/// A square of pixels around a middle.
struct InkWindow {
    double x = 0, y = 0; ///< middle, in fields
    int size = 0;        ///< pixels along a side
    double perField = 1; ///< pixels along a field
    friend bool operator==(const InkWindow&, const InkWindow&) = default;
};

/// Keeps what it painted, so that a stroke that only became longer costs no more than its new pieces, however long it
/// is. The ink is the same, bit for bit, as that of a new object.
class InkField final
{
public:
    /// side: of the paper, in fields; there is no ink beyond it.
    explicit InkField(int side) : m_side(side) {}

    /// The strokes in their order, size x size, row by row: 0 paper .. 1 ink. Half a pixel inside the edge and more is
    /// full, half a pixel outside is none, linear between. Valid until the next call.
    std::span<const float> paint(const DrawnStrokes& strokes, const InkWindow& window);

private:
    void clear(const InkWindow& window);
    void begin(const DrawnStroke& stroke);
    void extend(const InkLine& line);
    [[nodiscard]] InkPoint toPixels(const InkPoint& p) const;

    int m_side;
    InkWindow m_window;
    DrawnStrokes m_strokes;     ///< what was painted
    std::vector<float> m_below; ///< ink of all strokes but the last
    std::vector<float> m_depth; ///< of the last stroke
    std::vector<float> m_ink;
    std::vector<float> m_columns, m_rows; ///< shares of a column's or a row's pixels that lie on the paper
};

} // namespace convarium::datasets
