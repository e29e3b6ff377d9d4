// The weights a network is computed with: what fits of those there are, the rest as the network begins with it.
#pragma once

#include "ui/training/training_services.h"

namespace convarium::ui
{

/// Remembers the last ones, of one network; one thread at a time.
class StartWeights final
{
public:
    explicit StartWeights(const TrainingServices& services) : m_compute(services.startWeights) {}

    /// See TrainingServices::startWeights. The same question has the same pointer as its answer.
    const engine::WeightsPtr& of(const engine::GraphSpec& graph, std::uint64_t seed, const engine::WeightsPtr& kept)
    {
        if (!m_weights || m_seed != seed || m_kept != kept) {
            m_weights = m_compute(graph, seed, kept);
            m_seed = seed;
            m_kept = kept;
        }
        return m_weights;
    }
    /// The network is another one.
    void forget()
    {
        m_weights.reset();
        m_kept.reset();
    }

private:
    decltype(TrainingServices::startWeights) m_compute;
    engine::WeightsPtr m_weights, m_kept;
    std::uint64_t m_seed = 0;
};

} // namespace convarium::ui
