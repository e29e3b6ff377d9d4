// Vectors of kWidth floats in the compiler's own vector extension, and the vectorised elementary functions.
// Included by kernels_impl.h inside the level's unnamed namespace.

constexpr int kWidth = CONVARIUM_KERNEL_WIDTH;
constexpr int kBlock = CONVARIUM_KERNEL_BLOCK;

#define CONVARIUM_INLINE inline __attribute__((always_inline))
#if defined(__clang__)
#define CONVARIUM_UNROLL _Pragma("unroll")
#else
#define CONVARIUM_UNROLL _Pragma("GCC unroll 64")
#endif

typedef float V __attribute__((vector_size(kWidth * 4)));
typedef float VMemory __attribute__((vector_size(kWidth * 4), aligned(4), may_alias));
typedef std::int32_t VInt __attribute__((vector_size(kWidth * 4)));
typedef std::uint32_t VBits __attribute__((vector_size(kWidth * 4)));
typedef double VDouble __attribute__((vector_size(kWidth * 8)));
typedef double VDoubleMemory __attribute__((vector_size(kWidth * 8), aligned(8), may_alias));
typedef std::uint16_t VShort __attribute__((vector_size(kWidth * 2)));
typedef std::uint16_t VShortMemory __attribute__((vector_size(kWidth * 2), aligned(2), may_alias));
typedef std::uint8_t VByte __attribute__((vector_size(kWidth)));
typedef std::uint8_t VByteMemory __attribute__((vector_size(kWidth), aligned(1), may_alias));

CONVARIUM_INLINE V load(const float* p)
{
    return *reinterpret_cast<const VMemory*>(p);
}

CONVARIUM_INLINE void store(float* p, V v)
{
    *reinterpret_cast<VMemory*>(p) = v;
}

/// Stores past the caches where the level can; p must be aligned to V. storesDone() before other threads may read it.
CONVARIUM_INLINE void storeAside(float* p, V v)
{
#if defined(__AVX512F__)
    if constexpr (kWidth == 16)
        __builtin_ia32_movntps512(p, v);
    else
#endif
        store(p, v);
}

CONVARIUM_INLINE void storesDone()
{
#if defined(__SSE__)
    __builtin_ia32_sfence();
#endif
}

/// The first n < kWidth floats; the other lanes are zero.
CONVARIUM_INLINE V loadPart(const float* p, std::int64_t n)
{
    float lanes[kWidth] = {};
    for (std::int64_t i = 0; i < n; ++i)
        lanes[i] = p[i];
    return load(lanes);
}

CONVARIUM_INLINE void storePart(float* p, V v, std::int64_t n)
{
    float lanes[kWidth];
    store(lanes, v);
    for (std::int64_t i = 0; i < n; ++i)
        p[i] = lanes[i];
}

CONVARIUM_INLINE V spread(float x)
{
    return x - V{};
}

CONVARIUM_INLINE VInt laneIndex()
{
    VInt index{};
    for (int i = 0; i < kWidth; ++i)
        index[i] = i;
    return index;
}

/// All bits set in the lanes below n.
CONVARIUM_INLINE VInt lanesBelow(std::int64_t n)
{
    return laneIndex() < static_cast<std::int32_t>(n < kWidth ? n : kWidth);
}

/// Lane by lane a where x < a, else x: a NaN in x fails the comparison and stays.
CONVARIUM_INLINE V atLeast(V x, V a)
{
#if defined(__AVX512F__) && CONVARIUM_KERNEL_WIDTH == 16
    // One instruction, which compilers do not find by themselves. (Without a mask GCC 12 warns of its own header.)
    return (V)_mm512_maskz_max_ps(0xffff, (__m512)a, (__m512)x);
#elif defined(__AVX__) && CONVARIUM_KERNEL_WIDTH == 8
    return (V)_mm256_max_ps((__m256)a, (__m256)x);
#elif defined(__SSE__) && CONVARIUM_KERNEL_WIDTH == 4
    return (V)_mm_max_ps((__m128)a, (__m128)x);
#else
    return x < a ? a : x;
#endif
}

/// a where x > a, else x, likewise.
CONVARIUM_INLINE V atMost(V x, V a)
{
#if defined(__AVX512F__) && CONVARIUM_KERNEL_WIDTH == 16
    return (V)_mm512_maskz_min_ps(0xffff, (__m512)a, (__m512)x);
#elif defined(__AVX__) && CONVARIUM_KERNEL_WIDTH == 8
    return (V)_mm256_min_ps((__m256)a, (__m256)x);
#elif defined(__SSE__) && CONVARIUM_KERNEL_WIDTH == 4
    return (V)_mm_min_ps((__m128)a, (__m128)x);
#else
    return x > a ? a : x;
#endif
}

