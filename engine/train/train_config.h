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
    double rate = 0.001;            ///< the schedule's base, and the peak of one-cycle and warmup
    double momentum = 0.9;
    double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
    double alpha = 0.99;    ///< RMSProp: memory of the squared gradient
    double weightDecay = 0; ///< L2: decay * w joins the gradient; AdamW: rate * decay * w is taken from the weight
    double l1 = 0;          ///< l1 * sign(w) joins the gradient
    double clipValue = 0;   ///< > 0: every number of the gradient is cut to -clipValue .. clipValue
    double clipNorm = 0;    ///< > 0: the gradient of all weights together is scaled down to this Euclidean norm
    std::string schedule = "constant"; ///< schedule.h
    std::string loss;                  ///< losses/loss.h; empty: what the network's output says
    std::string augment;               ///< data/augment.h, of the training images; empty: none
    std::uint64_t seed = 1;
    int threads = 0;        ///< 0: all cores
    double validation = 0;  ///< share of the training images set aside, 0 .. 0.9
    std::int64_t limit = 0; ///< only the first N training images; 0: all
    bool shuffle = true;
    std::int64_t earlyStopping = 0; ///< > 0: ends after so many epochs without a lower validation loss
    bool restoreBest = false;       ///< what is evaluated and exported is the epoch of the lowest validation loss
    double averageDecay = 0;        ///< > 0: a moving average of the weights is kept, evaluated and exported
    ExecutionMode execution = ExecutionMode::Fused;
    friend bool operator==(const TrainConfig&, const TrainConfig&) = default;
};

/// Ranges and names; one clear sentence for the first fault.
Result<void> validate(const TrainConfig& config);

namespace kernels
{
struct KernelTable;
}
struct UpdateRule;
class TracedReal;
template <class T>
struct UpdateNumbers;

/// What an optimizer makes the rule of one step from. t: 1-based count of updates.
struct OptimizerCall {
    const TrainConfig& config;
    const kernels::KernelTable& table;
    double rate;
    std::int64_t t;
};

/// Everything anyone needs to know about an optimizer. One file in engine/optimizers fills one in.
struct OptimizerInfo {
    std::string id, title, help, paper;
    int stateTensors = 0; ///< momentum 1, Adam 2
    double defaultRate = 0.01;
    bool usesMomentum = false;
    bool usesBetas = false;
    bool usesAlpha = false;
    bool usesEpsilon = false;
    double defaultEpsilon = 1e-8;
    bool decoupledDecay = false; ///< TrainConfig::weightDecay shrinks the weights instead of joining the gradient
    void (*fill)(const OptimizerCall&, UpdateRule&) = nullptr; ///< kernel and the numbers that are its own
    // The step of one weight as it stands in the book (optimizers/update_reference.h).
    void (*reference)(UpdateNumbers<double>&) = nullptr;
    void (*referenceTraced)(UpdateNumbers<TracedReal>&) = nullptr;
};
const std::vector<OptimizerInfo>& optimizerRegistry();
const OptimizerInfo* findOptimizer(const std::string& id);
/// Chooses an optimizer with its usual rate, momentum and epsilon.
void useOptimizer(TrainConfig& config, const OptimizerInfo& optimizer);

} // namespace convarium::engine
