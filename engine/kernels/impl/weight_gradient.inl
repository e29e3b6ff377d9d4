// Weight and bias gradient of the indirect product: tiles of PI rows x NV vectors of the gradient are summed in
// registers over a panel of pixels.

constexpr std::int64_t kGradientPanel = 96;      ///< pixels whose numbers stay in the first cache
constexpr std::int64_t kLongGradientPanel = 200; ///< where the gradient itself does not stay in any

struct GradientBlock {
    const float* in;
    const float* outGradient; ///< of one pixel after the other, kWidth * vectors floats each
    const std::int32_t* inOffset;
    const std::int32_t* depthOffset;
    float* weightGradient; ///< the block's first row
    std::int64_t pixels;
    bool accumulate;
};

template <int NV, int PI>
CONVARIUM_INLINE void gradientStep(V (&sum)[PI][NV], const float* outGradient, const float* const (&in)[PI],
                                   std::int64_t at)
{
    V g[NV];
    CONVARIUM_UNROLL
    for (int v = 0; v < NV; ++v)
        g[v] = load(outGradient + v * kWidth);
    CONVARIUM_UNROLL
    for (int i = 0; i < PI; ++i) {
        const float x = in[i][at];
        CONVARIUM_UNROLL
        for (int v = 0; v < NV; ++v)
            sum[i][v] += g[v] * x;
    }
}

/// Several tiles of PI rows one after the other.
template <int NV, int PI>
void gradientTiles(const GradientBlock& block, std::int64_t row, std::int64_t tiles)
{
    const GradientBlock b = block;
    constexpr int kSets = NV * PI <= 2 ? 4 : NV * PI <= 7 ? 2 : 1; // as in the product, one per neighbouring pixel
    for (; tiles > 0; --tiles, row += PI) {
        V sums[kSets][PI][NV] = {};
        const float* in[PI];
        CONVARIUM_UNROLL
        for (int i = 0; i < PI; ++i)
            in[i] = opaque(b.in + b.depthOffset[row + i]);
        const float* outGradient = b.outGradient;
        std::int64_t p = 0;
        if constexpr (kSets > 1)
            for (; p + kSets <= b.pixels; p += kSets, outGradient += kSets * NV * kWidth) {
                CONVARIUM_UNROLL
                for (int s = 0; s < kSets; ++s)
                    gradientStep<NV, PI>(sums[s], outGradient + s * NV * kWidth, in, b.inOffset[p + s]);
            }
        for (; p < b.pixels; ++p, outGradient += NV * kWidth)
            gradientStep<NV, PI>(sums[0], outGradient, in, b.inOffset[p]);
        CONVARIUM_UNROLL
        for (int s = 1; s < kSets; ++s) {
            CONVARIUM_UNROLL
            for (int i = 0; i < PI; ++i) {
                CONVARIUM_UNROLL
                for (int v = 0; v < NV; ++v)
                    sums[0][i][v] += sums[s][i][v];
            }
        }
        float* out = b.weightGradient + row * NV * kWidth;
        if (b.accumulate) {
            CONVARIUM_UNROLL
            for (int i = 0; i < PI; ++i) {
                CONVARIUM_UNROLL
                for (int v = 0; v < NV; ++v)
                    sums[0][i][v] += load(out + (i * NV + v) * kWidth);
            }
        }
        CONVARIUM_UNROLL
        for (int i = 0; i < PI; ++i) {
            CONVARIUM_UNROLL
            for (int v = 0; v < NV; ++v)
                store(out + (i * NV + v) * kWidth, sums[0][i][v]);
        }
    }
}

using GradientTiles = void (*)(const GradientBlock&, std::int64_t, std::int64_t);

/// The functions for 1, 2, ... tilePixels(NV) rows.
template <int NV, class = std::make_integer_sequence<int, tilePixels(NV)>>
struct GradientTable;

template <int NV, int... kRows>
struct GradientTable<NV, std::integer_sequence<int, kRows...>> {
    static constexpr GradientTiles kTiles[] = {&gradientTiles<NV, kRows + 1>...};
};

