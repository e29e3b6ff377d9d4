// Activations, sums, masks, the padded copy and the loading of images.
#include "tests/engine/kernels/kernel_test_support.h"

#include <QTest>

#include <bit>
#include <cmath>
#include <limits>

using namespace convarium::engine::kernels;

namespace
{

const std::vector<Activation> kActivations = {Activation::None, Activation::Relu, Activation::Relu6, Activation::Tanh,
                                              Activation::Sigmoid};
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

} // namespace

class PointwiseKernelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void activationsEqualTheReference();
    void activationsHaveTheRightLimits();
    void tanhAndSigmoidAreExactToAMillionthOverAllFloats();
    void activationGradientsEqualTheReference();
    void sumsAndScalingEqualPlainLoops();
    void maskKeepsAndDrops();
    void paddedCopyHasAZeroBorder();
    void spreadPixelsHaveZeroPadding();
    void imagesAreTransposedScaledAndPadded();
};

void PointwiseKernelTest::activationsEqualTheReference()
{
    Random random(1);
    for (const KernelTable* table : tablesUnderTest())
        for (const std::int64_t n : lengthsFor(*table))
            for (const Activation activation : kActivations) {
                const Floats in = random.floats(n, -9.0f, 9.0f);
                Floats out(n);
                Floats inPlace = in;
                table->activate(activation, in.data(), out.data(), n);
                table->activate(activation, inPlace.data(), inPlace.data(), n);
                QVERIFY2(out.guardsIntact() && inPlace.guardsIntact(), table->name);
                for (std::int64_t i = 0; i < n; ++i) {
                    QVERIFY2(isClose(double(out[i]), reference(activation, double(in[i])), 1e-6, 6.0), table->name);
                    QCOMPARE(inPlace[i], out[i]);
                }
            }
}

void PointwiseKernelTest::activationsHaveTheRightLimits()
{
    for (const KernelTable* table : tablesUnderTest())
        for (const Activation activation : kActivations) {
            const std::vector<float> inputs = {0.0f,  1e-30f, -1e-30f,   88.0f,      -88.0f,
                                               1e30f, -1e30f, kInfinity, -kInfinity, kNan};
            for (const float x : inputs) {
                const Floats in(2 * table->width + 1, x);
                Floats out(in.size());
                table->activate(activation, in.data(), out.data(), in.size());
                const double wanted = reference(activation, double(x));
                for (std::int64_t i = 0; i < in.size(); ++i)
                    QVERIFY2(double(out[i]) == wanted || isClose(double(out[i]), wanted, 1e-6, std::abs(wanted)),
                             QByteArray(table->name) + " " + QByteArray::number(double(x)) + " gives " +
                                 QByteArray::number(double(out[i])));
            }
        }
}

void PointwiseKernelTest::tanhAndSigmoidAreExactToAMillionthOverAllFloats()
{
    constexpr std::uint32_t kStep = 4099; // prime, so that every exponent meets many mantissas
    Floats in(1 << 20);
    std::uint32_t bits = 0;
    for (std::int64_t i = 0; i < in.size(); ++i, bits += kStep)
        in[i] = std::bit_cast<float>(bits);
    for (const KernelTable* table : tablesUnderTest())
        for (const Activation activation : {Activation::Tanh, Activation::Sigmoid}) {
            Floats out(in.size());
            table->activate(activation, in.data(), out.data(), in.size());
            for (std::int64_t i = 0; i < in.size(); ++i) {
                const double wanted = reference(activation, double(in[i]));
                // Below the smallest normal number digits are lost, and the program flushes such numbers to zero.
                const double scale = std::max(std::abs(wanted), double(std::numeric_limits<float>::min()) * 2e6);
                if (!isClose(double(out[i]), wanted, 1e-6, scale))
                    QFAIL(QByteArray(table->name) + " at " + QByteArray::number(double(in[i]), 'g', 9) + " found " +
                          QByteArray::number(double(out[i]), 'g', 9) + " wanted " + QByteArray::number(wanted, 'g', 9));
            }
        }
}

void PointwiseKernelTest::activationGradientsEqualTheReference()
{
    Random random(2);
    for (const KernelTable* table : tablesUnderTest())
        for (const std::int64_t n : lengthsFor(*table))
            for (const Activation activation : kActivations)
                for (const bool accumulate : {false, true}) {
                    Floats out = random.floats(n);
                    if (n > 1 && activation == Activation::Relu6)
                        out[0] = 6.0f; // nor a ReLU6 at six
                    if (n > 2)
                        out[n / 2] = 0.0f; // no gradient passes a ReLU at zero
                    const Floats outGradient = random.floats(n);
                    const Floats before = random.floats(n);
                    Floats inGradient = before;
                    table->activateBackward(activation, out.data(), outGradient.data(), inGradient.data(), n,
                                            accumulate);
                    QVERIFY2(inGradient.guardsIntact(), table->name);
                    for (std::int64_t i = 0; i < n; ++i) {
                        const double y = double(out[i]);
                        const double slope = activation == Activation::Relu      ? (y > 0.0 ? 1.0 : 0.0)
                                             : activation == Activation::Relu6   ? (y > 0.0 && y < 6.0 ? 1.0 : 0.0)
                                             : activation == Activation::Tanh    ? 1.0 - y * y
                                             : activation == Activation::Sigmoid ? y * (1.0 - y)
                                                                                 : 1.0;
                        const double wanted = slope * double(outGradient[i]) + (accumulate ? double(before[i]) : 0.0);
                        QVERIFY2(isClose(double(inGradient[i]), wanted, 1e-6, 1.0), table->name);
                    }
                }
}

