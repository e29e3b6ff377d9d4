// The step that follows a state of training, taken apart into what happens one after the other.
#pragma once

#include "engine/train/next_step.h"

#include <memory>

namespace convarium::engine
{

class Executor;

/// One sub-step of a batch.
struct WalkStage {
    enum class Kind : std::uint8_t { Input, Forward, Loss, Backward, Update };
    Kind kind = Kind::Input;
    NodeId node = kNoNode; ///< Loss: none
    /// Backward: the largest absolute gradient of the layer's weights, or without weights of what it passes on.
    /// Update: how far the weight that moves most does.
    double largest = 0;
    bool hasWeights = false;
    friend bool operator==(const WalkStage&, const WalkStage&) = default;
};

/// Does the next step on weights of its own and keeps all its numbers: the run it looks at goes on as if nobody had
/// looked. With the run's threads, so that sums are added in the same order; only where a plan that keeps everything
/// cannot fuse what the run fuses, or filters by smaller tiles (Op::inspected), do last digits differ. One owner at a
/// time.
class BatchWalk
{
public:
    /// state: null before the first step, then `initial` are the weights.
    static Result<std::unique_ptr<BatchWalk>> create(const GraphSpec& graph, const TrainConfig& config,
                                                     const DatasetBundle& data,
                                                     const std::shared_ptr<const TrainingState>& state,
                                                     const WeightsPtr& initial);
    ~BatchWalk();

    /// In the order of the engine: inputs, layers forward, the loss, layers backward, updates.
    [[nodiscard]] const std::vector<WalkStage>& stages() const { return m_stages; }
    [[nodiscard]] const NextStep& next() const { return m_next; }
    [[nodiscard]] std::int64_t images() const { return static_cast<std::int64_t>(m_next.indices.size()); }
    /// Mean over the images.
    [[nodiscard]] double loss() const { return m_loss; }
    /// Of one image of the batch; empty where there is none.
    [[nodiscard]] Tensor output(NodeId node, std::int64_t image) const;
    [[nodiscard]] Tensor gradient(NodeId node, std::int64_t image) const;
    /// After the step.
    [[nodiscard]] WeightMap weights() const;

private:
    BatchWalk();
    void listStages(const GraphSpec& graph, const WeightMap& before);
    [[nodiscard]] double largestGradient(NodeId node) const;

    NextStep m_next;
    std::unique_ptr<Executor> m_executor;
    std::vector<WalkStage> m_stages;
    double m_loss = 0;
};

} // namespace convarium::engine
