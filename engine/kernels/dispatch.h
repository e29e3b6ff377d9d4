// How the level is chosen, apart from where the wish comes from, so that tests can try every case.
#pragma once

#include "engine/kernels/kernel_table.h"

#include <string>

namespace convarium::engine::kernels
{

struct Choice {
    const KernelTable* table; ///< never null: the best supported level when the wish cannot be met
    std::string error;        ///< empty, or one sentence with what to do
};

/// Chooses among `count` levels, best first. `wish` is the value of CONVARIUM_KERNELS; null or empty means none.
Choice choose(const char* wish, const Level* levels, int count);

} // namespace convarium::engine::kernels
