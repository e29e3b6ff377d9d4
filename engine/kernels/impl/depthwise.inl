// Depthwise convolution: every channel has a kernel of its own, so lanes never mix. Offsets of the taps state stride,
// dilation and flipping: forward and input gradient are the same loop.

template <Activation kActivation, bool kAside, int NP>
CONVARIUM_INLINE void depthwisePixels(const DepthwiseArgs& a, const float* in, float* out)
{
    for (std::int64_t c = 0; c < a.lanes; c += kWidth) {
        V sum[NP];
        const V start = a.bias ? load(a.bias + c) : V{};
        CONVARIUM_UNROLL
        for (int p = 0; p < NP; ++p)
            sum[p] = start;
        for (std::int64_t t = 0; t < a.taps; ++t) {
            const V w = load(a.weights + a.tapRow[t] * a.lanes + c);
            const float* from = in + a.tapOffset[t] + c;
            CONVARIUM_UNROLL
            for (int p = 0; p < NP; ++p)
                sum[p] += load(from + p * a.inColumn) * w;
        }
        CONVARIUM_UNROLL
        for (int p = 0; p < NP; ++p) {
            float* to = out + p * a.outColumn + c;
            if constexpr (kAside)
                storeAside(to, activated<kActivation>(sum[p]));
            else
                store(to, a.accumulate ? load(to) + sum[p] : activated<kActivation>(sum[p]));
        }
    }
}

template <Activation kActivation, bool kAside>
void depthwiseOf(const DepthwiseArgs& a)
{
    for (std::int64_t y = 0; y < a.rows; ++y) {
        const float* in = a.in + y * a.inRow;
        float* out = a.out + y * a.outRow;
        std::int64_t x = 0;
        for (; x + 8 <= a.columns; x += 8)
            depthwisePixels<kActivation, kAside, 8>(a, in + x * a.inColumn, out + x * a.outColumn);
        if (x + 4 <= a.columns) {
            depthwisePixels<kActivation, kAside, 4>(a, in + x * a.inColumn, out + x * a.outColumn);
            x += 4;
        }
        if (x + 2 <= a.columns) {
            depthwisePixels<kActivation, kAside, 2>(a, in + x * a.inColumn, out + x * a.outColumn);
            x += 2;
        }
        if (x < a.columns)
            depthwisePixels<kActivation, kAside, 1>(a, in + x * a.inColumn, out + x * a.outColumn);
    }
    if constexpr (kAside)
        storesDone();
}

template <Activation kActivation>
void depthwiseOf(const DepthwiseArgs& a)
{
    const bool aligned = reinterpret_cast<std::uintptr_t>(a.out) % sizeof(V) == 0 && a.outRow % kWidth == 0 &&
                         a.outColumn % kWidth == 0;
    if (a.aside && aligned)
        depthwiseOf<kActivation, true>(a);
    else
        depthwiseOf<kActivation, false>(a);
}

void depthwise(const DepthwiseArgs& a)
{
    switch (a.activation) {
    case Activation::None: depthwiseOf<Activation::None>(a); break;
    case Activation::Relu: depthwiseOf<Activation::Relu>(a); break;
    case Activation::Relu6: depthwiseOf<Activation::Relu6>(a); break;
    case Activation::Tanh: depthwiseOf<Activation::Tanh>(a); break;
    case Activation::Sigmoid: depthwiseOf<Activation::Sigmoid>(a); break;
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
    CONVARIUM_UNROLL
    for (int t = 0; t < NT; ++t) {
        float* to = a.weightGradient + (first + t) * a.lanes + c;
        store(to, a.accumulate ? load(to) + sum[t] : sum[t]);
    }
}

void depthwiseGradient(const DepthwiseGradientArgs& a)
{
    for (std::int64_t c = 0; c < a.lanes; c += kWidth) {
        std::int64_t t = 0;
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
