// Numbers computed as the view computes them, laid out map by map.
#include "engine/train/trainer.h"
#include "tests/support/graphs.h"
#include "ui/inside/number_text.h"
#include "ui/inside/number_worker.h"

#include <QTest>

#include <cmath>

using namespace convarium;
using namespace convarium::ui;
using convarium::test::GraphMaker;

namespace
{

engine::DatasetPtr images()
{
    std::vector<std::uint8_t> pixels, labels;
    const engine::CountedRng rng(5, engine::RandomPurpose::Test);
    for (std::uint32_t i = 0; i < 12 * 784; ++i)
        pixels.push_back(static_cast<std::uint8_t>(rng.word(0, i) >> 24));
    for (int i = 0; i < 12; ++i)
        labels.push_back(static_cast<std::uint8_t>(i % 10));
    return std::make_shared<engine::InMemoryDataset>(engine::Shape{1, 28, 28}, pixels, labels,
                                                     std::vector<std::string>(10));
}

} // namespace

class NumberModelTest : public QObject
{
    Q_OBJECT

    NumberWorker m_worker{engineServices()};
    engine::DatasetPtr m_images = images();

    NumberRequest request(std::shared_ptr<const engine::GraphSpec> graph, engine::NodeId node,
                          std::int64_t element) const
    {
        NumberRequest r;
        r.graph = std::move(graph);
        r.images = m_images;
        r.image = 3;
        r.node = node;
        r.element = element;
        return r;
    }

    static NumberModel forwardModel(const NumberResult& r)
    {
        return layOut(r.steps.front().explanation, engine::OperandOf::Input, r.inputs, r.tensorShapes, r.tensorKeys);
    }

    static void agrees(const NumberResult& r)
    {
        QVERIFY2(r.error.isEmpty(), qPrintable(r.error));
        for (const NumberStep& s : r.steps)
            QVERIFY(std::abs(s.explanation.value - static_cast<double>(s.engineValue)) <=
                    1e-6 * s.explanation.magnitude + 1e-30);
    }

private Q_SLOTS:
    void aConvolutionWithItsActivation()
    {
        const auto graph = std::make_shared<const engine::GraphSpec>(convarium::test::lenet5());
        const engine::NodeId c3 = graph->nodes[4].id;
        const NumberResult r = m_worker.compute(request(graph, c3, 7 * 100 + 5 * 10 + 4));
        agrees(r);
        QCOMPARE(r.steps.size(), 2u);
        QCOMPARE(r.steps[1].kind, QStringLiteral("Tanh"));
        QVERIFY(r.steps[1].function);
        const NumberModel m = forwardModel(r);
        QCOMPARE(m.groups.size(), 6u);
        QCOMPARE(m.extras.size(), 1u);
        QCOMPARE(m.extras[0].name, QStringLiteral("bias"));
        QCOMPARE(m.groups[2].rows, 5);
        QCOMPARE(m.groups[2].columns, 5);
        QCOMPARE(m.groups[2].place(), QRect(4, 5, 5, 5));
        double sum = m.extras[0].value;
        for (const NumberGroup& g : m.groups)
            sum += g.subtotal;
        QVERIFY(std::abs(sum - m.sum) < 1e-12);
        const QString line = oneLine(m, r.steps, QLocale::c());
        QVERIFY2(line.contains(QLatin1String("Tanh(")) && line.contains(QLatin1String("bias")), qPrintable(line));
        QCOMPARE(r.field, (engine::PixelBox{8, 6, 21, 19}));
    }

    /// At a corner with padding the kernel keeps its size; cells outside are marked.
    void paddingIsOutside()
    {
        const auto graph = std::make_shared<const engine::GraphSpec>(convarium::test::lenet5());
        const NumberResult r = m_worker.compute(request(graph, graph->nodes[1].id, 0));
        agrees(r);
        const NumberModel m = forwardModel(r);
        QCOMPARE(m.groups.size(), 1u);
        QCOMPARE(m.groups[0].cells.size(), 25u);
        QVERIFY(!m.groups[0].cells[0].used);
        QVERIFY(!m.groups[0].cells[9].used || m.groups[0].cells[9].row == 0);
        QVERIFY(m.groups[0].cells[12].used);
        QCOMPARE(m.groups[0].place(), QRect(0, 0, 3, 3));
    }

