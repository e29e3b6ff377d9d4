// Local response normalisation against plain loops, for every exponent that has a way of its own.
#include "tests/engine/kernels/kernel_test_support.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace convarium::engine::kernels;

class LrnKernelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void bothWaysEqualPlainLoops();
    void powersHoldForSumsOfAnySize();
    void nanGivesNanWithinItsWindow();
};

namespace
{

std::int64_t scratchFloats(const LrnArgs& a)
{
    const std::int64_t margin = std::max(a.before, a.after);
    return 3 * (margin + a.block * (a.lanes + margin));
}

} // namespace

void LrnKernelTest::bothWaysEqualPlainLoops()
{
    struct Window {
        std::int64_t before, after;
    };
    Random random(1);
    for (const KernelTable* table : tablesUnderTest())
        for (const std::int64_t lanes : {table->width, 3 * table->width})
            for (const std::int64_t missing : {0, 1, 3})
                for (const Window window : {Window{0, 0}, {2, 2}, {1, 2}, {20, 21}})
                    for (const float beta : {0.75f, 0.5f, 1.0f, 0.6f})
                        for (const bool accumulate : {false, true}) {
                            LrnArgs a{};
                            a.pixels = 5;
                            a.block = lanes == table->width ? 2 : 7; // several blocks, or part of one
                            a.lanes = lanes;
                            a.channels = lanes - missing;
                            a.before = window.before;
                            a.after = window.after;
                            a.scale = 0.3f;
                            a.k = 1.5f;
                            a.beta = beta;
                            const Floats in = random.floats(a.pixels * lanes); // padding lanes hold anything finite
                            Floats gradient = random.floats(a.pixels * lanes);
                            for (std::int64_t p = 0; p < a.pixels; ++p)
                                std::fill(gradient.data() + p * lanes + a.channels, gradient.data() + (p + 1) * lanes,
                                          0.0f);
                            Floats out(a.pixels * lanes), back = random.floats(a.pixels * lanes);
                            const Floats before = back;
                            Floats scratch(scratchFloats(a), 5.0f);
                            table->lrn(a, in.data(), out.data(), scratch.data());
                            table->lrnBackward(a, in.data(), gradient.data(), back.data(), scratch.data(), accumulate);
                            QVERIFY2(out.guardsIntact() && back.guardsIntact() && scratch.guardsIntact(), table->name);
                            for (std::int64_t p = 0; p < a.pixels; ++p) {
                                const auto x = [&](std::int64_t c) { return double(in[p * lanes + c]); };
                                const auto base = [&](std::int64_t c) {
                                    double s = double(a.k);
                                    for (std::int64_t i = std::max<std::int64_t>(0, c - a.before);
                                         i <= std::min(a.channels - 1, c + a.after); ++i)
                                        s += double(a.scale) * x(i) * x(i);
                                    return s;
                                };
                                for (std::int64_t c = 0; c < lanes; ++c) {
                                    const std::int64_t at = p * lanes + c;
                                    double wanted = accumulate ? double(before[at]) : 0.0;
                                    if (c >= a.channels) {
                                        QVERIFY2(std::isfinite(out[at]), table->name);
                                        QCOMPARE(double(back[at]), wanted);
                                        continue;
                                    }
                                    QVERIFY2(
                                        isClose(double(out[at]), x(c) * std::pow(base(c), -double(beta)), 1e-6, 1.0),
                                        table->name);
                                    wanted += double(gradient[at]) * std::pow(base(c), -double(beta));
                                    for (std::int64_t j = std::max<std::int64_t>(0, c - a.after);
                                         j <= std::min(a.channels - 1, c + a.before); ++j)
                                        wanted -= 2 * double(beta) * double(a.scale) * x(c) *
                                                  double(gradient[p * lanes + j]) * x(j) *
                                                  std::pow(base(j), -double(beta) - 1);
                                    QVERIFY2(isClose(double(back[at]), wanted, 2e-6, 3.0), table->name);
                                }
                            }
                        }
}

void LrnKernelTest::powersHoldForSumsOfAnySize()
{
    for (const KernelTable* table : tablesUnderTest())
        for (const float beta : {0.75f, 0.5f, 1.0f}) {
            LrnArgs a{};
            a.pixels = 4096;
            a.block = 64;
            a.channels = a.lanes = table->width;
            a.scale = 1.0f;
            a.k = 1e-6f;
            a.beta = beta;
            const std::int64_t count = a.pixels * a.lanes;
            Floats in(count), gradient(count, 1.0f), out(count), back(count), scratch(scratchFloats(a));
            const auto base = [&](std::int64_t i) { return double(a.k) + double(in[i]) * double(in[i]); };
            for (std::int64_t i = 0; i < count; ++i) // s from 1e-6 to 1e37, and at last infinity
                in[i] = i + 1 < count ? float(std::pow(10.0, -4.0 + 22.5 * double(i) / double(count))) : 1e20f;
            table->lrn(a, in.data(), out.data(), scratch.data());
            table->lrnBackward(a, in.data(), gradient.data(), back.data(), scratch.data(), false);
            for (std::int64_t i = 0; i < count; ++i) {
                const double wanted = i + 1 < count ? double(in[i]) * std::pow(base(i), -double(beta)) : 0.0;
                QVERIFY2(std::abs(double(out[i]) - wanted) <= 3e-7 * wanted, table->name);
                const double passed = std::pow(base(i), -double(beta));
                const double slope = passed * (1 - 2 * double(beta) * double(in[i]) * double(in[i]) / base(i));
                if (in[i] < 1e12f) // beyond, the products of gradients leave float's range
                    QVERIFY2(std::abs(double(back[i]) - slope) <= 2e-6 * passed, table->name);
            }
        }
}

void LrnKernelTest::nanGivesNanWithinItsWindow()
{
    for (const KernelTable* table : tablesUnderTest()) {
        LrnArgs a{};
        a.pixels = a.block = 1;
        a.lanes = a.channels = 2 * table->width;
        a.before = a.after = 1;
        a.scale = a.k = 1;
        a.beta = 0.75f;
        Floats in(a.lanes, 1.0f), out(a.lanes), scratch(scratchFloats(a));
        in[3] = std::numeric_limits<float>::quiet_NaN();
        table->lrn(a, in.data(), out.data(), scratch.data());
        for (std::int64_t c = 0; c < a.lanes; ++c)
            QVERIFY2(std::isnan(out[c]) == (c >= 2 && c <= 4), table->name);
    }
}

QTEST_GUILESS_MAIN(LrnKernelTest)
#include "lrn_kernel_test.moc"
