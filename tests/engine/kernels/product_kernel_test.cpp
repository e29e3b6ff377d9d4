// The indirect product and its weight gradient against plain loops in double.
#include "tests/engine/kernels/kernel_test_support.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace convarium::engine::kernels;

namespace
{

enum class Offsets { Contiguous, LongRuns, RunsOfFour, RunsOfThree, Scattered };

/// A random product: pixels step through a buffer, stored pixels leave a gap after each other that must stay untouched.
struct Case {
    const KernelTable& table;
    std::int64_t pixels, depth, columns;
    std::vector<std::int32_t> inOffset, outOffset, depthOffset;
    Floats in{0};
    std::int64_t outSize = 0;
    std::int64_t paddedColumns = 0;

    Case(const KernelTable& t, Random& random, std::int64_t pixelCount, std::int64_t depthCount,
         std::int64_t columnCount, Offsets style, int step = 9)
        : table(t), pixels(pixelCount), depth(depthCount), columns(columnCount)
    {
        std::int32_t at = 0;
        for (std::int64_t k = 0; k < depth; ++k) {
            depthOffset.push_back(at);
            const bool jump = style == Offsets::Scattered || (style == Offsets::LongRuns && k % 700 == 699) ||
                              (style == Offsets::RunsOfFour && k % 4 == 3) ||
                              (style == Offsets::RunsOfThree && k % 3 == 2);
            at += jump ? static_cast<std::int32_t>(random.whole(2, 5)) : 1;
        }
        std::int32_t inAt = 0;
        std::int32_t outAt = 0;
        for (std::int64_t p = 0; p < pixels; ++p) {
            inOffset.push_back(inAt);
            outOffset.push_back(outAt);
            inAt += static_cast<std::int32_t>(random.whole(1, step));
            outAt += static_cast<std::int32_t>(columns + random.whole(1, 4));
        }
        in = random.floats(inAt + at + 1);
        outSize = outAt;
        paddedColumns = roundUp(columns, table.width);
    }