    /// Flatten is seen through: a Dense layer reads maps.
    void aDenseLayerShowsMaps()
    {
        const auto graph = std::make_shared<const engine::GraphSpec>(convarium::test::mnistCnn());
        const engine::NodeId dense = graph->nodes[10].id;
        QCOMPARE(graph->nodes[10].type, std::string("dense"));
        const NumberResult r = m_worker.compute(request(graph, dense, 5));
        agrees(r);
        const NumberModel m = forwardModel(r);
        QCOMPARE(m.groups.size(), 64u);
        QCOMPARE(m.groups[0].cells.size(), 9u);
    }

    void maxPoolingIsAChoice()
    {
        const auto graph = std::make_shared<const engine::GraphSpec>(convarium::test::mnistCnn());
        const NumberResult r = m_worker.compute(request(graph, graph->nodes[3].id, 100));
        agrees(r);
        const NumberModel m = forwardModel(r);
        QVERIFY(m.isChoice);
        QCOMPARE(m.groups.size(), 1u);
        QCOMPARE(m.groups[0].cells.size(), 4u);
        int chosen = 0;
        double largest = -1e9;
        for (const NumberCell& c : m.groups[0].cells) {
            QVERIFY(c.used);
            chosen += c.chosen;
            largest = std::max(largest, c.value);
        }
        QCOMPARE(chosen, 1);
        QCOMPARE(largest, m.sum);
    }

    void backwardsEveryWindowThatSawIt()
    {
        const auto graph = std::make_shared<const engine::GraphSpec>(convarium::test::lenet5());
        NumberRequest q = request(graph, graph->nodes[4].id, 5 * 14 + 6);
        q.mode = NumberMode::Backward;
        const NumberResult r = m_worker.compute(q);
        agrees(r);
        const NumberModel m = layOut(r.steps.front().explanation, engine::OperandOf::OutputGradient, {r.outputGradient},
                                     r.tensorShapes, r.tensorKeys);
        QCOMPARE(m.groups.size(), 16u);
        QCOMPARE(m.terms, 16 * 25);
    }

    void anUpdateOfTheNextStep()
    {
        const auto graph = std::make_shared<const engine::GraphSpec>(convarium::test::lenet5());
        NumberRequest q = request(graph, graph->nodes[4].id, 0);
        q.mode = NumberMode::Update;
        q.tensor = "weight";
        q.weight = 1234;
        q.config.batch = 8;
        q.data.train = m_images;
        const NumberResult r = m_worker.compute(q);
        QVERIFY2(r.error.isEmpty(), qPrintable(r.error));
        QCOMPARE(r.imageSums.size(), 8u);
        double sum = 0;
        for (const double s : r.imageSums)
            sum += s;
        QVERIFY(std::abs(sum - r.before.gradient) <= 1e-6 * r.steps.front().explanation.magnitude);
        // Adam's first step is the rate, against the gradient.
        QVERIFY(std::abs(std::abs(r.update.weight.value - r.before.weight) - q.config.rate) < 1e-5);
    }

    /// While its run goes on the network may be edited: its layers have other sizes then than what the run remembers.
    void anUpdateOfAnEditedNetworkBeginsItsRun()
    {
        engine::GraphSpec graph = convarium::test::lenet5();
        auto weights = engine::initialWeights(graph, 1);
        engine::TrainingState state;
        state.weights = state.optimizer1 = state.optimizer2 = weights;
        state.step = 5;
        graph.nodes[4].params.set("filters", std::int64_t{20});
        NumberRequest q = request(std::make_shared<const engine::GraphSpec>(graph), graph.nodes[4].id, 0);
        q.mode = NumberMode::Update;
        q.tensor = "weight";
        q.weight = 20 * 6 * 25 - 1;
        q.config.batch = 8;
        q.data.train = m_images;
        q.state = std::make_shared<const engine::TrainingState>(std::move(state));
        q.weights = weights;
        const NumberResult r = m_worker.compute(q);
        QVERIFY2(r.error.isEmpty(), qPrintable(r.error));
        QCOMPARE(r.element, q.weight);
        QCOMPARE(r.step, 1);
        QCOMPARE(r.before.state1, 0.0);
        QCOMPARE(r.before.state2, 0.0);
        QCOMPARE(r.before.weight, double(engine::initialWeights(graph, 1)->at({q.node, "weight"})[q.weight]));
    }

