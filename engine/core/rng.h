// Counted randomness: every random number is a pure function of what it is for, so nothing is "drawn" in an order.
// Philox4x32-10, Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
#pragma once

#include <array>
#include <cstdint>

namespace convarium::engine
{

/// What a random number is used for. Values are part of the reproducibility contract: never renumber.
enum class RandomPurpose : std::uint32_t {
    InitialWeights = 1,
    Dropout = 2,
    Shuffle = 3,
    Split = 4,
    Augment = 5,
    Digits = 6,
    Benchmark = 7,
    Test = 8,
};

/// Four 32-bit words from a 128-bit counter and a 64-bit key.
constexpr std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> c, std::array<std::uint32_t, 2> k)
{
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * c[0];
        const std::uint64_t p1 = std::uint64_t{0xCD9E8D57u} * c[2];
        c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k[0], static_cast<std::uint32_t>(p1),
             static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k[1], static_cast<std::uint32_t>(p0)};
        k[0] += 0x9E3779B9u;
        k[1] += 0xBB67AE85u;
    }
    return c;
}

/// A family of random numbers f(seed, purpose, node, step, image, element). Copying it copies no state: there is none.
/// node: node id or other subject; step: epoch or step; image: index in the data set.
class CountedRng
{
public:
    constexpr CountedRng(std::uint64_t seed, RandomPurpose purpose, std::uint32_t node = 0, std::uint32_t step = 0)
        : m_key{static_cast<std::uint32_t>(seed) ^ (static_cast<std::uint32_t>(purpose) << 24),
                static_cast<std::uint32_t>(seed >> 32) ^ (static_cast<std::uint32_t>(purpose) * 0x9E3779B9u)},
          m_node(node), m_step(step)
    {
    }

    /// Four words for elements 4*quad .. 4*quad+3 of an image.
    [[nodiscard]] constexpr std::array<std::uint32_t, 4> quad(std::uint32_t image, std::uint32_t quadIndex) const
    {
        return philox4x32({quadIndex, image, m_step, m_node}, m_key);
    }
    [[nodiscard]] constexpr std::uint32_t word(std::uint32_t image, std::uint32_t element) const
    {
        return quad(image, element >> 2)[element & 3];
    }
    /// Uniform in [0, 1), 24 bits.
    [[nodiscard]] constexpr double uniform(std::uint32_t image, std::uint32_t element) const
    {
        return (word(image, element) >> 8) * (1.0 / 16777216.0);
    }
    /// Uniform integer in [0, n), n > 0.
    [[nodiscard]] constexpr std::uint32_t below(std::uint32_t n, std::uint32_t image, std::uint32_t element) const
    {
        return static_cast<std::uint32_t>((std::uint64_t{word(image, element)} * n) >> 32);
    }
    /// Standard normal (Box-Muller on two words of its own: elements never share a pair).
    [[nodiscard]] double normal(std::uint32_t image, std::uint32_t element) const;

private:
    std::array<std::uint32_t, 2> m_key;
    std::uint32_t m_node;
    std::uint32_t m_step;
};

} // namespace convarium::engine
