#include "engine/layers/initialize.h"

#include <algorithm>
#include <cmath>

namespace convarium::engine
{
namespace
{

/// FNV-1a, 32 bits. Part of the reproducibility contract.
std::uint32_t keyHash(const std::string& key)
{
    std::uint32_t hash = 2166136261u;
    for (const char c : key)
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
    return hash;
}

} // namespace

void fillInitial(const TensorInfo& info, std::uint64_t seed, NodeId node, float* values)
{
    const std::int64_t count = info.shape.elements();
    const CountedRng rng(seed, RandomPurpose::InitialWeights, static_cast<std::uint32_t>(node), keyHash(info.key));
    // Element numbers beyond 32 bits continue in the image counter.
    const auto high = [](std::int64_t i) { return static_cast<std::uint32_t>(i >> 32); };
    const auto low = [](std::int64_t i) { return static_cast<std::uint32_t>(i); };
    switch (info.initializer) {
    case Initializer::Zeros: std::fill_n(values, count, 0.0f); break;
    case Initializer::Ones: std::fill_n(values, count, 1.0f); break;
    case Initializer::Quarter: std::fill_n(values, count, 0.25f); break;
    case Initializer::HeNormal: {
        const double deviation = std::sqrt(2.0 / static_cast<double>(std::max<std::int64_t>(1, info.fanIn)));
        for (std::int64_t i = 0; i < count; ++i)
            values[i] = static_cast<float>(deviation * rng.normal(high(i), low(i)));
        break;
    }
    case Initializer::GlorotUniform: {
        const double fans = static_cast<double>(std::max<std::int64_t>(1, info.fanIn + info.fanOut));
        const double limit = std::sqrt(6.0 / fans);
        for (std::int64_t i = 0; i < count; ++i)
            values[i] = static_cast<float>(limit * (2 * rng.uniform(high(i), low(i)) - 1));
        break;
    }
    }
}

} // namespace convarium::engine
