// Softmax, its gradient and the cross-entropy of class labels.
#include "tests/engine/kernels/kernel_test_support.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace convarium::engine::kernels;

namespace
{

std::vector<double> softmaxOf(const float* row, std::int64_t classes)
{
    const double largest = double(*std::max_element(row, row + classes));
    std::vector<double> p;
    double sum = 0.0;
    for (std::int64_t j = 0; j < classes; ++j) {
        p.push_back(std::exp(double(row[j]) - largest));
        sum += p.back();
    }
    for (double& x : p)
        x /= sum;
    return p;
}

std::vector<std::int64_t> classCounts(const KernelTable& table)
{
    return {1, 2, table.width - 1, table.width, table.width + 1, 10, 100};
}

} // namespace

class SoftmaxKernelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void softmaxEqualsPlainLoops();
    void softmaxGradientEqualsPlainLoops();
    void crossEntropyEqualsPlainLoops();
    void extremeLogitsGiveFiniteLosses();
    void badLogitsGiveANanLoss();
    void equalLogitsCountAsTheFirstClass();
};

void SoftmaxKernelTest::softmaxEqualsPlainLoops()
{
    Random random(1);
    for (const KernelTable* table : tablesUnderTest())
        for (const std::int64_t classes : classCounts(*table)) {
            const std::int64_t lanes = roundUp(classes, table->width) + table->width;
            const Floats in = random.floats(3 * lanes, -30.0f, 30.0f);
            Floats out(3 * lanes, 5.0f);
            Floats inPlace = in;
            table->softmax(in.data(), out.data(), 3, classes, lanes);
            table->softmax(inPlace.data(), inPlace.data(), 3, classes, lanes);
            QVERIFY2(out.guardsIntact(), table->name);
            for (std::int64_t r = 0; r < 3; ++r) {
                const std::vector<double> wanted = softmaxOf(in.data() + r * lanes, classes);
                for (std::int64_t j = 0; j < lanes; ++j) {
                    const double p = j < classes ? wanted[static_cast<std::size_t>(j)] : 0.0;
                    // A difference of logits near 60 is rounded to 2e-6, and so is its exponential, relatively.
                    QVERIFY2(isClose(double(out[r * lanes + j]), p, 3e-6, p), table->name);
                    QCOMPARE(inPlace[r * lanes + j], out[r * lanes + j]);
                }
            }
        }
}

void SoftmaxKernelTest::softmaxGradientEqualsPlainLoops()
{
    Random random(2);
    for (const KernelTable* table : tablesUnderTest())
        for (const std::int64_t classes : classCounts(*table))
            for (const bool accumulate : {false, true}) {
                const std::int64_t lanes = roundUp(classes, table->width) + table->width;
                const Floats in = random.floats(2 * lanes);
                const Floats outGradient = random.floats(2 * lanes);
                const Floats before = random.floats(2 * lanes);
                Floats out(2 * lanes);
                Floats inGradient = before;
                table->softmax(in.data(), out.data(), 2, classes, lanes);
                table->softmaxBackward(out.data(), outGradient.data(), inGradient.data(), 2, classes, lanes,
                                       accumulate);
                QVERIFY2(inGradient.guardsIntact(), table->name);
                for (std::int64_t r = 0; r < 2; ++r) {
                    const std::vector<double> p = softmaxOf(in.data() + r * lanes, classes);
                    double mean = 0.0;
                    for (std::int64_t j = 0; j < classes; ++j)
                        mean += p[static_cast<std::size_t>(j)] * double(outGradient[r * lanes + j]);
                    for (std::int64_t j = 0; j < lanes; ++j) {
                        const std::int64_t i = r * lanes + j;
                        const double own =
                            j < classes ? p[static_cast<std::size_t>(j)] * (double(outGradient[i]) - mean) : 0.0;
                        QVERIFY2(
                            isClose(double(inGradient[i]), own + (accumulate ? double(before[i]) : 0.0), 1e-6, 1.0),
                            table->name);
                    }
                }
            }
}

