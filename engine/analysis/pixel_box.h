// A rectangle of pixels.
#pragma once

#include <algorithm>
#include <cstdint>

namespace convarium::engine
{

/// Rows and columns of an image or of maps, inclusive.
struct PixelBox {
    std::int64_t top = 0, left = 0, bottom = -1, right = -1;
    [[nodiscard]] bool isEmpty() const { return bottom < top || right < left; }
    [[nodiscard]] std::int64_t height() const { return bottom - top + 1; }
    [[nodiscard]] std::int64_t width() const { return right - left + 1; }
    void add(std::int64_t y, std::int64_t x) { add({y, x, y, x}); }
    void add(const PixelBox& other)
    {
        if (other.isEmpty())
            return;
        if (isEmpty()) {
            *this = other;
            return;
        }
        top = std::min(top, other.top);
        left = std::min(left, other.left);
        bottom = std::max(bottom, other.bottom);
        right = std::max(right, other.right);
    }
    friend bool operator==(const PixelBox&, const PixelBox&) = default;
};

} // namespace convarium::engine
