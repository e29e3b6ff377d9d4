// Computes what the number view shows. Keeps compiled networks between requests; one thread.
#pragma once

#include "ui/inside/number_values.h"

#include <functional>

namespace convarium::ui
{

class NumberWorker final
{
public:
    explicit NumberWorker(std::function<engine::WeightsPtr(const engine::GraphSpec&, std::uint64_t)> initialWeights)
        : m_initialWeights(std::move(initialWeights))
    {
    }
    NumberResult compute(const NumberRequest& request);

private:
    /// A compiled network with the images it has last seen.
    struct Cached {
        std::unique_ptr<engine::NetworkNumbers> numbers;
        engine::WeightsPtr weights;
        engine::DatasetPtr images;
        std::vector<std::uint32_t> indices;
        std::int64_t step = -1;
    };

    engine::Result<void> fill(const NumberRequest& request, NumberResult& result);
    engine::Result<void> forward(const NumberRequest& request, NumberResult& result);
    engine::Result<void> backward(const NumberRequest& request, NumberResult& result);
    engine::Result<void> update(const NumberRequest& request, NumberResult& result);
    engine::Result<void> loss(const NumberRequest& request, NumberResult& result);
    engine::Result<engine::NetworkNumbers*> prepared(Cached& cached, const engine::NumbersOptions& options,
                                                     const engine::DatasetPtr& images,
                                                     const std::vector<std::uint32_t>& indices, std::uint64_t seed,
                                                     std::int64_t step);
    engine::Result<engine::NetworkNumbers*> gradientsOf(const NumberRequest& request);
    void useNetwork(const NumberRequest& request);
    void forgetNetworks();

    std::function<engine::WeightsPtr(const engine::GraphSpec&, std::uint64_t)> m_initialWeights;
    std::shared_ptr<const engine::GraphSpec> m_asked, m_graph; ///< as it was asked for, and with its loss
    std::string m_loss;
    engine::WeightsPtr m_weights, m_initial;
    std::uint64_t m_initialSeed = 0;
    Cached m_forward, m_backward, m_step;
};

} // namespace convarium::ui
