// Pooling forward and backward against plain loops over the clipped windows.
#include "tests/engine/kernels/kernel_test_support.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace convarium::engine::kernels;

namespace
{

/// Output size of a window sliding over `in` cells with `pad` on both sides.
std::int64_t poolSize(std::int64_t in, std::int64_t kernel, std::int64_t stride, std::int64_t pad,
                      std::int64_t dilation)
{
    return (in + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1;
}

PoolArgs geometry(std::int64_t height, std::int64_t width, std::int64_t kernel, std::int64_t stride, std::int64_t pad,
                  std::int64_t lanes, std::int64_t dilation = 1)
{
    PoolArgs a{};
    a.inHeight = height;
    a.inWidth = width;
    a.kernelHeight = a.kernelWidth = kernel;
    a.strideHeight = a.strideWidth = stride;
    a.padTop = a.padLeft = a.padBottom = a.padRight = pad;
    a.dilationHeight = a.dilationWidth = dilation;
    a.outHeight = poolSize(height, kernel, stride, pad, dilation);
    a.outWidth = poolSize(width, kernel, stride, pad, dilation);
    a.lanes = lanes;
    return a;
}

/// Calls f(output index of lane 0, cell number, input index of lane 0) for every cell inside the image.
template <class F>
void overCells(const PoolArgs& a, F f)
{
    for (std::int64_t y = 0; y < a.outHeight; ++y)
        for (std::int64_t x = 0; x < a.outWidth; ++x)
            for (std::int64_t i = 0; i < a.kernelHeight; ++i)
                for (std::int64_t j = 0; j < a.kernelWidth; ++j) {
                    const std::int64_t row = y * a.strideHeight - a.padTop + i * a.dilationHeight;
                    const std::int64_t column = x * a.strideWidth - a.padLeft + j * a.dilationWidth;
                    if (row >= 0 && row < a.inHeight && column >= 0 && column < a.inWidth)
                        f((y * a.outWidth + x) * a.lanes, i * a.kernelWidth + j, (row * a.inWidth + column) * a.lanes);
                }
}

} // namespace

class PoolKernelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void poolsEqualPlainLoops_data();
    void poolsEqualPlainLoops();
    void maximumTakesTheFirstOfEquals();
    void nanInAWindowGivesNan();
    void windowOutsideTheImageGivesZero();
};

void PoolKernelTest::poolsEqualPlainLoops_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("kernel");
    QTest::addColumn<int>("stride");
    QTest::addColumn<int>("pad");
    QTest::addColumn<int>("dilation");
    QTest::addColumn<int>("more"); // windows that a size which is rounded up adds
    QTest::newRow("halving exactly") << 8 << 6 << 2 << 2 << 0 << 1 << 0;
    QTest::newRow("rest dropped") << 7 << 5 << 2 << 2 << 0 << 1 << 0;
    QTest::newRow("rest kept") << 7 << 5 << 2 << 2 << 0 << 1 << 1;
    QTest::newRow("overlapping") << 7 << 7 << 3 << 2 << 1 << 1 << 0;
    QTest::newRow("beyond the padding") << 6 << 8 << 3 << 2 << 1 << 1 << 1;
    QTest::newRow("stride one") << 5 << 6 << 3 << 1 << 1 << 1 << 0;
    QTest::newRow("gaps between windows") << 9 << 9 << 2 << 3 << 0 << 1 << 0;
    QTest::newRow("gaps in windows") << 9 << 8 << 3 << 1 << 0 << 2 << 0;
    QTest::newRow("gaps in windows as far as the stride") << 8 << 8 << 2 << 2 << 0 << 2 << 0;
    QTest::newRow("gaps in windows, padded") << 7 << 6 << 2 << 2 << 1 << 3 << 0;
    QTest::newRow("gaps in windows, rest kept") << 7 << 7 << 2 << 2 << 1 << 3 << 1;
    QTest::newRow("whole map") << 7 << 7 << 7 << 1 << 0 << 1 << 0;
    QTest::newRow("one cell") << 1 << 1 << 1 << 1 << 0 << 1 << 0;
}

