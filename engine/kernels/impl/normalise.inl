// Batch normalisation. Sums run in float over a few pixels and are kept in double over all of them: as fast as float
// and nearly as exact as double.

constexpr std::int64_t kSumPixels = 16;

CONVARIUM_INLINE VDouble widen(V x)
{
    return __builtin_convertvector(x, VDouble);
}

CONVARIUM_INLINE void addDoubles(double* p, VDouble x)
{
    *reinterpret_cast<VDoubleMemory*>(p) += x;
}

/// Numbers are taken relative to the first pixel's, so that the squares of a large mean do not swallow the variance.
template <int NV>
void channelSumsOf(const float* in, std::int64_t pixels, std::int64_t lanes, double* sum, double* sumOfSquares)
{
    V pivot[NV];
    VDouble sums[NV] = {};
    VDouble squares[NV] = {};
    CONVARIUM_UNROLL
    for (int v = 0; v < NV; ++v)
        pivot[v] = pixels > 0 ? load(in + v * kWidth) : V{};
    for (std::int64_t p = 0; p < pixels; p += kSumPixels) {
        const std::int64_t n = pixels - p < kSumPixels ? pixels - p : kSumPixels;
        V s[NV] = {};
        V q[NV] = {};
        for (std::int64_t k = 0; k < n; ++k, in += lanes) {
            CONVARIUM_UNROLL
            for (int v = 0; v < NV; ++v) {
                const V x = load(in + v * kWidth) - pivot[v];
                s[v] += x;
                q[v] += x * x;
            }
        }
        CONVARIUM_UNROLL
        for (int v = 0; v < NV; ++v) {
            sums[v] += widen(s[v]);
            squares[v] += widen(q[v]);
        }
    }
    const auto count = static_cast<double>(pixels);
    CONVARIUM_UNROLL
    for (int v = 0; v < NV; ++v) {
        const VDouble at = widen(pivot[v]);
        addDoubles(sum + v * kWidth, sums[v] + count * at);
        addDoubles(sumOfSquares + v * kWidth, squares[v] + 2.0 * at * sums[v] + count * at * at);
    }
}

void channelSums(const float* in, std::int64_t pixels, std::int64_t lanes, double* sum, double* sumOfSquares)
{
    std::int64_t c = 0;
    for (; c + 2 * kWidth <= lanes; c += 2 * kWidth)
        channelSumsOf<2>(in + c, pixels, lanes, sum + c, sumOfSquares + c);
    if (c < lanes)
        channelSumsOf<1>(in + c, pixels, lanes, sum + c, sumOfSquares + c);
}

/// What of the gradient passes the activation of in * scale + shift; the same sum as channelAffine(), so the same bits.
template <Activation kActivation>
CONVARIUM_INLINE V passed(V gradient, V in, V scale, V shift)
{
    if constexpr (kActivation == Activation::None)
        return gradient;
    return slopeTimes<kActivation>(in * scale + shift, gradient);
}

template <Activation kActivation, int NV>
void channelGradientSumsOf(const ChannelGradientArgs& a, std::int64_t c, double* sum, double* sumXhat)
{
    VDouble sums[NV] = {};
    VDouble products[NV] = {};
    V mean[NV], inverse[NV], scale[NV], shift[NV];
    CONVARIUM_UNROLL
    for (int v = 0; v < NV; ++v) {
        mean[v] = load(a.mean + c + v * kWidth);
        inverse[v] = load(a.inverseDeviation + c + v * kWidth);
        scale[v] = kActivation == Activation::None ? V{} : load(a.scale + c + v * kWidth);
        shift[v] = kActivation == Activation::None ? V{} : load(a.shift + c + v * kWidth);
    }
    const float* in = a.in + c;
    const float* outGradient = a.outGradient + c;
    for (std::int64_t p = 0; p < a.pixels; p += kSumPixels) {
        const std::int64_t n = a.pixels - p < kSumPixels ? a.pixels - p : kSumPixels;
        V s[NV] = {};
        V q[NV] = {};
        for (std::int64_t k = 0; k < n; ++k, in += a.lanes, outGradient += a.lanes) {
            CONVARIUM_UNROLL
            for (int v = 0; v < NV; ++v) {
                const V x = load(in + v * kWidth);
                const V g = passed<kActivation>(load(outGradient + v * kWidth), x, scale[v], shift[v]);
                s[v] += g;
                q[v] += g * ((x - mean[v]) * inverse[v]);
            }
        }
        CONVARIUM_UNROLL
        for (int v = 0; v < NV; ++v) {
            sums[v] += widen(s[v]);
            products[v] += widen(q[v]);
        }
    }
    CONVARIUM_UNROLL
    for (int v = 0; v < NV; ++v) {
        addDoubles(sum + c + v * kWidth, sums[v]);
        addDoubles(sumXhat + c + v * kWidth, products[v]);
    }
}

template <Activation kActivation>
void channelGradientSumsOf(const ChannelGradientArgs& a, double* sum, double* sumXhat)
{
    std::int64_t c = 0;
    for (; c + 2 * kWidth <= a.lanes; c += 2 * kWidth)
        channelGradientSumsOf<kActivation, 2>(a, c, sum, sumXhat);
    if (c < a.lanes)
        channelGradientSumsOf<kActivation, 1>(a, c, sum, sumXhat);
}

