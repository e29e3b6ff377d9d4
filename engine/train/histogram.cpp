#include "engine/train/histogram.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace convarium::engine
{

int Histogram::binOf(float value)
{
    const float size = std::abs(value);
    // Not by comparing with the edges: a logarithm takes as long as finding the place among 78 of them.
    const float place = (std::log10(size) - static_cast<float>(kLowestPower)) * static_cast<float>(kPerDecade);
    if (!(place >= 0))
        return kMiddle;
    const int distance = std::min(static_cast<int>(std::min(place, static_cast<float>(kSide))) + 1, kSide);
    return value > 0 ? kMiddle + distance : kMiddle - distance;
}

double Histogram::magnitude(int distance)
{
    return std::pow(10.0, kLowestPower + static_cast<double>(distance) / kPerDecade);
}

void Histogram::add(std::span<const float> values, std::size_t most)
{
    const std::size_t count = std::min(values.size(), most);
    for (std::size_t i = 0; i < count; ++i) {
        const float value = values[i * values.size() / count];
        if (!std::isfinite(value))
            continue;
        ++m_counts[static_cast<std::size_t>(binOf(value))];
        ++m_numbers;
    }
}

void Histogram::add(const Histogram& other)
{
    for (std::size_t i = 0; i < m_counts.size(); ++i)
        m_counts[i] += other.m_counts[i];
    m_numbers += other.m_numbers;
}

double Histogram::share(int bin) const
{
    return share(bin, bin);
}

double Histogram::share(int first, int last) const
{
    if (m_numbers == 0 || last < first)
        return 0;
    const auto sum = std::accumulate(m_counts.begin() + first, m_counts.begin() + last + 1, std::int64_t{0});
    return static_cast<double>(sum) / static_cast<double>(m_numbers);
}

} // namespace convarium::engine
