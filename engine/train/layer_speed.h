// Where the time of a step goes, layer by layer, in the units that people compare: milliseconds and GFLOP/s.
#pragma once

#include "engine/graph/graph_spec.h"
#include "engine/plan/step_profile.h"

#include <map>
#include <vector>

namespace convarium::engine
{

struct ExecutionPlan;

/// One layer, or several that the engine runs as one.
struct LayerSpeed {
    enum class Direction : std::uint8_t { Forward, Backward };
    std::vector<NodeId> nodes; ///< the first is the one whose kernel ran; others were fused into it
    Direction direction = Direction::Forward;
    double milliseconds = 0; ///< per step, of all threads together divided by their number
    double share = 0;        ///< of the step
    double gflops = 0;       ///< of all threads while they run this layer; 0: no products here
    double peakShare = 0;
};

/// A step as the threads spent it; the parts add up to their time within the step.
struct StepSpeed {
    std::vector<LayerSpeed> layers; ///< forward in order, then backward
    double updateMilliseconds = 0;  ///< optimizer, average and the re-layout of weights
    double waitingMilliseconds = 0; ///< threads waiting for each other
    [[nodiscard]] double milliseconds() const;
};

/// Multiply-accumulates per image of the layers with weights, by their formulas.
struct NetworkMacs {
    std::map<NodeId, double> forward;
    std::map<NodeId, double> backward; ///< both gradients, as far as they are wanted; empty without training
    [[nodiscard]] double perImage() const;
};
NetworkMacs countMacs(const GraphSpec& graph, const ExecutionPlan& plan);

/// What an executor of this plan measured. imagesPerStep: a mean; peakGflops: of all threads, 0: not known.
StepSpeed readProfile(const ExecutionPlan& plan, const NetworkMacs& macs, const StepProfile& profile,
                      double imagesPerStep, double peakGflops);

} // namespace convarium::engine
