// Measures the engine's speed on data in memory.
#pragma once

#include "engine/core/result.h"
#include "engine/train/layer_speed.h"
#include "engine/train/train_config.h"

namespace convarium::engine
{

struct BenchOptions {
    bool training = true; ///< the whole step with Adam; else inference
    std::int64_t batch = 64;
    int threads = 0;
    ExecutionMode execution = ExecutionMode::Fused;
    double seconds = 3;  ///< the best window of 0.5 s or more within this time counts
    bool layers = false; ///< measure each layer, in a second run as long as the first
};

struct BenchResult {
    double imagesPerSecond = 0;
    double gflops = 0;     ///< dense multiply-adds (2 per MAC) that the network needs, per second
    double peakGflops = 0; ///< of all threads, measured just before
    double peakShare = 0;
    int threads = 1;
    std::string kernels;
    std::int64_t predictedMemory = 0; ///< bytes the engine takes, as the plan says before the run
    StepSpeed step;                   ///< without layers unless they were asked for
};

Result<BenchResult> runBench(const GraphSpec& graph, const BenchOptions& options);

} // namespace convarium::engine