    /// At the end of a network the gradient comes from the loss: p - target, each p with what it is made of.
    void theLossSendsItsGradientToTheLastLayer_data()
    {
        QTest::addColumn<QString>("loss");
        QTest::addColumn<bool>("softmax");
        QTest::addColumn<QString>("line");
        QTest::newRow("cross-entropy") << "cross-entropy" << false << "target 1 = ";
        QTest::newRow("softmax") << "cross-entropy" << true << "target 1 = ";
        QTest::newRow("smoothed") << "cross-entropy:0.1" << true << "smoothed target 0.91";
        QTest::newRow("sigmoid") << "binary-cross-entropy" << false << "target 1 / 10";
        QTest::newRow("squares") << "mean-squared-error" << true << "target (\u22120.2";
    }
    void theLossSendsItsGradientToTheLastLayer()
    {
        QFETCH(const QString, loss);
        QFETCH(const bool, softmax);
        QFETCH(const QString, line);
        GraphMaker maker;
        maker.input();
        maker.add("flatten");
        const engine::NodeId dense = maker.dense(10);
        const engine::NodeId end = softmax ? maker.add("softmax") : dense;
        const auto graph = std::make_shared<const engine::GraphSpec>(maker.graph());
        for (const NumberMode mode : {NumberMode::Loss, NumberMode::Backward}) {
            if (mode == NumberMode::Backward && !softmax)
                continue;                             // has a gradient of its own
            NumberRequest q = request(graph, end, 3); // the image's class
            q.mode = mode;
            q.config.loss = loss.toStdString();
            const NumberResult r = m_worker.compute(q);
            QVERIFY2(r.error.isEmpty(), qPrintable(r.error));
            agrees(r);
            QVERIFY(r.ofLoss && r.meetsLoss);
            QVERIFY(r.loss == "Mean squared error" || r.value() < 0); // more of the right class
            const NumberModel m =
                layOut(r.steps.front().explanation, engine::OperandOf::Input, r.inputs, r.tensorShapes, r.tensorKeys);
            const QString text = oneLine(m, r.steps, QLocale::c());
            QVERIFY2(text.contains(line), qPrintable(text));
        }
        NumberRequest q = request(graph, graph->nodes[1].id, 3);
        q.mode = NumberMode::Loss;
        QVERIFY(softmax || !m_worker.compute(q).ofLoss);
    }

    /// A network that gives every pixel a class, on images that have one each.
    void pixelsHaveALossOfTheirOwn()
    {
        GraphMaker maker;
        maker.input();
        const engine::NodeId maps = maker.conv(11, 3, 1);
        const auto graph = std::make_shared<const engine::GraphSpec>(maker.graph());
        NumberRequest q = request(graph, maps, 5 * 28 + 7);
        for (const NumberMode mode : {NumberMode::Loss, NumberMode::Backward}) {
            q.mode = mode;
            const NumberResult r = m_worker.compute(q);
            QVERIFY2(r.error.isEmpty(), qPrintable(r.error));
            agrees(r);
            QCOMPARE(r.ofLoss, mode == NumberMode::Loss);
        }
    }

    void layersWithoutAGradientSaySo()
    {
        GraphMaker maker;
        maker.input();
        maker.add("flatten");
        maker.dense(10);
        const engine::NodeId softmax = maker.add("softmax");
        const auto graph = std::make_shared<const engine::GraphSpec>(maker.graph());
        NumberRequest q = request(graph, softmax, 2);
        const NumberResult forward = m_worker.compute(q);
        agrees(forward);
        QVERIFY(!forward.steps.front().explanation.parts.empty());
        q.mode = NumberMode::Update;
        q.data.train = m_images;
        QVERIFY(!m_worker.compute(q).error.isEmpty());
        q = request(graph, graph->nodes[0].id, 2);
        QVERIFY(!m_worker.compute(q).error.isEmpty());
    }
};

QTEST_GUILESS_MAIN(NumberModelTest)
#include "test_number_model.moc"
