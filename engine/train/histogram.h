// Numbers sorted by their size: histograms that can be added and compared over layers and steps.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace convarium::engine
{

/// Counts in bins that are the same for all layers and times: six for each power of ten, above zero and below, and one
/// in the middle for what is smaller than all of them. Numbers that are larger count in the outermost bins.
class Histogram
{
public:
    static constexpr int kPerDecade = 6;
    static constexpr int kLowestPower = -9, kHighestPower = 4;
    static constexpr int kSide = kPerDecade * (kHighestPower - kLowestPower); ///< bins on one side of the middle
    static constexpr int kBins = 2 * kSide + 1;
    static constexpr int kMiddle = kSide;

    /// Of more than `most` numbers so many, spread evenly. What is not finite is left out.
    void add(std::span<const float> values, std::size_t most = SIZE_MAX);
    void add(const Histogram& other);

    [[nodiscard]] std::int64_t numbers() const { return m_numbers; }
    /// 0..1.
    [[nodiscard]] double share(int bin) const;
    /// Of the bins first .. last.
    [[nodiscard]] double share(int first, int last) const;
    [[nodiscard]] static int binOf(float value);
    /// Where the bin `distance` (1 .. kSide) steps from the middle ends, on the far side; 0: where the middle ends.
    [[nodiscard]] static double magnitude(int distance);
    friend bool operator==(const Histogram&, const Histogram&) = default;

private:
    std::array<std::uint32_t, kBins> m_counts{};
    std::int64_t m_numbers = 0;
};

} // namespace convarium::engine
