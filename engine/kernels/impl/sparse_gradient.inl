// Both gradients of a convolution whose output gradient has few numbers that are not zero, as a max pooling leaves
// them: lists of those numbers, and per kernel row as many sums and weights as registers hold.

void listPooledGradient(const PooledListArgs& a)
{
    if (a.biasGradient)
        for (std::int64_t c = 0; c < a.lanes; c += kWidth) {
            V sum{};
            for (std::int64_t p = 0; p < a.rows * a.columns; ++p)
                sum += load(a.gradient + p * a.lanes + c);
            store(a.biasGradient + c, load(a.biasGradient + c) + sum);
        }
    for (std::int64_t c = 0; c < a.lanes; ++c)
        a.count[c] = 0;
    constexpr std::int64_t kPanel = 64; // pixels whose numbers stay in the first cache while channel follows channel
    const std::int64_t together = a.columns < kPanel ? kPanel / a.columns : 1;
    for (std::int64_t top = 0; top < a.rows; top += together) {
        const std::int64_t bottom = top + together < a.rows ? top + together : a.rows;
        for (std::int64_t c = 0; c < a.channels; ++c) {
            const float* g = a.gradient + top * a.columns * a.lanes + c;
            const std::uint16_t* cell = a.cell + top * a.columns * a.lanes + c;
            std::int32_t* offset = a.offset + c * a.room;
            float* value = a.value + c * a.room;
            std::int32_t n = a.count[c];
            for (std::int64_t y = top; y < bottom; ++y) {
                std::int32_t at = static_cast<std::int32_t>(y) * a.rowStep;
                for (std::int64_t x = 0; x < a.columns; ++x, at += a.columnStep, g += a.lanes, cell += a.lanes) {
                    // Always written, kept by counting it: a branch would be guessed wrong half of the time.
                    offset[n] = at + a.cellOffset[*cell];
                    value[n] = *g;
                    n += *g != 0.0f;
                }
            }
            a.count[c] = n;
        }
    }
}

/// The list of one channel, and the part of a kernel row that it is run through for.
struct SparsePiece {
    const std::int32_t* offset;
    const float* value;
    std::int64_t count;
    const float* in;
    float* weightSum;
    const float* weights;
    float* inGradient;
    bool accumulate;
};

template <int NV, bool kWeights, bool kInput>
void sparsePiece(const SparsePiece& piece)
{
    const SparsePiece p = piece;
    V sum[NV], weight[NV];
    CONVARIUM_UNROLL
    for (int v = 0; v < NV; ++v) {
        if constexpr (kWeights)
            sum[v] = p.accumulate ? load(p.weightSum + v * kWidth) : V{};
        if constexpr (kInput)
            weight[v] = load(p.weights + v * kWidth);
    }
    for (std::int64_t i = 0; i < p.count; ++i) {
        const float g = p.value[i];
        if constexpr (kWeights) {
            const float* in = p.in + p.offset[i];
            CONVARIUM_UNROLL
            for (int v = 0; v < NV; ++v)
                sum[v] += load(in + v * kWidth) * g;
        }
        if constexpr (kInput) {
            float* target = p.inGradient + p.offset[i];
            CONVARIUM_UNROLL
            for (int v = 0; v < NV; ++v)
                store(target + v * kWidth, load(target + v * kWidth) + weight[v] * g);
        }
    }
    if constexpr (kWeights) {
        CONVARIUM_UNROLL
        for (int v = 0; v < NV; ++v)
            store(p.weightSum + v * kWidth, sum[v]);
    }
}

/// Sums and weights of a piece share the registers that a product's tile takes.
constexpr int kPieceVectors = kBlockVectors * tilePixels(kBlockVectors) / 2;

/// The functions for pieces of 1, 2, ... kPieceVectors vectors.
template <bool kWeights, bool kInput, class = std::make_integer_sequence<int, kPieceVectors>>
struct SparseTable;

template <bool kWeights, bool kInput, int... kVectors>
struct SparseTable<kWeights, kInput, std::integer_sequence<int, kVectors...>> {
    static constexpr void (*kPiece[])(const SparsePiece&) = {&sparsePiece<kVectors + 1, kWeights, kInput>...};
};

template <bool kWeights, bool kInput>
void sparseGradientOf(const SparseGradientArgs& a)
{
    const std::int64_t vectors = a.rowFloats / kWidth;
    const std::int64_t pieces = (vectors + kPieceVectors - 1) / kPieceVectors;
    for (std::int64_t c = 0; c < a.channels; ++c) {
        if (a.count[c] == 0 && (!kWeights || a.accumulate))
            continue;
        for (std::int64_t row = 0; row < a.rows; ++row)
            for (std::int64_t i = 0; i < pieces; ++i) {
                const std::int64_t from = vectors * i / pieces;
                const std::int64_t size = vectors * (i + 1) / pieces - from;
                const std::int64_t weight = (c * a.rows + row) * a.rowFloats + from * kWidth;
                const std::int64_t pixel = row * a.rowStep + from * kWidth;
                SparsePiece p{};
                p.offset = a.offset + c * a.room;
                p.value = a.value + c * a.room;
                p.count = a.count[c];
                p.accumulate = a.accumulate;
                if constexpr (kWeights) {
                    p.in = a.in + pixel;
                    p.weightSum = a.weightSum + weight;
                }
                if constexpr (kInput) {
                    p.weights = a.weights + weight;
                    p.inGradient = a.inGradient + pixel;
                }
                SparseTable<kWeights, kInput>::kPiece[size - 1](p);
            }
    }
}

void sparseGradient(const SparseGradientArgs& a)
{
    if (a.weightSum && a.inGradient)
        sparseGradientOf<true, true>(a);
    else if (a.weightSum)
        sparseGradientOf<true, false>(a);
    else if (a.inGradient)
        sparseGradientOf<false, true>(a);
}
