// The passes of batch normalisation.
#include "tests/engine/kernels/kernel_test_support.h"

#include <QTest>

#include <cmath>

using namespace convarium::engine::kernels;

class ChannelKernelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sumsEqualPlainLoops();
    void sumsKeepTheDigitsOfALargeMean();
    void affineEqualsPlainLoops();
    void gradientEqualsPlainLoops();
    void gradientStopsWhereTheActivationIsFlat();
};

void ChannelKernelTest::sumsEqualPlainLoops()
{
    Random random(1);
    for (const KernelTable* table : tablesUnderTest())
        for (const std::int64_t pixels : {0, 1, 2, 13, 500})
            for (const std::int64_t lanes : {table->width, 2 * table->width, 5 * table->width}) {
                const Floats in = random.floats(pixels * lanes);
                const Floats gradient = random.floats(pixels * lanes);
                const Floats mean = random.floats(lanes);
                const Floats deviation = random.floats(lanes, 0.5f, 2.0f);
                Buffer<double> sum(lanes, 1.0), squares(lanes, 2.0), gradientSum(lanes, 3.0), product(lanes, 4.0);
                table->channelSums(in.data(), pixels, lanes, sum.data(), squares.data());
                ChannelGradientArgs a{};
                a.in = in.data();
                a.outGradient = gradient.data();
                a.mean = mean.data();
                a.inverseDeviation = deviation.data();
                a.pixels = pixels;
                a.lanes = lanes;
                table->channelGradientSums(a, gradientSum.data(), product.data());
                QVERIFY2(sum.guardsIntact() && squares.guardsIntact() && gradientSum.guardsIntact() &&
                             product.guardsIntact(),
                         table->name);
                for (std::int64_t c = 0; c < lanes; ++c) {
                    double wanted[] = {1.0, 2.0, 3.0, 4.0};
                    for (std::int64_t p = 0; p < pixels; ++p) {
                        const double x = double(in[p * lanes + c]);
                        const double g = double(gradient[p * lanes + c]);
                        wanted[0] += x;
                        wanted[1] += x * x;
                        wanted[2] += g;
                        wanted[3] += g * (x - double(mean[c])) * double(deviation[c]);
                    }
                    QVERIFY2(isClose(sum[c], wanted[0], 1e-7, 10.0 + double(pixels)), table->name);
                    QVERIFY2(isClose(squares[c], wanted[1], 3e-7, 10.0 + double(pixels)), table->name);
                    QVERIFY2(isClose(gradientSum[c], wanted[2], 1e-7, 10.0 + double(pixels)), table->name);
                    QVERIFY2(isClose(product[c], wanted[3], 3e-7, 10.0 + double(pixels)), table->name);
                }
            }
}

void ChannelKernelTest::sumsKeepTheDigitsOfALargeMean()
{
    Random random(2);
    for (const KernelTable* table : tablesUnderTest()) {
        const std::int64_t pixels = 4096;
        const std::int64_t lanes = 2 * table->width;
        const Floats in = random.floats(pixels * lanes, 1000.0f, 1001.0f);
        Buffer<double> sum(lanes), squares(lanes);
        table->channelSums(in.data(), pixels, lanes, sum.data(), squares.data());
        for (std::int64_t c = 0; c < lanes; ++c) {
            const double mean = sum[c] / double(pixels);
            double variance = 0.0;
            for (std::int64_t p = 0; p < pixels; ++p)
                variance += (double(in[p * lanes + c]) - mean) * (double(in[p * lanes + c]) - mean);
            QVERIFY2(isClose(squares[c] / double(pixels) - mean * mean, variance / double(pixels), 1e-6, 1.0 / 12.0),
                     table->name);
        }
    }
}

void ChannelKernelTest::affineEqualsPlainLoops()
{
    Random random(3);
    for (const KernelTable* table : tablesUnderTest())
        for (const std::int64_t pixels : {0, 1, 13})
            for (const std::int64_t lanes : {table->width, 3 * table->width})
                for (const Activation activation :
                     {Activation::None, Activation::Relu, Activation::Relu6, Activation::Tanh, Activation::Sigmoid}) {
                    const Floats in = random.floats(pixels * lanes);
                    const Floats scale = random.floats(lanes);
                    const Floats shift = random.floats(lanes);
                    Floats out(pixels * lanes);
                    table->channelAffine(in.data(), scale.data(), shift.data(), out.data(), pixels, lanes, activation);
                    QVERIFY2(out.guardsIntact(), table->name);
                    for (std::int64_t i = 0; i < out.size(); ++i) {
                        const std::int64_t c = i % lanes;
                        const double x = double(in[i]) * double(scale[c]) + double(shift[c]);
                        QVERIFY2(isClose(double(out[i]), reference(activation, x), 1e-6, 1.0), table->name);
                    }
                }
}

