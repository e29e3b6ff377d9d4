// Follows the losses and the classes of the batches of a run.
#pragma once

#include "engine/data/dataset.h"

#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace convarium::engine
{

/// A few additions per step; remembers the last hundred.
class LossWatch
{
public:
    /// images: the training images; their classes tell what guessing would give.
    LossWatch(const Dataset& data, std::span<const std::uint32_t> images);
    void stepDone(double loss, double accuracy, std::span<const std::uint32_t> batch, const Dataset& data);

    [[nodiscard]] std::int64_t steps() const { return m_steps; }
    /// Mean of the first losses, of the newest ten, and of the two halves of the last hundred.
    [[nodiscard]] double firstLoss() const;
    [[nodiscard]] double newestLoss() const;
    /// By how much the loss fell within the last hundred steps, as a share of it; nothing before there are so many.
    [[nodiscard]] std::optional<double> fall() const;
    /// Share of the last hundred steps' images that were right.
    [[nodiscard]] double accuracy() const;
    /// Share of the commonest class in the training images; 0 where there are no classes.
    [[nodiscard]] double guess() const { return m_guess; }
    /// Share of a batch's commonest class, mean over the last batches; 0 where there are no classes.
    [[nodiscard]] double batchPurity() const;

private:
    static constexpr std::size_t kRemembered = 100, kFirst = 5, kNewest = 10, kBatches = 10;
    [[nodiscard]] double commonest(const Dataset& data, std::span<const std::uint32_t> images);

    bool m_classes;
    double m_guess = 0;
    std::int64_t m_steps = 0;
    std::vector<double> m_first;
    std::deque<double> m_losses, m_accuracies, m_purities;
    std::vector<std::int64_t> m_counts;
};

} // namespace convarium::engine
