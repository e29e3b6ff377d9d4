// Every loss and its gradient, taken apart: the terms must give what the engine computed.
#include "engine/data/masks.h"
#include "engine/explain/network_numbers.h"
#include "engine/train/network_loss.h"
#include "tests/engine/explain/arithmetic.h"
#include "tests/support/graphs.h"
#include "tests/support/noise_images.h"

#include <QTest>

#include <cmath>
#include <numeric>

using namespace convarium::engine;
using namespace convarium::test;

namespace
{

constexpr int kClasses = 4, kImages = 6;
const Shape kImage{1, 5, 4};

DatasetPtr images(int classes)
{
    return std::make_shared<InMemoryDataset>(noiseImages(kImage, kImages, classes));
}

} // namespace

class ExplainLossTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theTermsAreTheNumbersOfTheEngine_data()
    {
        QTest::addColumn<QString>("loss");
        QTest::addColumn<bool>("maps");
        QTest::addColumn<bool>("softmax");
        QTest::addColumn<bool>("training");
        for (const LossInfo& info : lossRegistry())
            for (const bool smoothing : {false, true})
                for (const bool softmax : {false, true})
                    for (const bool training : {false, true})
                        if (info.takesSmoothing || !smoothing)
                            QTest::addRow("%s%s%s%s", info.id.c_str(), smoothing ? ", smoothed" : "",
                                          softmax ? ", softmax" : "", training ? ", batch" : "")
                                << QString::fromStdString(info.id) + (smoothing ? ":0.2" : "")
                                << (info.target == TargetKind::Mask) << softmax << training;
    }

    void theTermsAreTheNumbersOfTheEngine()
    {
        QFETCH(const QString, loss);
        QFETCH(const bool, maps);
        QFETCH(const bool, softmax);
        QFETCH(const bool, training);
        GraphMaker m("loss");
        m.input(1, 5, 4);
        NodeId logits = m.conv(kClasses, 3, 1);
        if (!maps) {
            m.add("flatten");
            logits = m.add("dense", {{"units", std::int64_t{kClasses}}});
        }
        const NodeId end = softmax ? m.add("softmax") : logits;
        const GraphSpec graph = withLoss(m.graph(), loss.toStdString());
        NumbersOptions options;
        options.gradients = true;
        options.training = training;
        options.batch = training ? kImages : 1;
        auto made = NetworkNumbers::create(graph, options);
        QVERIFY2(made.has_value(), made ? "" : made.error().message.c_str());
        NetworkNumbers& numbers = **made;
        numbers.setWeights(initialWeights(graph, 3));
        const DatasetPtr data = maps ? withTargets(images(kClasses - 1), TargetKind::Mask)
                                     : withTargets(images(kClasses), TargetKind::Class);
        std::vector<std::uint32_t> batch(static_cast<std::size_t>(options.batch));
        std::iota(batch.begin(), batch.end(), training ? 0u : 2u);
        const auto ran = numbers.run(*data, batch);
        QVERIFY2(ran.has_value(), ran ? "" : ran.error().message.c_str());
        QCOMPARE(numbers.end(), end);
        QCOMPARE(numbers.lossReads(), logits);

        const LossNumbers n = numbers.lossNumbers();
        const std::vector<float> engine = numbers.gradient(logits);
        const std::int64_t one = n.shape.elements();
        QCOMPARE(static_cast<std::int64_t>(engine.size()), one * options.batch);
        bool right = false;
        for (std::int64_t i = 0; i < one * options.batch; ++i) {
            const Explanation e = explainLossGradient(n, i / one, i % one);
            const auto got = static_cast<double>(engine[static_cast<std::size_t>(i)]);
            QVERIFY2(std::abs(e.value - got) <= 1e-6 * e.magnitude,
                     qPrintable(QStringLiteral("%1: engine %2, terms %3").arg(i).arg(got).arg(e.value)));
            checkArithmetic(e);
            if (QTest::currentTestFailed())
                return;
            right = right || e.value < 0;
        }
        QVERIFY(right); // some class was the right one

        double sum = 0, magnitude = 0;
        for (std::int64_t i = 0; i < static_cast<std::int64_t>(n.labels.size()); ++i) {
            const std::int64_t places = one / n.shape.channels();
            const Explanation e = explainLoss(n, i / places, i % places);
            checkArithmetic(e);
            sum += e.value;
            magnitude += e.magnitude;
        }
        QVERIFY2(std::abs(sum - numbers.loss()) <= 1e-6 * magnitude,
                 qPrintable(QStringLiteral("engine %1, terms %2").arg(numbers.loss()).arg(sum)));
        QVERIFY(std::abs(sum - meanLoss(n)) <= 1e-12 * magnitude);
    }

    /// Where a probability is too small for a number its logarithm is not.
    void logitsOfAnySizeHaveALoss()
    {
        for (const LossInfo& info : lossRegistry())
            for (const std::int32_t label : {0, 1}) {
                LossNumbers n;
                n.loss.info = &info;
                n.shape = Shape{3};
                n.logits = {-5000, 4000, 0.5f};
                n.labels = {label};
                const Explanation e = explainLoss(n, 0, 0);
                checkArithmetic(e);
                QVERIFY2(std::isfinite(e.value) && std::abs(e.value - meanLoss(n)) <= 1e-12 * e.magnitude,
                         info.id.c_str());
                QVERIFY(label == 1 || e.value >= 5000);
            }
    }

    /// A softmax is taken apart into exponentials, their sum, the quotient and its logarithm.
    void partsHaveNames()
    {
        LossNumbers n;
        n.loss.info = findLoss("cross-entropy");
        n.shape = Shape{3};
        n.logits = {1, 2, 0.5f};
        n.labels = {1};
        const Explanation e = explainLoss(n, 0, 0);
        QCOMPARE(e.terms.size(), std::size_t(1));
        std::vector<std::string> names;
        for (const Part& p : e.parts)
            names.push_back(p.name);
        QCOMPARE(names, (std::vector<std::string>{"largest", "exp", "exp", "exp", "exp", "sum", "p", "ln"}));
    }
};

QTEST_APPLESS_MAIN(ExplainLossTest)
#include "explain_loss_test.moc"