    std::int64_t packed(std::int64_t k, std::int64_t j) const { return packedIndex(table, depth, columns, k, j); }
    std::int64_t packedSize() const { return depth * paddedColumns; }
    float input(std::int64_t p, std::int64_t k) const
    {
        return in[inOffset[static_cast<std::size_t>(p)] + depthOffset[static_cast<std::size_t>(k)]];
    }
    std::int64_t output(std::int64_t p, std::int64_t j) const { return outOffset[static_cast<std::size_t>(p)] + j; }
    QByteArray text() const
    {
        return QByteArray(table.name) + ": pixels " + QByteArray::number(pixels) + ", depth " +
               QByteArray::number(depth) + ", columns " + QByteArray::number(columns);
    }
};

void checkProduct(const Case& c, Random& random, bool withBias, bool accumulate, Activation activation)
{
    Floats weights(c.packedSize());
    for (std::int64_t k = 0; k < c.depth; ++k)
        for (std::int64_t j = 0; j < c.columns; ++j)
            weights[c.packed(k, j)] = random.real();
    Floats bias = random.floats(c.paddedColumns);
    const Floats before = random.floats(c.outSize);
    Floats out = before;
    c.table.product({c.in.data(), out.data(), weights.data(), withBias ? bias.data() : nullptr, c.inOffset.data(),
                     c.outOffset.data(), c.depthOffset.data(), c.pixels, c.depth, c.columns,
                     accumulate ? out.data() : nullptr, activation, 0, 0, 0, 0});
    QVERIFY2(out.guardsIntact(), c.text());
    Floats expected = before;
    std::vector<bool> written(static_cast<std::size_t>(c.outSize), false);
    for (std::int64_t p = 0; p < c.pixels; ++p)
        for (std::int64_t j = 0; j < c.columns; ++j) {
            const std::int64_t at = c.output(p, j);
            double sum = withBias ? double(bias[j]) : 0.0;
            double size = 1.0 + std::abs(sum);
            for (std::int64_t k = 0; k < c.depth; ++k) {
                const double term = double(c.input(p, k)) * double(weights[c.packed(k, j)]);
                sum += term;
                size += std::abs(term);
            }
            sum = reference(activation, sum + (accumulate ? double(before[at]) : 0.0));
            written[static_cast<std::size_t>(at)] = true;
            if (!isClose(double(out[at]), sum, 1e-6, size))
                QFAIL(c.text() + ", at pixel " + QByteArray::number(p) + " column " + QByteArray::number(j) +
                      " found " + QByteArray::number(double(out[at])) + " wanted " + QByteArray::number(sum));
        }
    for (std::int64_t i = 0; i < c.outSize; ++i)
        if (!written[static_cast<std::size_t>(i)] && out[i] != before[i])
            QFAIL(c.text() + ": wrote between the pixels");
}

void checkGradient(const Case& c, Random& random, bool withBias, bool accumulate)
{
    const Floats outGradient = random.floats(c.outSize);
    Floats weightBefore(c.packedSize());
    Floats biasBefore(c.paddedColumns);
    for (std::int64_t j = 0; j < c.columns; ++j) {
        biasBefore[j] = random.real();
        for (std::int64_t k = 0; k < c.depth; ++k)
            weightBefore[c.packed(k, j)] = random.real();
    }
    if (!accumulate) { // old contents must not matter
        for (std::int64_t i = 0; i < weightBefore.size(); ++i)
            weightBefore[i] = std::numeric_limits<float>::quiet_NaN();
        for (std::int64_t i = 0; i < biasBefore.size(); ++i)
            biasBefore[i] = std::numeric_limits<float>::quiet_NaN();
    }
    Floats weight = weightBefore;
    Floats bias = biasBefore;
    c.table.weightGradient({c.in.data(), outGradient.data(), weight.data(), withBias ? bias.data() : nullptr,
                            c.inOffset.data(), c.outOffset.data(), c.depthOffset.data(), c.pixels, c.depth, c.columns,
                            accumulate});
    QVERIFY2(weight.guardsIntact() && bias.guardsIntact(), c.text());
    for (std::int64_t j = 0; j < c.paddedColumns; ++j)
        for (std::int64_t k = withBias ? -1 : 0; k < c.depth; ++k) { // k = -1 is the bias
            double sum = 0.0;
            double size = 1.0;
            for (std::int64_t p = 0; p < c.pixels && j < c.columns; ++p) {
                const double x = k < 0 ? 1.0 : double(c.input(p, k));
                const double term = x * double(outGradient[c.output(p, j)]);
                sum += term;
                size += std::abs(term);
            }
            if (accumulate)
                sum += double(k < 0 ? biasBefore[j] : weightBefore[c.packed(k, j)]);
            const double found = double(k < 0 ? bias[j] : weight[c.packed(k, j)]);
            if (j >= c.columns && found != 0.0)
                QFAIL(c.text() + ": a padding column is not zero");
            if (!isClose(found, sum, 1e-6, size))
                QFAIL(c.text() + ", at row " + QByteArray::number(k) + " column " + QByteArray::number(j) + " found " +
                      QByteArray::number(found) + " wanted " + QByteArray::number(sum));
        }
}

std::vector<std::int64_t> columnsFor(const KernelTable& t)
{
    const std::int64_t w = t.width;
    const std::int64_t b = t.block;
    return {1, w - 1, w, w + 1, 2 * w, 2 * w + 3, b - 1, b, b + 1, b + w, 2 * b, 3 * b - 1};
}

} // namespace

class ProductKernelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void productEqualsPlainLoopsForEveryPixelAndColumnCount();
    void windowsThatSlideGiveTheSame();
    void productEqualsPlainLoopsForRandomShapes();
    void manyProductsAreSummedInPieces();
    void weightGradientEqualsPlainLoopsForEveryDepthAndColumnCount();
    void weightGradientEqualsPlainLoopsForRandomShapes();
    void largeWeightGradientsEqualPlainLoops();
    void emptyShapesWriteOnlyWhatTheyShould();
    void nanReachesTheOutputThroughRelu();
};

void ProductKernelTest::productEqualsPlainLoopsForEveryPixelAndColumnCount()
{
    Random random(1);
    for (const KernelTable* table : tablesUnderTest())
        for (const std::int64_t columns : columnsFor(*table))
            for (std::int64_t pixels = 1; pixels <= 26; ++pixels)
                for (const Offsets style : {Offsets::RunsOfFour, Offsets::Scattered}) {
                    const Case c(*table, random, pixels, 12, columns, style);
                    checkProduct(c, random, true, false, Activation::None);
                }
}

