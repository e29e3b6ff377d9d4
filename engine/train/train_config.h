// How a network is trained, as a plain value that crosses threads and is saved with the network.
#pragma once

#include "engine/core/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace convarium::engine
{

enum class ExecutionMode { Fused, Layerwise };

struct TrainConfig {
    std::string data = "digits"; ///< source as on the command line
    std::int64_t epochs = 5;
    std::int64_t steps = 0; ///< > 0: stop after so many steps instead of epochs
    std::int64_t batch = 64;
    std::string optimizer = "adam"; ///< id in the optimizer registry
    double rate = 0.001;
    double momentum = 0.9;
    double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
    double weightDecay = 0;
    std::string schedule = "constant";
    std::uint64_t seed = 1;
    int threads = 0;        ///< 0: all cores
    double validation = 0;  ///< share of the training images set aside, 0 .. 0.9
    std::int64_t limit = 0; ///< only the first N training images; 0: all
    bool shuffle = true;
    ExecutionMode execution = ExecutionMode::Fused;
    friend bool operator==(const TrainConfig&, const TrainConfig&) = default;
};

/// Ranges and names; one clear sentence for the first fault.
Result<void> validate(const TrainConfig& config);

struct OptimizerInfo {
    std::string id, title, help, paper;
    int stateTensors = 0; ///< momentum 1, Adam 2
    double defaultRate = 0.01;
    bool usesMomentum = false;
    bool usesBetas = false;
};
const std::vector<OptimizerInfo>& optimizerRegistry();
const OptimizerInfo* findOptimizer(const std::string& id);

struct ScheduleInfo {
    std::string id, title, help; ///< id is what stands before ':' on the command line
};
const std::vector<ScheduleInfo>& scheduleRegistry();
/// Learning rate at step `step` of `totalSteps` (0-based). The schedule text has been validated.
double scheduledRate(const TrainConfig& config, std::int64_t step, std::int64_t stepsPerEpoch, std::int64_t totalSteps);

} // namespace convarium::engine
