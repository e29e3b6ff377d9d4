// The transforms around the products of a 3x3 convolution by minimal filtering, see WinogradTiles in kernel_table.h.
// One number of the matrices' is a vector of channels here.

/// One direction of F(kSize, 3), which makes kSize pixels from kSize + 2.
template <int kSize>
struct Filtering;

/// At the points 0, 1, -1 and infinity, as in Lavin and Gray.
template <>
struct Filtering<2> {
    static CONVARIUM_INLINE void window(V (&t)[4], const V (&d)[4]) // B^T d
    {
        t[0] = d[0] - d[2];
        t[1] = d[1] + d[2];
        t[2] = d[2] - d[1];
        t[3] = d[1] - d[3];
    }
    static CONVARIUM_INLINE void outputs(V (&y)[2], const V (&m)[4]) // A^T m
    {
        y[0] = m[0] + m[1] + m[2];
        y[1] = m[1] - m[2] - m[3];
    }
    static CONVARIUM_INLINE void gradients(V (&t)[4], const V (&g)[2]) // A g
    {
        t[0] = g[0];
        t[1] = g[0] + g[1];
        t[2] = g[0] - g[1];
        t[3] = -g[1];
    }
    static CONVARIUM_INLINE void weights(V (&u)[4], const V (&g)[3]) // G g
    {
        u[0] = g[0];
        u[1] = (g[0] + g[2] + g[1]) * 0.5f;
        u[2] = (g[0] + g[2] - g[1]) * 0.5f;
        u[3] = g[2];
    }
    static CONVARIUM_INLINE void weightGradients(V (&g)[3], const V (&u)[4]) // G^T u
    {
        const V half = (u[1] + u[2]) * 0.5f;
        g[0] = u[0] + half;
        g[1] = (u[1] - u[2]) * 0.5f;
        g[2] = half + u[3];
    }
};

/// At the points 0, 1/root, -1/root, root, -root and infinity, root the square root of 2: of 256 channels the mean error
/// is 1.5 times that of a plain sum, with 1 and 2 in place of these 3 times. (Idea: Barabasz et al., "Error Analysis and
/// Improving the Accuracy of Winograd Convolution", 2018.) Scaled so that weights in reversed order have the same
/// numbers, in another order.
template <>
struct Filtering<4> {
    static constexpr float kRoot = 1.41421356237309505f, kInverse = kRoot / 2, kThird = 1.0f / 3;

    static CONVARIUM_INLINE void window(V (&t)[6], const V (&d)[6])
    {
        const V even1 = d[2] * 2.0f - d[4], odd1 = d[1] * kRoot - d[3] * kInverse;
        const V even2 = d[4] * 0.5f - d[2] * 0.25f, odd2 = d[3] * kInverse - d[1] * (kInverse / 2);
        t[0] = d[0] - d[2] * 2.5f + d[4];
        t[1] = even1 + odd1;
        t[2] = even1 - odd1;
        t[3] = even2 + odd2;
        t[4] = even2 - odd2;
        t[5] = d[1] - d[3] * 2.5f + d[5];
    }
    static CONVARIUM_INLINE void outputs(V (&y)[4], const V (&m)[6])
    {
        const V even1 = m[1] + m[2], odd1 = m[1] - m[2], even2 = m[3] + m[4], odd2 = m[3] - m[4];
        y[0] = m[0] + even1 + even2;
        y[1] = odd1 * kInverse + odd2 * kRoot;
        y[2] = even1 * 0.5f + even2 * 2.0f;
        y[3] = odd1 * (kInverse / 2) + odd2 * (2 * kRoot) + m[5];
    }
    static CONVARIUM_INLINE void gradients(V (&t)[6], const V (&g)[4])
    {
        const V even1 = g[0] + g[2] * 0.5f, odd1 = g[1] * kInverse + g[3] * (kInverse / 2);
        const V even2 = g[0] + g[2] * 2.0f, odd2 = g[1] * kRoot + g[3] * (2 * kRoot);
        t[0] = g[0];
        t[1] = even1 + odd1;
        t[2] = even1 - odd1;
        t[3] = even2 + odd2;
        t[4] = even2 - odd2;
        t[5] = g[3];
    }
    static CONVARIUM_INLINE void weights(V (&u)[6], const V (&g)[3])
    {
        const V odd = g[1] * (kRoot * kThird), even1 = (g[0] * 2.0f + g[2]) * kThird,
                even2 = (g[0] + g[2] * 2.0f) * kThird;
        u[0] = g[0];
        u[1] = even1 + odd;
        u[2] = even1 - odd;
        u[3] = even2 + odd;
        u[4] = even2 - odd;
        u[5] = g[2];
    }
    static CONVARIUM_INLINE void weightGradients(V (&g)[3], const V (&u)[6])
    {
        const V even1 = u[1] + u[2], even2 = u[3] + u[4];
        g[0] = u[0] + (even1 * 2.0f + even2) * kThird;
        g[1] = (u[1] - u[2] + u[3] - u[4]) * (kRoot * kThird);
        g[2] = (even1 + even2 * 2.0f) * kThird + u[5];
    }
};