void ChannelKernelTest::gradientEqualsPlainLoops()
{
    Random random(4);
    for (const KernelTable* table : tablesUnderTest())
        for (const std::int64_t pixels : {0, 1, 13})
            for (const std::int64_t lanes : {table->width, 3 * table->width})
                for (const bool accumulate : {false, true}) {
                    const Floats in = random.floats(pixels * lanes);
                    const Floats gradient = random.floats(pixels * lanes);
                    const Floats a = random.floats(lanes), b = random.floats(lanes), d = random.floats(lanes);
                    const Floats before = random.floats(pixels * lanes);
                    Floats out = before;
                    ChannelGradientArgs args{};
                    args.in = in.data();
                    args.outGradient = gradient.data();
                    args.a = a.data();
                    args.b = b.data();
                    args.d = d.data();
                    args.pixels = pixels;
                    args.lanes = lanes;
                    table->channelGradient(args, out.data(), accumulate);
                    QVERIFY2(out.guardsIntact(), table->name);
                    for (std::int64_t i = 0; i < out.size(); ++i) {
                        const std::int64_t c = i % lanes;
                        const double wanted = double(a[c]) * double(gradient[i]) + double(b[c]) * double(in[i]) +
                                              double(d[c]) + (accumulate ? double(before[i]) : 0.0);
                        QVERIFY2(isClose(double(out[i]), wanted, 1e-6, 2.0), table->name);
                    }
                }
}

/// Both passes against a gradient that was cut before, by what channelAffine() gives.
void ChannelKernelTest::gradientStopsWhereTheActivationIsFlat()
{
    Random random(5);
    for (const KernelTable* table : tablesUnderTest())
        for (const std::int64_t lanes : {table->width, 3 * table->width})
            for (const Activation activation : {Activation::Relu, Activation::Relu6}) {
                const std::int64_t pixels = 37;
                const Floats in = random.floats(pixels * lanes, -8.0f, 8.0f);
                const Floats scale = random.floats(lanes), shift = random.floats(lanes);
                Floats gradient = random.floats(pixels * lanes);
                Floats out(pixels * lanes);
                table->channelAffine(in.data(), scale.data(), shift.data(), out.data(), pixels, lanes, activation);
                const Floats a = random.floats(lanes), b = random.floats(lanes), d = random.floats(lanes);
                ChannelGradientArgs args{};
                args.in = in.data();
                args.mean = a.data();
                args.inverseDeviation = b.data();
                args.a = a.data();
                args.b = b.data();
                args.d = d.data();
                args.scale = scale.data();
                args.shift = shift.data();
                args.pixels = pixels;
                args.lanes = lanes;
                Floats whole(pixels * lanes), cut(pixels * lanes);
                Buffer<double> sum(lanes), product(lanes), cutSum(lanes), cutProduct(lanes);
                args.outGradient = gradient.data();
                args.activation = activation;
                table->channelGradientSums(args, sum.data(), product.data());
                table->channelGradient(args, whole.data(), false);
                int flat = 0;
                for (std::int64_t i = 0; i < out.size(); ++i)
                    if (out[i] <= 0.0f || (activation == Activation::Relu6 && out[i] >= 6.0f)) {
                        gradient[i] = 0.0f;
                        ++flat;
                    }
                QVERIFY(flat > 0 && flat < out.size());
                args.activation = Activation::None;
                table->channelGradientSums(args, cutSum.data(), cutProduct.data());
                table->channelGradient(args, cut.data(), false);
                for (std::int64_t i = 0; i < out.size(); ++i)
                    QVERIFY2(whole[i] == cut[i], table->name);
                for (std::int64_t c = 0; c < lanes; ++c)
                    QVERIFY2(sum[c] == cutSum[c] && product[c] == cutProduct[c], table->name);
            }
}

QTEST_GUILESS_MAIN(ChannelKernelTest)
#include "channel_kernel_test.moc"