CONVARIUM_INLINE V relu(V x)
{
    return atLeast(x, V{});
}

CONVARIUM_INLINE V clipped(V x, float lowest, float highest)
{
    return atMost(atLeast(x, spread(lowest)), spread(highest));
}

CONVARIUM_INLINE V absolute(V x)
{
    return (V)((VBits)x & 0x7fffffffu);
}

CONVARIUM_INLINE V squareRoot(V x)
{
    V r;
    CONVARIUM_UNROLL
    for (int i = 0; i < kWidth; ++i)
        r[i] = __builtin_sqrtf(x[i]);
    return r;
}

/// 2^n for whole n in [-126, 127], n given as the float 12582912 + n (1.5 * 2^23 shifts n into the low mantissa bits).
CONVARIUM_INLINE V powerOfTwo(V shifted)
{
    return (V)(((VBits)shifted - 0x4b400000u + 127u) << 23);
}

/// Splits x = n ln 2 + r, |r| <= ln 2 / 2; `shifted` is n in the form powerOfTwo() takes.
CONVARIUM_INLINE V reduceByLn2(V x, V& shifted)
{
    shifted = x * 1.44269504f + 12582912.0f;
    const V n = shifted - 12582912.0f;
    return (x - n * 0.693359375f) - n * -2.12194440e-4f;
}

/// e^r - 1 for |r| <= ln 2 / 2, relative error 6e-8 (Taylor's series with its last terms adjusted to the interval).
CONVARIUM_INLINE V expMinusOneNearZero(V r)
{
    V p = r * 1.9875691500e-4f + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    return p * (r * r) + r;
}

/// e^x with relative error below 2e-7; 0 and infinity beyond float's range, NaN for NaN.
CONVARIUM_INLINE V exponential(V x)
{
    x = x > 90.0f ? spread(90.0f) : x;
    x = x < -105.0f ? spread(-105.0f) : x;
    V shifted;
    const V r = reduceByLn2(x, shifted);
    const V p = expMinusOneNearZero(r) + 1.0f;
    // The power goes in two halves, because n reaches from -151 to 130.
    const V half = (shifted - 12582912.0f) * 0.5f + 12582912.0f;
    const V rest = (shifted - half) + 12582912.0f;
    return p * powerOfTwo(half) * powerOfTwo(rest);
}

/// e^x - 1 for x <= 0, exact to a few units in the last place also near zero; NaN for NaN.
CONVARIUM_INLINE V exponentialMinusOne(V x)
{
    x = x < -40.0f ? spread(-40.0f) : x;
    V shifted;
    const V r = reduceByLn2(x, shifted);
    const V power = powerOfTwo(shifted);
    return expMinusOneNearZero(r) * power + (power - 1.0f);
}

/// tanh x = q / (q + 2) with q = e^(2|x|) - 1: exact to a few units in the last place also near zero.
CONVARIUM_INLINE V hyperbolicTangent(V x)
{
    const VBits sign = (VBits)x & 0x80000000u;
    V twice = (V)((VBits)x ^ sign) * 2.0f;
    twice = twice > 20.0f ? spread(20.0f) : twice;
    V shifted;
    const V r = reduceByLn2(twice, shifted);
    const V power = powerOfTwo(shifted);
    const V q = expMinusOneNearZero(r) * power + (power - 1.0f);
    return (V)((VBits)(q / (q + 2.0f)) | sign);
}

CONVARIUM_INLINE V logistic(V x)
{
    return 1.0f / (1.0f + exponential(-x));
}

/// ln(1 + u) for 0 <= u <= 1 as 2 artanh(s), s = u / (2 + u) <= 1/3, by its series; relative error 1e-7.
CONVARIUM_INLINE V logOnePlus(V u)
{
    const V s = u / (u + 2.0f);
    const V q = s * s;
    V p = q * (1.0f / 15) + (1.0f / 13);
    p = p * q + (1.0f / 11);
    p = p * q + (1.0f / 9);
    p = p * q + (1.0f / 7);
    p = p * q + (1.0f / 5);
    p = p * q + (1.0f / 3);
    return 2.0f * (s + s * (q * p));
}

