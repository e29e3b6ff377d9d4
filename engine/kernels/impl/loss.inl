// Losses on rows of logits. Sums go through double, as in softmax.inl. Infinite logits make the loss NaN, so that a
// diverged run shows.

/// Index of the first of the largest classes.
CONVARIUM_INLINE std::int64_t firstLargest(const float* row, float largest, std::int64_t classes)
{
    std::int64_t first = 0;
    while (first < classes && !(row[first] == largest))
        ++first;
    return first;
}

/// Runs f(logits, label, gradient or null) on every row that counts and adds up what it returns; the others get a
/// gradient of zero.
template <class F>
CONVARIUM_INLINE void overRows(const LossArgs& a, F f)
{
    double total = 0.0;
    std::int64_t hits = 0;
    for (std::int64_t r = 0; r < a.rows; ++r) {
        const float* row = a.logits + r * a.lanes;
        float* gradient = a.gradient ? a.gradient + r * a.lanes : nullptr;
        const std::int64_t label = a.labels[r];
        if (label < 0) {
            for (std::int64_t j = 0; gradient && j < a.lanes; j += kWidth)
                store(gradient + j, V{});
            continue;
        }
        hits += firstLargest(row, rowMaximum(row, a.classes), a.classes) == label ? 1 : 0;
        total += f(row, label, gradient);
    }
    *a.loss += total;
    *a.correct += hits;
}

void softmaxCrossEntropy(const LossArgs& args)
{
    const LossArgs a = args;
    const float spreadOut = a.smoothing / static_cast<float>(a.classes);
    overRows(a, [&a, spreadOut](const float* row, std::int64_t label, float* gradient) {
        const float largest = rowMaximum(row, a.classes);
        const double sum = exponentialsOfRow(row, gradient, largest, a.classes);
        double target = static_cast<double>(row[label]) - static_cast<double>(largest);
        if (a.smoothing > 0.0f) {
            double all = 0.0;
            for (std::int64_t j = 0; j < a.classes; ++j)
                all += static_cast<double>(row[j]) - static_cast<double>(largest);
            const double share = static_cast<double>(a.smoothing);
            target = (1.0 - share) * target + share / static_cast<double>(a.classes) * all;
        }
        if (gradient) {
            scaleRow(gradient, static_cast<double>(a.gradientScale) / sum, a.classes, a.lanes);
            if (a.smoothing > 0.0f)
                for (std::int64_t j = 0; j < a.classes; ++j)
                    gradient[j] -= spreadOut * a.gradientScale;
            gradient[label] -= (1.0f - a.smoothing) * a.gradientScale;
        }
        return __builtin_log(sum) - target;
    });
}

void sigmoidCrossEntropy(const LossArgs& args)
{
    const LossArgs a = args;
    overRows(a, [&a](const float* row, std::int64_t label, float* gradient) {
        double loss = 0.0;
        for (std::int64_t j = 0; j < a.classes; ++j) {
            const double z = static_cast<double>(row[j]);
            loss += (z > 0.0 ? z : 0.0) - (j == label ? z : 0.0) + __builtin_log1p(__builtin_exp(-__builtin_fabs(z)));
            loss += z - z; // 0, or NaN for an infinite logit
        }
        if (gradient) {
            for (std::int64_t j = 0; j < a.lanes; j += kWidth) {
                const V g = logistic(load(row + j)) * a.gradientScale;
                store(gradient + j, lanesBelow(a.classes > j ? a.classes - j : 0) ? g : V{});
            }
            gradient[label] -= a.gradientScale;
        }
        return loss;
    });
}

void squaredError(const LossArgs& args)
{
    const LossArgs a = args;
    overRows(a, [&a](const float* row, std::int64_t label, float* gradient) {
        double loss = 0.0;
        for (std::int64_t j = 0; j < a.classes; ++j) {
            const double miss = static_cast<double>(row[j]) - (j == label ? 1.0 : 0.0);
            loss += miss * miss + (miss - miss);
        }
        if (gradient) {
            const float twice = 2.0f * a.gradientScale;
            for (std::int64_t j = 0; j < a.lanes; j += kWidth) {
                const V g = load(row + j) * twice;
                store(gradient + j, lanesBelow(a.classes > j ? a.classes - j : 0) ? g : V{});
            }
            gradient[label] -= twice;
        }
        return loss;
    });
}
