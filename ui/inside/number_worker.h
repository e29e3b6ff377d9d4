// Computes what the number view shows. Keeps compiled networks between requests; one thread.
#pragma once

#include "ui/inside/assumed_class.h"
#include "ui/inside/number_values.h"
#include "ui/training/start_weights.h"

#include <functional>

namespace convarium::ui
{

class NumberWorker final
{
public:
    explicit NumberWorker(const TrainingServices& services) : m_startWeights(services) {}
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
    engine::Result<void> pixel(const NumberRequest& request, NumberResult& result);
    engine::Result<void> backward(const NumberRequest& request, NumberResult& result);
    engine::Result<void> update(const NumberRequest& request, NumberResult& result);
    engine::Result<void> loss(const NumberRequest& request, NumberResult& result);
    engine::Result<void> gradient(const engine::NetworkNumbers& all, engine::NodeId source,
                                  const engine::ValueReader& own, const NumberRequest& request, NumberResult& result);
    engine::Result<engine::NetworkNumbers*> prepared(Cached& cached, const engine::NumbersOptions& options,
                                                     const engine::DatasetPtr& images,
                                                     const std::vector<std::uint32_t>& indices, std::uint64_t seed,
                                                     std::int64_t step);
    engine::Result<engine::NetworkNumbers*> numbersOf(const NumberRequest& request, bool gradients,
                                                      NumberResult& result);
    engine::Result<engine::NetworkNumbers*> nextStep(const NumberRequest& request, NumberResult& result);
    engine::Result<engine::DatasetPtr> withClass(const NumberRequest& request, NumberResult& result);
    static engine::Result<void> readPixels(const engine::DatasetPtr& images, std::int64_t image, NumberResult& result);
    void useNetwork(const NumberRequest& request);
    void forgetNetworks();

    StartWeights m_startWeights;
    std::shared_ptr<const engine::GraphSpec> m_asked, m_graph; ///< as it was asked for, and with its loss
    std::string m_loss;
    engine::WeightsPtr m_weights;
    Cached m_forward, m_backward, m_step;
    std::shared_ptr<const AssumedClass> m_assumed; ///< as m_backward may know it
};

} // namespace convarium::ui
