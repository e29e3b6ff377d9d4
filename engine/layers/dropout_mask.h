// Which numbers dropout keeps: one definition for the reference path and the fast path.
//
// Element i (logical order C H W) of the image with data-set index k is kept in step s iff
//   CountedRng(seed, RandomPurpose::Dropout, node, s).word(k, i) >= floor(rate * 2^32).
// Kept numbers are multiplied by 1 / (1 - rate).
#pragma once

#include "engine/layers/layer.h"

#include <cstdint>

namespace convarium::engine
{

/// floor(rate * 2^32), rate in [0, 1).
constexpr std::uint32_t dropoutThreshold(double rate)
{
    return static_cast<std::uint32_t>(rate * 4294967296.0);
}

constexpr double dropoutScale(double rate)
{
    return 1.0 / (1.0 - rate);
}

/// The random numbers of one dropout node in one step.
inline CountedRng dropoutRng(const LayerRandomness& random)
{
    return {random.seed, RandomPurpose::Dropout, static_cast<std::uint32_t>(random.node), random.step};
}

/// Is element `element` of the image with data-set index `image` kept?
constexpr bool dropoutKeeps(const CountedRng& rng, std::uint32_t threshold, std::uint32_t image, std::uint32_t element)
{
    return rng.word(image, element) >= threshold;
}

/// The same for elements 4 * quad .. 4 * quad + 3 at the price of one: keep[j] is 1 or 0.
constexpr void dropoutKeepsQuad(const CountedRng& rng, std::uint32_t threshold, std::uint32_t image, std::uint32_t quad,
                                std::uint8_t keep[4])
{
    const auto words = rng.quad(image, quad);
    for (std::size_t j = 0; j < 4; ++j)
        keep[j] = words[j] >= threshold ? 1 : 0;
}

} // namespace convarium::engine