void SoftmaxKernelTest::crossEntropyEqualsPlainLoops()
{
    Random random(3);
    for (const KernelTable* table : tablesUnderTest())
        for (const std::int64_t classes : classCounts(*table)) {
            const std::int64_t rows = 20;
            const std::int64_t lanes = roundUp(classes, table->width) + table->width;
            const Floats logits = random.floats(rows * lanes, -5.0f, 5.0f);
            std::vector<std::int32_t> labels;
            double wantedLoss = 1.0;
            std::int64_t wantedCorrect = 2;
            for (std::int64_t r = 0; r < rows; ++r) {
                const float* row = logits.data() + r * lanes;
                labels.push_back(static_cast<std::int32_t>(random.whole(0, classes - 1)));
                wantedLoss -= std::log(softmaxOf(row, classes)[static_cast<std::size_t>(labels.back())]);
                wantedCorrect += std::max_element(row, row + classes) - row == labels.back() ? 1 : 0;
            }
            Floats gradient(rows * lanes, 5.0f);
            double loss = 1.0, silentLoss = 1.0;
            std::int64_t correct = 2, silentCorrect = 2;
            table->softmaxCrossEntropy(
                {logits.data(), labels.data(), gradient.data(), rows, classes, lanes, 0.25f, 0.0f, &loss, &correct});
            table->softmaxCrossEntropy({logits.data(), labels.data(), nullptr, rows, classes, lanes, 0.25f, 0.0f,
                                        &silentLoss, &silentCorrect});
            QVERIFY2(gradient.guardsIntact(), table->name);
            QVERIFY2(isClose(loss, wantedLoss, 1e-6, wantedLoss), table->name);
            QCOMPARE(silentLoss, loss);
            QCOMPARE(correct, wantedCorrect);
            QCOMPARE(silentCorrect, wantedCorrect);
            for (std::int64_t r = 0; r < rows; ++r) {
                const std::vector<double> p = softmaxOf(logits.data() + r * lanes, classes);
                for (std::int64_t j = 0; j < lanes; ++j) {
                    const double hot = j == labels[static_cast<std::size_t>(r)] ? 1.0 : 0.0;
                    const double wanted = j < classes ? (p[static_cast<std::size_t>(j)] - hot) * 0.25 : 0.0;
                    QVERIFY2(isClose(double(gradient[r * lanes + j]), wanted, 1e-6, 0.25), table->name);
                }
            }
        }
}

void SoftmaxKernelTest::extremeLogitsGiveFiniteLosses()
{
    for (const KernelTable* table : tablesUnderTest()) {
        Floats logits(table->width, -1e30f);
        logits[0] = 1e30f;
        const std::int32_t label = 1;
        double loss = 0.0;
        std::int64_t correct = 0;
        table->softmaxCrossEntropy({logits.data(), &label, nullptr, 1, 3, table->width, 1.0f, 0.0f, &loss, &correct});
        QVERIFY2(isClose(loss, 2e30, 1e-6, 2e30), table->name);
        QCOMPARE(correct, std::int64_t(0));
    }
}

void SoftmaxKernelTest::badLogitsGiveANanLoss()
{
    for (const KernelTable* table : tablesUnderTest())
        for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
            for (std::int64_t at = 0; at < 3; ++at) {
                Floats logits(table->width, 0.5f);
                logits[at] = bad;
                Floats gradient(table->width);
                const std::int32_t label = 1;
                double loss = 0.0;
                std::int64_t correct = 0;
                table->softmaxCrossEntropy(
                    {logits.data(), &label, gradient.data(), 1, 3, table->width, 1.0f, 0.0f, &loss, &correct});
                QVERIFY2(std::isnan(loss), table->name);
                QVERIFY2(std::isnan(gradient[at]), table->name);
                table->softmax(logits.data(), gradient.data(), 1, 3, table->width);
                QVERIFY2(std::isnan(gradient[at]), table->name);
            }
}

void SoftmaxKernelTest::equalLogitsCountAsTheFirstClass()
{
    for (const KernelTable* table : tablesUnderTest())
        for (std::int32_t label = 0; label < 3; ++label) {
            const Floats logits(table->width, 0.5f);
            double loss = 0.0;
            std::int64_t correct = 0;
            table->softmaxCrossEntropy(
                {logits.data(), &label, nullptr, 1, 3, table->width, 1.0f, 0.0f, &loss, &correct});
            QCOMPARE(correct, std::int64_t(label == 0 ? 1 : 0));
        }
}

QTEST_GUILESS_MAIN(SoftmaxKernelTest)
#include "softmax_kernel_test.moc"
