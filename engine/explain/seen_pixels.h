// Which pixels of the image can change a number: exact, padding left out.
#pragma once

#include "engine/explain/network_numbers.h"

namespace convarium::engine
{

/// Rows and columns of an image or of maps, inclusive.
struct PixelBox {
    std::int64_t top = 0, left = 0, bottom = -1, right = -1;
    [[nodiscard]] bool isEmpty() const { return bottom < top || right < left; }
    [[nodiscard]] std::int64_t height() const { return bottom - top + 1; }
    [[nodiscard]] std::int64_t width() const { return right - left + 1; }
    void add(std::int64_t y, std::int64_t x);
    void add(const PixelBox& other);
    friend bool operator==(const PixelBox&, const PixelBox&) = default;
};

/// The smallest box of the first Input's pixels that holds all of them. numbers: after run().
PixelBox seenPixels(const NetworkNumbers& numbers, const GraphSpec& graph, NodeId node, std::int64_t element);

} // namespace convarium::engine
