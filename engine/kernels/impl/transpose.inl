// Rows that become columns, a square of vectors at a time.

/// Exchanges the blocks of kStep lanes beside the diagonal; for 1, 2, 4, ... one after the other that transposes.
template <int kStep, int... kLane>
CONVARIUM_INLINE void exchangeBlocks(V (&r)[kWidth], std::integer_sequence<int, kLane...>)
{
    CONVARIUM_UNROLL
    for (int i = 0; i < kWidth; ++i)
        if ((i & kStep) == 0) {
            const V a = r[i], b = r[i + kStep];
            r[i] = __builtin_shufflevector(a, b, ((kLane & kStep) == 0 ? kLane : kWidth + kLane - kStep)...);
            r[i + kStep] = __builtin_shufflevector(a, b, ((kLane & kStep) == 0 ? kLane + kStep : kWidth + kLane)...);
        }
    if constexpr (2 * kStep < kWidth)
        exchangeBlocks<2 * kStep>(r, std::integer_sequence<int, kLane...>{});
}

void addTransposed(const TransposeArgs& a)
{
    const std::int64_t depth = a.taps * a.channels;
    for (std::int64_t column = 0; column < a.columns; column += kWidth) {
        const std::int64_t block = column / kBlock * kBlock;
        const std::int64_t columns = a.columns - block < kBlock ? a.columns - block : kBlock;
        const float* in = a.in + column * a.taps * a.lanes;
        float* out = a.out + block * depth + (column - block);
        for (std::int64_t tap = 0; tap < a.taps; ++tap)
            for (std::int64_t c = 0; c < a.channels; c += kWidth) {
                V r[kWidth];
                CONVARIUM_UNROLL
                for (int i = 0; i < kWidth; ++i)
                    r[i] = load(in + (i * a.taps + tap) * a.lanes + c);
                exchangeBlocks<1>(r, std::make_integer_sequence<int, kWidth>{});
                const std::int64_t rows = a.channels - c < kWidth ? a.channels - c : kWidth;
                CONVARIUM_UNROLL
                for (int i = 0; i < kWidth; ++i)
                    if (i < rows) {
                        float* target = out + (tap * a.channels + c + i) * columns;
                        store(target, a.accumulate ? load(target) + r[i] : r[i]);
                    }
            }
    }
}

void transpose(const float* in, std::int64_t inStep, float* out, std::int64_t outStep, std::int64_t rows,
               std::int64_t columns)
{
    for (std::int64_t x = 0; x < rows; x += kWidth)
        for (std::int64_t y = 0; y < columns; y += kWidth) {
            const std::int64_t height = rows - x < kWidth ? rows - x : kWidth;
            const std::int64_t width = columns - y < kWidth ? columns - y : kWidth;
            V r[kWidth] = {};
            if (height == kWidth && width == kWidth) {
                CONVARIUM_UNROLL
                for (int i = 0; i < kWidth; ++i)
                    r[i] = load(in + (x + i) * inStep + y);
            } else {
                CONVARIUM_UNROLL
                for (int i = 0; i < kWidth; ++i)
                    if (i < height)
                        r[i] = loadPart(in + (x + i) * inStep + y, width);
            }
            exchangeBlocks<1>(r, std::make_integer_sequence<int, kWidth>{});
            float* const target = out + y * outStep + x;
            if (height == kWidth && width == kWidth) {
                CONVARIUM_UNROLL
                for (int i = 0; i < kWidth; ++i)
                    store(target + i * outStep, r[i]);
            } else {
                CONVARIUM_UNROLL
                for (int i = 0; i < kWidth; ++i)
                    if (i < width)
                        storePart(target + i * outStep, r[i], height);
            }
        }
}
