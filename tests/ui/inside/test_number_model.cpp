// Numbers computed as the view computes them, laid out map by map.
#include "engine/train/trainer.h"
#include "tests/support/graphs.h"
#include "tests/support/noise_images.h"
#include "ui/inside/calculation_lines.h"
#include "ui/inside/number_text.h"
#include "ui/inside/number_worker.h"

#include <QTest>

#include <cmath>

using namespace convarium;
using namespace convarium::ui;
using convarium::test::GraphMaker;

namespace
{

QString nameOf(const engine::GraphSpec& graph, engine::NodeId id)
{
    return QString::fromStdString(graph.node(id)->name);
}

} // namespace

class NumberModelTest : public QObject
{
    Q_OBJECT

    NumberWorker m_worker{engineServices()};
    engine::DatasetPtr m_images = std::make_shared<engine::InMemoryDataset>(test::noiseImages({1, 28, 28}, 12, 10));

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
        return layOut(r.steps.front().explanation, engine::OperandOf::Input, r.inputs, r.tensorShapes, r.tensorKeys,
                      r.image);
    }

    static void agrees(const NumberResult& r)
    {
        QVERIFY2(r.error.isEmpty(), qPrintable(r.error));
        const NumberGradient& g = r.gradient;
        if (!g.shares.empty()) {
            double sum = 0;
            for (const NumberShare& share : g.shares)
                sum += share.value;
            QVERIFY(std::abs(sum - g.value) <= 1e-12 * g.magnitude);
            QVERIFY(std::abs(g.value - static_cast<double>(g.engineValue)) <= 1e-6 * g.magnitude + 1e-30);
            QCOMPARE(r.steps.front().explanation.value, g.shares[static_cast<std::size_t>(g.reader)].value);
            return;
        }
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
        q.mode = NumberMode::Backward;
        QVERIFY(!m_worker.compute(q).error.isEmpty());
    }

    /// The page of an Input: a byte becomes a number.
    void aPixelIsScaled()
    {
        const auto graph = std::make_shared<const engine::GraphSpec>(convarium::test::lenet5());
        const NumberResult r = m_worker.compute(request(graph, graph->nodes[0].id, 3 * 28 + 5));
        agrees(r);
        const NumberModel m = forwardModel(r);
        QCOMPARE(m.groups.size(), 1u);
        QCOMPARE(m.groups[0].place(), QRect(5, 3, 1, 1));
        QCOMPARE(m.groups[0].cells[0].value, static_cast<double>(r.pixels[3 * 28 + 5]));
        QVERIFY(std::abs(m.groups[0].cells[0].factor - 1 / 255.) < 1e-9);
        QCOMPARE(r.field, (engine::PixelBox{3, 5, 3, 5}));
    }

    /// Every number that is read has a page: of the layer that made it, with what is docked to it, a Flatten seen
    /// through; of a gradient, of the layer that reads what it is a gradient of.
    void whatIsReadLeadsOn()
    {
        const auto graph = std::make_shared<const engine::GraphSpec>(convarium::test::lenet5());
        const auto id = [&](std::size_t i) { return graph->nodes[i].id; };
        const auto forward = [&](std::size_t i) {
            return m_worker.compute(request(graph, id(i), 0)).inputs.front().page;
        };
        QCOMPARE(graph->nodes[10].type, std::string("dense"));
        QCOMPARE(forward(10).node, id(7)); // the convolution before Tanh and Flatten
        QCOMPARE(forward(7).node, id(6));
        QCOMPARE(forward(3).node, id(1));
        QCOMPARE(forward(1).node, id(0));
        QVERIFY(forward(1).mode == NumberMode::Forward);
        const auto backward = [&](std::size_t i) {
            NumberRequest q = request(graph, id(i), 0);
            q.mode = NumberMode::Backward;
            return m_worker.compute(q).outputGradient.page;
        };
        QCOMPARE(backward(4).node, id(5)); // the Tanh that reads the convolution
        QVERIFY(backward(4).mode == NumberMode::Backward);
        QCOMPARE(backward(5).node, id(6));
        QCOMPARE(backward(12).node, id(12)); // the last layer, which the loss reads
        QVERIFY(backward(12).mode == NumberMode::Loss);
    }

    /// A skip connection: the value is read by the convolution of the main path and by the sum.
    void aValueThatTwoLayersRead()
    {
        GraphMaker maker;
        maker.input();
        maker.conv(4, 3, -1);
        const engine::NodeId start = maker.add("relu");
        const engine::NodeId main = maker.conv(4, 3, -1);
        maker.add("batch_norm");
        const engine::NodeId before = maker.last();
        const engine::NodeId sum = maker.merge("add", {before, start});
        maker.add("relu");
        maker.add("global_avg_pool");
        maker.dense(10);
        const auto graph = std::make_shared<const engine::GraphSpec>(maker.graph());
        NumberRequest q = request(graph, main, 2 * 784 + 9 * 28 + 11);
        q.mode = NumberMode::Backward;
        const NumberResult ofConvolution = m_worker.compute(q);
        agrees(ofConvolution);
        QCOMPARE(ofConvolution.gradient.shares.size(), 2u);
        QCOMPARE(ofConvolution.gradient.reader, 0);
        QCOMPARE(ofConvolution.gradient.shares[0].name, QString::fromStdString(graph->label(main)));
        QCOMPARE(ofConvolution.gradient.shares[1].name, QString::fromStdString(graph->label(sum)));
        const QString line = sharesLine(ofConvolution.gradient, QLocale::c());
        QVERIFY2(line.startsWith(QStringLiteral("from Conv2D ")) && line.contains(QStringLiteral(" + from Add ")),
                 qPrintable(line));
        // The other share, from the same page.
        q.reader = 1;
        const NumberResult other = m_worker.compute(q);
        agrees(other);
        QCOMPARE(other.gradient.reader, 1);
        QCOMPARE(other.value(), ofConvolution.value());
        QVERIFY(other.outputGradient.name.contains(nameOf(*graph, sum)));
        // The page of the sum, by each of its inputs.
        q = request(graph, sum, q.element);
        q.mode = NumberMode::Backward;
        const NumberResult first = m_worker.compute(q);
        agrees(first);
        QCOMPARE(first.gradient.shares.size(), 1u);
        QCOMPARE(first.sources, (std::vector<QString>{QString::fromStdString(graph->label(before)),
                                                      QString::fromStdString(graph->label(start))}));
        q.input = 1;
        const NumberResult second = m_worker.compute(q);
        agrees(second);
        QCOMPARE(second.input, 1);
        QCOMPARE(second.gradient.reader, 1); // its own share of the two
        QCOMPARE(second.value(), other.value());
        QCOMPARE(second.shown.values, other.shown.values);
    }

    /// The next step of training: statistics of its batch, numbers that it drops.
    void asInTraining()
    {
        GraphMaker maker;
        maker.input();
        const engine::NodeId conv = maker.conv(3, 5);
        const engine::NodeId norm = maker.add("batch_norm");
        maker.add("relu");
        const engine::NodeId pool = maker.add("max_pool");
        const engine::NodeId dropout = maker.add("dropout");
        maker.add("flatten");
        const engine::NodeId dense = maker.dense(10);
        const auto graph = std::make_shared<const engine::GraphSpec>(maker.graph());
        NumberRequest q = request(graph, conv, 2 * 576 + 7 * 24 + 8);
        q.config.batch = 8;
        q.data.train = m_images;
        q.batchImage = 5;
        const NumberResult evaluated = m_worker.compute(q);
        agrees(evaluated);
        QVERIFY(evaluated.differences.statistics && evaluated.differences.masks && !evaluated.training);
        q.training = true;
        const NumberResult trained = m_worker.compute(q);
        agrees(trained);
        QVERIFY(trained.training);
        QCOMPARE(trained.image, 5);
        QCOMPARE(trained.images, 8);
        QCOMPARE(trained.step, 1);
        QVERIFY(trained.pixels != evaluated.pixels);
        QCOMPARE(trained.steps.size(), 3u); // with norm and ReLU
        const auto hasPart = [](const NumberResult& r, std::size_t step, const char* name) {
            const auto& parts = r.steps[step].explanation.parts;
            return std::any_of(parts.begin(), parts.end(), [&](const engine::Part& p) { return p.name == name; });
        };
        QVERIFY(hasPart(trained, 1, "mean") && !hasPart(evaluated, 1, "mean"));
        // The maps of the norm are those of the one image, whatever the others bring to its mean.
        q.node = norm;
        const NumberModel own = forwardModel(m_worker.compute(q));
        QCOMPARE(own.groups.size(), 1u);
        QCOMPARE(own.groups[0].cells.size(), 576u);

        // What is dropped is dropped in every number of the image, forwards and backwards.
        int dropped = 0;
        for (std::int64_t element = 0; element < 40; ++element) {
            q.node = pool; // with its dropout
            q.element = element;
            q.mode = NumberMode::Forward;
            const NumberResult r = m_worker.compute(q);
            agrees(r);
            q.node = dropout;
            q.mode = NumberMode::Backward;
            const NumberResult back = m_worker.compute(q);
            agrees(back);
            const double mask = r.steps[1].explanation.value / r.steps[0].explanation.value;
            if (r.steps[0].explanation.value != 0)
                QVERIFY(mask == 0 || std::abs(mask - 2) < 1e-9);
            if (r.steps[0].explanation.value != 0 && mask == 0) {
                ++dropped;
                QCOMPARE(back.value(), 0.0);
            }
        }
        QVERIFY(dropped > 5 && dropped < 35);
        q.node = dense;
        q.element = 3;
        q.mode = NumberMode::Loss;
        const NumberResult loss = m_worker.compute(q);
        agrees(loss);
        QCOMPARE(loss.lossTerms, 8);
        QVERIFY(std::abs(loss.meanLoss - loss.engineLoss) < 1e-5);

        // Without such layers there is no difference.
        const auto plain = std::make_shared<const engine::GraphSpec>(convarium::test::lenet5());
        q = request(plain, plain->nodes[1].id, 5);
        q.training = true;
        QVERIFY(!m_worker.compute(q).training);
    }

    void theLossItself()
    {
        GraphMaker maker;
        maker.input();
        maker.add("flatten");
        const engine::NodeId dense = maker.dense(10);
        const auto graph = std::make_shared<const engine::GraphSpec>(maker.graph());
        for (const engine::LossInfo& info : engine::lossRegistry()) {
            if (info.target == engine::TargetKind::Mask)
                continue;
            NumberRequest q = request(graph, dense, 3);
            q.mode = NumberMode::Loss;
            q.config.loss = info.id;
            const NumberResult r = m_worker.compute(q);
            agrees(r);
            QVERIFY(std::abs(r.lossValue.value - r.engineLoss) <= 1e-6 * r.lossValue.magnitude);
            QCOMPARE(r.lossTerms, 1);
            const QString line = calculationText(r.lossValue, r.tensorKeys, QLocale::c());
            if (info.id == "cross-entropy")
                QVERIFY2(line.startsWith(QStringLiteral("\u2212target 1 \u00d7 ln(p ")), qPrintable(line));
        }
    }
};

QTEST_GUILESS_MAIN(NumberModelTest)
#include "test_number_model.moc"