/// Calls f.operator()<size of a tile>().
template <class F>
CONVARIUM_INLINE void withTileSize(std::int64_t size, F f)
{
    if (size == 4)
        f.template operator()<4>();
    else
        f.template operator()<2>();
}

/// The pieces of rows of tiles in a run of tiles: calls f(image, row of tiles, first column, tiles, tiles before).
template <class F>
CONVARIUM_INLINE void overTileRows(const WinogradTiles& a, F f)
{
    for (std::int64_t done = 0; done < a.tiles;) {
        const std::int64_t row = (a.first + done) / a.tileColumns, column = (a.first + done) % a.tileColumns;
        const std::int64_t left = a.tiles - done, rest = a.tileColumns - column;
        const std::int64_t count = rest < left ? rest : left;
        f(row / a.tileRows, row % a.tileRows, column, count, done);
        done += count;
    }
}

/// One column of a window, transformed downwards.
template <int kSize, bool kAllRows>
CONVARIUM_INLINE void windowColumn(V (&t)[kSize + 2], const float* const (&row)[kSize + 2], std::int64_t x,
                                   const WinogradTiles& a)
{
    V d[kSize + 2] = {};
    if (x >= 0 && x < a.width) {
        CONVARIUM_UNROLL
        for (int r = 0; r < kSize + 2; ++r)
            if (kAllRows || row[r])
                d[r] = load(row[r] + x * a.lanes);
    }
    Filtering<kSize>::window(t, d);
}

/// Windows side by side, one vector of channels; neighbours share two columns.
template <int kSize, bool kAllRows>
void windowRow(const WinogradTiles& a, const float* const (&row)[kSize + 2], std::int64_t x, std::int64_t tiles,
               float* out)
{
    constexpr int kSide = kSize + 2;
    V column[kSide][kSide];
    windowColumn<kSize, kAllRows>(column[0], row, x, a);
    windowColumn<kSize, kAllRows>(column[1], row, x + 1, a);
    for (; tiles > 0; --tiles, x += kSize, out += a.lanes) {
        CONVARIUM_UNROLL
        for (int c = 2; c < kSide; ++c)
            windowColumn<kSize, kAllRows>(column[c], row, x + c, a);
        CONVARIUM_UNROLL
        for (int r = 0; r < kSide; ++r) {
            V d[kSide], t[kSide];
            CONVARIUM_UNROLL
            for (int c = 0; c < kSide; ++c)
                d[c] = column[c][r];
            Filtering<kSize>::window(t, d);
            CONVARIUM_UNROLL
            for (int c = 0; c < kSide; ++c)
                store(out + (kSide * r + c) * a.plane, t[c]);
            column[0][r] = d[kSize];
            column[1][r] = d[kSize + 1];
        }
    }
}

template <int kSize>
void windowsOf(const WinogradTiles& a, const float* images, float* out)
{
    overTileRows(
        a, [&](std::int64_t image, std::int64_t tileRow, std::int64_t column, std::int64_t count, std::int64_t before) {
            const float* const in = images + image * a.height * a.width * a.lanes;
            const std::int64_t y = kSize * tileRow - a.top, x = kSize * column - a.left;
            const bool all = y >= 0 && y + kSize + 2 <= a.height;
            for (std::int64_t lane = 0; lane < a.lanes; lane += kWidth) {
                const float* row[kSize + 2];
                for (int r = 0; r < kSize + 2; ++r)
                    row[r] = y + r >= 0 && y + r < a.height ? in + (y + r) * a.width * a.lanes + lane : nullptr;
                float* const target = out + before * a.lanes + lane;
                if (all)
                    windowRow<kSize, true>(a, row, x, count, target);
                else
                    windowRow<kSize, false>(a, row, x, count, target);
            }
        });
}

void winogradWindows(const WinogradTiles& a, const float* images, float* out)
{
    withTileSize(a.size, [&]<int kSize>() { windowsOf<kSize>(a, images, out); });
}

