// The optimizers, described and registered like layers: one file each, one line in CMakeLists.txt.
#pragma once

#include "engine/kernels/kernel_table.h"
#include "engine/train/train_config.h"

namespace convarium::engine
{

/// How one step changes the weights: the kernel and its numbers.
struct UpdateRule {
    void (*kernel)(const kernels::UpdateArgs&) = nullptr;
    kernels::UpdateArgs args{};
    // For the tensors that decay (kernels; not biases and normalisation):
    float l2 = 0;    ///< added to the gradient
    float l1 = 0;    ///< its sign is added to the gradient
    float decay = 0; ///< decoupled: the share of the weight that is taken away
    /// > 0: the gradient of all weights together is scaled down to this Euclidean norm, as PyTorch's clip_grad_norm_.
    double clipNorm = 0;
    /// > 0: how far the averaged weights move towards the new weights.
    float averageShare = 0;
};

/// The settings of a run as numbers of one step. rate: what the schedule gave; t: 1-based count of updates.
UpdateRule makeUpdateRule(const TrainConfig& config, const kernels::KernelTable& table, double rate, std::int64_t t);

/// Share of the new weights in the averaged ones at update t: 1 - decay, but early on more, so that the start is soon
/// forgotten: 1 - min(decay, (1 + t) / (10 + t)).
double averageShare(double decay, std::int64_t t);

} // namespace convarium::engine
