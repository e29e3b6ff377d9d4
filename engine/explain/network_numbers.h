// All numbers of a network for some images: outputs, and the gradients of their loss. For panels, beside training.
#pragma once

#include "engine/explain/explain_layer.h"
#include "engine/explain/explain_loss.h"
#include "engine/plan/executor.h"

#include <memory>

namespace convarium::engine
{

struct NumbersOptions {
    std::int64_t batch = 1;
    /// As a training step sees the images: statistics of the batch, dropout. Else as an evaluation does, each image by
    /// itself.
    bool training = false;
    bool gradients = false;
};

/// Who reads an output: input `input` of a layer, or the loss.
struct ValueReader {
    NodeId node = kNoNode; ///< kNoNode: the loss
    std::size_t input = 0; ///< place in GraphSpec::edgesInto(node)
    [[nodiscard]] bool isLoss() const { return node == kNoNode; }
    friend bool operator==(const ValueReader&, const ValueReader&) = default;
};

/// Compiled once per network; one thread, one owner at a time. Computed on the engine's kernels.
class NetworkNumbers
{
public:
    static Result<std::unique_ptr<NetworkNumbers>> create(const GraphSpec& graph, const NumbersOptions& options);

    void setWeights(WeightsPtr weights);
    /// `seed` and `step`: of the run, for dropout.
    Result<void> run(const Dataset& data, std::span<const std::uint32_t> images, std::uint64_t seed = 1,
                     std::uint32_t step = 0);
    /// The loss of the images; with gradients.
    [[nodiscard]] double loss() const { return m_loss; }
    [[nodiscard]] const ShapedGraph& shapes() const { return m_shaped; }
    /// The outputs of a node for all images. Empty where it was not computed.
    [[nodiscard]] std::vector<float> output(NodeId node) const;
    /// Gradients of the loss by them. Empty where there are none, as behind the loss.
    [[nodiscard]] std::vector<float> gradient(NodeId node) const;
    /// Whose gradients add up to gradient(node), with gradients. Of layers that only give numbers another shape, where
    /// others read those too, the ones behind them: what such a layer alone gets is not kept.
    [[nodiscard]] std::vector<ValueReader> readers(NodeId node) const;
    /// Of all weights, with gradients.
    [[nodiscard]] WeightMap weightGradients() const { return m_executor->weightGradients(); }
    /// Everything that explain...() asks for.
    [[nodiscard]] LayerNumbers layer(NodeId node) const;
    /// Where the network ends, and whose output the loss reads: the layer before a final Softmax, else the same.
    [[nodiscard]] NodeId end() const;
    [[nodiscard]] NodeId lossReads() const;
    /// What the loss has read; with gradients.
    [[nodiscard]] LossNumbers lossNumbers() const;

private:
    NetworkNumbers() = default;
    template <class F>
    std::vector<float> joined(F value) const;
    [[nodiscard]] int gradientBuffer(NodeId node) const;
    void addReaders(NodeId node, bool forked, std::vector<ValueReader>& all) const;

    GraphSpec m_graph;
    NumbersOptions m_options;
    ShapedGraph m_shaped;
    std::pair<float, float> m_scale;
    std::unique_ptr<Executor> m_executor;
    WeightsPtr m_weights;
    std::vector<std::uint32_t> m_images;
    std::vector<std::int32_t> m_labels;
    std::uint64_t m_seed = 1;
    std::uint32_t m_step = 0;
    double m_loss = 0;
};

} // namespace convarium::engine
