#include "engine/train/batch_order.h"

#include <algorithm>

namespace convarium::engine
{

BatchOrder::BatchOrder(const TrainConfig& config, std::vector<std::uint32_t> trainImages)
    : m_images(std::move(trainImages)), m_seed(config.seed), m_shuffle(config.shuffle)
{
    const auto images = static_cast<std::int64_t>(m_images.size());
    m_batch = std::min(std::max<std::int64_t>(1, config.batch), images);
    m_stepsPerEpoch = (images + m_batch - 1) / m_batch;
}

std::span<const std::uint32_t> BatchOrder::at(std::int64_t step)
{
    if (m_epoch != epochOf(step)) {
        m_epoch = epochOf(step);
        m_order = m_images;
        if (m_shuffle)
            shuffleIndices(m_order, m_seed, RandomPurpose::Shuffle, epochOf(step));
    }
    const auto batch = static_cast<std::size_t>(m_batch);
    const std::size_t first = static_cast<std::size_t>(step % m_stepsPerEpoch) * batch;
    return {m_order.data() + first, std::min(batch, m_order.size() - first)};
}

} // namespace convarium::engine
