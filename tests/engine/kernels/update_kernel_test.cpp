// Optimizer steps against the formulas in double.
#include "tests/engine/kernels/kernel_test_support.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace convarium::engine::kernels;

namespace
{

enum class Rule { Sgd, Momentum, Nesterov, Rmsprop, Adagrad, Adam };

/// One step of one weight; w, s1, s2 are updated.
void referenceStep(Rule rule, const UpdateArgs& a, double gradient, double& w, double& s1, double& s2)
{
    if (a.clipValue > 0)
        gradient = std::clamp(gradient, -double(a.clipValue), double(a.clipValue));
    const double sign = w > 0 ? 1 : w < 0 ? -1 : 0;
    const double g = double(a.gradientScale) * gradient + double(a.l2) * w + double(a.l1) * sign;
    w -= double(a.decay) * w;
    const double m = double(a.momentum);
    switch (rule) {
    case Rule::Sgd: w -= double(a.rate) * g; break;
    case Rule::Momentum:
        s1 = m * s1 + g;
        w -= double(a.rate) * s1;
        break;
    case Rule::Nesterov:
        s1 = m * s1 + g;
        w -= double(a.rate) * (g + m * s1);
        break;
    case Rule::Rmsprop:
        s1 = double(a.beta2) * s1 + (1.0 - double(a.beta2)) * g * g;
        w -= double(a.rate) * g / (std::sqrt(s1) + double(a.epsilon));
        break;
    case Rule::Adagrad:
        s1 += g * g;
        w -= double(a.rate) * g / (std::sqrt(s1) + double(a.epsilon));
        break;
    case Rule::Adam:
        s1 = double(a.beta1) * s1 + (1.0 - double(a.beta1)) * g;
        s2 = double(a.beta2) * s2 + (1.0 - double(a.beta2)) * g * g;
        w -= double(a.rate) * s1 / (std::sqrt(s2) * double(a.correction2) + double(a.epsilon));
        break;
    }
}

void apply(const KernelTable& table, Rule rule, const UpdateArgs& a)
{
    switch (rule) {
    case Rule::Sgd: table.updateSgd(a); break;
    case Rule::Momentum: table.updateMomentum(a); break;
    case Rule::Nesterov: table.updateNesterov(a); break;
    case Rule::Rmsprop: table.updateRmsprop(a); break;
    case Rule::Adagrad: table.updateAdagrad(a); break;
    case Rule::Adam: table.updateAdam(a); break;
    }
}

constexpr Rule kRules[] = {Rule::Sgd, Rule::Momentum, Rule::Nesterov, Rule::Rmsprop, Rule::Adagrad, Rule::Adam};

UpdateArgs settings()
{
    UpdateArgs a{};
    a.gradientScale = 0.5f;
    a.rate = 0.05f;
    a.momentum = 0.9f;
    a.beta1 = 0.9f;
    a.beta2 = 0.999f;
    a.epsilon = 1e-8f;
    a.correction2 = 1.5f;
    a.l2 = 0.01f;
    a.l1 = 0.02f;
    a.clipValue = 0.7f;
    a.decay = 0.002f;
    return a;
}

} // namespace

class UpdateKernelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void stepsEqualTheFormulas();
    void bitsDoNotDependOnWhereARunIsCut();
    void theSquaresAreThoseOfTheClippedSum();
    void anAverageMovesByItsShare();
};

