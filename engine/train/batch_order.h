// Which images a step trains on: a function of settings, step and nothing else.
#pragma once

#include "engine/train/training_split.h"

#include <span>

namespace convarium::engine
{

class BatchOrder
{
public:
    BatchOrder() = default;
    /// trainImages: not empty, as splitTraining() gives them.
    BatchOrder(const TrainConfig& config, std::vector<std::uint32_t> trainImages);
    [[nodiscard]] std::int64_t batch() const { return m_batch; }
    [[nodiscard]] std::int64_t stepsPerEpoch() const { return m_stepsPerEpoch; }
    [[nodiscard]] std::int64_t totalSteps(const TrainConfig& config) const
    {
        return config.steps > 0 ? config.steps : config.epochs * m_stepsPerEpoch;
    }
    [[nodiscard]] const std::vector<std::uint32_t>& trainImages() const { return m_images; }
    [[nodiscard]] std::uint32_t epochOf(std::int64_t step) const
    {
        return static_cast<std::uint32_t>(step / m_stepsPerEpoch);
    }
    /// Valid until the next call.
    std::span<const std::uint32_t> at(std::int64_t step);

private:
    std::vector<std::uint32_t> m_images, m_order; ///< m_order: of the epoch m_epoch
    std::int64_t m_epoch = -1, m_batch = 1, m_stepsPerEpoch = 1;
    std::uint64_t m_seed = 1;
    bool m_shuffle = true;
};

} // namespace convarium::engine
