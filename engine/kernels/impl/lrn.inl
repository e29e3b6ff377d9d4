// Local response normalisation across channels. Rows of squares (and of products, backward) stand in scratch with zeros
// on both sides, so that the window over neighbouring channels needs no special case at the ends.

/// 1 / sqrt(s) for s > 0, to two units in the last place: Newton's steps from half the exponent. Square roots and
/// divisions of whole vectors take several times as long.
CONVARIUM_INLINE V reciprocalRoot(V s)
{
    V y = (V)(0x5f3759dfu - ((VBits)s >> 1));
    const V half = s * 0.5f;
    CONVARIUM_UNROLL
    for (int i = 0; i < 3; ++i)
        y = y * (1.5f - half * y * y);
    return y;
}

struct LrnPower {
    V power;   ///< s^-beta
    V inverse; ///< 1 / s
};

/// kQuarters = 4 beta for the exponents that need roots only, 0: any.
template <int kQuarters>
CONVARIUM_INLINE LrnPower lrnPower(V s, float beta)
{
    if constexpr (kQuarters == 2) {
        const V r = reciprocalRoot(s);
        return {r, r * r};
    } else if constexpr (kQuarters == 3) {
        const V r = reciprocalRoot(s);
        return {r * r * reciprocalRoot(r), r * r}; // r sqrt(r)
    } else if constexpr (kQuarters == 4) {
        const V r = 1.0f / s;
        return {r, r};
    } else {
        V r{};
        for (int i = 0; i < kWidth; ++i)
            r[i] = __builtin_powf(s[i], -beta);
        return {r, 1.0f / s};
    }
}

CONVARIUM_INLINE V maskedBelow(V x, std::int64_t n)
{
    return lanesBelow(n) ? x : V{};
}

CONVARIUM_INLINE V windowSum(const float* row, std::int64_t before, std::int64_t after)
{
    V sum = load(row - before);
    for (std::int64_t i = 1 - before; i <= after; ++i)
        sum += load(row + i);
    return sum;
}

struct LrnRows {
    float *squares, *products, *powers;
    LrnRows(const LrnArgs& a, float* scratch)
    {
        const std::int64_t margin = a.before + a.after;
        const std::int64_t row = a.lanes + 2 * margin;
        clearFloats(scratch, 3 * row);
        squares = scratch + margin;
        products = squares + row;
        powers = products + row;
    }
};

CONVARIUM_INLINE void squareRow(const LrnArgs& a, const float* in, float* row)
{
    for (std::int64_t c = 0; c < a.lanes; c += kWidth) {
        const V x = load(in + c);
        store(row + c, maskedBelow(x * x, a.channels - c));
    }
}

template <int kQuarters>
void lrnOf(const LrnArgs& a, const float* in, float* out, float* scratch)
{
    const LrnRows rows(a, scratch);
    for (std::int64_t pixel = 0; pixel < a.pixels; ++pixel, in += a.lanes, out += a.lanes) {
        squareRow(a, in, rows.squares);
        for (std::int64_t c = 0; c < a.lanes; c += kWidth) {
            const V s = windowSum(rows.squares + c, a.before, a.after) * a.scale + a.k;
            store(out + c, load(in + c) * lrnPower<kQuarters>(s, a.beta).power);
        }
    }
}

template <int kQuarters>
void lrnBackwardOf(const LrnArgs& a, const float* in, const float* outGradient, float* inGradient, float* scratch,
                   bool accumulate)
{
    const LrnRows rows(a, scratch);
    const float factor = 2.0f * a.beta * a.scale;
    for (std::int64_t pixel = 0; pixel < a.pixels; ++pixel, in += a.lanes, outGradient += a.lanes, inGradient += a.lanes) {
        squareRow(a, in, rows.squares);
        for (std::int64_t c = 0; c < a.lanes; c += kWidth) {
            const V s = windowSum(rows.squares + c, a.before, a.after) * a.scale + a.k;
            const LrnPower p = lrnPower<kQuarters>(s, a.beta);
            store(rows.powers + c, p.power);
            store(rows.products + c,
                  maskedBelow(load(outGradient + c) * load(in + c) * p.power * p.inverse, a.channels - c));
        }
        for (std::int64_t c = 0; c < a.lanes; c += kWidth) {
            // Channel i lies in the windows of the channels from i - after to i + before.
            const V others = windowSum(rows.products + c, a.after, a.before);
            const V g = maskedBelow(
                load(outGradient + c) * load(rows.powers + c) - load(in + c) * others * factor, a.channels - c);
            store(inGradient + c, accumulate ? load(inGradient + c) + g : g);
        }
    }
}

void lrn(const LrnArgs& a, const float* in, float* out, float* scratch)
{
    if (a.beta == 0.75f)
        lrnOf<3>(a, in, out, scratch);
    else if (a.beta == 0.5f)
        lrnOf<2>(a, in, out, scratch);
    else if (a.beta == 1.0f)
        lrnOf<4>(a, in, out, scratch);
    else
        lrnOf<0>(a, in, out, scratch);
}

void lrnBackward(const LrnArgs& a, const float* in, const float* outGradient, float* inGradient, float* scratch,
                 bool accumulate)
{
    if (a.beta == 0.75f)
        lrnBackwardOf<3>(a, in, outGradient, inGradient, scratch, accumulate);
    else if (a.beta == 0.5f)
        lrnBackwardOf<2>(a, in, outGradient, inGradient, scratch, accumulate);
    else if (a.beta == 1.0f)
        lrnBackwardOf<4>(a, in, outGradient, inGradient, scratch, accumulate);
    else
        lrnBackwardOf<0>(a, in, outGradient, inGradient, scratch, accumulate);
}
