// The indirect matrix product: tiles of PX pixels x NV vectors of columns are summed in registers, weights are
// streamed, inputs are broadcast. Tile sizes follow the register count: NV * PX sums, NV weights and one input must
// fit, and the PX input pointers must fit in the general registers.

/// Most pixels of a tile with this many vectors of columns.
constexpr int tilePixels(int vectors)
{
    constexpr int kPixels[] = {CONVARIUM_KERNEL_TILE_PIXELS};
    return kPixels[vectors - 1];
}

constexpr int kBlockVectors = kBlock / kWidth;
constexpr int kMostSums = kBlockVectors * tilePixels(kBlockVectors); ///< that the registers hold
constexpr std::int64_t kShortestRun = 4;                             ///< of offsets that rise by one, to make use of it

/// The size of pieces of at most `most` that are nearly equal.
constexpr std::int64_t evenly(std::int64_t n, std::int64_t most)
{
    const std::int64_t pieces = n <= most ? 1 : (n + most - 1) / most;
    return (n + pieces - 1) / pieces;
}

/// The longest length into which the depth can be cut so that within each piece the offsets rise by one.
std::int64_t commonRun(const std::int32_t* offset, std::int64_t n)
{
    std::int64_t run = n;
    for (std::int64_t k = 1; k < n; ++k) {
        if (offset[k] == offset[k - 1] + 1)
            continue;
        std::int64_t other = k; // run becomes the greatest common divisor of all breaks and n
        while (other != 0) {
            const std::int64_t rest = run % other;
            run = other;
            other = rest;
        }
        if (run == 1)
            break;
    }
    return run;
}

/// What all tiles of one column block share.
struct ProductBlock {
    const ProductArgs& args;
    const float* weights;
    std::int64_t run;    ///< see commonRun()
    std::int64_t column; ///< first column
    std::int64_t last;   ///< columns stored of the last vector, 1 .. kWidth
};

/// Activations too large to be inlined into every tile.
__attribute__((noinline)) void activateTile(Activation activation, float* out, std::int64_t n)
{
    activate(activation, out, out, n);
}

template <int NV, int PX>
CONVARIUM_INLINE void productStep(V (&sum)[PX][NV], const float* weights, const float* const (&in)[PX], std::int64_t k)
{
    V w[NV];
    CONVARIUM_UNROLL
    for (int v = 0; v < NV; ++v)
        w[v] = load(weights + v * kWidth);
    CONVARIUM_UNROLL
    for (int p = 0; p < PX; ++p) {
        const float x = in[p][k];
        CONVARIUM_UNROLL
        for (int v = 0; v < NV; ++v)
            sum[p][v] += w[v] * x;
    }
}

/// Bias and addend of a tile.
template <int NV, int PX>
CONVARIUM_INLINE void startTile(V (&sum)[PX][NV], const ProductArgs& a, const ProductBlock& block,
                                const std::int32_t* outOffset)
{
    if (a.bias) {
        CONVARIUM_UNROLL
        for (int v = 0; v < NV; ++v) {
            const V bias = load(a.bias + block.column + v * kWidth);
            CONVARIUM_UNROLL
            for (int p = 0; p < PX; ++p)
                sum[p][v] = bias;
        }
    }
    if (a.addend) {
        CONVARIUM_UNROLL
        for (int p = 0; p < PX; ++p) {
            const float* out = a.addend + block.column + outOffset[p];
            CONVARIUM_UNROLL
            for (int v = 0; v < NV - 1; ++v)
                sum[p][v] += load(out + v * kWidth);
            out += (NV - 1) * kWidth;
            sum[p][NV - 1] += block.last == kWidth ? load(out) : Part{block.last}.get(out);
        }
    }
}

