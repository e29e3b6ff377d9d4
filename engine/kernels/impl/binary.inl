// Functions of two numbers over rows of which one operand may be taken again (a gate, a scale, a slope).

template <Binary kBinary>
CONVARIUM_INLINE V valueOf(V a, V b)
{
    if constexpr (kBinary == Binary::Add)
        return a + b;
    else if constexpr (kBinary == Binary::Subtract)
        return a - b;
    else if constexpr (kBinary == Binary::Multiply)
        return a * b;
    else if constexpr (kBinary == Binary::Divide)
        return a / b;
    else if constexpr (kBinary == Binary::Maximum)
        return (a < b) | (b != b) ? b : a; // a NaN on either side comes through
    else if constexpr (kBinary == Binary::Minimum)
        return (a > b) | (b != b) ? b : a;
    else
        return a <= V{} ? a * b : a;
}

/// outGradient * df/da, or df/db.
template <Binary kBinary, bool kOfB>
CONVARIUM_INLINE V gradientOf(V g, V a, V b)
{
    if constexpr (kBinary == Binary::Add)
        return g;
    else if constexpr (kBinary == Binary::Subtract)
        return kOfB ? -g : g;
    else if constexpr (kBinary == Binary::Multiply)
        return g * (kOfB ? a : b);
    else if constexpr (kBinary == Binary::Divide)
        return kOfB ? -(g * a) / (b * b) : g / b;
    else if constexpr (kBinary == Binary::Maximum || kBinary == Binary::Minimum) {
        const V share = a == b ? g * 0.5f : g;
        const VInt lost = (kBinary == Binary::Maximum) != kOfB ? a < b : a > b;
        return lost ? V{} : share;
    } else {
        if constexpr (kOfB)
            return a <= V{} ? g * a : V{};
        else
            return a <= V{} ? g * b : g;
    }
}

/// Calls run.template of<B>() with the function of the call.
template <class R>
CONVARIUM_INLINE void withBinary(Binary function, R run)
{
    switch (function) {
    case Binary::Add: run.template of<Binary::Add>(); break;
    case Binary::Subtract: run.template of<Binary::Subtract>(); break;
    case Binary::Multiply: run.template of<Binary::Multiply>(); break;
    case Binary::Divide: run.template of<Binary::Divide>(); break;
    case Binary::Maximum: run.template of<Binary::Maximum>(); break;
    case Binary::Minimum: run.template of<Binary::Minimum>(); break;
    case Binary::RightSlope: run.template of<Binary::RightSlope>(); break;
    }
}

/// Reads row r of an operand: a run, or one number for all.
struct RowOfNumbers {
    const float* row;
    bool spreads;
    V number;

    CONVARIUM_INLINE RowOfNumbers(const float* base, std::int64_t stride, bool spread_, std::int64_t r)
        : row(base + r * stride), spreads(spread_), number(spread_ ? spread(base[r * stride]) : V{})
    {
    }
    template <class L>
    CONVARIUM_INLINE V get(std::int64_t i, L lanes) const
    {
        return spreads ? number : lanes.get(row + i);
    }
};

struct BinaryRun {
    const BinaryArgs& args;
    float* out;

    template <Binary kBinary>
    void of() const
    {
        for (std::int64_t r = 0; r < args.rows; ++r) {
            const RowOfNumbers a(args.a, args.aStride, args.aSpread, r);
            const RowOfNumbers b(args.b, args.bStride, args.bSpread, r);
            float* row = out + r * args.outStride;
            overVectors(args.count, [=](std::int64_t i, auto lanes) {
                lanes.put(row + i, valueOf<kBinary>(a.get(i, lanes), b.get(i, lanes)));
            });
        }
    }
};

void binary(const BinaryArgs& args, float* out)
{
    if (args.count > 0)
        withBinary(args.function, BinaryRun{args, out});
}

struct BinaryBackwardRun {
    const BinaryArgs& args;
    const float* outGradient;
    float* gradient;
    bool ofB, accumulate;

    template <Binary kBinary, bool kOfB>
    CONVARIUM_INLINE void each() const
    {
        const std::int64_t stride = kOfB ? args.bStride : args.aStride;
        if (kOfB ? args.bSpread : args.aSpread)
            sumRows<kBinary, kOfB>(stride);
        else if (stride == 0 && args.rows > 1)
            sumColumns<kBinary, kOfB>();
        else
            plain<kBinary, kOfB>(stride);
    }

    template <Binary kBinary>
    void of() const
    {
        if (ofB)
            each<kBinary, true>();
        else
            each<kBinary, false>();
    }

    /// Every number has a place of its own.
    template <Binary kBinary, bool kOfB>
    CONVARIUM_INLINE void plain(std::int64_t stride) const
    {
        for (std::int64_t r = 0; r < args.rows; ++r) {
            const RowOfNumbers a(args.a, args.aStride, args.aSpread, r);
            const RowOfNumbers b(args.b, args.bStride, args.bSpread, r);
            const float* g = outGradient + r * args.outStride;
            float* row = gradient + r * stride;
            overVectors(args.count, [=, this](std::int64_t i, auto lanes) {
                const V part = gradientOf<kBinary, kOfB>(lanes.get(g + i), a.get(i, lanes), b.get(i, lanes));
                lanes.put(row + i, accumulate ? lanes.get(row + i) + part : part);
            });
        }
    }

    /// The same row for all: sums over the rows stay in a register.
    template <Binary kBinary, bool kOfB>
    CONVARIUM_INLINE void sumColumns() const
    {
        overVectors(args.count, [this](std::int64_t i, auto lanes) {
            V sum{};
            for (std::int64_t r = 0; r < args.rows; ++r) {
                const RowOfNumbers a(args.a, args.aStride, args.aSpread, r);
                const RowOfNumbers b(args.b, args.bStride, args.bSpread, r);
                sum += gradientOf<kBinary, kOfB>(lanes.get(outGradient + r * args.outStride + i), a.get(i, lanes),
                                                 b.get(i, lanes));
            }
            lanes.put(gradient + i, lanes.get(gradient + i) + sum);
        });
    }

    /// One number per row, or for all rows.
    template <Binary kBinary, bool kOfB>
    CONVARIUM_INLINE void sumRows(std::int64_t stride) const
    {
        for (std::int64_t r = 0; r < args.rows; ++r) {
            const RowOfNumbers a(args.a, args.aStride, args.aSpread, r);
            const RowOfNumbers b(args.b, args.bStride, args.bSpread, r);
            const float* g = outGradient + r * args.outStride;
            V sum{};
            std::int64_t i = 0;
            for (; i + kWidth <= args.count; i += kWidth)
                sum += gradientOf<kBinary, kOfB>(load(g + i), a.get(i, Full{}), b.get(i, Full{}));
            if (i < args.count) {
                const Part part{args.count - i};
                const V last = gradientOf<kBinary, kOfB>(part.get(g + i), a.get(i, part), b.get(i, part));
                sum += lanesBelow(args.count - i) ? last : V{};
            }
            float total = 0.0f;
            for (int lane = 0; lane < kWidth; ++lane)
                total += sum[lane];
            gradient[r * stride] += total;
        }
    }
};

void binaryBackward(const BinaryArgs& args, const float* outGradient, float* gradient, bool ofB, bool accumulate)
{
    if (args.count > 0)
        withBinary(args.function, BinaryBackwardRun{args, outGradient, gradient, ofB, accumulate});
}
