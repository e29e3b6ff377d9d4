#include "engine/train/training_split.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace convarium::engine
{

void shuffleIndices(std::vector<std::uint32_t>& indices, std::uint64_t seed, RandomPurpose purpose, std::uint32_t epoch)
{
    const CountedRng rng(seed, purpose, 0, epoch);
    for (std::size_t i = indices.size(); i-- > 1;)
        std::swap(indices[i], indices[rng.below(static_cast<std::uint32_t>(i + 1), 0, static_cast<std::uint32_t>(i))]);
}

Result<TrainingSplit> splitTraining(const DatasetBundle& bundle, const TrainConfig& config)
{
    if (!bundle.train || bundle.train->size() == 0)
        return Error{ErrorCode::InvalidArgument,
                     "The data set '" + bundle.name + "' has no training images.",
                     "Choose another data set.",
                     {}};
    const std::int64_t available = bundle.train->size();
    const std::int64_t used = config.limit > 0 ? std::min(config.limit, available) : available;
    TrainingSplit split;
    split.train.resize(static_cast<std::size_t>(used));
    std::iota(split.train.begin(), split.train.end(), 0u);
    const bool ownPart = bundle.validation && bundle.validation->size() > 0;
    if (config.validation > 0 && !ownPart) {
        shuffleIndices(split.train, config.seed, RandomPurpose::Split, 0);
        const auto held = static_cast<std::ptrdiff_t>(std::llround(config.validation * static_cast<double>(used)));
        split.validation.assign(split.train.end() - held, split.train.end());
        split.train.resize(split.train.size() - static_cast<std::size_t>(held));
        std::sort(split.train.begin(), split.train.end());
        std::sort(split.validation.begin(), split.validation.end());
    }
    if (split.train.empty())
        return Error{
            ErrorCode::InvalidArgument, "The validation share leaves no image for training.", "Make it smaller.", {}};
    return split;
}

Result<DatasetPtr> validationPart(const DatasetBundle& bundle, const TrainConfig& config)
{
    if (bundle.validation && bundle.validation->size() > 0)
        return bundle.validation;
    auto split = splitTraining(bundle, config);
    if (!split)
        return split.error();
    if (split->validation.empty())
        return DatasetPtr();
    return DatasetPtr(std::make_shared<SubsetDataset>(
        bundle.train, std::vector<std::int64_t>(split->validation.begin(), split->validation.end())));
}

} // namespace convarium::engine