/// Activates and stores a tile.
template <int NV, int PX>
CONVARIUM_INLINE void finishTile(V (&sum)[PX][NV], const ProductArgs& a, const ProductBlock& block,
                                 const std::int32_t* outOffset)
{
    float* const outBase = a.out + block.column;
    if (a.activation == Activation::Relu || a.activation == Activation::Relu6) {
        // One comparison more than ReLU needs: infinity stays, so this is no cut for it.
        const V most = spread(a.activation == Activation::Relu6 ? 6.0f : __builtin_inff());
        CONVARIUM_UNROLL
        for (int p = 0; p < PX; ++p) {
            CONVARIUM_UNROLL
            for (int v = 0; v < NV; ++v)
                sum[p][v] = sum[p][v] > most ? most : relu(sum[p][v]);
        }
    }
    CONVARIUM_UNROLL
    for (int p = 0; p < PX; ++p) {
        float* out = outBase + outOffset[p];
        CONVARIUM_UNROLL
        for (int v = 0; v < NV - 1; ++v)
            store(out + v * kWidth, sum[p][v]);
    }
    if (block.last == kWidth) {
        CONVARIUM_UNROLL
        for (int p = 0; p < PX; ++p)
            store(outBase + outOffset[p] + (NV - 1) * kWidth, sum[p][NV - 1]);
    } else {
        CONVARIUM_UNROLL
        for (int p = 0; p < PX; ++p)
            Part{block.last}.put(outBase + outOffset[p] + (NV - 1) * kWidth, sum[p][NV - 1]);
    }
    if (a.activation == Activation::Tanh || a.activation == Activation::Sigmoid)
        for (int p = 0; p < PX; ++p)
            activateTile(a.activation, outBase + outOffset[p], (NV - 1) * kWidth + block.last);
}

/// Several tiles of PX pixels one after the other.
template <int NV, int PX, bool kRuns>
void productTiles(const ProductBlock& block, const std::int32_t* inOffset, const std::int32_t* outOffset,
                  std::int64_t tiles)
{
    // Copies, because the compiler must assume that a store of floats changes what a reference points to.
    const ProductArgs a = block.args;
    const std::int64_t run = block.run;
    // Few sums cannot hide the latency of an addition; several sets of them, one per neighbouring k, can.
    constexpr int kSets = NV * PX <= 2 ? 4 : NV * PX <= 7 ? 2 : 1;
    for (; tiles > 0; --tiles, inOffset += PX, outOffset += PX) {
        V sums[kSets][PX][NV] = {};
        const float* in[PX];
        CONVARIUM_UNROLL
        for (int p = 0; p < PX; ++p)
            in[p] = kRuns ? a.in + inOffset[p] : opaque(a.in + inOffset[p]);
        startTile<NV, PX>(sums[0], a, block, outOffset);
        const float* weights = block.weights;
        if constexpr (kRuns) {
            for (std::int64_t start = 0; start < a.depth; start += run) {
                const float* tap[PX];
                CONVARIUM_UNROLL
                for (int p = 0; p < PX; ++p)
                    tap[p] = opaque(in[p] + a.depthOffset[start]);
                std::int64_t k = 0;
                if constexpr (kSets > 1)
                    for (; k + kSets <= run; k += kSets, weights += kSets * NV * kWidth) {
                        CONVARIUM_UNROLL
                        for (int s = 0; s < kSets; ++s)
                            productStep<NV, PX>(sums[s], weights + s * NV * kWidth, tap, k + s);
                    }
                for (; k < run; ++k, weights += NV * kWidth)
                    productStep<NV, PX>(sums[0], weights, tap, k);
            }
        } else {
            for (std::int64_t k = 0; k < a.depth; ++k, weights += NV * kWidth)
                productStep<NV, PX>(sums[0], weights, in, a.depthOffset[k]);
        }
        CONVARIUM_UNROLL
        for (int s = 1; s < kSets; ++s) {
            CONVARIUM_UNROLL
            for (int p = 0; p < PX; ++p) {
                CONVARIUM_UNROLL
                for (int v = 0; v < NV; ++v)
                    sums[0][p][v] += sums[s][p][v];
            }
        }
        finishTile<NV, PX>(sums[0], a, block, outOffset);
    }
}

using ProductTiles = void (*)(const ProductBlock&, const std::int32_t*, const std::int32_t*, std::int64_t);

/// The functions for 1, 2, ... tilePixels(NV) pixels.
template <int NV, bool kRuns, class = std::make_integer_sequence<int, tilePixels(NV)>>
struct ProductTable;

template <int NV, bool kRuns, int... kPixels>
struct ProductTable<NV, kRuns, std::integer_sequence<int, kPixels...>> {
    static constexpr ProductTiles kTiles[] = {&productTiles<NV, kPixels + 1, kRuns>...};
};

/// All pixels of a panel, cut into tiles of nearly equal size: no tile is left with a pixel or two.
template <int NV, bool kRuns>
void productPixels(const ProductBlock& block, std::int64_t from, std::int64_t count)
{
    constexpr int kMost = tilePixels(NV);
    const std::int64_t tiles = (count + kMost - 1) / kMost;
    const std::int64_t size = count / tiles;
    const std::int64_t larger = count % tiles; // tiles with one pixel more
    const std::int32_t* in = block.args.inOffset + from;
    const std::int32_t* out = block.args.outOffset + from;
    if (larger > 0)
        ProductTable<NV, kRuns>::kTiles[size](block, in, out, larger);
    const std::int64_t done = larger * (size + 1);
    ProductTable<NV, kRuns>::kTiles[size - 1](block, in + done, out + done, tiles - larger);
}