void ProductKernelTest::productEqualsPlainLoopsForRandomShapes()
{
    Random random(2);
    for (const KernelTable* table : tablesUnderTest())
        for (int i = 0; i < 200; ++i) {
            const auto style = random.pick<Offsets>(
                {Offsets::Contiguous, Offsets::RunsOfFour, Offsets::RunsOfThree, Offsets::Scattered});
            const Case c(*table, random, random.pick<std::int64_t>({1, 2, 5, 13, 28, 49, 191, 193, 400}),
                         random.pick<std::int64_t>({1, 2, 3, 4, 5, 7, 9, 25, 64, 145}), random.pick(columnsFor(*table)),
                         style);
            const bool accumulate = random.coin();
            const auto activation = random.pick<Activation>(
                {Activation::None, Activation::Relu, Activation::Relu6, Activation::Tanh, Activation::Sigmoid});
            checkProduct(c, random, random.coin(), accumulate, activation);
        }
}

/// Depths beyond what is summed up at once, in runs shorter and longer than a piece.
void ProductKernelTest::manyProductsAreSummedInPieces()
{
    Random random(11);
    for (const KernelTable* table : tablesUnderTest())
        for (int i = 0; i < 30; ++i) {
            const auto style = random.pick<Offsets>({Offsets::Contiguous, Offsets::LongRuns, Offsets::RunsOfFour,
                                                     Offsets::RunsOfThree, Offsets::Scattered});
            const Case c(*table, random, random.pick<std::int64_t>({1, 5, 49, 193, 401}),
                         random.pick<std::int64_t>({1024, 1025, 1400, 2100, 2304}),
                         random.pick<std::int64_t>({table->width, table->block + 1, 2 * table->block}), style);
            const auto activation = random.pick<Activation>({Activation::None, Activation::Relu, Activation::Tanh});
            checkProduct(c, random, random.coin(), random.coin(), activation);
        }
}

/// The same product, told how its windows slide and not told.
void ProductKernelTest::windowsThatSlideGiveTheSame()
{
    Random random(7);
    for (const KernelTable* table : tablesUnderTest())
        for (int i = 0; i < 150; ++i) {
            const std::int64_t taps = random.pick<std::int64_t>({1, 3, 3, 3, 5}), rows = random.whole(1, 3);
            const std::int64_t spacing =
                random.pick<std::int64_t>({1, 3, table->width, 2 * table->width, 4 * table->width});
            const std::int64_t channels = spacing < 4 ? spacing : random.whole(1, static_cast<int>(spacing));
            const std::int64_t width = random.whole(1, 31), height = random.whole(1, 9);
            const std::int64_t columns = random.pick(columnsFor(*table));
            const std::int64_t row = (width + taps - 1) * spacing;
            std::vector<std::int32_t> inOffset, outOffset, depthOffset;
            for (std::int64_t y = 0; y < height; ++y)
                for (std::int64_t x = 0; x < width; ++x) {
                    inOffset.push_back(static_cast<std::int32_t>(y * row + x * spacing));
                    outOffset.push_back(static_cast<std::int32_t>((y * width + x) * (columns + 3)));
                }
            for (std::int64_t r = 0; r < rows; ++r)
                for (std::int64_t t = 0; t < taps; ++t)
                    for (std::int64_t c = 0; c < channels; ++c)
                        depthOffset.push_back(static_cast<std::int32_t>(r * row + t * spacing + c));
            const auto depth = static_cast<std::int64_t>(depthOffset.size());
            const std::int64_t padded = roundUp(columns, table->width);
            const Floats in = random.floats((height + rows) * row), weights = random.floats(depth * padded),
                         bias = random.floats(padded), addend = random.floats(height * width * (columns + 3));
            Floats told = addend, untold = addend;
            ProductArgs a{};
            a.in = in.data();
            a.weights = weights.data();
            a.bias = random.coin() ? bias.data() : nullptr;
            a.addend = random.coin() ? addend.data() : nullptr;
            a.inOffset = inOffset.data();
            a.outOffset = outOffset.data();
            a.depthOffset = depthOffset.data();
            a.pixels = height * width;
            a.depth = depth;
            a.columns = columns;
            a.activation = random.pick<Activation>({Activation::None, Activation::Relu6, Activation::Tanh});
            a.out = untold.data();
            table->product(a);
            a.slideTaps = taps;
            a.slideChannels = channels;
            a.slidePixels = width;
            a.slideSpacing = spacing;
            a.out = told.data();
            table->product(a);
            QVERIFY2(told.guardsIntact(), table->name);
            for (std::int64_t k = 0; k < told.size(); ++k)
                QVERIFY2(isClose(double(told[k]), double(untold[k]), 1e-6, 1.0 + double(depth)), table->name);
        }
}

