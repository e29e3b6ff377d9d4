// Depthwise convolution: every channel has a kernel of its own, so lanes never mix. Offsets of the taps state stride,
// dilation and flipping: forward and input gradient are the same loop.

constexpr int kRowTaps = 3;

/// Adds up the windows of NP neighbouring pixels, one vector of channels. kStep > 0: taps come in threes that are
/// neighbours too, kStep of them from pixel to pixel, so that what several windows read is loaded once.
template <int kStep, int NP>
CONVARIUM_INLINE void depthwiseSums(const DepthwiseArgs& a, const float* in, std::int64_t c, V (&sum)[NP])
{
    constexpr int kTaps = kStep > 0 ? kRowTaps : 1;
    const std::int64_t spacing = kStep > 0 ? a.inColumn / kStep : a.inColumn;
    for (std::int64_t t = 0; t < a.taps; t += kTaps) {
        V w[kTaps];
        CONVARIUM_UNROLL
        for (int k = 0; k < kTaps; ++k)
            w[k] = load(a.weights + a.tapRow[t + k] * a.lanes + c);
        const float* from = opaque(in + a.tapOffset[t]);
        if constexpr (kStep > 0) {
            constexpr int kColumns = (NP - 1) * kStep + kRowTaps;
            V x[kColumns];
            CONVARIUM_UNROLL
            for (int q = 0; q < kColumns; ++q) {
                if (q > 0 && q % 4 == 0)
                    from = opaque(from + 4 * spacing);
                x[q] = load(from + q % 4 * spacing);
            }
            CONVARIUM_UNROLL
            for (int k = 0; k < kRowTaps; ++k) {
                CONVARIUM_UNROLL
                for (int p = 0; p < NP; ++p)
                    sum[p] += x[p * kStep + k] * w[k];
            }
        } else {
            const float* high = opaque(from + 4 * spacing);
            CONVARIUM_UNROLL
            for (int p = 0; p < NP; ++p)
                sum[p] += load(p < 4 ? from + p * spacing : high + (p - 4) * spacing) * w[0];
        }
    }
}

template <bool kAside, int kStep, int NP>
CONVARIUM_INLINE void depthwisePixels(const DepthwiseArgs& a, const float* in, float* out, std::int64_t c)
{
    V sum[NP];
    const V start = a.bias ? load(a.bias + c) : V{};
    CONVARIUM_UNROLL
    for (int p = 0; p < NP; ++p)
        sum[p] = start;
    depthwiseSums<kStep, NP>(a, in, c, sum);
    if (a.activation == Activation::Relu || a.activation == Activation::Relu6) {
        const float most = a.activation == Activation::Relu6 ? 6.0f : __builtin_inff();
        CONVARIUM_UNROLL
        for (int p = 0; p < NP; ++p)
            sum[p] = clipped(sum[p], 0.0f, most);
    }
    CONVARIUM_UNROLL
    for (int p = 0; p < NP; ++p) {
        float* to = out + p * a.outColumn;
        if constexpr (kAside)
            storeAside(to, sum[p]);
        else
            store(to, a.accumulate ? load(to) + sum[p] : sum[p]);
    }
    if (a.activation == Activation::Tanh || a.activation == Activation::Sigmoid)
        for (int p = 0; p < NP; ++p)
            activateTile(a.activation, out + p * a.outColumn, kWidth);
}

/// All rows of NP columns: what one row of windows reads is still in the first cache for the next one.
template <bool kAside, int kStep, int NP>
CONVARIUM_INLINE void depthwiseColumns(const DepthwiseArgs& a, std::int64_t& x, std::int64_t c)
{
    for (; x + NP <= a.columns; x += NP) {
        const float* in = a.in + x * a.inColumn + c;
        float* out = a.out + x * a.outColumn + c;
        for (std::int64_t y = 0; y < a.rows; ++y, in += a.inRow, out += a.outRow)
            depthwisePixels<kAside, kStep, NP>(a, in, out, c);
    }
}

template <bool kAside, int kStep>
void depthwiseOf(const DepthwiseArgs& args)
{
    const DepthwiseArgs a = args;
    // Sevens suit the maps of networks for images of 224 x 224 pixels. The registers hold what four or seven windows
    // read that are two pixels apart, not what eight do.
    constexpr int kMost = kStep == 2 ? 4 : 8;
    const bool sevens = a.columns % 7 == 0 && (kStep == 2 || a.columns % kMost != 0);
    for (std::int64_t c = 0; c < a.lanes; c += kWidth) {
        std::int64_t x = 0;
        if (sevens)
            depthwiseColumns<kAside, kStep, 7>(a, x, c);
        depthwiseColumns<kAside, kStep, kMost>(a, x, c);
        if constexpr (kMost > 4)
            depthwiseColumns<kAside, kStep, 4>(a, x, c);
        depthwiseColumns<kAside, kStep, 2>(a, x, c);
        depthwiseColumns<kAside, kStep, 1>(a, x, c);
    }
    if constexpr (kAside)
        storesDone();
}

/// Pixels between the windows of neighbours where the taps come in threes of neighbouring pixels; 0: they do not, or
/// are too far apart to share what they read.
template <class Args>
std::int64_t depthwiseStep(const Args& a)
{
    if (kWidth < 16 || a.taps % kRowTaps != 0) // narrow vectors come with too few registers
        return 0;
    const std::int64_t spacing = a.tapOffset[1] - a.tapOffset[0];
    for (std::int64_t t = 0; t < a.taps; t += kRowTaps)
        if (a.tapOffset[t + 1] != a.tapOffset[t] + spacing || a.tapOffset[t + 2] != a.tapOffset[t] + 2 * spacing)
            return 0;
    return a.inColumn == spacing ? 1 : a.inColumn == 2 * spacing ? 2 : 0;
}

