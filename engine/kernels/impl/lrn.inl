// Local response normalisation across channels. Rows of squares (and of products, backward) stand in scratch with zeros
// between them, so that the window over neighbouring channels needs no special case at the ends. Several pixels take
// each stage together: a window lies across vectors just stored, and would wait until they have reached the cache.

struct LrnPower {
    V power;   ///< s^-beta
    V inverse; ///< 1 / s
};

/// kQuarters = 4 beta for the exponents that are powers of y = s^-1/4, 0: any. y from a quarter of the float's exponent
/// (within 3 %), corrected by a polynomial of s y^4 (to 5e-5) and at last by the slope of the power wanted: two units
/// in the last place without roots and divisions. The order of the products keeps them within float's range.
template <int kQuarters>
CONVARIUM_INLINE LrnPower lrnPower(V s, float beta)
{
    if constexpr (kQuarters == 0) {
        V r{};
        for (int i = 0; i < kWidth; ++i)
            r[i] = __builtin_powf(s[i], -beta);
        return {r, 1.0f / s};
    } else {
        V y = (V)(0x4f4fe000u - ((VBits)s >> 2));
        V square = y * y;
        const V q = s * square * square;
        y *= (q * 0.228868314f - 0.696885033f) * q + 1.468454183f;
        square = y * y;
        const V rest = 1.0f - s * square * square;
        const V fourth = square * square;
        const V power = kQuarters == 2 ? square : kQuarters == 3 ? square * y : fourth;
        const VInt infinite = s > 3.4e38f; // no number to start from; NaN fails the comparison and stays
        return {infinite ? V{} : power + power * (rest * (kQuarters / 4.0f)), infinite ? V{} : fourth + fourth * rest};
    }
}

/// x, and zero in lanes of no channel.
CONVARIUM_INLINE V ofChannels(const LrnArgs& a, std::int64_t c, V x)
{
    if (c + kWidth <= a.channels)
        return x;
    return lanesBelow(a.channels - c) ? x : V{};
}

/// kSpan: the window's size, 0: any.
template <int kSpan>
CONVARIUM_INLINE V windowSum(const float* first, std::int64_t span)
{
    V sum = load(first);
    CONVARIUM_UNROLL
    for (int i = 1; i < kSpan; ++i)
        sum += load(first + i);
    if constexpr (kSpan == 0)
        for (std::int64_t i = 1; i < span; ++i)
            sum += load(first + i);
    return sum;
}

struct LrnRows {
    std::int64_t row; ///< from one pixel's row to the next
    float *squares, *products, *passed;
    LrnRows(const LrnArgs& a, float* scratch)
    {
        const std::int64_t margin = a.before > a.after ? a.before : a.after;
        row = a.lanes + margin;
        const std::int64_t floats = margin + a.block * row;
        clearFloats(scratch, 3 * floats);
        squares = scratch + margin;
        products = squares + floats;
        passed = products + floats;
    }
};

/// Calls f(at, c, inScratch) for each vector of some pixels: its place in the images, its first channel, its place in
/// scratch.
template <class F>
CONVARIUM_INLINE void overLrnVectors(const LrnArgs& a, std::int64_t row, std::int64_t pixels, F f)
{
    for (std::int64_t p = 0; p < pixels; ++p)
        for (std::int64_t c = 0; c < a.lanes; c += kWidth)
            f(p * a.lanes + c, c, p * row + c);
}

template <int kQuarters, int kSpan>
void lrnOf(const LrnArgs& args, const float* in, float* out, float* scratch)
{
    const LrnArgs a = args;
    const LrnRows rows(a, scratch);
    const std::int64_t span = a.before + 1 + a.after;
    for (std::int64_t from = 0; from < a.pixels; from += a.block, in += a.block * a.lanes, out += a.block * a.lanes) {
        const std::int64_t pixels = a.pixels - from < a.block ? a.pixels - from : a.block;
        overLrnVectors(a, rows.row, pixels, [=](std::int64_t at, std::int64_t c, std::int64_t inScratch) {
            const V x = load(in + at);
            store(rows.squares + inScratch, ofChannels(a, c, x * x));
        });
        overLrnVectors(a, rows.row, pixels, [=](std::int64_t at, std::int64_t, std::int64_t inScratch) {
            const V s = windowSum<kSpan>(rows.squares + inScratch - a.before, span) * a.scale + a.k;
            store(out + at, load(in + at) * lrnPower<kQuarters>(s, a.beta).power);
        });
    }
}

