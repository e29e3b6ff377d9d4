// Which images of a data set train the network and which only check it.
#pragma once

#include "engine/core/rng.h"
#include "engine/data/dataset.h"
#include "engine/train/train_config.h"

#include <cstdint>
#include <vector>

namespace convarium::engine
{

/// Indices in bundle.train, ascending.
struct TrainingSplit {
    std::vector<std::uint32_t> train;
    std::vector<std::uint32_t> validation; ///< empty: none, or the bundle has a validation part of its own
};

/// The first config.limit images; of them the share config.validation is set aside at random by config.seed, unless the
/// bundle brings its own validation part. The same settings always set the same images aside, so that a trained network
/// can be judged on them later. Fails when no image is left to train on.
Result<TrainingSplit> splitTraining(const DatasetBundle& bundle, const TrainConfig& config);

/// Fisher-Yates with counted randomness: the order is a function of seed, purpose and epoch alone.
void shuffleIndices(std::vector<std::uint32_t>& indices, std::uint64_t seed, RandomPurpose purpose,
                    std::uint32_t epoch);

/// The images that check the training: the bundle's own validation part, else what splitTraining() sets aside; null
/// where there are none.
Result<DatasetPtr> validationPart(const DatasetBundle& bundle, const TrainConfig& config);

} // namespace convarium::engine
