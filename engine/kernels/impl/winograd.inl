// The transforms around the products of a 3x3 convolution by minimal filtering, see WinogradTiles in kernel_table.h.
// Matrices as in Lavin and Gray; one number of theirs is a vector of channels here.

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

/// One column of a window, transformed downwards: B^T d.
template <bool kAllRows>
CONVARIUM_INLINE void windowColumn(V (&t)[4], const float* const (&row)[4], std::int64_t x, const WinogradTiles& a)
{
    V d[4] = {};
    if (x >= 0 && x < a.width) {
        CONVARIUM_UNROLL
        for (int r = 0; r < 4; ++r)
            if (kAllRows || row[r])
                d[r] = load(row[r] + x * a.lanes);
    }
    t[0] = d[0] - d[2];
    t[1] = d[1] + d[2];
    t[2] = d[2] - d[1];
    t[3] = d[1] - d[3];
}

/// Windows side by side, one vector of channels; neighbours share two columns.
template <bool kAllRows>
void windowRow(const WinogradTiles& a, const float* const (&row)[4], std::int64_t x, std::int64_t tiles, float* out)
{
    V c[4][4];
    windowColumn<kAllRows>(c[0], row, x, a);
    windowColumn<kAllRows>(c[1], row, x + 1, a);
    for (; tiles > 0; --tiles, x += 2, out += a.lanes) {
        windowColumn<kAllRows>(c[2], row, x + 2, a);
        windowColumn<kAllRows>(c[3], row, x + 3, a);
        CONVARIUM_UNROLL
        for (int r = 0; r < 4; ++r) {
            float* const o = out + 4 * r * a.plane;
            store(o, c[0][r] - c[2][r]);
            store(o + a.plane, c[1][r] + c[2][r]);
            store(o + 2 * a.plane, c[2][r] - c[1][r]);
            store(o + 3 * a.plane, c[1][r] - c[3][r]);
            c[0][r] = c[2][r];
            c[1][r] = c[3][r];
        }
    }
}

void winogradWindows(const WinogradTiles& a, const float* images, float* out)
{
    overTileRows(
        a, [&](std::int64_t image, std::int64_t tileRow, std::int64_t column, std::int64_t count, std::int64_t before) {
            const float* const in = images + image * a.height * a.width * a.lanes;
            const std::int64_t y = 2 * tileRow - a.top, x = 2 * column - a.left;
            const bool all = y >= 0 && y + 4 <= a.height;
            for (std::int64_t lane = 0; lane < a.lanes; lane += kWidth) {
                const float* row[4];
                for (int r = 0; r < 4; ++r)
                    row[r] = y + r >= 0 && y + r < a.height ? in + (y + r) * a.width * a.lanes + lane : nullptr;
                float* const target = out + before * a.lanes + lane;
                if (all)
                    windowRow<true>(a, row, x, count, target);
                else
                    windowRow<false>(a, row, x, count, target);
            }
        });
}

/// A^T m A for one tile and one vector of channels.
CONVARIUM_INLINE void tileOf(V (&y)[2][2], const float* products, std::int64_t plane)
{
    V s[2][4];
    CONVARIUM_UNROLL
    for (int c = 0; c < 4; ++c) {
        const V m0 = load(products + c * plane), m1 = load(products + (4 + c) * plane);
        const V m2 = load(products + (8 + c) * plane), m3 = load(products + (12 + c) * plane);
        s[0][c] = m0 + m1 + m2;
        s[1][c] = m1 - m2 - m3;
    }
    CONVARIUM_UNROLL
    for (int r = 0; r < 2; ++r) {
        y[r][0] = s[r][0] + s[r][1] + s[r][2];
        y[r][1] = s[r][1] - s[r][2] - s[r][3];
    }
}

template <Activation kActivation>
void winogradOutputsWith(const WinogradTiles& a, const float* products, float* images, const float* bias,
                         const float* addend)
{
    overTileRows(
        a, [&](std::int64_t image, std::int64_t tileRow, std::int64_t column, std::int64_t count, std::int64_t before) {
            const std::int64_t start = ((image * a.height + 2 * tileRow) * a.width + 2 * column) * a.lanes;
            const int rows = a.height - 2 * tileRow > 1 ? 2 : 1;
            for (std::int64_t lane = 0; lane < a.lanes; lane += kWidth) {
                const V b = bias ? load(bias + lane) : V{};
                const float* m = products + before * a.lanes + lane;
                for (std::int64_t t = 0; t < count; ++t, m += a.lanes) {
                    V y[2][2];
                    tileOf(y, m, a.plane);
                    const int columns = a.width - 2 * (column + t) > 1 ? 2 : 1;
                    for (int r = 0; r < rows; ++r)
                        for (int c = 0; c < columns; ++c) {
                            const std::int64_t at = start + ((r * a.width) + 2 * t + c) * a.lanes + lane;
                            V value = y[r][c] + b;
                            if (addend)
                                value += load(addend + at);
                            store(images + at, activated<kActivation>(value));
                        }
                }
            }
        });
}

