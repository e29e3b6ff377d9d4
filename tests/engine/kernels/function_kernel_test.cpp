// Functions of one number with settings, their slopes, and the logarithm of softmax.
#include "tests/engine/kernels/kernel_test_support.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace convarium::engine::kernels;

namespace
{

const std::vector<FunctionCall> kCalls = {
    {Function::LeakyRelu, 0.2f, 0.0f}, {Function::Elu, 1.5f, 1.0f},         {Function::Elu, 1.7580993f, 1.05f},
    {Function::Silu, 0.0f, 0.0f},      {Function::Gelu, 0.0f, 0.0f},        {Function::GeluTanh, 0.0f, 0.0f},
    {Function::HardSwish, 0.0f, 0.0f}, {Function::HardSigmoid, 0.2f, 0.5f}, {Function::HardSigmoid, -0.3f, 0.4f},
    {Function::Softplus, 0.0f, 0.0f},  {Function::Clip, -0.75f, 2.5f}};
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
const double kRootTwoByPi = std::sqrt(2.0 / std::acos(-1.0));

double clipped(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

double value(const FunctionCall& f, double x)
{
    const double a = double(f.a), b = double(f.b);
    switch (f.function) {
    case Function::LeakyRelu: return x < 0.0 ? a * x : x;
    case Function::Elu: return x <= 0.0 ? a * std::expm1(x) : b * x;
    case Function::Silu: return x / (1.0 + std::exp(-x));
    case Function::Gelu: return 0.5 * x * std::erfc(-x / std::sqrt(2.0));
    case Function::GeluTanh: return 0.5 * x * (1.0 + std::tanh(kRootTwoByPi * (x + 0.044715 * x * x * x)));
    case Function::HardSwish: return x * clipped(x / 6.0 + 0.5, 0.0, 1.0);
    case Function::HardSigmoid: return clipped(a * x + b, 0.0, 1.0);
    case Function::Softplus: return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
    case Function::Clip: return clipped(x, a, b);
    }
    return x;
}

/// Central differences: an independent measure of the slope, away from kinks.
double slope(const FunctionCall& f, double x)
{
    return (value(f, x + 1e-6) - value(f, x - 1e-6)) / 2e-6;
}

bool nearKink(const FunctionCall& f, double x)
{
    return slope(f, x + 1e-4) - slope(f, x - 1e-4) > 1e-2 || slope(f, x + 1e-4) - slope(f, x - 1e-4) < -1e-2;
}

QByteArray where(const KernelTable& table, const FunctionCall& f, double x)
{
    return QByteArray(table.name) + " function " + QByteArray::number(int(f.function)) + " at " +
           QByteArray::number(x, 'g', 9);
}

} // namespace

class FunctionKernelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void valuesEqualTheFormulas()
    {
        Random random(1);
        for (const KernelTable* table : tablesUnderTest())
            for (const std::int64_t n : lengthsFor(*table))
                for (const FunctionCall& f : kCalls) {
                    const Floats in = random.floats(n, -9.0f, 9.0f);
                    Floats out(n), inPlace = in;
                    table->function(f, in.data(), out.data(), n);
                    table->function(f, inPlace.data(), inPlace.data(), n);
                    QVERIFY2(out.guardsIntact() && inPlace.guardsIntact(), table->name);
                    for (std::int64_t i = 0; i < n; ++i) {
                        QVERIFY2(isClose(double(out[i]), value(f, double(in[i])), 1e-6,
                                         std::max(1.0, std::abs(double(in[i])))),
                                 where(*table, f, double(in[i])));
                        QCOMPARE(inPlace[i], out[i]);
                    }
                }
    }

    /// Also where the value is small: the digits of exp(x) - 1, of the normal distribution's tail and of ln(1 + e^x).
    void smallValuesKeepTheirDigits()
    {
        for (const KernelTable* table : tablesUnderTest())
            for (const FunctionCall& f : kCalls) {
                const bool cut = f.function == Function::GeluTanh || f.function == Function::HardSwish ||
                                 f.function == Function::HardSigmoid;
                for (double x = -6.0; x <= 6.0 && !cut; x += 0.0625) {
                    const Floats in(table->width, float(x));
                    Floats out(table->width);
                    table->function(f, in.data(), out.data(), in.size());
                    const double wanted = value(f, double(in[0]));
                    QVERIFY2(isClose(double(out[0]), wanted, 4e-6, std::abs(wanted)), where(*table, f, x));
                }
            }
    }