void UpdateKernelTest::stepsEqualTheFormulas()
{
    Random random(1);
    for (const KernelTable* table : tablesUnderTest())
        for (const Rule rule : kRules)
            for (const std::int64_t n : lengthsFor(*table))
                for (const std::int32_t slots : {0, 1, 3}) {
                    Floats weights = random.floats(n);
                    Floats first = random.floats(n, 0.1f, 1.0f); // squares too: never negative
                    Floats second = random.floats(n, 0.1f, 1.0f);
                    std::vector<Floats> parts;
                    std::vector<const float*> gradients;
                    for (std::int32_t s = 0; s < slots; ++s)
                        parts.push_back(random.floats(n));
                    for (const Floats& part : parts)
                        gradients.push_back(part.data());
                    const Floats weightsBefore = weights, firstBefore = first, secondBefore = second;
                    UpdateArgs a = settings();
                    a.weights = weights.data();
                    a.state1 = rule == Rule::Sgd ? nullptr : first.data();
                    a.state2 = rule == Rule::Adam ? second.data() : nullptr;
                    a.gradients = gradients.data();
                    a.slots = slots;
                    a.count = n;
                    apply(*table, rule, a);
                    QVERIFY2(weights.guardsIntact() && first.guardsIntact() && second.guardsIntact(), table->name);
                    for (std::int64_t i = 0; i < n; ++i) {
                        double gradient = 0.0;
                        for (const Floats& part : parts)
                            gradient += double(part[i]);
                        double w = double(weightsBefore[i]), s1 = double(firstBefore[i]), s2 = double(secondBefore[i]);
                        referenceStep(rule, a, gradient, w, s1, s2);
                        QVERIFY2(isClose(double(weights[i]), w, 1e-6, 1.0), table->name);
                        QVERIFY2(isClose(double(first[i]), s1, 1e-6, 3.0), table->name);
                        QVERIFY2(isClose(double(second[i]), s2, 1e-6, 3.0), table->name);
                    }
                }
}

void UpdateKernelTest::bitsDoNotDependOnWhereARunIsCut()
{
    Random random(2);
    for (const KernelTable* table : tablesUnderTest())
        for (const Rule rule : kRules) {
            const std::int64_t n = 5 * table->width + 3;
            const std::int64_t cut = table->width + 1;
            const Floats gradient = random.floats(n);
            Floats whole = random.floats(n), first(n, 0.3f), second(n, 0.2f);
            Floats parts = whole, partsFirst = first, partsSecond = second;
            const float* start = gradient.data();
            UpdateArgs a = settings();
            a.slots = 1;
            const auto run = [&](Floats& w, Floats& s1, Floats& s2, std::int64_t from, std::int64_t count) {
                const float* here = start + from;
                a.gradients = &here;
                a.weights = w.data() + from;
                a.state1 = s1.data() + from;
                a.state2 = s2.data() + from;
                a.count = count;
                apply(*table, rule, a);
            };
            run(whole, first, second, 0, n);
            run(parts, partsFirst, partsSecond, 0, cut);
            run(parts, partsFirst, partsSecond, cut, n - cut);
            for (std::int64_t i = 0; i < n; ++i)
                QVERIFY2(whole[i] == parts[i] && first[i] == partsFirst[i] && second[i] == partsSecond[i],
                         qPrintable(QString("%1, rule %2").arg(QLatin1String(table->name)).arg(int(rule))));
        }
}

void UpdateKernelTest::theSquaresAreThoseOfTheClippedSum()
{
    Random random(3);
    for (const KernelTable* table : tablesUnderTest())
        for (const std::int64_t n : lengthsFor(*table))
            for (const float clip : {0.0f, 0.4f}) {
                const Floats one = random.floats(n), two = random.floats(n);
                const float* parts[] = {one.data(), two.data()};
                UpdateArgs a{};
                a.gradients = parts;
                a.slots = 2;
                a.count = n;
                a.clipValue = clip;
                double expected = 0;
                for (std::int64_t i = 0; i < n; ++i) {
                    const double g = double(one[i]) + double(two[i]);
                    const double c = clip > 0 ? std::clamp(g, -double(clip), double(clip)) : g;
                    expected += c * c;
                }
                QVERIFY2(isClose(table->gradientSquares(a), expected, 1e-6, 1.0 + expected), table->name);
            }
}

void UpdateKernelTest::anAverageMovesByItsShare()
{
    Random random(4);
    for (const KernelTable* table : tablesUnderTest())
        for (const std::int64_t n : lengthsFor(*table)) {
            Floats average = random.floats(n);
            const Floats before = average, weights = random.floats(n);
            table->moveTowards(average.data(), weights.data(), 0.25f, n);
            QVERIFY2(average.guardsIntact(), table->name);
            for (std::int64_t i = 0; i < n; ++i)
                QVERIFY2(isClose(double(average[i]), 0.75 * double(before[i]) + 0.25 * double(weights[i]), 1e-6, 1.0),
                         table->name);
        }
}

QTEST_GUILESS_MAIN(UpdateKernelTest)
#include "update_kernel_test.moc"