template <bool kAside>
void depthwiseBySteps(const DepthwiseArgs& a)
{
    switch (depthwiseStep(a)) {
    case 1: depthwiseOf<kAside, 1>(a); break;
    case 2: depthwiseOf<kAside, 2>(a); break;
    default: depthwiseOf<kAside, 0>(a); break;
    }
}

void depthwise(const DepthwiseArgs& a)
{
    const bool aligned =
        reinterpret_cast<std::uintptr_t>(a.out) % sizeof(V) == 0 && a.outRow % kWidth == 0 && a.outColumn % kWidth == 0;
    const bool complete = a.activation != Activation::Tanh && a.activation != Activation::Sigmoid; // once stored
    if (a.aside && aligned && complete)
        depthwiseBySteps<true>(a);
    else
        depthwiseBySteps<false>(a);
}

template <int NT>
CONVARIUM_INLINE void storeTaps(const DepthwiseGradientArgs& a, std::int64_t first, std::int64_t c, const V (&sum)[NT])
{
    CONVARIUM_UNROLL
    for (int t = 0; t < NT; ++t) {
        float* to = a.weightGradient + (first + t) * a.lanes + c;
        store(to, a.accumulate ? load(to) + sum[t] : sum[t]);
    }
}

/// NT taps and one vector of channels, summed over all pixels in registers.
template <int NT>
CONVARIUM_INLINE void depthwiseTaps(const DepthwiseGradientArgs& a, std::int64_t first, std::int64_t c)
{
    V sum[NT] = {};
    for (std::int64_t y = 0; y < a.rows; ++y) {
        const float* in = a.in + y * a.inRow + c;
        const float* gradient = a.outGradient + y * a.outRow + c;
        for (std::int64_t x = 0; x < a.columns; ++x, in += a.inColumn, gradient += a.outColumn) {
            const V g = load(gradient);
            CONVARIUM_UNROLL
            for (int t = 0; t < NT; ++t)
                sum[t] += load(in + a.tapOffset[first + t]) * g;
        }
    }
    storeTaps<NT>(a, first, c, sum);
}

/// The nine taps of three rows, NP neighbouring pixels at a time; see depthwiseStep().
template <int kStep, int NP>
CONVARIUM_INLINE void addNineTaps(const DepthwiseGradientArgs& a, const float* const (&row)[kRowTaps],
                                  const float* gradient, V (&sum)[kRowTaps * kRowTaps])
{
    constexpr int kColumns = (NP - 1) * kStep + kRowTaps;
    const std::int64_t spacing = a.inColumn / kStep;
    V x[kRowTaps][kColumns];
    CONVARIUM_UNROLL
    for (int r = 0; r < kRowTaps; ++r) {
        CONVARIUM_UNROLL
        for (int q = 0; q < kColumns; ++q)
            x[r][q] = load(row[r] + q * spacing);
    }
    CONVARIUM_UNROLL
    for (int p = 0; p < NP; ++p) {
        const V g = load(gradient + p * a.outColumn);
        CONVARIUM_UNROLL
        for (int t = 0; t < kRowTaps * kRowTaps; ++t)
            sum[t] += x[t / kRowTaps][p * kStep + t % kRowTaps] * g;
    }
}

template <int kStep>
CONVARIUM_INLINE void depthwiseNineTaps(const DepthwiseGradientArgs& a, std::int64_t c)
{
    constexpr int kMost = kStep == 1 ? 4 : 2; // pixels whose windows the registers hold
    V sum[kRowTaps * kRowTaps] = {};
    for (std::int64_t y = 0; y < a.rows; ++y) {
        const float* row[kRowTaps];
        CONVARIUM_UNROLL
        for (int r = 0; r < kRowTaps; ++r)
            row[r] = a.in + y * a.inRow + c + a.tapOffset[r * kRowTaps];
        const float* gradient = a.outGradient + y * a.outRow + c;
        const auto all = [&](std::int64_t& x, auto together) {
            constexpr int NP = decltype(together)::value;
            for (; x + NP <= a.columns; x += NP, gradient += NP * a.outColumn) {
                addNineTaps<kStep, NP>(a, row, gradient, sum);
                CONVARIUM_UNROLL
                for (int r = 0; r < kRowTaps; ++r)
                    row[r] += NP * a.inColumn;
            }
        };
        std::int64_t x = 0;
        all(x, std::integral_constant<int, kMost>{});
        all(x, std::integral_constant<int, 1>{});
    }
    storeTaps<kRowTaps * kRowTaps>(a, 0, c, sum);
}

void depthwiseGradient(const DepthwiseGradientArgs& args)
{
    const DepthwiseGradientArgs a = args;
    const std::int64_t step = a.taps == kRowTaps * kRowTaps ? depthwiseStep(a) : 0;
    for (std::int64_t c = 0; c < a.lanes; c += kWidth) {
        std::int64_t t = 0;
        if (step == 1)
            depthwiseNineTaps<1>(a, c);
        else if (step == 2)
            depthwiseNineTaps<2>(a, c);
        if (step > 0)
            t = a.taps;
        for (; t + 9 <= a.taps; t += 9)
            depthwiseTaps<9>(a, t, c);
        for (; t + 4 <= a.taps; t += 4)
            depthwiseTaps<4>(a, t, c);
        for (; t < a.taps; ++t)
            depthwiseTaps<1>(a, t, c);
        if (!a.biasGradient)
            continue;
        V sum{};
        for (std::int64_t y = 0; y < a.rows; ++y)
            for (std::int64_t x = 0; x < a.columns; ++x)
                sum += load(a.outGradient + y * a.outRow + x * a.outColumn + c);
        store(a.biasGradient + c, a.accumulate ? load(a.biasGradient + c) + sum : sum);
    }
}