    void limitsAreRight()
    {
        const auto at = [](const KernelTable& table, const FunctionCall& f, float x) {
            const Floats in(table.width + 1, x);
            Floats out(in.size());
            table.function(f, in.data(), out.data(), in.size());
            return double(out[table.width]);
        };
        for (const KernelTable* table : tablesUnderTest())
            for (const FunctionCall& f : kCalls) {
                QVERIFY2(std::isnan(at(*table, f, kNan)), where(*table, f, 0));
                for (const float x : {0.0f, 1e-30f, -1e-30f, 88.0f, -88.0f, 1e10f, -1e10f}) {
                    const double wanted = value(f, double(x));
                    QVERIFY2(isClose(at(*table, f, x), wanted, 1e-6, std::max(1e-6, std::abs(wanted))),
                             where(*table, f, double(x)));
                }
                const double top = at(*table, f, kInfinity);
                const bool limited = f.function == Function::HardSigmoid || f.function == Function::Clip;
                QVERIFY2(limited ? top == value(f, 1e10) : std::isinf(top), where(*table, f, 0));
            }
    }

    void slopesEqualCentralDifferences()
    {
        Random random(2);
        for (const KernelTable* table : tablesUnderTest())
            for (const std::int64_t n : lengthsFor(*table))
                for (const FunctionCall& f : kCalls)
                    for (const bool accumulate : {false, true}) {
                        const Floats in = random.floats(n, -5.0f, 5.0f);
                        const Floats outGradient = random.floats(n);
                        const Floats before = random.floats(n);
                        Floats inGradient = before, kept = in;
                        if (slopeFromValue(f.function))
                            table->function(f, in.data(), kept.data(), n);
                        table->functionBackward(f, kept.data(), outGradient.data(), inGradient.data(), n, accumulate);
                        QVERIFY2(inGradient.guardsIntact(), table->name);
                        for (std::int64_t i = 0; i < n; ++i) {
                            if (nearKink(f, double(in[i])))
                                continue;
                            const double wanted = slope(f, double(in[i])) * double(outGradient[i]) +
                                                  (accumulate ? double(before[i]) : 0.0);
                            QVERIFY2(isClose(double(inGradient[i]), wanted, 3e-6, 1.0),
                                     where(*table, f, double(in[i])));
                        }
                    }
    }

    void slopesStayFiniteFarOut()
    {
        for (const KernelTable* table : tablesUnderTest())
            for (const FunctionCall& f : kCalls)
                for (const float x : {-1e30f, -1e10f, -100.0f, 100.0f, 1e10f, 1e30f}) {
                    const Floats in(table->width, x), gradient(table->width, 1.0f);
                    Floats kept(table->width), out(table->width);
                    if (slopeFromValue(f.function))
                        table->function(f, in.data(), kept.data(), in.size());
                    else
                        kept = in;
                    table->functionBackward(f, kept.data(), gradient.data(), out.data(), in.size(), false);
                    const double wanted = slope(f, x < 0 ? -50.0 : 50.0);
                    QVERIFY2(isClose(double(out[0]), wanted, 1e-5, 1.0), where(*table, f, double(x)));
                }
    }

    void logSoftmaxAndItsGradientEqualTheFormulas()
    {
        Random random(3);
        for (const KernelTable* table : tablesUnderTest())
            for (const std::int64_t classes : {1, 3, 10, 17, 40}) {
                const std::int64_t rows = 5, lanes = roundUp(classes, table->width) + table->width;
                const Floats in = random.floats(rows * lanes, -30.0f, 30.0f);
                const Floats outGradient = random.floats(rows * lanes);
                const Floats before = random.floats(rows * lanes);
                Floats out(rows * lanes, 9.0f), gradient(rows * lanes, 9.0f), added = before;
                table->logSoftmax(in.data(), out.data(), rows, classes, lanes);
                table->logSoftmaxBackward(out.data(), outGradient.data(), gradient.data(), rows, classes, lanes, false);
                table->logSoftmaxBackward(out.data(), outGradient.data(), added.data(), rows, classes, lanes, true);
                QVERIFY(out.guardsIntact() && gradient.guardsIntact() && added.guardsIntact());
                for (std::int64_t r = 0; r < rows; ++r) {
                    double sum = 0.0, gradientSum = 0.0;
                    for (std::int64_t c = 0; c < classes; ++c) {
                        sum += std::exp(double(in[r * lanes + c]));
                        gradientSum += double(outGradient[r * lanes + c]);
                    }
                    for (std::int64_t c = 0; c < lanes; ++c) {
                        const std::int64_t i = r * lanes + c;
                        const double y = c < classes ? double(in[i]) - std::log(sum) : 0.0;
                        const double g = c < classes ? double(outGradient[i]) - std::exp(y) * gradientSum : 0.0;
                        QVERIFY2(isClose(double(out[i]), y, 1e-6, 60.0), table->name);
                        QVERIFY2(isClose(double(gradient[i]), g, 1e-5, 10.0), table->name);
                        QVERIFY2(isClose(double(added[i]), g + double(before[i]), 1e-5, 10.0), table->name);
                    }
                }
            }
    }
};

QTEST_GUILESS_MAIN(FunctionKernelTest)
#include "function_kernel_test.moc"