/// A^T m A for one tile and one vector of channels.
template <int kSize>
CONVARIUM_INLINE void tileOf(V (&y)[kSize][kSize], const float* products, std::int64_t plane)
{
    constexpr int kSide = kSize + 2;
    V s[kSide][kSize];
    CONVARIUM_UNROLL
    for (int c = 0; c < kSide; ++c) {
        V m[kSide];
        CONVARIUM_UNROLL
        for (int r = 0; r < kSide; ++r)
            m[r] = load(products + (kSide * r + c) * plane);
        Filtering<kSize>::outputs(s[c], m);
    }
    CONVARIUM_UNROLL
    for (int r = 0; r < kSize; ++r) {
        V m[kSide];
        CONVARIUM_UNROLL
        for (int c = 0; c < kSide; ++c)
            m[c] = s[c][r];
        Filtering<kSize>::outputs(y[r], m);
    }
}

template <int kSize, Activation kActivation>
void outputsWith(const WinogradTiles& a, const float* products, float* images, const float* bias, const float* addend)
{
    overTileRows(
        a, [&](std::int64_t image, std::int64_t tileRow, std::int64_t column, std::int64_t count, std::int64_t before) {
            const std::int64_t start = ((image * a.height + kSize * tileRow) * a.width + kSize * column) * a.lanes;
            const std::int64_t rows = a.height - kSize * tileRow;
            for (std::int64_t lane = 0; lane < a.lanes; lane += kWidth) {
                const V b = bias ? load(bias + lane) : V{};
                const float* m = products + before * a.lanes + lane;
                for (std::int64_t t = 0; t < count; ++t, m += a.lanes) {
                    V y[kSize][kSize];
                    tileOf<kSize>(y, m, a.plane);
                    const auto put = [&](std::int64_t r, std::int64_t c, V value) {
                        const std::int64_t at = start + ((r * a.width) + kSize * t + c) * a.lanes + lane;
                        value += b;
                        if (addend)
                            value += load(addend + at);
                        store(images + at, activated<kActivation>(value));
                    };
                    const std::int64_t columns = a.width - kSize * (column + t);
                    const bool whole = rows >= kSize && columns >= kSize;
                    CONVARIUM_UNROLL
                    for (int r = 0; r < kSize; ++r)
                        CONVARIUM_UNROLL
                        for (int c = 0; c < kSize; ++c)
                            if (whole || (r < rows && c < columns))
                                put(r, c, y[r][c]);
                }
            }
        });
}

void winogradOutputs(const WinogradTiles& a, const float* products, float* images, const float* bias,
                     const float* addend, Activation activation)
{
    withTileSize(a.size, [&]<int kSize>() {
        switch (activation) {
        case Activation::None: outputsWith<kSize, Activation::None>(a, products, images, bias, addend); break;
        case Activation::Relu: outputsWith<kSize, Activation::Relu>(a, products, images, bias, addend); break;
        case Activation::Relu6: outputsWith<kSize, Activation::Relu6>(a, products, images, bias, addend); break;
        case Activation::Tanh: outputsWith<kSize, Activation::Tanh>(a, products, images, bias, addend); break;
        case Activation::Sigmoid: outputsWith<kSize, Activation::Sigmoid>(a, products, images, bias, addend); break;
        }
    });
}

/// A g A^T: what the gradients of a tile say about its products; those beyond the image are zero. Returns their sum.
template <int kSize, bool kWhole>
CONVARIUM_INLINE V gradientsOfTile(const float* g, std::int64_t rowFloats, std::int64_t lanes, std::int64_t rows,
                                   std::int64_t columns, float* out, std::int64_t plane)
{
    constexpr int kSide = kSize + 2;
    V s[kSize][kSide], sum{};
    CONVARIUM_UNROLL
    for (int c = 0; c < kSize; ++c) {
        V d[kSize];
        CONVARIUM_UNROLL
        for (int r = 0; r < kSize; ++r) {
            d[r] = kWhole || (r < rows && c < columns) ? load(g + r * rowFloats + c * lanes) : V{};
            sum += d[r];
        }
        Filtering<kSize>::gradients(s[c], d);
    }
    CONVARIUM_UNROLL
    for (int r = 0; r < kSide; ++r) {
        V d[kSize], t[kSide];
        CONVARIUM_UNROLL
        for (int c = 0; c < kSize; ++c)
            d[c] = s[c][r];
        Filtering<kSize>::gradients(t, d);
        CONVARIUM_UNROLL
        for (int c = 0; c < kSide; ++c)
            store(out + (kSide * r + c) * plane, t[c]);
    }
    return sum;
}

