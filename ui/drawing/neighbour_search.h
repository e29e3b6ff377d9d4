// The images of a data set that are nearest to a picture, pixel by pixel.
#pragma once

#include "engine/data/dataset.h"
#include "ui/threads/task_thread.h"

#include <functional>

namespace convarium::ui
{

struct Neighbour {
    std::int64_t image = 0;
    int label = -1;
    std::int64_t distance = 0; ///< sum of squared differences of the pixels
    std::vector<std::uint8_t> pixels;
};

struct NeighbourResult {
    int id = 0;
    std::vector<Neighbour> nearest; ///< nearest first
};

/// The `count` images with the smallest sum of squared differences; images that cannot be read are passed over. Empty
/// when `stop` becomes true or sizes differ.
std::vector<Neighbour> nearestImages(const engine::Dataset& images, const std::vector<std::uint8_t>& pixels,
                                     std::size_t count, const std::function<bool()>& stop);

/// Searches on a thread of low priority, the latest request only. The result function is called on that thread.
class NeighbourSearch final
{
public:
    explicit NeighbourSearch(std::function<void(NeighbourResult)> result);
    ~NeighbourSearch();
    NeighbourSearch(const NeighbourSearch&) = delete;
    NeighbourSearch& operator=(const NeighbourSearch&) = delete;
    /// A search that has not ended is given up.
    void request(int id, engine::DatasetPtr images, std::vector<std::uint8_t> pixels, std::size_t count);

private:
    std::function<void(NeighbourResult)> m_result;
    std::atomic<int> m_newest{0};
    TaskThread m_thread{Priority::Spare}; ///< last
};

} // namespace convarium::ui
