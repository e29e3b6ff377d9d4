// Softmax. Sums go through double: a row's probabilities then add up to one as well as floats
// can, and the loss of a confident row keeps its digits. A NaN or an infinite logit makes the row's results NaN.

/// Largest of the classes; NaNs are passed over here, they come back through the exponentials.
CONVARIUM_INLINE float rowMaximum(const float* in, std::int64_t classes)
{
    V best = spread(-__builtin_inff());
    for (std::int64_t j = 0; j < classes; j += kWidth) {
        const V x = load(in + j);
        best = ((x > best) & lanesBelow(classes - j)) ? x : best;
    }
    float largest = best[0];
    for (int i = 1; i < kWidth; ++i)
        largest = best[i] > largest ? best[i] : largest;
    return largest;
}

/// e^(in - shift) of one vector, zero beyond the classes.
CONVARIUM_INLINE V rowExponentials(const float* in, float shift, std::int64_t classesLeft)
{
    const V e = exponential(load(in) - shift);
    return lanesBelow(classesLeft) ? e : V{};
}

CONVARIUM_INLINE double horizontalSum(VDouble x)
{
    double sum = 0.0;
    for (int i = 0; i < kWidth; ++i)
        sum += x[i];
    return sum;
}

/// Sum of the exponentials of one row; `out` (may be null) gets them.
CONVARIUM_INLINE double exponentialsOfRow(const float* in, float* out, float shift, std::int64_t classes)
{
    VDouble sum{};
    for (std::int64_t j = 0; j < classes; j += kWidth) {
        const V e = rowExponentials(in + j, shift, classes - j);
        if (out)
            store(out + j, e);
        sum += widen(e);
    }
    return horizontalSum(sum);
}

CONVARIUM_INLINE void scaleRow(float* row, double factor, std::int64_t classes, std::int64_t lanes)
{
    std::int64_t j = 0;
    for (; j < classes; j += kWidth)
        store(row + j, lanesBelow(classes - j) ? load(row + j) * static_cast<float>(factor) : V{});
    for (; j < lanes; j += kWidth)
        store(row + j, V{});
}

void softmax(const float* in, float* out, std::int64_t rows, std::int64_t classes, std::int64_t lanes)
{
    for (std::int64_t r = 0; r < rows; ++r, in += lanes, out += lanes) {
        const double sum = exponentialsOfRow(in, out, rowMaximum(in, classes), classes);
        scaleRow(out, 1.0 / sum, classes, lanes);
    }
}

void softmaxBackward(const float* out, const float* outGradient, float* inGradient, std::int64_t rows,
                     std::int64_t classes, std::int64_t lanes, bool accumulate)
{
    for (std::int64_t r = 0; r < rows; ++r, out += lanes, outGradient += lanes, inGradient += lanes) {
        VDouble sum{};
        for (std::int64_t j = 0; j < classes; j += kWidth) {
            const V part = load(out + j) * load(outGradient + j);
            sum += widen(lanesBelow(classes - j) ? part : V{});
        }
        const float mean = static_cast<float>(horizontalSum(sum));
        for (std::int64_t j = 0; j < lanes; j += kWidth) {
            const V g = load(out + j) * (load(outGradient + j) - mean);
            const V kept = lanesBelow(classes > j ? classes - j : 0) ? g : V{};
            store(inGradient + j, accumulate ? load(inGradient + j) + kept : kept);
        }
    }
}
