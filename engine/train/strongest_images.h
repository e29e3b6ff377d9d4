// Which images of a set drive one unit of a network highest, and where.
#pragma once

#include "engine/train/trainer.h"

#include <functional>

namespace convarium::engine
{

struct StrongestImage {
    std::uint32_t image = 0;  ///< index in the set
    float value = 0;          ///< the largest number of the unit
    std::int64_t element = 0; ///< where it is, in the logical order of the layer's output
    friend bool operator==(const StrongestImage&, const StrongestImage&) = default;
};

struct StrongestQuestion {
    GraphSpec graph;
    WeightsPtr weights;
    DatasetPtr images;
    NodeId node = kNoNode;
    std::int64_t unit = 0; ///< a map, or a number of a list
    std::size_t count = 9;
};

/// Largest first; of equal ones the earlier image. Each image counts once, with its largest place. seen: after every
/// batch, with how many images were looked at and the best so far. On the calling thread alone. Fails with Cancelled
/// when stop is set.
Result<std::vector<StrongestImage>>
strongestImages(const StrongestQuestion& question, const std::atomic<bool>& stop,
                const std::function<void(std::int64_t, const std::vector<StrongestImage>&)>& seen = {});

} // namespace convarium::engine
