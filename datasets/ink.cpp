#include "datasets/ink.h"

#include <algorithm>
#include <cmath>

namespace convarium::datasets
{

void deepen(std::span<float> depth, int width, int height, const InkLine& line)
{
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (i + 1 == line.size() && line.size() > 1)
            break;
        const InkPoint& a = line[i];
        const InkPoint& b = line[std::min(i + 1, line.size() - 1)];
        const float reach = std::max(a.radius, b.radius) + 1.5f;
        const int x0 = std::max(0, static_cast<int>(std::floor(std::min(a.x, b.x) - reach)));
        const int x1 = std::min(width - 1, static_cast<int>(std::floor(std::max(a.x, b.x) + reach)));
        const int y0 = std::max(0, static_cast<int>(std::floor(std::min(a.y, b.y) - reach)));
        const int y1 = std::min(height - 1, static_cast<int>(std::floor(std::max(a.y, b.y) + reach)));
        const float ex = b.x - a.x;
        const float ey = b.y - a.y;
        const float inverse = 1.0f / std::max(1e-6f, ex * ex + ey * ey);
        for (int y = y0; y <= y1; ++y) {
            const float py = static_cast<float>(y) + 0.5f - a.y;
            float* row = depth.data() + static_cast<std::ptrdiff_t>(y) * width;
            for (int x = x0; x <= x1; ++x) {
                const float px = static_cast<float>(x) + 0.5f - a.x;
                const float t = std::clamp((px * ex + py * ey) * inverse, 0.0f, 1.0f);
                const float qx = px - t * ex;
                const float qy = py - t * ey;
                const float d = a.radius + t * (b.radius - a.radius) - std::sqrt(qx * qx + qy * qy);
                row[x] = std::max(row[x], d);
            }
        }
    }
}

} // namespace convarium::datasets
