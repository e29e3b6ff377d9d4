// How a hand writes the digits 0 to 9: strokes as smooth curves through a few points, several ways for each digit.
#pragma once

#include "engine/core/rng.h"

#include <array>
#include <cstdint>
#include <vector>

namespace convarium::datasets
{

/// Random numbers of one image, read in order. What the image looks like depends on (seed, step, image) only.
class ImageRandom
{
public:
    /// split: 0 training, 1 test.
    ImageRandom(std::uint64_t seed, std::uint32_t split, std::uint32_t image)
        : m_rng(seed, engine::RandomPurpose::Digits, 0, split), m_image(image)
    {
    }
    /// Uniform in [0, 1).
    double uniform();
    double range(double low, double high) { return low + (high - low) * uniform(); }
    bool chance(double probability) { return uniform() < probability; }
    /// About standard normal, cut at 3: the sum of four uniforms, scaled.
    double normal();
    /// Index i with probability weights[i] / sum.
    std::size_t pick(std::initializer_list<double> weights);

private:
    engine::CountedRng m_rng;
    std::uint32_t m_image;
    std::uint32_t m_next = 0;
    std::array<std::uint32_t, 4> m_words{};
};

/// A point the pen passes. y grows downwards; a digit is about 1 high. At a corner the curve breaks.
struct PenPoint {
    double x = 0;
    double y = 0;
    bool corner = false;
};

using Stroke = std::vector<PenPoint>;

/// One way of writing a digit (0 to 9), drawn at random among its forms and their proportions.
std::vector<Stroke> writeDigit(int digit, ImageRandom& random);

/// The stroke as a chain of short pieces: a centripetal-like Catmull-Rom curve through its points, broken at corners.
Stroke flatten(const Stroke& stroke, int stepsPerPiece);

} // namespace convarium::datasets
