// Losses as they stand in the book, for any scalar. Private to engine/losses.
#pragma once

#include "engine/losses/loss.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace convarium::engine
{

/// Place that LossInfo::gradientTraced gives the loss itself for, before any mean.
inline constexpr std::int64_t kLossItself = -1;

/// exp(x) is zero, or almost, below: its logarithm is then x itself.
inline constexpr double kLeastExponent = -700;

/// What softmax(z) should have been.
struct SoftmaxReference {
    template <class T>
    struct Row {
        T largest, sum;
        Row(const T* z, std::int64_t classes) : largest(z[0]), sum(0)
        {
            using std::exp;
            for (std::int64_t c = 1; c < classes; ++c)
                if (largest < z[c])
                    largest = z[c];
            largest = called(largest, "largest");
            for (std::int64_t c = 0; c < classes; ++c)
                sum += exp(z[c] - largest);
            sum = called(sum, "sum");
        }
        [[nodiscard]] T probability(const T& z) const
        {
            using std::exp;
            return called(exp(z - largest) / sum, "p");
        }
        [[nodiscard]] T logProbability(const T& z) const
        {
            using std::log;
            const T x = z - largest;
            return x < T(kLeastExponent) ? x - log(sum) : log(probability(z));
        }
    };
    template <class T>
    static T loss(const T* z, const T* target, std::int64_t classes)
    {
        const Row<T> row(z, classes);
        T loss = 0;
        for (std::int64_t c = 0; c < classes; ++c)
            if (target[c] > T(0))
                loss += -(target[c] * row.logProbability(z[c]));
        return loss;
    }
    template <class T>
    static T gradient(const T* z, const T* target, std::int64_t classes, std::int64_t at)
    {
        return Row<T>(z, classes).probability(z[at]) - target[at];
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
        return at == kLossItself ? R::loss(logits, target, classes) : R::gradient(logits, target, classes, at);
    };
}

} // namespace convarium::engine