void PoolKernelTest::poolsEqualPlainLoops()
{
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(int, kernel);
    QFETCH(int, stride);
    QFETCH(int, pad);
    QFETCH(int, dilation);
    QFETCH(int, more);
    Random random(1);
    for (const KernelTable* table : tablesUnderTest())
        for (const std::int64_t lanes : {table->width, 3 * table->width})
            for (const bool accumulate : {false, true})
                for (const bool countPadding : {false, true}) {
                    PoolArgs a = geometry(height, width, kernel, stride, pad, lanes, dilation);
                    a.countPadding = countPadding;
                    a.outHeight += more;
                    a.outWidth += more;
                    const std::int64_t inSize = a.inHeight * a.inWidth * lanes;
                    const std::int64_t outSize = a.outHeight * a.outWidth * lanes;
                    const Floats in = random.floats(inSize, -2.0f, -1.0f); // zeros of the padding would win
                    const Floats outGradient = random.floats(outSize);
                    const Floats before = random.floats(inSize);

                    Floats highest(outSize, -9.0f), average(outSize), count(outSize);
                    Buffer<std::uint16_t> where(outSize);
                    overCells(a, [&](std::int64_t out, std::int64_t cell, std::int64_t from) {
                        for (std::int64_t c = 0; c < lanes; ++c) {
                            average[out + c] += in[from + c];
                            count[out + c] += 1.0f;
                            if (in[from + c] > highest[out + c]) {
                                highest[out + c] = in[from + c];
                                where[out + c] = static_cast<std::uint16_t>(cell);
                            }
                        }
                    });
                    Floats maxGradient = accumulate ? before : Floats(inSize);
                    Floats averageGradient = maxGradient;
                    for (std::int64_t i = 0; i < outSize; ++i) {
                        if (countPadding) {
                            const std::int64_t y = i / lanes / a.outWidth, x = i / lanes % a.outWidth;
                            count[i] = float(std::min<std::int64_t>(kernel, height + 2 * pad - y * stride) *
                                             std::min<std::int64_t>(kernel, width + 2 * pad - x * stride));
                        }
                        average[i] /= count[i];
                    }
                    overCells(a, [&](std::int64_t out, std::int64_t cell, std::int64_t from) {
                        for (std::int64_t c = 0; c < lanes; ++c) {
                            averageGradient[from + c] += outGradient[out + c] / count[out + c];
                            if (where[out + c] == cell)
                                maxGradient[from + c] += outGradient[out + c];
                        }
                    });

                    Floats out(outSize), silent(outSize), mean(outSize);
                    Buffer<std::uint16_t> argmax(outSize);
                    Floats gradient = before;
                    Floats meanGradient = before;
                    table->maxPool(a, in.data(), out.data(), argmax.data());
                    table->maxPool(a, in.data(), silent.data(), nullptr);
                    table->averagePool(a, in.data(), mean.data());
                    table->maxPoolBackward(a, outGradient.data(), argmax.data(), gradient.data(), accumulate);
                    table->averagePoolBackward(a, outGradient.data(), meanGradient.data(), accumulate);
                    QVERIFY2(out.guardsIntact() && argmax.guardsIntact() && mean.guardsIntact() &&
                                 gradient.guardsIntact() && meanGradient.guardsIntact(),
                             table->name);
                    for (std::int64_t i = 0; i < outSize; ++i) {
                        QCOMPARE(out[i], highest[i]);
                        QCOMPARE(silent[i], highest[i]);
                        QCOMPARE(argmax[i], where[i]);
                        QVERIFY2(dilation > 1 || isClose(double(mean[i]), double(average[i]), 1e-6, 2.0), table->name);
                    }
                    for (std::int64_t i = 0; i < inSize; ++i) {
                        QVERIFY2(isClose(double(gradient[i]), double(maxGradient[i]), 1e-6, 4.0), table->name);
                        QVERIFY2(dilation > 1 ||
                                     isClose(double(meanGradient[i]), double(averageGradient[i]), 1e-6, 4.0),
                                 table->name);
                    }
                }
}

void PoolKernelTest::maximumTakesTheFirstOfEquals()
{
    for (const KernelTable* table : tablesUnderTest()) {
        const PoolArgs a = geometry(4, 4, 2, 2, 0, table->width);
        const Floats in(16 * table->width, 0.25f);
        Floats out(4 * table->width);
        Buffer<std::uint16_t> argmax(4 * table->width, 7);
        table->maxPool(a, in.data(), out.data(), argmax.data());
        for (std::int64_t i = 0; i < argmax.size(); ++i)
            QCOMPARE(argmax[i], std::uint16_t(0));
    }
}

void PoolKernelTest::nanInAWindowGivesNan()
{
    for (const KernelTable* table : tablesUnderTest())
        for (std::int64_t cell = 0; cell < 4; ++cell) {
            const PoolArgs a = geometry(2, 2, 2, 2, 0, table->width);
            Floats in(4 * table->width, 1.0f);
            in[cell * table->width + 1] = std::numeric_limits<float>::quiet_NaN();
            Floats out(table->width), mean(table->width);
            Buffer<std::uint16_t> argmax(table->width);
            table->maxPool(a, in.data(), out.data(), argmax.data());
            table->averagePool(a, in.data(), mean.data());
            QVERIFY2(std::isnan(out[1]) && std::isnan(mean[1]), table->name);
            QCOMPARE(argmax[1], static_cast<std::uint16_t>(cell));
            QCOMPARE(out[0], 1.0f);
        }
}

void PoolKernelTest::windowOutsideTheImageGivesZero()
{
    for (const KernelTable* table : tablesUnderTest()) {
        PoolArgs a = geometry(1, 1, 1, 1, 1, table->width);
        QCOMPARE(a.outHeight, std::int64_t(3));
        const Floats in(table->width, 2.0f);
        Floats out(9 * table->width, 5.0f), mean(9 * table->width, 5.0f);
        Buffer<std::uint16_t> argmax(9 * table->width);
        table->maxPool(a, in.data(), out.data(), argmax.data());
        table->averagePool(a, in.data(), mean.data());
        Floats gradient(table->width, 1.0f);
        table->maxPoolBackward(a, out.data(), argmax.data(), gradient.data(), false);
        for (std::int64_t i = 0; i < out.size(); ++i) {
            const float wanted = i / table->width == 4 ? 2.0f : 0.0f;
            QCOMPARE(out[i], wanted);
            QCOMPARE(mean[i], wanted);
        }
        QCOMPARE(gradient[0], 2.0f);
    }
}

QTEST_GUILESS_MAIN(PoolKernelTest)
#include "pool_kernel_test.moc"