template <int NV>
void productBlock(int vectors, const ProductBlock& block, bool runs, std::int64_t from, std::int64_t count)
{
    if (vectors == NV) {
        if (runs)
            productPixels<NV, true>(block, from, count);
        else
            productPixels<NV, false>(block, from, count);
    } else if constexpr (NV > 1) {
        productBlock<NV - 1>(vectors, block, runs, from, count);
    }
}

// Windows that slide: with a stride of 1 the number that tap t reads for a pixel is the one that tap t - 1 reads for
// the next pixel. So each number is loaded once for all taps of a kernel row, which matters where few columns share a
// load.

constexpr int kSlideTaps = 3;

constexpr int kSlidePixels[] = {CONVARIUM_KERNEL_SLIDE_PIXELS}; ///< most of a tile with 1, 2 ... vectors of columns
/// With more columns the sums and the weights of all taps would need more registers than there are.
constexpr int kSlideVectors = sizeof kSlidePixels / sizeof(int);

/// Several tiles of PX pixels that lie in rows; kSpacing floats from pixel to pixel and from tap to tap, 0: any number.
template <int NV, int PX, int kSpacing>
void slideTiles(const ProductBlock& block, const std::int32_t* inOffset, const std::int32_t* outOffset,
                std::int64_t tiles)
{
    const ProductArgs a = block.args;
    const std::int64_t channels = a.slideChannels;
    const std::int64_t kernelRow = kSlideTaps * channels;
    const std::int64_t spacing = kSpacing > 0 ? kSpacing : a.slideSpacing;
    // The taps of a row add to the same sum one after the other; with few pixels every tap needs its own, if there are
    // registers for them.
    constexpr int kSets = NV * PX <= 8 && NV * PX * kSlideTaps <= kMostSums ? kSlideTaps : 1;
    for (; tiles > 0; --tiles, inOffset += PX, outOffset += PX) {
        V sums[kSets][PX][NV] = {};
        startTile<NV, PX>(sums[0], a, block, outOffset);
        const float* weights = block.weights;
        for (std::int64_t k = 0; k < a.depth; k += kernelRow, weights += kernelRow * NV * kWidth) {
            const float* in = a.in + inOffset[0] + a.depthOffset[k];
            const float* w = weights;
            for (std::int64_t c = 0; c < channels; ++c, ++in, w += NV * kWidth) {
                V tap[kSlideTaps][NV];
                CONVARIUM_UNROLL
                for (int t = 0; t < kSlideTaps; ++t) {
                    CONVARIUM_UNROLL
                    for (int v = 0; v < NV; ++v)
                        tap[t][v] = load(w + (t * channels * NV + v) * kWidth);
                }
                CONVARIUM_UNROLL
                for (int q = 0; q < PX + kSlideTaps - 1; ++q) {
                    const float x = in[q * spacing];
                    CONVARIUM_UNROLL
                    for (int t = 0; t < kSlideTaps; ++t) {
                        if (q - t < 0 || q - t >= PX)
                            continue;
                        CONVARIUM_UNROLL
                        for (int v = 0; v < NV; ++v)
                            sums[t % kSets][q - t][v] += tap[t][v] * x;
                    }
                }
            }
        }
        CONVARIUM_UNROLL
        for (int s = 1; s < kSets; ++s) {
            CONVARIUM_UNROLL
            for (int p = 0; p < PX; ++p) {
                CONVARIUM_UNROLL
                for (int v = 0; v < NV; ++v)
                    sums[0][p][v] += sums[s][p][v];
            }
        }
        finishTile<NV, PX>(sums[0], a, block, outOffset);
    }
}

template <int NV, int kSpacing, class = std::make_integer_sequence<int, kSlidePixels[NV - 1]>>
struct SlideTable;

template <int NV, int kSpacing, int... kPixels>
struct SlideTable<NV, kSpacing, std::integer_sequence<int, kPixels...>> {
    static constexpr ProductTiles kTiles[] = {&slideTiles<NV, kPixels + 1, kSpacing>...};
};

