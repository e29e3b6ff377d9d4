// Losses as they stand in the book, for any scalar. Private to engine/losses.
#pragma once

#include "engine/losses/loss.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace convarium::engine
{

/// What softmax(z) should have been.
struct SoftmaxReference {
    static double loss(const double* z, const double* target, std::int64_t classes)
    {
        const double largest = *std::max_element(z, z + classes);
        double sum = 0, all = 0;
        for (std::int64_t c = 0; c < classes; ++c) {
            sum += std::exp(z[c] - largest);
            all += target[c] * (z[c] - largest);
        }
        return std::log(sum) - all;
    }
    template <class T>
    static T gradient(const T* z, const T* target, std::int64_t classes, std::int64_t at)
    {
        using std::exp;
        T largest = z[0];
        for (std::int64_t c = 1; c < classes; ++c)
            if (largest < z[c])
                largest = z[c];
        largest = called(largest, "largest");
        T sum = 0;
        for (std::int64_t c = 0; c < classes; ++c)
            sum += exp(z[c] - largest);
        sum = called(sum, "sum");
        return called(exp(z[at] - largest) / sum, "p") - target[at];
    }
};

/// R has the loss of one row against its targets, and its gradient by the logit `at`.
template <class R>
void setLossReference(LossInfo& d)
{
    d.reference = [](const double* logits, int label, std::int64_t classes, double smoothing, double* gradient) {
        std::vector<double> target(static_cast<std::size_t>(classes));
        for (std::int64_t c = 0; c < classes; ++c)
            target[static_cast<std::size_t>(c)] = smoothedTarget(c == label ? 1.0 : 0.0, classes, smoothing);
        for (std::int64_t c = 0; gradient && c < classes; ++c)
            gradient[c] = R::gradient(logits, target.data(), classes, c);
        return R::loss(logits, target.data(), classes);
    };
    d.gradientTraced = [](const TracedReal* logits, const TracedReal* target, std::int64_t classes, std::int64_t at) {
        return R::gradient(logits, target, classes, at);
    };
}

} // namespace convarium::engine