template <int kQuarters, int kSpan>
void lrnBackwardOf(const LrnArgs& args, const float* in, const float* outGradient, float* inGradient, float* scratch,
                   bool accumulate)
{
    const LrnArgs a = args;
    const LrnRows rows(a, scratch);
    const std::int64_t span = a.before + 1 + a.after;
    const float factor = 2.0f * a.beta * a.scale;
    for (std::int64_t from = 0; from < a.pixels; from += a.block) {
        const std::int64_t pixels = a.pixels - from < a.block ? a.pixels - from : a.block;
        overLrnVectors(a, rows.row, pixels, [=](std::int64_t at, std::int64_t c, std::int64_t inScratch) {
            const V x = load(in + at);
            store(rows.squares + inScratch, ofChannels(a, c, x * x));
        });
        overLrnVectors(a, rows.row, pixels, [=](std::int64_t at, std::int64_t c, std::int64_t inScratch) {
            const V s = windowSum<kSpan>(rows.squares + inScratch - a.before, span) * a.scale + a.k;
            const LrnPower p = lrnPower<kQuarters>(s, a.beta);
            const V passed = load(outGradient + at) * p.power;
            store(rows.passed + inScratch, passed);
            store(rows.products + inScratch, ofChannels(a, c, passed * load(in + at) * p.inverse));
        });
        overLrnVectors(a, rows.row, pixels, [=](std::int64_t at, std::int64_t c, std::int64_t inScratch) {
            // Channel i lies in the windows of the channels from i - after to i + before.
            const V others = windowSum<kSpan>(rows.products + inScratch - a.after, span);
            const V g = ofChannels(a, c, load(rows.passed + inScratch) - load(in + at) * others * factor);
            store(inGradient + at, accumulate ? load(inGradient + at) + g : g);
        });
        in += a.block * a.lanes;
        outGradient += a.block * a.lanes;
        inGradient += a.block * a.lanes;
    }
}

/// Calls run.template of<quarters, span>() with the exponent and the window of the call.
template <class R>
CONVARIUM_INLINE void withLrn(const LrnArgs& a, R run)
{
    const bool five = a.before + a.after == 4;
    if (a.beta == 0.75f)
        five ? run.template of<3, 5>() : run.template of<3, 0>();
    else if (a.beta == 0.5f)
        run.template of<2, 0>();
    else if (a.beta == 1.0f)
        run.template of<4, 0>();
    else
        run.template of<0, 0>();
}

struct LrnRun {
    const LrnArgs& a;
    const float* in;
    float* out;
    float* scratch;

    template <int kQuarters, int kSpan>
    void of() const
    {
        lrnOf<kQuarters, kSpan>(a, in, out, scratch);
    }
};

void lrn(const LrnArgs& a, const float* in, float* out, float* scratch)
{
    withLrn(a, LrnRun{a, in, out, scratch});
}

struct LrnBackwardRun {
    const LrnArgs& a;
    const float* in;
    const float* outGradient;
    float* inGradient;
    float* scratch;
    bool accumulate;

    template <int kQuarters, int kSpan>
    void of() const
    {
        lrnBackwardOf<kQuarters, kSpan>(a, in, outGradient, inGradient, scratch, accumulate);
    }
};

void lrnBackward(const LrnArgs& a, const float* in, const float* outGradient, float* inGradient, float* scratch,
                 bool accumulate)
{
    withLrn(a, LrnBackwardRun{a, in, outGradient, inGradient, scratch, accumulate});
}