template <int kSize>
void gradientsOf(const WinogradTiles& a, const float* images, float* out, float* sums)
{
    overTileRows(
        a, [&](std::int64_t image, std::int64_t tileRow, std::int64_t column, std::int64_t count, std::int64_t before) {
            const float* const in =
                images + ((image * a.height + kSize * tileRow) * a.width + kSize * column) * a.lanes;
            const std::int64_t rows = a.height - kSize * tileRow, rowFloats = a.width * a.lanes;
            for (std::int64_t lane = 0; lane < a.lanes; lane += kWidth) {
                float* o = out + before * a.lanes + lane;
                const float* g = in + lane;
                V sum{};
                for (std::int64_t t = 0; t < count; ++t, o += a.lanes, g += kSize * a.lanes) {
                    const std::int64_t columns = a.width - kSize * (column + t);
                    if (rows >= kSize && columns >= kSize)
                        sum += gradientsOfTile<kSize, true>(g, rowFloats, a.lanes, rows, columns, o, a.plane);
                    else
                        sum += gradientsOfTile<kSize, false>(g, rowFloats, a.lanes, rows, columns, o, a.plane);
                }
                if (sums)
                    store(sums + lane, load(sums + lane) + sum);
            }
        });
}

void winogradGradients(const WinogradTiles& a, const float* images, float* out, float* sums)
{
    withTileSize(a.size, [&]<int kSize>() { gradientsOf<kSize>(a, images, out, sums); });
}

/// Calls f(first of the nine weights, from tap to tap, first of the transformed ones) for every vector of columns of
/// every channel.
template <class F>
CONVARIUM_INLINE void overWinogradWeights(const WinogradWeights& a, F f)
{
    for (std::int64_t column = 0; column < a.columns; column += kBlock) {
        const std::int64_t n = a.columns - column < kBlock ? a.columns - column : kBlock;
        for (std::int64_t i = 0; i < a.channels * n; i += kWidth)
            f(column * 9 * a.of + i, a.of * n, column * a.channels + i);
    }
}

/// G g G^T
template <int kSize>
void weightsOf(const WinogradWeights& a, const float* weights, float* out)
{
    constexpr int kSide = kSize + 2;
    overWinogradWeights(a, [&](std::int64_t from, std::int64_t tap, std::int64_t to) {
        V u[3][kSide];
        CONVARIUM_UNROLL
        for (int c = 0; c < 3; ++c) {
            const float* const w = weights + from + c * tap;
            const V g[3] = {load(w), load(w + 3 * tap), load(w + 6 * tap)};
            Filtering<kSize>::weights(u[c], g);
        }
        CONVARIUM_UNROLL
        for (int r = 0; r < kSide; ++r) {
            const V g[3] = {u[0][r], u[1][r], u[2][r]};
            V t[kSide];
            Filtering<kSize>::weights(t, g);
            CONVARIUM_UNROLL
            for (int c = 0; c < kSide; ++c)
                store(out + to + (kSide * r + c) * a.plane, t[c]);
        }
    });
}

void winogradWeights(const WinogradWeights& a, const float* weights, float* out)
{
    withTileSize(a.size, [&]<int kSize>() { weightsOf<kSize>(a, weights, out); });
}

/// G^T u G
template <int kSize>
void weightGradientOf(const WinogradWeights& a, const float* sums, float* gradient, bool accumulate)
{
    constexpr int kSide = kSize + 2;
    overWinogradWeights(a, [&](std::int64_t to, std::int64_t tap, std::int64_t from) {
        V s[kSide][3];
        CONVARIUM_UNROLL
        for (int c = 0; c < kSide; ++c) {
            V u[kSide];
            CONVARIUM_UNROLL
            for (int r = 0; r < kSide; ++r)
                u[r] = load(sums + from + (kSide * r + c) * a.plane);
            Filtering<kSize>::weightGradients(s[c], u);
        }
        CONVARIUM_UNROLL
        for (int r = 0; r < 3; ++r) {
            V u[kSide], g[3];
            CONVARIUM_UNROLL
            for (int c = 0; c < kSide; ++c)
                u[c] = s[c][r];
            Filtering<kSize>::weightGradients(g, u);
            CONVARIUM_UNROLL
            for (int c = 0; c < 3; ++c) {
                float* const o = gradient + to + (3 * r + c) * tap;
                store(o, accumulate ? load(o) + g[c] : g[c]);
            }
        }
    });
}

void winogradWeightGradient(const WinogradWeights& a, const float* sums, float* gradient, bool accumulate)
{
    withTileSize(a.size, [&]<int kSize>() { weightGradientOf<kSize>(a, sums, gradient, accumulate); });
}
