// The built-in data set "digits": generated, cached, the same on every start.
#pragma once

#include "datasets/datasets.h"

#include <memory>

namespace convarium::datasets
{

inline constexpr std::int64_t kDigitsTrain = 60000;
inline constexpr std::int64_t kDigitsTest = 10000;
inline constexpr std::uint64_t kDigitsSeed = 1;

/// Which images to make. Each depends on (seed, split, its index) alone, so a shorter set is the start of a longer one.
struct DigitsRequest {
    std::uint64_t seed = kDigitsSeed;
    std::uint32_t split = 0; ///< 0 training, 1 test
    std::int64_t count = 0;
    int threads = 0; ///< 0: as many as there are cores; the result does not depend on it
};

/// Makes images of 1x28x28 with labels in random order; every run of 100 images from a multiple of 100 on holds each
/// digit ten times. Fails only by OutOfMemory, by InvalidArgument (negative or huge count) or when cancelled.
engine::Result<std::shared_ptr<const engine::InMemoryDataset>> generateDigits(const DigitsRequest& request,
                                                                              const Progress& progress = {});

/// Folder of the cached set; its name changes with every change of the generator.
std::string digitsCacheFolder();

/// 60,000 and 10,000 digits (or as many as asked for) from the cache, or generated and then cached. A damaged cache, or
/// one of another size, is made anew; where the folder cannot be written, the set is still delivered from memory.
engine::Result<engine::DatasetBundle> openDigits(const Progress& progress = {}, std::int64_t trainCount = kDigitsTrain,
                                                 std::int64_t testCount = kDigitsTest);

} // namespace convarium::datasets
