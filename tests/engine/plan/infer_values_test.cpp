// A network as a function of numbers: however many images and threads, each image gives what it gives alone.
#include "engine/plan/infer_values.h"

#include "tests/support/graphs.h"

#include <QTest>

#include <cmath>
#include <random>

using namespace convarium::test;

class InferValuesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void imagesDoNotDependOnOneAnother_data()
    {
        QTest::addColumn<int>("images");
        QTest::addColumn<int>("threads");
        for (const int images : {1, 2, 7, 65})
            for (const int threads : {1, 2, 5})
                QTest::addRow("%d images, %d threads", images, threads) << images << threads;
    }

    void imagesDoNotDependOnOneAnother()
    {
        QFETCH(const int, images);
        QFETCH(const int, threads);
        const GraphSpec graph = lenet5();
        const WeightsPtr weights = initialWeights(graph, 1);
        std::mt19937 random(3);
        std::vector<float> values(static_cast<std::size_t>(images) * 28 * 28);
        for (float& v : values)
            v = static_cast<float>(random() % 1000) / 1000;
        // The first convolution, an activation and the result.
        for (const NodeId node : {NodeId{2}, NodeId{3}, resultNode(graph)}) {
            const auto all = inferValues(graph, *weights, node, {values.data()}, images, threads);
            QVERIFY2(all.has_value(), all ? "" : all.error().text().c_str());
            const auto size = static_cast<std::size_t>(all->shape.elements());
            QCOMPARE(all->values.size(), size * static_cast<std::size_t>(images));
            for (int i = 0; i < images; ++i) {
                const auto one = inferValues(graph, *weights, node,
                                             {values.data() + static_cast<std::ptrdiff_t>(i) * 28 * 28}, 1, 1);
                QVERIFY(one.has_value());
                for (std::size_t k = 0; k < size; ++k)
                    QVERIFY2(std::abs(all->values[static_cast<std::size_t>(i) * size + k] - one->values[k]) < 1e-5F,
                             qPrintable(QStringLiteral("node %1, image %2, number %3").arg(node).arg(i).arg(k)));
            }
        }
    }
};

QTEST_APPLESS_MAIN(InferValuesTest)
#include "infer_values_test.moc"