void winogradOutputs(const WinogradTiles& a, const float* products, float* images, const float* bias,
                     const float* addend, Activation activation)
{
    switch (activation) {
    case Activation::None: winogradOutputsWith<Activation::None>(a, products, images, bias, addend); break;
    case Activation::Relu: winogradOutputsWith<Activation::Relu>(a, products, images, bias, addend); break;
    case Activation::Relu6: winogradOutputsWith<Activation::Relu6>(a, products, images, bias, addend); break;
    case Activation::Tanh: winogradOutputsWith<Activation::Tanh>(a, products, images, bias, addend); break;
    case Activation::Sigmoid: winogradOutputsWith<Activation::Sigmoid>(a, products, images, bias, addend); break;
    }
}

/// A g A^T: what the four gradients of a tile say about its sixteen products.
void winogradGradients(const WinogradTiles& a, const float* images, float* out)
{
    overTileRows(
        a, [&](std::int64_t image, std::int64_t tileRow, std::int64_t column, std::int64_t count, std::int64_t before) {
            const float* const in = images + ((image * a.height + 2 * tileRow) * a.width + 2 * column) * a.lanes;
            const bool below = a.height - 2 * tileRow > 1;
            for (std::int64_t lane = 0; lane < a.lanes; lane += kWidth) {
                float* o = out + before * a.lanes + lane;
                const float* g = in + lane;
                for (std::int64_t t = 0; t < count; ++t, o += a.lanes, g += 2 * a.lanes) {
                    const bool right = a.width - 2 * (column + t) > 1;
                    const V g00 = load(g), g01 = right ? load(g + a.lanes) : V{};
                    const V g10 = below ? load(g + a.width * a.lanes) : V{};
                    const V g11 = below && right ? load(g + (a.width + 1) * a.lanes) : V{};
                    const V s[4][2] = {{g00, g01}, {g00 + g10, g01 + g11}, {g00 - g10, g01 - g11}, {-g10, -g11}};
                    CONVARIUM_UNROLL
                    for (int r = 0; r < 4; ++r) {
                        float* const row = o + 4 * r * a.plane;
                        store(row, s[r][0]);
                        store(row + a.plane, s[r][0] + s[r][1]);
                        store(row + 2 * a.plane, s[r][0] - s[r][1]);
                        store(row + 3 * a.plane, -s[r][1]);
                    }
                }
            }
        });
}

/// Calls f(first of the nine weights, from tap to tap, first of the sixteen, from one to the next) for every vector of
/// columns of every channel.
template <class F>
CONVARIUM_INLINE void overWinogradWeights(std::int64_t channels, std::int64_t columns, F f)
{
    for (std::int64_t column = 0; column < columns; column += kBlock) {
        const std::int64_t n = columns - column < kBlock ? columns - column : kBlock;
        for (std::int64_t i = 0; i < channels * n; i += kWidth)
            f(column * 9 * channels + i, channels * n, column * channels + i, channels * columns);
    }
}

/// G g G^T
void winogradWeights(const float* weights, float* out, std::int64_t channels, std::int64_t columns)
{
    overWinogradWeights(channels, columns,
                        [&](std::int64_t from, std::int64_t tap, std::int64_t to, std::int64_t plane) {
                            V u[4][3];
                            CONVARIUM_UNROLL
                            for (int c = 0; c < 3; ++c) {
                                const V g0 = load(weights + from + c * tap), g1 = load(weights + from + (3 + c) * tap);
                                const V g2 = load(weights + from + (6 + c) * tap);
                                u[0][c] = g0;
                                u[1][c] = (g0 + g2 + g1) * 0.5f;
                                u[2][c] = (g0 + g2 - g1) * 0.5f;
                                u[3][c] = g2;
                            }
                            CONVARIUM_UNROLL
                            for (int r = 0; r < 4; ++r) {
                                float* const row = out + to + 4 * r * plane;
                                store(row, u[r][0]);
                                store(row + plane, (u[r][0] + u[r][2] + u[r][1]) * 0.5f);
                                store(row + 2 * plane, (u[r][0] + u[r][2] - u[r][1]) * 0.5f);
                                store(row + 3 * plane, u[r][2]);
                            }
                        });
}

/// G^T u G
void winogradWeightGradient(const float* sums, float* gradient, std::int64_t channels, std::int64_t columns,
                            bool accumulate)
{
    overWinogradWeights(
        channels, columns, [&](std::int64_t to, std::int64_t tap, std::int64_t from, std::int64_t plane) {
            V s[3][4];
            CONVARIUM_UNROLL
            for (int c = 0; c < 4; ++c) {
                const V u0 = load(sums + from + c * plane), u1 = load(sums + from + (4 + c) * plane);
                const V u2 = load(sums + from + (8 + c) * plane), u3 = load(sums + from + (12 + c) * plane);
                const V half = (u1 + u2) * 0.5f;
                s[0][c] = u0 + half;
                s[1][c] = (u1 - u2) * 0.5f;
                s[2][c] = half + u3;
            }
            CONVARIUM_UNROLL
            for (int r = 0; r < 3; ++r) {
                const V half = (s[r][1] + s[r][2]) * 0.5f;
                const V g[3] = {s[r][0] + half, (s[r][1] - s[r][2]) * 0.5f, half + s[r][3]};
                CONVARIUM_UNROLL
                for (int c = 0; c < 3; ++c) {
                    float* const o = gradient + to + (3 * r + c) * tap;
                    store(o, accumulate ? load(o) + g[c] : g[c]);
                }
            }
        });
}
