// The gradient of a drawing: it has no class, so the loss compares with one that is assumed.
#include "engine/train/trainer.h"
#include "tests/support/graphs.h"
#include "tests/support/noise_images.h"
#include "ui/drawing/drawn_image.h"
#include "ui/inside/number_worker.h"

#include <QTest>

#include <algorithm>

using namespace convarium;
using namespace convarium::ui;
using convarium::test::GraphMaker;

namespace
{

std::vector<std::string> digitNames()
{
    std::vector<std::string> names;
    for (int i = 0; i < 10; ++i)
        names.push_back("digit " + std::to_string(i));
    return names;
}

std::vector<std::uint8_t> strokes()
{
    const auto noise = test::noiseImages({1, 28, 28}, 1, 10);
    return {noise.pixels().begin(), noise.pixels().end()};
}

/// The drawing as an image of a data set.
engine::DatasetPtr labelled(int label)
{
    return std::make_shared<engine::InMemoryDataset>(
        engine::Shape{1, 28, 28}, strokes(), std::vector<std::uint8_t>{static_cast<std::uint8_t>(label)}, digitNames());
}

} // namespace

class AssumedClassTest : public QObject
{
    Q_OBJECT

    NumberWorker m_worker{engineServices()};

    static NumberRequest request(const std::shared_ptr<const engine::GraphSpec>& graph, engine::NodeId node,
                                 NumberMode mode, engine::DatasetPtr images)
    {
        NumberRequest r;
        r.graph = graph;
        r.images = std::move(images);
        r.node = node;
        r.element = 3;
        r.mode = mode;
        r.data.test = labelled(0);
        return r;
    }
    NumberResult ofDrawing(const std::shared_ptr<const engine::GraphSpec>& graph, engine::NodeId node, NumberMode mode,
                           int assumed)
    {
        NumberRequest r = request(graph, node, mode, std::make_shared<DrawnImage>(engine::Shape{1, 28, 28}, strokes()));
        r.assumedClass = assumed;
        return m_worker.compute(r);
    }

private Q_SLOTS:
    void itsGradientIsThatOfTheSamePixelsWithThatClass_data()
    {
        QTest::addColumn<bool>("masks");
        QTest::addColumn<NumberMode>("mode");
        QTest::newRow("backward") << false << NumberMode::Backward;
        QTest::newRow("loss") << false << NumberMode::Loss;
        QTest::newRow("backward, masks") << true << NumberMode::Backward;
        QTest::newRow("loss, masks") << true << NumberMode::Loss;
    }
    void itsGradientIsThatOfTheSamePixelsWithThatClass()
    {
        QFETCH(const bool, masks);
        QFETCH(const NumberMode, mode);
        GraphMaker maker;
        maker.input();
        const engine::NodeId conv = maker.conv(masks ? 11 : 2, 3, 1);
        if (!masks)
            maker.add("flatten");
        const engine::NodeId node = masks ? conv : maker.dense(10);
        const auto graph = std::make_shared<const engine::GraphSpec>(maker.graph());
        std::vector<std::vector<float>> all;
        for (int c = 0; c < 10; ++c) {
            const NumberResult drawn = ofDrawing(graph, node, mode, c);
            QVERIFY2(drawn.error.isEmpty(), qPrintable(drawn.error));
            QCOMPARE(drawn.assumedClass, c);
            QCOMPARE(drawn.assumesMask, masks);
            QCOMPARE(drawn.classes.size(), 10);
            QCOMPARE(drawn.classes[c], QStringLiteral("digit %1").arg(c));
            const NumberResult known = m_worker.compute(request(graph, node, mode, labelled(c)));
            QVERIFY2(known.error.isEmpty(), qPrintable(known.error));
            QVERIFY(known.classes.isEmpty());
            QVERIFY(!known.shown.values.empty() && drawn.shown.values == known.shown.values);
            QCOMPARE(drawn.value(), known.value());
            QCOMPARE(drawn.engineLoss, known.engineLoss);
            QVERIFY2(std::find(all.begin(), all.end(), drawn.shown.values) == all.end(), "another class changes it");
            all.push_back(drawn.shown.values);
        }
    }

    void unlessOneIsChosenItIsWhatTheNetworkReads()
    {
        const auto graph = std::make_shared<const engine::GraphSpec>(test::lenet5());
        const engine::NodeId last = graph->nodes.back().id;
        const NumberResult forward = ofDrawing(graph, last, NumberMode::Forward, -1);
        QVERIFY2(forward.error.isEmpty(), qPrintable(forward.error));
        QVERIFY(forward.classes.isEmpty());
        const std::vector<float>& said = forward.shown.values;
        const auto read = static_cast<int>(std::max_element(said.begin(), said.end()) - said.begin());
        for (const int asked : {-1, 10, 4}) { // none; one of another network; this one
            const NumberResult r = ofDrawing(graph, graph->nodes[4].id, NumberMode::Backward, asked);
            QVERIFY2(r.error.isEmpty(), qPrintable(r.error));
            QCOMPARE(r.readClass, read);
            QCOMPARE(r.assumedClass, asked == 4 ? 4 : read);
        }
    }

    /// Background is not what a drawing shows.
    void aMaskIsReadByItsMostFrequentObject()
    {
        GraphMaker maker;
        maker.input();
        const engine::NodeId maps = maker.conv(11, 1, 0);
        const auto graph = std::make_shared<const engine::GraphSpec>(maker.graph());
        NumberRequest r =
            request(graph, maps, NumberMode::Loss, std::make_shared<DrawnImage>(engine::Shape{1, 28, 28}, strokes()));
        const auto weights = std::make_shared<engine::WeightMap>(*engine::initialWeights(*graph, 1));
        for (auto& [key, tensor] : *weights)
            for (std::int64_t i = 0; i < tensor.elements(); ++i) // class 4 above 0.9 only
                tensor[i] = key.second == "bias" ? (i == 0 ? 0.9F : 0.0F) : i == 4 ? 1.0F : 0.0F;
        r.weights = weights;
        const NumberResult read = m_worker.compute(r);
        QVERIFY2(read.error.isEmpty(), qPrintable(read.error));
        QCOMPARE(read.classes[read.readClass], QStringLiteral("digit 3"));
    }

    void aNetworkWithoutClassesSaysSo()
    {
        GraphMaker maker;
        maker.input();
        const engine::NodeId maps = maker.conv(1, 3, 1);
        const auto graph = std::make_shared<const engine::GraphSpec>(maker.graph());
        const NumberResult r = ofDrawing(graph, maps, NumberMode::Loss, -1);
        QVERIFY2(r.error.contains(QLatin1String("no class")), qPrintable(r.error));
    }
};

QTEST_GUILESS_MAIN(AssumedClassTest)
#include "test_assumed_class.moc"
