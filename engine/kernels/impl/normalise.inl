// Batch normalisation. Sums are kept in double registers, one or two vectors of channels at a time, over all pixels.

CONVARIUM_INLINE VDouble widen(V x)
{
    return __builtin_convertvector(x, VDouble);
}

CONVARIUM_INLINE void addDoubles(double* p, VDouble x)
{
    *reinterpret_cast<VDoubleMemory*>(p) += x;
}

template <int NV>
void channelSumsOf(const float* in, std::int64_t pixels, std::int64_t lanes, double* sum, double* sumOfSquares)
{
    VDouble s[NV] = {};
    VDouble q[NV] = {};
    for (std::int64_t p = 0; p < pixels; ++p, in += lanes) {
        CONVARIUM_UNROLL
        for (int v = 0; v < NV; ++v) {
            const VDouble x = widen(load(in + v * kWidth));
            s[v] += x;
            q[v] += x * x;
        }
    }
    CONVARIUM_UNROLL
    for (int v = 0; v < NV; ++v) {
        addDoubles(sum + v * kWidth, s[v]);
        addDoubles(sumOfSquares + v * kWidth, q[v]);
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

template <int NV>
void channelGradientSumsOf(const float* in, const float* outGradient, const float* mean, const float* inverseDeviation,
                           std::int64_t pixels, std::int64_t lanes, double* sum, double* sumXhat)
{
    VDouble s[NV] = {};
    VDouble q[NV] = {};
    V m[NV];
    V r[NV];
    CONVARIUM_UNROLL
    for (int v = 0; v < NV; ++v) {
        m[v] = load(mean + v * kWidth);
        r[v] = load(inverseDeviation + v * kWidth);
    }
    for (std::int64_t p = 0; p < pixels; ++p, in += lanes, outGradient += lanes) {
        CONVARIUM_UNROLL
        for (int v = 0; v < NV; ++v) {
            const VDouble g = widen(load(outGradient + v * kWidth));
            s[v] += g;
            q[v] += g * widen((load(in + v * kWidth) - m[v]) * r[v]);
        }
    }
    CONVARIUM_UNROLL
    for (int v = 0; v < NV; ++v) {
        addDoubles(sum + v * kWidth, s[v]);
        addDoubles(sumXhat + v * kWidth, q[v]);
    }
}

void channelGradientSums(const float* in, const float* outGradient, const float* mean, const float* inverseDeviation,
                         std::int64_t pixels, std::int64_t lanes, double* sum, double* sumXhat)
{
    std::int64_t c = 0;
    for (; c + 2 * kWidth <= lanes; c += 2 * kWidth)
        channelGradientSumsOf<2>(in + c, outGradient + c, mean + c, inverseDeviation + c, pixels, lanes, sum + c,
                                 sumXhat + c);
    if (c < lanes)
        channelGradientSumsOf<1>(in + c, outGradient + c, mean + c, inverseDeviation + c, pixels, lanes, sum + c,
                                 sumXhat + c);
}

template <Activation kActivation>
void channelAffineOf(const float* in, const float* scale, const float* shift, float* out, std::int64_t pixels,
                     std::int64_t lanes)
{
    for (std::int64_t p = 0; p < pixels; ++p, in += lanes, out += lanes)
        for (std::int64_t c = 0; c < lanes; c += kWidth)
            store(out + c, activated<kActivation>(load(in + c) * load(scale + c) + load(shift + c)));
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

template <bool kAccumulate>
void channelGradientOf(const float* in, const float* outGradient, const float* a, const float* b, const float* d,
                       float* inGradient, std::int64_t pixels, std::int64_t lanes)
{
    for (std::int64_t p = 0; p < pixels; ++p, in += lanes, outGradient += lanes, inGradient += lanes)
        for (std::int64_t c = 0; c < lanes; c += kWidth) {
            const V g = load(a + c) * load(outGradient + c) + (load(b + c) * load(in + c) + load(d + c));
            store(inGradient + c, kAccumulate ? load(inGradient + c) + g : g);
        }
}

void channelGradient(const float* in, const float* outGradient, const float* a, const float* b, const float* d,
                     float* inGradient, std::int64_t pixels, std::int64_t lanes, bool accumulate)
{
    if (accumulate)
        channelGradientOf<true>(in, outGradient, a, b, d, inGradient, pixels, lanes);
    else
        channelGradientOf<false>(in, outGradient, a, b, d, inGradient, pixels, lanes);
}
