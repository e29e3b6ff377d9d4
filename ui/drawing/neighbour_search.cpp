#include "ui/drawing/neighbour_search.h"

#include <algorithm>
#include <limits>

namespace convarium::ui
{

namespace
{

/// Above `most`: at least so much.
std::int64_t distanceOf(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b, std::int64_t most)
{
    constexpr std::size_t kPiece = 196; // short enough to leave off early; the squares' sum fits into an int, for speed
    std::int64_t distance = 0;
    for (std::size_t begin = 0; begin < a.size() && distance <= most; begin += kPiece) {
        int sum = 0;
        for (std::size_t p = begin; p < std::min(a.size(), begin + kPiece); ++p)
            sum += (a[p] - b[p]) * (a[p] - b[p]);
        distance += sum;
    }
    return distance;
}

} // namespace

std::vector<Neighbour> nearestImages(const engine::Dataset& images, const std::vector<std::uint8_t>& pixels,
                                     std::size_t count, const std::function<bool()>& stop)
{
    if (static_cast<std::size_t>(images.imageShape().elements()) != pixels.size())
        return {};
    std::vector<std::uint8_t> other(pixels.size());
    std::vector<Neighbour> nearest;
    for (std::int64_t i = 0; i < images.size(); ++i) {
        if (i % 256 == 0 && stop())
            return {};
        if (!images.image(i, other))
            continue;
        const bool full = nearest.size() == count;
        const std::int64_t most = full ? nearest.back().distance : std::numeric_limits<std::int64_t>::max();
        const std::int64_t distance = distanceOf(pixels, other, most);
        if (distance >= most)
            continue;
        if (full)
            nearest.pop_back();
        const auto place = std::upper_bound(nearest.begin(), nearest.end(), distance,
                                            [](std::int64_t d, const Neighbour& n) { return d < n.distance; });
        nearest.insert(place, {i, images.label(i), distance, other});
    }
    return nearest;
}

NeighbourSearch::NeighbourSearch(std::function<void(NeighbourResult)> result) : m_result(std::move(result)) {}

NeighbourSearch::~NeighbourSearch()
{
    m_newest = -1;
}

void NeighbourSearch::request(int id, engine::DatasetPtr images, std::vector<std::uint8_t> pixels, std::size_t count)
{
    m_newest = id;
    // Behind the task in hand, which gives up by itself; those between find that they are out of date.
    m_thread.post([this, id, images = std::move(images), pixels = std::move(pixels), count] {
        const auto stop = [this, id] { return m_newest != id; };
        if (stop())
            return;
        std::vector<Neighbour> nearest = nearestImages(*images, pixels, count, stop);
        if (!stop())
            m_result({id, std::move(nearest)});
    });
}

} // namespace convarium::ui
