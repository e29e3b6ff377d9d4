// Minimal filtering, transforms and products together, against the plain loops of a convolution in double.
#include "tests/engine/kernels/kernel_test_support.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace convarium::engine::kernels;

namespace
{

/// Random images and weights, and tiles in runs that end in the middle of rows and images.
struct Case {
    const KernelTable& table;
    std::int64_t size, numbers; ///< of a tile
    std::int64_t images, height, width, channels, maps, top, left, outHeight, outWidth;
    std::int64_t lanes, mapLanes, run;
    Floats in{0}, weights{0};
    std::vector<std::int32_t> inOffset, outOffset, depthOffset;

    Case(const KernelTable& t, std::int64_t tileSize, Random& random)
        : table(t), size(tileSize), numbers((size + 2) * (size + 2)), images(random.whole(1, 3)),
          height(random.whole(1, 13)), width(random.whole(1, 13)), channels(random.whole(1, 37)),
          maps(random.whole(1, 37)), top(random.whole(-1, 2)), left(random.whole(-1, 2)),
          outHeight(std::max<std::int64_t>(1, height + top + random.whole(0, 2) - 2)),
          outWidth(std::max<std::int64_t>(1, width + left + random.whole(0, 2) - 2)), lanes(roundUp(channels, t.width)),
          mapLanes(roundUp(maps, t.width)), run(random.whole(1, 40))
    {
        in = pixels(random, images * height * width, channels, lanes);
        weights = Floats(9 * channels * mapLanes);
        for (std::int64_t k = 0; k < 9 * channels; ++k)
            for (std::int64_t j = 0; j < maps; ++j)
                weights[weight(k, j)] = random.real();
        for (std::int64_t i = 0; i < run; ++i) {
            inOffset.push_back(static_cast<std::int32_t>(i * lanes));
            outOffset.push_back(static_cast<std::int32_t>(i * mapLanes));
        }
        for (std::int64_t c = 0; c < channels; ++c)
            depthOffset.push_back(static_cast<std::int32_t>(c));
    }

