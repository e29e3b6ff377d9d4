// Depthwise convolution and its weight gradient against plain loops.
#include "engine/core/memory.h"
#include "tests/engine/kernels/kernel_test_support.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace convarium::engine::kernels;

namespace
{

/// Kernel x kernel taps over an image that is just large enough.
struct Case {
    std::int64_t rows, columns, kernel, stride, dilation;
    std::int64_t inHeight, inWidth;
    std::vector<std::int32_t> offset, row;

    Case(std::int64_t r, std::int64_t c, std::int64_t k, std::int64_t s, std::int64_t d, std::int64_t lanes)
        : rows(r), columns(c), kernel(k), stride(s), dilation(d), inHeight((r - 1) * s + (k - 1) * d + 1),
          inWidth((c - 1) * s + (k - 1) * d + 1)
    {
        for (std::int64_t y = 0; y < kernel; ++y)
            for (std::int64_t x = 0; x < kernel; ++x) {
                offset.push_back(static_cast<std::int32_t>((y * dilation * inWidth + x * dilation) * lanes));
                row.push_back(static_cast<std::int32_t>(kernel * kernel - 1 - y * kernel - x)); // flipped
            }
    }
    std::int64_t taps() const { return kernel * kernel; }
};

std::vector<Case> cases(std::int64_t lanes)
{
    return {{1, 1, 1, 1, 1, lanes},
            {3, 7, 3, 1, 1, lanes},
            {2, 8, 3, 2, 1, lanes},
            {5, 15, 2, 1, 3, lanes},
            {4, 3, 5, 1, 1, lanes},
            {2, 2, 4, 3, 2, lanes},
            // Threes of taps that share what they read, or nearly: sevens, eights and every rest.
            {2, 14, 3, 2, 1, lanes},
            {3, 23, 3, 1, 1, lanes},
            {2, 15, 3, 2, 1, lanes},
            {2, 9, 3, 1, 2, lanes},
            {2, 9, 3, 2, 2, lanes},
            {2, 5, 3, 4, 2, lanes},
            {2, 9, 3, 3, 1, lanes},
            {2, 9, 6, 1, 1, lanes},
            {2, 21, 6, 2, 1, lanes}};
}

} // namespace

class DepthwiseKernelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void forwardEqualsPlainLoops();
    void gradientEqualsPlainLoops();
    void nanGivesNan();
};

void DepthwiseKernelTest::forwardEqualsPlainLoops()
{
    Random random(1);
    for (const KernelTable* table : tablesUnderTest())
        for (const std::int64_t lanes : {table->width, 3 * table->width})
            for (const Case& c : cases(lanes))
                for (const bool accumulate : {false, true})
                    for (const Activation activation : {Activation::None, Activation::Relu, Activation::Relu6,
                                                        Activation::Tanh, Activation::Sigmoid}) {
                        if (accumulate && activation != Activation::None)
                            continue;
                        const Floats in = random.floats(c.inHeight * c.inWidth * lanes);
                        const Floats weights = random.floats(c.taps() * lanes);
                        const Floats bias = random.floats(lanes);
                        // Every second output column, as the phases of a stride write.
                        Floats out = random.floats(c.rows * (2 * c.columns) * lanes);
                        const Floats before = out;
                        DepthwiseArgs a{};
                        a.in = in.data();
                        a.out = out.data();
                        a.weights = weights.data();
                        a.bias = bias.data();
                        a.tapOffset = c.offset.data();
                        a.tapRow = c.row.data();
                        a.taps = c.taps();
                        a.rows = c.rows;
                        a.columns = c.columns;
                        a.lanes = lanes;
                        a.inRow = c.stride * c.inWidth * lanes;
                        a.inColumn = c.stride * lanes;
                        a.outRow = 2 * c.columns * lanes;
                        a.outColumn = 2 * lanes;
                        a.accumulate = accumulate;
                        a.activation = activation;
                        table->depthwise(a);
                        QVERIFY2(out.guardsIntact(), table->name);
                        if (!accumulate) {
                            const std::int64_t floats = c.rows * (2 * c.columns) * lanes;
                            convarium::engine::AlignedBuffer past(static_cast<std::size_t>(floats) * sizeof(float),
                                                                  convarium::engine::MemoryCategory::Workspace);
                            std::copy_n(&before[0], floats, past.as<float>());
                            a.out = past.as<float>();
                            a.aside = true;
                            table->depthwise(a);
                            QVERIFY2(std::equal(&out[0], &out[0] + floats, past.as<float>()), table->name);
                        }
                        for (std::int64_t y = 0; y < c.rows; ++y)
                            for (std::int64_t x = 0; x < 2 * c.columns; ++x)
                                for (std::int64_t l = 0; l < lanes; ++l) {
                                    const std::int64_t at = (y * 2 * c.columns + x) * lanes + l;
                                    if (x % 2 == 1) {
                                        QCOMPARE(out[at], before[at]);
                                        continue;
                                    }
                                    double sum = double(bias[l]);
                                    for (std::int64_t t = 0; t < c.taps(); ++t) {
                                        const std::int64_t iy = y * c.stride + t / c.kernel * c.dilation;
                                        const std::int64_t ix = x / 2 * c.stride + t % c.kernel * c.dilation;
                                        sum += double(in[(iy * c.inWidth + ix) * lanes + l]) *
                                               double(weights[(c.taps() - 1 - t) * lanes + l]);
                                    }
                                    sum = accumulate ? sum + double(before[at]) : reference(activation, sum);
                                    QVERIFY2(isClose(double(out[at]), sum, 1e-6, 10.0), table->name);
                                }
                    }
}