void ProductKernelTest::weightGradientEqualsPlainLoopsForEveryDepthAndColumnCount()
{
    Random random(3);
    for (const KernelTable* table : tablesUnderTest())
        for (const std::int64_t columns : columnsFor(*table))
            for (std::int64_t depth = 1; depth <= 26; ++depth) {
                const Case c(*table, random, 7, depth, columns, Offsets::RunsOfFour);
                checkGradient(c, random, true, depth % 2 == 0);
            }
}

void ProductKernelTest::weightGradientEqualsPlainLoopsForRandomShapes()
{
    Random random(4);
    for (const KernelTable* table : tablesUnderTest())
        for (int i = 0; i < 200; ++i) {
            const auto style = random.pick<Offsets>(
                {Offsets::Contiguous, Offsets::RunsOfFour, Offsets::RunsOfThree, Offsets::Scattered});
            const Case c(*table, random, random.pick<std::int64_t>({1, 2, 3, 16, 49, 95, 96, 97, 300}),
                         random.pick<std::int64_t>({1, 2, 3, 9, 25, 64, 145}), random.pick(columnsFor(*table)), style);
            checkGradient(c, random, random.coin(), random.coin());
        }
}

/// Inputs and gradients that stay in the cache and that do not.
void ProductKernelTest::largeWeightGradientsEqualPlainLoops()
{
    Random random(12);
    for (const KernelTable* table : tablesUnderTest())
        for (int i = 0; i < 12; ++i) {
            const Case c(*table, random, random.pick<std::int64_t>({49, 196, 401}),
                         random.pick<std::int64_t>({300, 2100}),
                         random.pick<std::int64_t>({table->block + 1, 2 * table->block}), Offsets::LongRuns,
                         random.pick<int>({9, 9000}));
            checkGradient(c, random, random.coin(), random.coin());
        }
}

void ProductKernelTest::emptyShapesWriteOnlyWhatTheyShould()
{
    Random random(5);
    for (const KernelTable* table : tablesUnderTest()) {
        checkProduct(Case(*table, random, 0, 5, table->width, Offsets::Contiguous), random, true, false,
                     Activation::None);
        checkProduct(Case(*table, random, 5, 0, table->width + 1, Offsets::Contiguous), random, true, false,
                     Activation::Relu);
        checkGradient(Case(*table, random, 0, 5, table->width + 1, Offsets::Contiguous), random, true, false);
        checkGradient(Case(*table, random, 0, 5, table->width, Offsets::Contiguous), random, true, true);
    }
}

void ProductKernelTest::nanReachesTheOutputThroughRelu()
{
    for (const KernelTable* table : tablesUnderTest())
        for (const auto activation :
             {Activation::None, Activation::Relu, Activation::Relu6, Activation::Tanh, Activation::Sigmoid}) {
            Floats in(4, 1.0f);
            in[2] = std::numeric_limits<float>::quiet_NaN();
            Floats weights(4 * table->width, 0.5f);
            Floats out(table->width);
            const std::int32_t zero = 0;
            const std::int32_t depth[] = {0, 1, 2, 3};
            table->product({in.data(), out.data(), weights.data(), nullptr, &zero, &zero, depth, 1, 4, table->width,
                            nullptr, activation, 0, 0, 0, 0});
            for (std::int64_t j = 0; j < table->width; ++j)
                QVERIFY2(std::isnan(out[j]), table->name);
        }
}

QTEST_GUILESS_MAIN(ProductKernelTest)
#include "product_kernel_test.moc"