void PointwiseKernelTest::sumsAndScalingEqualPlainLoops()
{
    Random random(3);
    for (const KernelTable* table : tablesUnderTest())
        for (const std::int64_t n : lengthsFor(*table)) {
            const Floats a = random.floats(n);
            const Floats b = random.floats(n);
            for (const Activation activation : {Activation::None, Activation::Relu}) {
                Floats out(n);
                table->add(a.data(), b.data(), out.data(), n, activation);
                QVERIFY2(out.guardsIntact(), table->name);
                for (std::int64_t i = 0; i < n; ++i)
                    QCOMPARE(out[i], float(reference(activation, double(a[i] + b[i]))));
            }
            for (const bool accumulate : {false, true}) {
                Floats out = b;
                table->scaleAdd(a.data(), 0.3f, out.data(), n, accumulate);
                QVERIFY2(out.guardsIntact(), table->name);
                for (std::int64_t i = 0; i < n; ++i)
                    QVERIFY2(isClose(double(out[i]), double(0.3f) * double(a[i]) + (accumulate ? double(b[i]) : 0.0),
                                     1e-6, 1.0),
                             table->name);
            }
        }
}

void PointwiseKernelTest::maskKeepsAndDrops()
{
    Random random(4);
    for (const KernelTable* table : tablesUnderTest())
        for (const std::int64_t n : lengthsFor(*table))
            for (const bool accumulate : {false, true}) {
                Buffer<std::uint8_t> keep(n);
                for (std::int64_t i = 0; i < n; ++i)
                    keep[i] = random.coin() ? 1 : 0;
                const Floats in = random.floats(n);
                const Floats before = random.floats(n);
                Floats out = before;
                table->maskScale(in.data(), keep.data(), 2.5f, out.data(), n, accumulate);
                QVERIFY2(out.guardsIntact(), table->name);
                for (std::int64_t i = 0; i < n; ++i) {
                    const double wanted =
                        (keep[i] ? 2.5 * double(in[i]) : 0.0) + (accumulate ? double(before[i]) : 0.0);
                    QVERIFY2(isClose(double(out[i]), wanted, 1e-6, 3.0), table->name);
                }
            }
}

void PointwiseKernelTest::paddedCopyHasAZeroBorder()
{
    Random random(5);
    for (const KernelTable* table : tablesUnderTest())
        for (const std::int64_t lanes : {std::int64_t(1), std::int64_t(3), std::int64_t(table->width)}) {
            const std::int64_t height = 5, width = 7, top = 2, left = 1, outHeight = 10, outWidth = 11;
            const Floats in = random.floats(height * width * lanes);
            Floats out(outHeight * outWidth * lanes, 9.0f);
            table->padCopy(in.data(), out.data(), height, width, lanes, top, left, outHeight, outWidth);
            QVERIFY2(out.guardsIntact(), table->name);
            for (std::int64_t y = 0; y < outHeight; ++y)
                for (std::int64_t x = 0; x < outWidth; ++x)
                    for (std::int64_t c = 0; c < lanes; ++c) {
                        const bool inside = y >= top && y < top + height && x >= left && x < left + width;
                        QCOMPARE(out[(y * outWidth + x) * lanes + c],
                                 inside ? in[((y - top) * width + x - left) * lanes + c] : 0.0f);
                    }
        }
}

void PointwiseKernelTest::spreadPixelsHaveZeroPadding()
{
    Random random(7);
    for (const KernelTable* table : tablesUnderTest())
        for (const std::int64_t channels : {1, 3, 6, 16, 21})
            for (const bool accumulate : {false, true}) {
                const std::int64_t pixels = 5, lanes = roundUp(channels, table->width);
                const Floats in = random.floats(pixels * channels + table->width - 1);
                const Floats before = random.floats(pixels * lanes);
                Floats out = before;
                table->spreadPixels(in.data(), out.data(), pixels, channels, lanes, accumulate);
                QVERIFY2(out.guardsIntact(), table->name);
                for (std::int64_t i = 0; i < out.size(); ++i) {
                    const float x = i % lanes < channels ? in[i / lanes * channels + i % lanes] : 0.0f;
                    QCOMPARE(out[i], accumulate ? before[i] + x : x);
                }
            }
}

void PointwiseKernelTest::imagesAreTransposedScaledAndPadded()
{
    Random random(6);
    for (const KernelTable* table : tablesUnderTest())
        for (const std::int64_t channels : {1, 3, 5})
            for (const std::int64_t lanes : {channels, roundUp(channels, table->width)})
                for (const std::int64_t pixels : {1, 7, 64, 101}) {
                    Buffer<std::uint8_t> in(channels * pixels);
                    for (std::int64_t i = 0; i < in.size(); ++i)
                        in[i] = static_cast<std::uint8_t>(random.whole(0, 255));
                    Floats out(pixels * lanes, 9.0f);
                    table->loadImage(in.data(), out.data(), channels, pixels, lanes, 1.0f / 255.0f, -0.5f);
                    QVERIFY2(out.guardsIntact(), table->name);
                    for (std::int64_t p = 0; p < pixels; ++p)
                        for (std::int64_t c = 0; c < lanes; ++c) {
                            const double wanted = c < channels ? in[c * pixels + p] / 255.0 - 0.5 : 0.0;
                            QVERIFY2(isClose(double(out[p * lanes + c]), wanted, 1e-6, 1.0), table->name);
                        }
                }
}

QTEST_GUILESS_MAIN(PointwiseKernelTest)
#include "pointwise_kernel_test.moc"