void DepthwiseKernelTest::gradientEqualsPlainLoops()
{
    Random random(2);
    for (const KernelTable* table : tablesUnderTest())
        for (const std::int64_t lanes : {table->width, 3 * table->width})
            for (const Case& c : cases(lanes))
                for (const bool accumulate : {false, true}) {
                    const Floats in = random.floats(c.inHeight * c.inWidth * lanes);
                    const Floats gradient = random.floats(c.rows * c.columns * lanes);
                    Floats weights = random.floats(c.taps() * lanes), bias = random.floats(lanes);
                    const Floats weightsBefore = weights, biasBefore = bias;
                    DepthwiseGradientArgs a{};
                    a.in = in.data();
                    a.outGradient = gradient.data();
                    a.weightGradient = weights.data();
                    a.biasGradient = bias.data();
                    a.tapOffset = c.offset.data();
                    a.taps = c.taps();
                    a.rows = c.rows;
                    a.columns = c.columns;
                    a.lanes = lanes;
                    a.inRow = c.stride * c.inWidth * lanes;
                    a.inColumn = c.stride * lanes;
                    a.outRow = c.columns * lanes;
                    a.outColumn = lanes;
                    a.accumulate = accumulate;
                    table->depthwiseGradient(a);
                    QVERIFY2(weights.guardsIntact() && bias.guardsIntact(), table->name);
                    for (std::int64_t l = 0; l < lanes; ++l) {
                        double biasSum = accumulate ? double(biasBefore[l]) : 0.0;
                        for (std::int64_t p = 0; p < c.rows * c.columns; ++p)
                            biasSum += double(gradient[p * lanes + l]);
                        QVERIFY2(isClose(double(bias[l]), biasSum, 1e-6, 40.0), table->name);
                        for (std::int64_t t = 0; t < c.taps(); ++t) {
                            double sum = accumulate ? double(weightsBefore[t * lanes + l]) : 0.0;
                            for (std::int64_t y = 0; y < c.rows; ++y)
                                for (std::int64_t x = 0; x < c.columns; ++x) {
                                    const std::int64_t iy = y * c.stride + t / c.kernel * c.dilation;
                                    const std::int64_t ix = x * c.stride + t % c.kernel * c.dilation;
                                    sum += double(in[(iy * c.inWidth + ix) * lanes + l]) *
                                           double(gradient[(y * c.columns + x) * lanes + l]);
                                }
                            QVERIFY2(isClose(double(weights[t * lanes + l]), sum, 1e-6, 40.0), table->name);
                        }
                    }
                }
}

void DepthwiseKernelTest::nanGivesNan()
{
    for (const KernelTable* table : tablesUnderTest()) {
        Floats in(table->width, 1.0f);
        in[1] = std::numeric_limits<float>::quiet_NaN();
        const Floats weights(table->width, 2.0f);
        Floats out(table->width);
        const std::int32_t zero = 0;
        DepthwiseArgs a{};
        a.in = in.data();
        a.out = out.data();
        a.weights = weights.data();
        a.tapOffset = a.tapRow = &zero;
        a.taps = a.rows = a.columns = 1;
        a.lanes = table->width;
        a.activation = Activation::Relu;
        table->depthwise(a);
        QVERIFY2(std::isnan(out[1]), table->name);
        QCOMPARE(out[0], 2.0f);
    }
}

QTEST_GUILESS_MAIN(DepthwiseKernelTest)
#include "depthwise_kernel_test.moc"
