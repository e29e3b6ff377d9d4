#include "engine/train/kept_weights.h"

#include <algorithm>

namespace convarium::engine
{

WeightsPtr initialWeights(const GraphSpec& graph, std::uint64_t seed)
{
    return startWeights(graph, seed, nullptr);
}

namespace
{

/// The numbers from `edit.first` on; empty where the map has no such place.
std::span<const float> placeOf(const WeightEdit& edit, const WeightsPtr& weights)
{
    if (!weights)
        return {};
    const auto found = weights->find(edit.tensor);
    const auto count = static_cast<std::int64_t>(edit.values.size());
    if (found == weights->end() || edit.first < 0 || edit.first + count > found->second.elements())
        return {};
    return {found->second.data() + edit.first, edit.values.size()};
}

void replace(WeightsPtr& weights, const std::vector<WeightEdit>& edits, std::vector<float> WeightEdit::*special)
{
    if (!weights)
        return;
    auto changed = std::make_shared<WeightMap>(*weights);
    for (const WeightEdit& edit : edits)
        if (!placeOf(edit, weights).empty())
            std::ranges::copy((edit.*special).empty() ? edit.values : edit.*special,
                              changed->at(edit.tensor).data() + edit.first);
    weights = std::move(changed);
}

} // namespace

std::shared_ptr<const TrainingState> edited(const TrainingState& state, const std::vector<WeightEdit>& edits)
{
    auto result = std::make_shared<TrainingState>(state);
    replace(result->weights, edits, &WeightEdit::values);
    replace(result->average, edits, &WeightEdit::average);
    replace(result->best, edits, &WeightEdit::best);
    return result;
}

std::optional<WeightEdit> replacedBy(const WeightEdit& edit, const TrainingState& state)
{
    const auto numbers = [&](const WeightsPtr& weights) {
        const auto place = placeOf(edit, weights);
        return std::vector<float>(place.begin(), place.end());
    };
    WeightEdit back{edit.tensor, edit.first, numbers(state.weights), numbers(state.average), numbers(state.best)};
    return back.values.empty() ? std::nullopt : std::optional(std::move(back));
}

} // namespace convarium::engine