void channelGradientSums(const ChannelGradientArgs& a, double* sum, double* sumXhat)
{
    switch (a.activation) {
    case Activation::None: channelGradientSumsOf<Activation::None>(a, sum, sumXhat); break;
    case Activation::Relu: channelGradientSumsOf<Activation::Relu>(a, sum, sumXhat); break;
    case Activation::Relu6: channelGradientSumsOf<Activation::Relu6>(a, sum, sumXhat); break;
    case Activation::Tanh:
    case Activation::Sigmoid: break; // never fused into a normalisation
    }
}

template <Activation kActivation, int NP>
CONVARIUM_INLINE void affinePixels(const float* in, const float* scale, const float* shift, float* out,
                                   std::int64_t lanes)
{
    for (std::int64_t c = 0; c < lanes; c += kWidth) {
        const V a = load(scale + c), b = load(shift + c);
        CONVARIUM_UNROLL
        for (int p = 0; p < NP; ++p) {
            store(out + p * lanes + c, activated<kActivation>(load(in + p * lanes + c) * a + b));
        }
    }
}

template <Activation kActivation>
void channelAffineOf(const float* in, const float* scale, const float* shift, float* out, std::int64_t pixels,
                     std::int64_t lanes)
{
    constexpr int kTogether = 4;
    std::int64_t p = 0;
    for (; p + kTogether <= pixels; p += kTogether)
        affinePixels<kActivation, kTogether>(in + p * lanes, scale, shift, out + p * lanes, lanes);
    for (; p < pixels; ++p)
        affinePixels<kActivation, 1>(in + p * lanes, scale, shift, out + p * lanes, lanes);
}

void channelAffine(const float* in, const float* scale, const float* shift, float* out, std::int64_t pixels,
                   std::int64_t lanes, Activation activation)
{
    switch (activation) {
    case Activation::None: channelAffineOf<Activation::None>(in, scale, shift, out, pixels, lanes); break;
    case Activation::Relu: channelAffineOf<Activation::Relu>(in, scale, shift, out, pixels, lanes); break;
    case Activation::Relu6: channelAffineOf<Activation::Relu6>(in, scale, shift, out, pixels, lanes); break;
    case Activation::Tanh: channelAffineOf<Activation::Tanh>(in, scale, shift, out, pixels, lanes); break;
    case Activation::Sigmoid: channelAffineOf<Activation::Sigmoid>(in, scale, shift, out, pixels, lanes); break;
    }
}

template <Activation kActivation, bool kAccumulate, int NP>
CONVARIUM_INLINE void gradientPixels(const ChannelGradientArgs& a, std::int64_t first, float* inGradient)
{
    const float* in = a.in + first * a.lanes;
    const float* outGradient = a.outGradient + first * a.lanes;
    float* to = inGradient + first * a.lanes;
    for (std::int64_t c = 0; c < a.lanes; c += kWidth) {
        const V ofGradient = load(a.a + c), ofInput = load(a.b + c), fixed = load(a.d + c);
        const V scale = kActivation == Activation::None ? V{} : load(a.scale + c);
        const V shift = kActivation == Activation::None ? V{} : load(a.shift + c);
        CONVARIUM_UNROLL
        for (int p = 0; p < NP; ++p) {
            const std::int64_t i = p * a.lanes + c;
            const V x = load(in + i);
            const V dy = passed<kActivation>(load(outGradient + i), x, scale, shift);
            const V g = ofGradient * dy + (ofInput * x + fixed);
            store(to + i, kAccumulate ? load(to + i) + g : g);
        }
    }
}

template <Activation kActivation, bool kAccumulate>
void channelGradientOf(const ChannelGradientArgs& args, float* inGradient)
{
    constexpr int kTogether = 4;
    const ChannelGradientArgs a = args;
    std::int64_t p = 0;
    for (; p + kTogether <= a.pixels; p += kTogether)
        gradientPixels<kActivation, kAccumulate, kTogether>(a, p, inGradient);
    for (; p < a.pixels; ++p)
        gradientPixels<kActivation, kAccumulate, 1>(a, p, inGradient);
}

template <Activation kActivation>
void channelGradientOf(const ChannelGradientArgs& a, float* inGradient, bool accumulate)
{
    if (accumulate)
        channelGradientOf<kActivation, true>(a, inGradient);
    else
        channelGradientOf<kActivation, false>(a, inGradient);
}

void channelGradient(const ChannelGradientArgs& a, float* inGradient, bool accumulate)
{
    switch (a.activation) {
    case Activation::None: channelGradientOf<Activation::None>(a, inGradient, accumulate); break;
    case Activation::Relu: channelGradientOf<Activation::Relu>(a, inGradient, accumulate); break;
    case Activation::Relu6: channelGradientOf<Activation::Relu6>(a, inGradient, accumulate); break;
    case Activation::Tanh:
    case Activation::Sigmoid: break; // never fused into a normalisation
    }
}
