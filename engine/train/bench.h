// Measures the engine's speed on data in memory.
#pragma once

#include "engine/plan/plan.h"

namespace convarium::engine
{

struct BenchOptions {
    bool training = true; ///< the whole step with Adam; else inference
    std::int64_t batch = 64;
    int threads = 0;
    double seconds = 3;  ///< the best window of 0.5 s or more within this time counts
    bool layers = false; ///< measure each layer, in a second run as long as the first
};

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

struct BenchResult {
    double imagesPerSecond = 0;
    double gflops = 0;     ///< dense multiply-adds (2 per MAC) that the network needs, per second
    double peakGflops = 0; ///< of all threads, measured just before
    double peakShare = 0;
    int threads = 1;
    std::string kernels;
    std::vector<LayerSpeed> layers;                         ///< forward in order, then backward; empty unless asked for
    double updateMilliseconds = 0, waitingMilliseconds = 0; ///< of a step, with `layers`
};

Result<BenchResult> runBench(const GraphSpec& graph, const BenchOptions& options);

} // namespace convarium::engine