/// The normal distribution's Phi(x) = erfc(-x / sqrt 2) / 2. Near zero by Taylor's series of erf; else by
/// erfc(z) = t p(t) exp(-z^2) with t = 1 / (1 + z / 2), p interpolated at Chebyshev's points for 0.9 <= z <= 10.5.
CONVARIUM_INLINE V normalDistribution(V x)
{
    V z = absolute(x) * 0.707106781f;
    z = z > 10.5f ? spread(10.5f) : z;
    const V q = z * z;
    V series = q * 1.480719282e-08f - 1.636584469e-07f;
    series = series * q + 1.646211437e-06f;
    series = series * q - 1.492565036e-05f;
    series = series * q + 1.205533298e-04f;
    series = series * q - 8.548327023e-04f;
    series = series * q + 5.223977625e-03f;
    series = series * q - 2.686617065e-02f;
    series = series * q + 1.128379167e-01f;
    series = series * q - 3.761263890e-01f;
    series = series * q + 1.128379167e+00f;
    const V t = 1.0f / (z * 0.5f + 1.0f);
    V rest = t * 8.949699792e-02f - 2.152885809e-01f;
    rest = rest * t + 6.998836429e-02f;
    rest = rest * t + 6.857872777e-02f;
    rest = rest * t + 1.761330843e-01f;
    rest = rest * t + 2.474946201e-01f;
    rest = rest * t + 2.819831552e-01f;
    rest = rest * t + 2.821008596e-01f;
    const V tail = 0.5f * t * rest * exponential(-q);
    const V upper = x < V{} ? tail : 1.0f - tail;
    return z < 0.95f ? 0.5f + (x < V{} ? -0.5f : spread(0.5f)) * (z * series) : upper;
}

/// Hides where a pointer comes from. Compilers otherwise rewrite many pointers as one plus differences, and run out of
/// registers for the differences.
CONVARIUM_INLINE const float* opaque(const float* p)
{
    asm("" : "+r"(p));
    return p;
}

template <Activation kActivation>
CONVARIUM_INLINE V activated(V x)
{
    if constexpr (kActivation == Activation::Relu)
        return relu(x);
    else if constexpr (kActivation == Activation::Relu6)
        return clipped(x, 0.0f, 6.0f);
    else if constexpr (kActivation == Activation::Tanh)
        return hyperbolicTangent(x);
    else if constexpr (kActivation == Activation::Sigmoid)
        return logistic(x);
    else
        return x;
}

/// x where y is above `lowest` and below `highest`, or no number; else 0.
CONVARIUM_INLINE V between(V y, float lowest, float highest, V x)
{
#if defined(__AVX512F__) && CONVARIUM_KERNEL_WIDTH == 16
    // The second comparison looks where the first one held: compilers join two whole ones instead.
    const __mmask16 above = _mm512_cmp_ps_mask((__m512)y, (__m512)spread(lowest), _CMP_NLE_UQ);
    const __mmask16 within = _mm512_mask_cmp_ps_mask(above, (__m512)y, (__m512)spread(highest), _CMP_NGE_UQ);
    return (V)_mm512_maskz_mov_ps(within, (__m512)x);
#else
    return y <= lowest ? V{} : y >= highest ? V{} : x;
#endif
}

/// gradient times the activation's slope where its value (or, for ReLU and ReLU6, its argument) is y.
template <Activation kActivation>
CONVARIUM_INLINE V slopeTimes(V y, V gradient)
{
    if constexpr (kActivation == Activation::Relu)
        return y <= V{} ? V{} : gradient; // passes where y is NaN, so that a diverged run shows
    else if constexpr (kActivation == Activation::Relu6)
        return between(y, 0.0f, 6.0f, gradient);
    else if constexpr (kActivation == Activation::Tanh)
        return gradient * (1.0f - y * y);
    else if constexpr (kActivation == Activation::Sigmoid)
        return gradient * (y * (1.0f - y));
    else
        return gradient;
}

/// How many lanes of a vector exist in memory: all of them ...
struct Full {
    static CONVARIUM_INLINE V get(const float* p) { return load(p); }
    static CONVARIUM_INLINE void put(float* p, V v) { store(p, v); }
};

/// ... or the first n.
struct Part {
    std::int64_t n;
    CONVARIUM_INLINE V get(const float* p) const { return loadPart(p, n); }
    CONVARIUM_INLINE void put(float* p, V v) const { storePart(p, v, n); }
};

/// Calls f(i, Full) for every whole vector of [0, count) and f(i, Part) for the rest, so that each element goes through
/// the same arithmetic wherever a run of numbers is cut.
template <class F>
CONVARIUM_INLINE void overVectors(std::int64_t count, F f)
{
    std::int64_t i = 0;
    for (; i + kWidth <= count; i += kWidth)
        f(i, Full{});
    if (i < count)
        f(i, Part{count - i});
}
