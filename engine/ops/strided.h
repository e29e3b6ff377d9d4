// Loops over several arrays at once, each with its own step along every axis.
#pragma once

#include "engine/ops/op.h"

#include <array>
#include <vector>

namespace convarium::engine
{

template <std::size_t N>
struct StridedAxis {
    std::int64_t size = 1;
    std::array<std::int64_t, N> step{}; ///< floats from place to place, per array; 0 takes the same place again
};

/// Outermost axis first.
template <std::size_t N>
using StridedAxes = std::vector<StridedAxis<N>>;

/// Joins neighbours that one step describes, so that the loops are few and long.
template <std::size_t N>
void coalesce(StridedAxes<N>& axes)
{
    for (std::size_t i = axes.size(); i-- > 1;) {
        StridedAxis<N>& outer = axes[i - 1];
        const StridedAxis<N>& inner = axes[i];
        bool joins = true;
        for (std::size_t k = 0; k < N; ++k)
            joins = joins && outer.step[k] == inner.step[k] * inner.size;
        if (joins)
            outer = {outer.size * inner.size, inner.step};
        if (joins || inner.size == 1)
            axes.erase(axes.begin() + static_cast<std::ptrdiff_t>(i));
        else if (outer.size == 1)
            axes.erase(axes.begin() + static_cast<std::ptrdiff_t>(i - 1));
    }
}

/// Calls f(offset of every array) at each place of the first `count` axes.
template <std::size_t N, class F>
void forEachPlace(const StridedAxes<N>& axes, std::size_t count, F f)
{
    std::array<std::int64_t, N> offset{};
    std::array<std::int64_t, kMaxRank + 2> index{};
    while (true) {
        f(offset);
        std::size_t d = count;
        for (; d > 0; --d) {
            const StridedAxis<N>& axis = axes[d - 1];
            if (++index[d - 1] < axis.size) {
                for (std::size_t k = 0; k < N; ++k)
                    offset[k] += axis.step[k];
                break;
            }
            index[d - 1] = 0;
            for (std::size_t k = 0; k < N; ++k)
                offset[k] -= (axis.size - 1) * axis.step[k];
        }
        if (d == 0)
            return;
    }
}

/// The logical axes in the order in which they lie in memory, outermost first.
inline std::vector<int> memoryOrder(const Layout& layout, const Shape& shape)
{
    if (layout.kind != Layout::Kind::Dense && shape.rank() == 3)
        return {1, 2, 0};
    std::vector<int> order;
    for (int d = 0; d < shape.rank(); ++d)
        order.push_back(d);
    return order;
}

/// Padding lanes behind the channels?
inline bool isPadded(const Layout& layout)
{
    return layout.kind != Layout::Kind::Dense && layout.lanes != layout.channels;
}

} // namespace convarium::engine
