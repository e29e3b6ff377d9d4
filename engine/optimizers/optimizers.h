// The optimizers, described and registered like layers.
#pragma once

#include "engine/kernels/kernel_table.h"
#include "engine/train/train_config.h"

namespace convarium::engine
{

/// How one step changes the weights: the kernel and its numbers. t: 1-based count of updates.
struct UpdateRule {
    void (*kernel)(const kernels::UpdateArgs&) = nullptr;
    kernels::UpdateArgs args{};
    float l2 = 0; ///< for tensors that decay
};

UpdateRule makeUpdateRule(const TrainConfig& config, const kernels::KernelTable& table, double rate, std::int64_t t);

} // namespace convarium::engine
