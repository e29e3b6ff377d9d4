// What the two cross-entropies share. Private to engine/losses.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace convarium::engine
{

/// Cross-entropy of softmax(logits) with the target (1 - smoothing) onehot + smoothing / classes.
inline double softmaxReference(const double* logits, int label, std::int64_t classes, double smoothing,
                               double* gradient)
{
    const double largest = *std::max_element(logits, logits + classes);
    double sum = 0, all = 0;
    for (std::int64_t c = 0; c < classes; ++c) {
        sum += std::exp(logits[c] - largest);
        all += logits[c] - largest;
    }
    const double spread = smoothing / static_cast<double>(classes);
    for (std::int64_t c = 0; gradient && c < classes; ++c)
        gradient[c] = std::exp(logits[c] - largest) / sum - spread - (c == label ? 1 - smoothing : 0);
    return std::log(sum) - (1 - smoothing) * (logits[label] - largest) - spread * all;
}

} // namespace convarium::engine