template <int NV>
void gradientRows(const GradientBlock& block, std::int64_t depth)
{
    constexpr int kMost = tilePixels(NV);
    const std::int64_t tiles = (depth + kMost - 1) / kMost;
    if (tiles == 0)
        return;
    const std::int64_t size = depth / tiles;
    const std::int64_t larger = depth % tiles;
    if (larger > 0)
        GradientTable<NV>::kTiles[size](block, 0, larger);
    GradientTable<NV>::kTiles[size - 1](block, larger * (size + 1), tiles - larger);
}

template <int NV>
void biasGradientBlock(const GradientBlock& block, float* biasGradient)
{
    V sum[NV] = {};
    for (std::int64_t p = 0; p < block.pixels; ++p) {
        CONVARIUM_UNROLL
        for (int v = 0; v < NV; ++v)
            sum[v] += load(block.outGradient + (p * NV + v) * kWidth);
    }
    CONVARIUM_UNROLL
    for (int v = 0; v < NV; ++v) {
        float* out = biasGradient + v * kWidth;
        store(out, block.accumulate ? load(out) + sum[v] : sum[v]);
    }
}

template <int NV>
void gradientBlock(int vectors, const GradientBlock& block, std::int64_t depth, float* biasGradient)
{
    if (vectors == NV) {
        gradientRows<NV>(block, depth);
        if (biasGradient)
            biasGradientBlock<NV>(block, biasGradient);
    } else if constexpr (NV > 1) {
        gradientBlock<NV - 1>(vectors, block, depth, biasGradient);
    }
}

/// What some pixels say about some columns.
void gradientOf(const WeightGradientArgs& a, std::int64_t from, std::int64_t pixels, std::int64_t column)
{
    // The block's columns of each pixel, moved together: with many columns they would fall into few sets of the cache.
    float packed[kLongGradientPanel * kBlock];
    const std::int64_t columns = a.columns - column < kBlock ? a.columns - column : kBlock;
    float* target = packed;
    for (std::int64_t p = 0; p < pixels; ++p) {
        const float* source = a.outGradient + a.outOffset[from + p] + column;
        std::int64_t j = 0;
        for (; j + kWidth <= columns; j += kWidth, target += kWidth)
            store(target, load(source + j));
        if (j < columns) {
            store(target, loadPart(source + j, columns - j));
            target += kWidth;
        }
    }
    const int vectors = static_cast<int>((columns + kWidth - 1) / kWidth);
    const GradientBlock block{a.in,
                              packed,
                              a.inOffset + from,
                              a.depthOffset,
                              a.weightGradient + column * a.depth,
                              pixels,
                              a.accumulate || from > 0};
    gradientBlock<kBlockVectors>(vectors, block, a.depth, a.biasGradient ? a.biasGradient + column : nullptr);
}

void weightGradient(const WeightGradientArgs& a)
{
    if (a.pixels == 0) { // nothing is said: zero
        for (std::int64_t column = 0; column < a.columns; column += kBlock)
            gradientOf(a, 0, 0, column);
        return;
    }
    // What passes over the other one more often stays in the cache: the inputs, with a block of the gradient, or, where
    // they are too many, the inputs of a panel, which is longer then.
    constexpr std::int64_t kFewInputs = 1 << 18;
    const std::int64_t inputs =
        a.inOffset[a.pixels - 1] - a.inOffset[0] + (a.depth > 0 ? a.depthOffset[a.depth - 1] : 0);
    if (inputs <= kFewInputs) {
        for (std::int64_t column = 0; column < a.columns; column += kBlock)
            for (std::int64_t from = 0; from < a.pixels; from += kGradientPanel)
                gradientOf(a, from, a.pixels - from < kGradientPanel ? a.pixels - from : kGradientPanel, column);
        return;
    }
    const std::int64_t all = a.wholeColumns > 0 ? a.wholeColumns : a.columns;
    const std::int64_t panel = evenly(a.pixels, a.depth * all > kFewInputs ? kLongGradientPanel : kGradientPanel);
    for (std::int64_t from = 0; from < a.pixels; from += panel)
        for (std::int64_t column = 0; column < a.columns; column += kBlock)
            gradientOf(a, from, a.pixels - from < panel ? a.pixels - from : panel, column);
}
