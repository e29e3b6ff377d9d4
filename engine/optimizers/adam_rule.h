// What Adam and AdamW share. Private to engine/optimizers.
#pragma once

#include "engine/optimizers/optimizers.h"
#include "engine/optimizers/update_reference.h"

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

/// m = beta1 m + (1 - beta1) g, u = beta2 u + (1 - beta2) g^2, w - rate m^ / (sqrt(u^) + epsilon) with the means m^ and
/// u^ freed from their start at zero.
struct AdamUpdate {
    template <class T>
    static void step(UpdateNumbers<T>& n)
    {
        using std::sqrt;
        const T share1 = called(1 - n.beta1, "1 − beta1"), share2 = called(1 - n.beta2, "1 − beta2");
        n.state1 = called(n.beta1 * n.state1 + share1 * n.gradient, "mean of the gradient");
        n.state2 = called(n.beta2 * n.state2 + share2 * n.gradient * n.gradient, "mean of its square");
        const T mean = called(n.state1 / n.start1, "corrected mean");
        const T square = called(n.state2 / n.start2, "corrected square");
        n.weight = n.weight - n.rate * mean / called(sqrt(square) + n.epsilon, "divisor");
    }
};

} // namespace convarium::engine
