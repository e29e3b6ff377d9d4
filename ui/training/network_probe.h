// A network that can be asked about single images, and what it says.
#pragma once

#include "ui/training/start_weights.h"

namespace convarium::ui
{

/// What the network says about an image.
struct OutputReading {
    engine::NodeId node = engine::kNoNode;     ///< the output node; kNoNode: there is nothing to read
    int best = -1, second = -1;                ///< classes
    double certainty = 0, secondCertainty = 0; ///< 0..1
    int label = -1;                            ///< -1: unknown
    std::vector<float> probabilities;
    [[nodiscard]] bool right() const { return label >= 0 && label == best; }
};

/// A compiled network with its weights. Compiles only when the network is another one; one thread at a time.
class NetworkProbe final
{
public:
    explicit NetworkProbe(const TrainingServices& services);

    /// weights: what layers lack of them they have from `seed`; null: all. Fails where the network cannot be computed.
    engine::Result<void> prepare(const std::shared_ptr<const engine::GraphSpec>& graph,
                                 const engine::WeightsPtr& weights, std::uint64_t seed);
    /// After prepare().
    [[nodiscard]] engine::Inspector& inspector() { return *m_inspector; }
    [[nodiscard]] const engine::WeightsPtr& weights() const { return m_weights; }
    /// Frees everything, after an exception.
    void forget();

private:
    std::function<engine::Result<std::unique_ptr<engine::Inspector>>(const engine::GraphSpec&)> m_newInspector;
    StartWeights m_startWeights;
    std::shared_ptr<const engine::GraphSpec> m_graph;
    std::unique_ptr<engine::Inspector> m_inspector;
    engine::WeightsPtr m_weights;
    std::optional<engine::Error> m_fault;
};

/// What the network says about the image it has computed last. Its result is read as classes.
[[nodiscard]] OutputReading readingOf(const engine::GraphSpec& graph, const engine::Inspector& inspector);
/// The same from the output itself; `probabilities`: it already sums to one.
[[nodiscard]] OutputReading readingOf(engine::NodeId node, const engine::Tensor& output, bool probabilities);
/// Softmax of a list unless it already sums to one.
[[nodiscard]] std::vector<float> probabilitiesOf(const engine::Tensor& output, bool already);

} // namespace convarium::ui
