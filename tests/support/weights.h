// Weights for tests of networks.
#pragma once

#include "engine/core/rng.h"
#include "engine/train/reference_run.h"

namespace convarium::test
{

/// Initial ones, except that of those which begin as zeros or ones (biases, scales, statistics) no two are equal.
inline engine::WeightMap unevenWeights(const engine::GraphSpec& g)
{
    engine::WeightMap weights = *engine::initialWeights(g, 3);
    const engine::CountedRng rng(4, engine::RandomPurpose::Test);
    std::uint32_t number = 0;
    for (auto& [key, tensor] : weights)
        if (tensor.shape().rank() == 1)
            for (float& v : tensor.values())
                v = 0.5f + static_cast<float>(rng.word(0, number++)) * 0x1p-32f;
    return weights;
}

} // namespace convarium::test