/// Rows of pixels, each cut into tiles of nearly equal size.
template <int NV, int kSpacing>
void slideRows(const ProductBlock& block, std::int64_t from, std::int64_t count)
{
    constexpr int kMost = kSlidePixels[NV - 1];
    const std::int64_t width = block.args.slidePixels;
    const std::int64_t tiles = (width + kMost - 1) / kMost;
    const std::int64_t size = width / tiles;
    const std::int64_t larger = width % tiles;
    for (std::int64_t p = from; p < from + count; p += width) {
        const std::int32_t* in = block.args.inOffset + p;
        const std::int32_t* out = block.args.outOffset + p;
        if (larger > 0)
            SlideTable<NV, kSpacing>::kTiles[size](block, in, out, larger);
        const std::int64_t done = larger * (size + 1);
        SlideTable<NV, kSpacing>::kTiles[size - 1](block, in + done, out + done, tiles - larger);
    }
}

template <int kSpacing>
void slideBlock(int vectors, const ProductBlock& block, std::int64_t from, std::int64_t count)
{
    if (vectors == kSlideVectors)
        slideRows<kSlideVectors, kSpacing>(block, from, count);
    else
        slideRows<1, kSpacing>(block, from, count);
}

void slide(int vectors, const ProductBlock& block, std::int64_t from, std::int64_t count)
{
    if (block.args.slideSpacing == 1)
        slideBlock<1>(vectors, block, from, count);
    else if (block.args.slideSpacing == kWidth)
        slideBlock<kWidth>(vectors, block, from, count);
    else if (block.args.slideSpacing == 2 * kWidth)
        slideBlock<2 * kWidth>(vectors, block, from, count);
    else
        slideBlock<0>(vectors, block, from, count);
}

/// Some of the depth, and the run within it.
struct DepthPiece {
    std::int64_t size, run;
};

/// The piece that begins at `start`: weights of so many rows stay in the cache while all tiles pass over them.
DepthPiece depthPiece(std::int64_t start, std::int64_t depth, std::int64_t run)
{
    constexpr std::int64_t kPiece = 512, kDeep = 1024; // it takes a store and a load of the sums, not worth it for less
    if (depth <= kDeep)
        return {depth, run};
    if (run > kPiece) {
        const std::int64_t size = evenly(run, kPiece), left = run - start % run;
        return size < left ? DepthPiece{size, size} : DepthPiece{left, left};
    }
    const std::int64_t size = run < kShortestRun ? kPiece : kPiece / run * run, left = depth - start;
    return {size < left ? size : left, run};
}

void product(const ProductArgs& a)
{
    // Pixels whose inputs stay in the cache while the column blocks pass over them; weights that do not stay there are
    // read once for each panel.
    constexpr std::int64_t kPanel = 192, kLongPanel = 400, kManyWeights = 1 << 18;
    const std::int64_t all = a.wholeColumns > 0 ? a.wholeColumns : a.columns;
    const std::int64_t most = a.depth * all > kManyWeights ? kLongPanel : kPanel;
    const std::int64_t run = commonRun(a.depthOffset, a.depth);
    const bool sliding = a.slideTaps == kSlideTaps;
    const std::int64_t rows = sliding ? most / a.slidePixels : 0;
    const std::int64_t panel = !sliding   ? evenly(a.pixels, most)
                               : rows > 0 ? a.slidePixels * evenly(a.pixels / a.slidePixels, rows)
                                          : a.slidePixels;
    for (std::int64_t from = 0; from < a.pixels; from += panel) {
        const std::int64_t count = a.pixels - from < panel ? a.pixels - from : panel;
        std::int64_t start = 0;
        do { // at least once: without depth there are bias and activation
            const DepthPiece piece = depthPiece(start, a.depth, run);
            ProductArgs part = a;
            part.depthOffset += start;
            part.depth = piece.size;
            if (start > 0) { // goes on with the sums that rest in the output
                part.bias = nullptr;
                part.addend = a.out;
            }
            if (start + piece.size < a.depth)
                part.activation = Activation::None;
            for (std::int64_t column = 0; column < a.columns; column += kBlock) {
                const std::int64_t columns = a.columns - column < kBlock ? a.columns - column : kBlock;
                const int vectors = static_cast<int>((columns + kWidth - 1) / kWidth);
                const std::int64_t last = columns - (vectors - 1) * kWidth;
                const float* weights = a.weights + column * a.depth;
                if (!sliding || vectors > kSlideVectors)
                    productBlock<kBlockVectors>(
                        vectors, ProductBlock{part, weights + start * vectors * kWidth, piece.run, column, last},
                        run >= kShortestRun, from, count);
                else if (start == 0) // whole rows of the kernel slide, all of them at once
                    slide(vectors, ProductBlock{a, weights, run, column, last}, from, count);
            }
            start += piece.size;
        } while (start < a.depth);
    }
}
