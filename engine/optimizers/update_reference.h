// The update of one weight as it stands in the book, for any scalar: the model of the kernels, and what is shown to
// learners.
#pragma once

#include "engine/core/traced_real.h"
#include "engine/train/train_config.h"

#include <cmath>
#include <cstdint>

namespace convarium::engine
{

/// One weight and what its optimizer remembers of it; the step leaves the new values here.
template <class T>
struct UpdateNumbers {
    T weight, gradient; ///< gradient: with clipping and decay
    T state1 = 0, state2 = 0;
    T rate, momentum, beta1, beta2, epsilon, alpha; ///< as the kernels have them, in 32 bits
    T start1, start2; ///< 1 - beta^t: what a running mean of t numbers that began at zero has seen so far
};

/// Fills both reference members from one template: struct R { template <class T> static void step(UpdateNumbers<T>&); }
template <class R>
void setUpdateReference(OptimizerInfo& d)
{
    d.reference = &R::template step<double>;
    d.referenceTraced = &R::template step<TracedReal>;
}

/// What an update depends on beside the weight's own numbers.
struct UpdateSetting {
    const TrainConfig* config = nullptr;
    double rate = 0;
    std::int64_t t = 1;
    double gradientScale = 1; ///< what a limit on the norm of the whole gradient left of it
    bool decays = false;      ///< weight decay and l1 apply (kernels; not biases and normalisation)
};

/// n.gradient: the plain gradient. Does what every optimizer does before its own step, then that step.
template <class T>
void updateReference(const UpdateSetting& s, UpdateNumbers<T>& n)
{
    const TrainConfig& c = *s.config;
    const OptimizerInfo& optimizer = *findOptimizer(c.optimizer);
    const auto setting = [](double value, const char* name) { return called(T(static_cast<float>(value)), name); };
    n.rate = setting(s.rate, "rate");
    n.momentum = setting(c.momentum, "momentum");
    n.beta1 = setting(c.beta1, "beta1");
    n.beta2 = setting(c.beta2, "beta2");
    n.epsilon = setting(c.epsilon, "epsilon");
    n.alpha = setting(c.alpha, "alpha");
    const auto t = static_cast<double>(s.t);
    n.start1 = called(T(1 - std::pow(c.beta1, t)), "1 − beta1^t");
    n.start2 = called(T(1 - std::pow(c.beta2, t)), "1 − beta2^t");
    T g = n.gradient;
    if (c.clipValue > 0)
        g = g > T(c.clipValue) ? T(c.clipValue) : g < T(-c.clipValue) ? T(-c.clipValue) : g;
    if (s.gradientScale != 1)
        g = g * called(T(s.gradientScale), "norm limit");
    if (s.decays && c.weightDecay != 0 && !optimizer.decoupledDecay)
        g = g + setting(c.weightDecay, "weight decay") * n.weight;
    if (s.decays && c.l1 != 0 && !(n.weight == T(0)))
        g = g + (n.weight > T(0) ? T(c.l1) : T(-c.l1));
    n.gradient = called(g, "gradient");
    if (s.decays && c.weightDecay != 0 && optimizer.decoupledDecay)
        n.weight = n.weight - n.rate * setting(c.weightDecay, "weight decay") * n.weight;
    if constexpr (std::is_same_v<T, TracedReal>)
        optimizer.referenceTraced(n);
    else
        optimizer.reference(n);
}

} // namespace convarium::engine