    /// Padding lanes hold anything finite in images that are read, zero in gradients.
    static Floats pixels(Random& random, std::int64_t count, std::int64_t channels, std::int64_t lanes,
                         float padding = 9)
    {
        Floats all(count * lanes, padding);
        for (std::int64_t p = 0; p < count; ++p)
            for (std::int64_t c = 0; c < channels; ++c)
                all[p * lanes + c] = random.real();
        return all;
    }
    std::int64_t weight(std::int64_t k, std::int64_t j) const { return packedIndex(table, 9 * channels, maps, k, j); }
    WinogradWeights transformedWeights() const { return {size, channels, channels, mapLanes, planeFloats()}; }
    std::int64_t planeFloats() const { return channels * mapLanes + 5; } ///< of transformed weights
    std::int64_t tilesAlong(std::int64_t pixels) const { return (pixels + size - 1) / size; }
    std::int64_t tiles() const { return images * tilesAlong(outHeight) * tilesAlong(outWidth); }
    WinogradTiles tilesOf(std::int64_t h, std::int64_t w, std::int64_t l, std::int64_t first, std::int64_t count) const
    {
        return {size, h, w, l, top, left, tilesAlong(outHeight), tilesAlong(outWidth), first, count, run * l};
    }
    WinogradTiles inTiles(std::int64_t first, std::int64_t count) const
    {
        return tilesOf(height, width, lanes, first, count);
    }
    WinogradTiles outTiles(std::int64_t first, std::int64_t count) const
    {
        return tilesOf(outHeight, outWidth, mapLanes, first, count);
    }
    float pixel(std::int64_t n, std::int64_t y, std::int64_t x, std::int64_t c) const
    {
        const bool inside = y >= 0 && y < height && x >= 0 && x < width;
        return inside ? in[((n * height + y) * width + x) * lanes + c] : 0.0f;
    }
    template <class F>
    void eachOutput(const F& f) const
    {
        for (std::int64_t n = 0; n < images; ++n)
            for (std::int64_t y = 0; y < outHeight; ++y)
                for (std::int64_t x = 0; x < outWidth; ++x)
                    f(n, y, x, ((n * outHeight + y) * outWidth + x) * mapLanes);
    }
    QByteArray text() const
    {
        return QStringLiteral("%1, tiles of %10: %2 images %3x%4x%5 to %6x%7x%8, padding %9")
            .arg(QString::fromLatin1(table.name))
            .arg(images)
            .arg(channels)
            .arg(height)
            .arg(width)
            .arg(maps)
            .arg(outHeight)
            .arg(outWidth)
            .arg(top * 10 + left)
            .arg(size)
            .toLatin1();
    }
};

/// Numbers of the tile outside a pixel's window go into its sums too and cancel; the larger the tile, the more. The
/// gradient of a weight comes from sums over such sums.
double tolerance(const Case& c)
{
    return c.size == 2 ? 1e-6 : 3e-6;
}

double gradientTolerance(const Case& c)
{
    return 3 * tolerance(c);
}

/// The outputs; what they hold before is added where an addend is wanted.
void convolve(const Case& c, Floats& out, const float* bias, bool withAddend, Activation activation)
{
    Floats transformed(c.numbers * c.planeFloats()), windows(c.numbers * c.run * c.lanes),
        products(c.numbers * c.run * c.mapLanes);
    c.table.winogradWeights(c.transformedWeights(), c.weights.data(), transformed.data());
    for (std::int64_t first = 0; first < c.tiles(); first += c.run) {
        const std::int64_t n = std::min(c.run, c.tiles() - first);
        c.table.winogradWindows(c.inTiles(first, n), c.in.data(), windows.data());
        for (std::int64_t i = 0; i < c.numbers; ++i)
            c.table.product({windows.data() + i * c.run * c.lanes, products.data() + i * c.run * c.mapLanes,
                             transformed.data() + i * c.planeFloats(), nullptr, c.inOffset.data(), c.outOffset.data(),
                             c.depthOffset.data(), n, c.channels, c.mapLanes, nullptr, Activation::None, 0, 0, 0, 0});
        c.table.winogradOutputs(c.outTiles(first, n), products.data(), out.data(), bias,
                                withAddend ? out.data() : nullptr, activation);
    }
    QVERIFY2(out.guardsIntact() && transformed.guardsIntact() && windows.guardsIntact() && products.guardsIntact(),
             c.text());
}

void checkForward(const Case& c, Random& random, bool withBias, bool withAddend, Activation activation)
{
    const Floats bias = random.floats(c.mapLanes);
    const Floats before = random.floats(c.images * c.outHeight * c.outWidth * c.mapLanes);
    Floats out = before;
    convolve(c, out, withBias ? bias.data() : nullptr, withAddend, activation);
    c.eachOutput([&](std::int64_t n, std::int64_t y, std::int64_t x, std::int64_t at) {
        for (std::int64_t j = 0; j < c.maps; ++j) {
            double sum = (withBias ? double(bias[j]) : 0.0) + (withAddend ? double(before[at + j]) : 0.0), size = 1.0;
            for (std::int64_t t = 0; t < 9; ++t)
                for (std::int64_t k = 0; k < c.channels; ++k) {
                    const double term = double(c.pixel(n, y + t / 3 - c.top, x + t % 3 - c.left, k)) *
                                        double(c.weights[c.weight(t * c.channels + k, j)]);
                    sum += term;
                    size += std::abs(term);
                }
            QVERIFY2(isClose(double(out[at + j]), reference(activation, sum), tolerance(c), size), c.text());
        }
    });
}

void checkGradient(const Case& c, Random& random, bool accumulate)
{
    const Floats outGradient = Case::pixels(random, c.images * c.outHeight * c.outWidth, c.maps, c.mapLanes, 0.0f);
    Floats before = random.floats(9 * c.channels * c.mapLanes);
    Floats sums(c.numbers * c.planeFloats(), std::numeric_limits<float>::quiet_NaN()), biasSums(c.mapLanes),
        windows(c.numbers * c.run * c.lanes), gradients(c.numbers * c.run * c.mapLanes), gradient = before;
    for (std::int64_t first = 0; first < c.tiles(); first += c.run) {
        const std::int64_t n = std::min(c.run, c.tiles() - first);
        c.table.winogradWindows(c.inTiles(first, n), c.in.data(), windows.data());
        c.table.winogradGradients(c.outTiles(first, n), outGradient.data(), gradients.data(), biasSums.data());
        for (std::int64_t i = 0; i < c.numbers; ++i)
            c.table.weightGradient({windows.data() + i * c.run * c.lanes, gradients.data() + i * c.run * c.mapLanes,
                                    sums.data() + i * c.planeFloats(), nullptr, c.inOffset.data(), c.outOffset.data(),
                                    c.depthOffset.data(), n, c.channels, c.mapLanes, first > 0});
    }
    // In one call or, of few maps, in two: some of the channels, then the others.
    const bool apart = c.mapLanes <= c.table.block && random.coin();
    const std::int64_t some = apart ? random.whole(0, c.channels) : c.channels;
    for (const auto& [begin, end] : {std::pair{std::int64_t{0}, some}, std::pair{some, c.channels}})
        if (begin < end)
            c.table.winogradWeightGradient({c.size, end - begin, c.channels, c.mapLanes, c.planeFloats()},
                                           sums.data() + begin * c.mapLanes, gradient.data() + begin * c.mapLanes,
                                           accumulate);
    QVERIFY2(gradient.guardsIntact() && sums.guardsIntact() && windows.guardsIntact() && gradients.guardsIntact(),
             c.text());
    for (std::int64_t j = 0; j < c.maps; ++j)
        for (std::int64_t k = -1; k < 9 * c.channels; ++k) { // -1 is the bias
            const std::int64_t t = k / c.channels;
            double sum = accumulate && k >= 0 ? double(before[c.weight(k, j)]) : 0.0, size = 1.0;
            c.eachOutput([&](std::int64_t n, std::int64_t y, std::int64_t x, std::int64_t at) {
                const double value =
                    k < 0 ? 1.0 : double(c.pixel(n, y + t / 3 - c.top, x + t % 3 - c.left, k % c.channels));
                sum += value * double(outGradient[at + j]);
                size += std::abs(value * double(outGradient[at + j]));
            });
            QVERIFY2(isClose(double(k < 0 ? biasSums[j] : gradient[c.weight(k, j)]), sum, gradientTolerance(c), size),
                     c.text());
        }
}

} // namespace

class WinogradKernelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void convolvesLikeTheLoops()
    {
        Random random(3);
        for (const KernelTable* table : tablesUnderTest())
            for (int i = 0; i < 120 && !QTest::currentTestFailed(); ++i) {
                const Case c(*table, i % 2 ? 4 : 2, random);
                const auto activation = random.pick<Activation>(
                    {Activation::None, Activation::Relu, Activation::Relu6, Activation::Tanh, Activation::Sigmoid});
                checkForward(c, random, random.coin(), random.coin(), activation);
            }
    }

    void sumsTheWeightsGradient()
    {
        Random random(4);
        for (const KernelTable* table : tablesUnderTest())
            for (int i = 0; i < 120 && !QTest::currentTestFailed(); ++i)
                checkGradient(Case(*table, i % 2 ? 4 : 2, random), random, random.coin());
    }

    /// An output that sees only zeros is zero, whatever lies beside its window in the same tile of 2x2.
    void nothingLeaksFromOutsideTheWindow()
    {
        Random random(5);
        int unseeing = 0;
        for (const KernelTable* table : tablesUnderTest())
            for (int i = 0; i < 20; ++i) {
                Case c(*table, 2, random);
                for (std::int64_t k = 0; k < c.in.size(); ++k)
                    c.in[k] = 0;
                const std::int64_t y = c.height / 2, x = c.width / 2;
                for (std::int64_t n = 0; n < c.images; ++n)
                    for (std::int64_t k = 0; k < c.channels; ++k)
                        c.in[((n * c.height + y) * c.width + x) * c.lanes + k] = random.real(-1e3f, 1e3f);
                Floats out(c.images * c.outHeight * c.outWidth * c.mapLanes);
                convolve(c, out, nullptr, false, Activation::None);
                c.eachOutput([&](std::int64_t, std::int64_t row, std::int64_t column, std::int64_t at) {
                    const std::int64_t down = std::abs(row + 1 - c.top - y), right = std::abs(column + 1 - c.left - x);
                    if (down <= 1 && right <= 1)
                        return;
                    unseeing += down <= 2 && right <= 2; // its tile may see the pixel
                    for (std::int64_t j = 0; j < c.maps; ++j)
                        QVERIFY2(out[at + j] == 0.0f, c.text());
                });
            }
        QVERIFY(unseeing > 100);
    }
};

QTEST_APPLESS_MAIN(WinogradKernelTest)
#include "winograd_kernel_test.moc"
