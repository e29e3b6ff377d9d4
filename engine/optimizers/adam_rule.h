// What Adam and AdamW share. Private to engine/optimizers.
#pragma once

#include "engine/optimizers/optimizers.h"

#include <cmath>

namespace convarium::engine
{

/// Both bias corrections, folded into the rate and into the root of the second moment.
inline void fillAdam(const OptimizerCall& c, UpdateRule& rule)
{
    rule.kernel = c.table.updateAdam;
    const auto steps = static_cast<double>(c.t);
    rule.args.rate = static_cast<float>(c.rate / (1 - std::pow(c.config.beta1, steps)));
    rule.args.correction2 = static_cast<float>(1 / std::sqrt(1 - std::pow(c.config.beta2, steps)));
}

} // namespace convarium::engine
