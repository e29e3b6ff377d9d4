#include "engine/analysis/counts.h"
#include "engine/analysis/derivation.h"
#include "engine/analysis/never_negative.h"
#include "engine/analysis/receptive_field.h"
#include "engine/analysis/seen_box.h"
#include "engine/analysis/textbook_memory.h"
#include "engine/layers/layer.h"
#include "tests/support/expression.h"
#include "tests/support/graphs.h"

#include <QtTest>

#include <algorithm>
#include <limits>

using namespace convarium::test;

class AnalysisTest : public QObject
{
    Q_OBJECT

    static NetworkCounts counts(const GraphSpec& graph) { return countNetwork(graph, inferShapes(graph)); }

    static const Derivation* find(const std::vector<Derivation>& list, const std::string& title)
    {
        for (const Derivation& d : list)
            if (d.title == title)
                return &d;
        return nullptr;
    }

private Q_SLOTS:
    void totalsAreThoseFixedForThePresets_data()
    {
        QTest::addColumn<int>("net");
        QTest::addColumn<qlonglong>("trainable");
        QTest::addColumn<qlonglong>("statistics");
        QTest::addColumn<qlonglong>("macs");
        QTest::newRow("lenet-5") << 0 << 61706LL << 0LL << 416520LL;
        QTest::newRow("mnist-cnn") << 1 << 93322LL << 0LL << 2794240LL;
        QTest::newRow("resnet-20") << 2 << 272186LL << 1568LL << 31021952LL;
        QTest::newRow("three-conv") << 3 << 903400LL << 0LL << 1399500000LL; // 40,500,000 + 675,000,000 + 684,000,000
        QTest::newRow("mlp") << 4 << 101770LL << 0LL << 101632LL;
    }

    void totalsAreThoseFixedForThePresets()
    {
        QFETCH(const int, net);
        QFETCH(const qlonglong, trainable);
        QFETCH(const qlonglong, statistics);
        QFETCH(const qlonglong, macs);
        const GraphSpec nets[] = {lenet5(), mnistCnn(), resnet20(), threeConv(), mlp()};
        const Counts total = counts(nets[net]).total;
        QCOMPARE(qlonglong(total.trainable), trainable);
        QCOMPARE(qlonglong(total.frozen), 0LL);
        QCOMPARE(qlonglong(total.statistics), statistics);
        QCOMPARE(qlonglong(total.macs), macs);
    }

    void layersThatAreNeverBelowZeroAreFoundAlongTheWires()
    {
        GraphMaker m;
        const NodeId input = m.input(1, 8, 8);
        const NodeId conv = m.conv(4, 3);
        const NodeId relu = m.add("relu");
        const NodeId pool = m.add("max_pool");
        const NodeId sum = m.merge("add", {pool, pool});
        const NodeId flat = m.add("flatten");
        const NodeId dense = m.add("dense", {{"units", std::int64_t{3}}});
        const NodeId softmax = m.add("softmax");
        const NodeId mixed = m.merge("concat", {flat, dense});
        QVERIFY(neverNegative(m.graph()) == (std::set<NodeId>{relu, pool, sum, flat, softmax}));
        // Each layer alone, behind what may be anything and behind ReLU.
        std::set<std::string> always, passing;
        for (const LayerDescriptor& layer : layerRegistry()) {
            if (layer.minInputs > 2 || layer.maxInputs == 0 || layer.isInput)
                continue;
            GraphMaker one;
            const NodeId any = one.input(1, 8, 8), positive = one.add("relu");
            const NodeId first =
                one.merge(layer.id, std::vector<NodeId>(static_cast<std::size_t>(layer.minInputs), any));
            const NodeId second =
                one.merge(layer.id, std::vector<NodeId>(static_cast<std::size_t>(layer.minInputs), positive));
            const auto never = neverNegative(one.graph());
            if (never.contains(first))
                always.insert(layer.id);
            else if (never.contains(second))
                passing.insert(layer.id);
        }
        for (const char* id : {"relu", "relu6", "sigmoid", "hard_sigmoid", "softmax", "softplus", "clip"})
            QVERIFY2(always.erase(id) == 1, id);
        QVERIFY2(always.empty(), always.empty() ? "" : always.begin()->c_str());
        for (const char* id : {"max_pool", "avg_pool", "global_avg_pool", "global_max_pool", "flatten", "dropout",
                               "add", "multiply", "maximum", "concat", "upsample", "lrn", "tanh"})
            QVERIFY2(passing.contains(id), id);
        for (const char* id : {"conv2d", "dense", "batch_norm", "layer_norm", "subtract", "log_softmax", "prelu"})
            QVERIFY2(!passing.contains(id), id);

        GraphSpec turned = m.graph(); // the order of the nodes says nothing
        std::reverse(turned.nodes.begin(), turned.nodes.end());
        QVERIFY(neverNegative(turned) == neverNegative(m.graph()));
        QVERIFY(!neverNegative(turned).contains(input) && !neverNegative(turned).contains(conv) &&
                !neverNegative(turned).contains(mixed));
    }

    void countsOfMnistCnnLayerByLayer()
    {
        const GraphSpec graph = mnistCnn();
        const NetworkCounts result = counts(graph);
        std::vector<std::int64_t> found;
        for (const Node& node : graph.nodes)
            if (const std::int64_t n = result.nodes.at(node.id).parameters())
                found.push_back(n);
        QCOMPARE(found, (std::vector<std::int64_t>{320, 18496, 36928, 36928, 650}));
    }

    void frozenWeightsAreCountedApart()
    {
        GraphSpec graph = mnistCnn();
        graph.nodes[1].frozen = true;
        const Counts total = counts(graph).total;
        QCOMPARE(total.frozen, std::int64_t(320));
        QCOMPARE(total.trainable, std::int64_t(93002));
    }

    void faultyNodesCountNothing()
    {
        GraphSpec graph = mnistCnn();
        graph.edges.erase(graph.edges.begin() + 3); // nothing feeds the second convolution
        const NetworkCounts result = counts(graph);
        QCOMPARE(result.total.trainable, std::int64_t(320));
        QCOMPARE(result.nodes.size(), std::size_t(4));
    }

    void textbookMemoryOfThreeConv()
    {
        const GraphSpec graph = threeConv();
        const ShapedGraph shapes = inferShapes(graph);
        QCOMPARE(textbookMemory(graph, shapes, 1).weights, std::int64_t(3613600));
        QCOMPARE(textbookMemory(graph, shapes, 1).inference, std::int64_t(12613600));
        QCOMPARE(textbookMemory(graph, shapes, 50).training, std::int64_t(565613600));
    }

    void theMemoryOfTheLayersIsThatOfTheNetwork()
    {
        for (const GraphSpec& graph : {lenet5(), mnistCnn(), threeConv()}) {
            const auto shapes = inferShapes(graph);
            std::int64_t sum = 0;
            for (const auto& [id, bytes] : textbookTrainingMemory(graph, shapes, 50))
                sum += bytes;
            QCOMPARE(sum, textbookMemory(graph, shapes, 50).training);
        }
    }

    void pointwiseLayersAddNoMemoryUnlessTheirInputIsStillNeeded()
    {
        GraphMaker m;
        m.input(1, 10, 10);
        m.conv(2, 3, -1); // 200 numbers
        m.add("relu");
        m.add("flatten");
        GraphSpec graph = m.graph();
        const std::int64_t weights = 4 * 20;
        QCOMPARE(textbookMemory(graph, inferShapes(graph), 1).training, weights + 4 * 300);
        QCOMPARE(textbookMemory(graph, inferShapes(graph), 1).inference, weights + 4 * 300);
        // A second reader of the convolution: ReLU may no longer overwrite it. Flatten never needs memory.
        m.setLast(2);
        m.add("flatten");
        graph = m.graph();
        QCOMPARE(computedInPlace(graph), (std::set<NodeId>{4, 5}));
        QCOMPARE(textbookMemory(graph, inferShapes(graph), 1).training, weights + 4 * 500);
        QCOMPARE(textbookMemory(graph, inferShapes(graph), 1).inference, weights + 4 * 400);
    }

    void aShortcutIsAliveUntilItIsAdded()
    {
        GraphMaker m;
        m.input(1, 10, 10); // 100
        m.conv(1, 3, -1);   // 100, alive until the Add
        m.conv(3, 3, -1);   // 300
        m.conv(1, 3, -1);   // 100: 100 + 300 + 100 at once
        m.merge("add", {2, 4});
        const GraphSpec graph = m.graph();
        const std::int64_t weights = 4 * (10 + 30 + 28);
        QCOMPARE(textbookMemory(graph, inferShapes(graph), 2).inference, weights + 2 * 4 * 500);
    }

    void aResultComputedInPlaceIsKeptToTheEnd()
    {
        GraphMaker m;
        m.input(1, 10, 10); // 100
        m.conv(1, 3, -1);   // 100, a result after ReLU
        m.add("relu");
        m.setLast(1);
        m.conv(5, 3, -1); // 500: 100 + 100 + 500 at once
        const GraphSpec graph = m.graph();
        QCOMPARE(textbookMemory(graph, inferShapes(graph), 1).inference, std::int64_t(4 * (10 + 50) + 4 * 700));
    }

    void memoryThatCannotBeCountedIsTheLargestNumber()
    {
        const GraphSpec graph = threeConv();
        const std::int64_t largest = std::numeric_limits<std::int64_t>::max();
        QCOMPARE(textbookMemory(graph, inferShapes(graph), largest / 2).training, largest);
    }

    void theInspectorOfC3ReadsAsInThePicture()
    {
        const GraphSpec graph = lenet5();
        const auto list = deriveNode(graph, inferShapes(graph), 5, 64);
        const std::vector<Derivation> expected{
            {"Output size", "10", "⌊(size in + 2 · padding − kernel) / stride⌋ + 1", "⌊(14 + 2 · 0 − 5) / 1⌋ + 1 = 10"},
            {"Parameters", "2,416", "(kernel · kernel · maps in + 1) · filters", "(5 · 5 · 6 + 1) · 16 = 2,416"},
            {"MACs per image", "240,000", "height · width · filters · (kernel · kernel · maps in)",
             "10 · 10 · 16 · (5 · 5 · 6) = 240,000"},
            {"Kept for backward", "409.6 kB", "height · width · maps · 4 bytes · batch",
             "10 · 10 · 16 · 4 · 64 = 409,600 bytes"},
            {"Sees of the input", "14×14", "receptive field so far + (kernel − 1) · step so far",
             "6 + (5 − 1) · 2 = 14"},
        };
        QCOMPARE(list.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            QCOMPARE(list[i].title, expected[i].title);
            QCOMPARE(list[i].result, expected[i].result);
            QCOMPARE(list[i].symbols, expected[i].symbols);
            QCOMPARE(list[i].numbers, expected[i].numbers);
        }
    }

    void otherLayersHaveTheirLinesToo()
    {
        const GraphSpec graph = resnet20();
        const ShapedGraph shapes = inferShapes(graph);
        const auto norm = deriveNode(graph, shapes, 3, 1);
        QCOMPARE(find(norm, "Parameters")->numbers, std::string("2 · 16 = 32"));
        QCOMPARE(find(norm, "Statistics")->result, std::string("32"));
        QVERIFY(!find(norm, "MACs per image"));
        QCOMPARE(find(norm, "Output size")->result, std::string("28×28×16"));
        const auto relu = deriveNode(graph, shapes, 4, 1);
        QVERIFY(find(relu, "Kept for backward"));
        const auto dense = deriveNode(graph, shapes, graph.nodes.back().id, 1);
        QCOMPARE(find(dense, "Parameters")->symbols, std::string("(numbers in + 1) · units"));
        QCOMPARE(find(dense, "Sees of the input")->result, std::string("28×28"));
        QVERIFY(deriveNode(graph, shapes, 999, 1).empty());
    }

    void everyShownNumberFollowsFromItsText()
    {
        for (const GraphSpec& graph : {lenet5(), mnistCnn(), resnet20(), threeConv(), mlp()}) {
            const ShapedGraph shapes = inferShapes(graph);
            for (const Node& node : graph.nodes)
                for (const Derivation& d : deriveNode(graph, shapes, node.id, 32)) {
                    const std::size_t equals = d.numbers.find(" = ");
                    if (equals == std::string::npos)
                        continue;
                    const auto value = Expression::evaluate(d.numbers.substr(0, equals));
                    QVERIFY2(value, d.numbers.c_str());
                    std::string shown = groupDigits(static_cast<std::int64_t>(*value));
                    QVERIFY2(d.numbers.substr(equals + 3).starts_with(shown), d.numbers.c_str());
                }
        }
    }

    void receptiveFieldsGrowAndEndAtTheInput()
    {
        const GraphSpec graph = lenet5();
        const ShapedGraph shapes = inferShapes(graph);
        const auto fields = receptiveFields(graph, shapes);
        QCOMPARE(fields.at(1).rows.pixels(), std::int64_t(1));
        QCOMPARE(fields.at(2).rows.pixels(), std::int64_t(5));
        QCOMPARE(fields.at(4).rows.pixels(), std::int64_t(6));
        QCOMPARE(fields.at(4).columns.step, std::int64_t(2));
        QCOMPARE(fields.at(8).rows.pixels(), std::int64_t(32)); // C5, more than the image has
        QVERIFY(!fields.at(8).everything);
        QVERIFY(fields.at(11).everything);
        const auto list = deriveNode(graph, shapes, 8, 1);
        QCOMPARE(find(list, "Sees of the input")->result, std::string("28×28"));
        QCOMPARE(find(list, "Sees of the input")->numbers,
                 std::string("16 + (5 − 1) · 4 = 32, more than the 28×28 there are"));
        GraphMaker dilated;
        dilated.input();
        const NodeId conv = dilated.add("conv2d", {{"dilationHeight", std::int64_t{3}}});
        const GraphSpec g = dilated.graph();
        QCOMPARE(receptiveFields(g, inferShapes(g)).at(conv).rows.pixels(), std::int64_t(7));
        QCOMPARE(receptiveFields(g, inferShapes(g)).at(conv).columns.pixels(), std::int64_t(3));
    }

    /// As stated for LeNet-5 and VGG-16 in the literature, e.g. Araujo, Norris and Sim, Computing Receptive Fields of
    /// Convolutional Neural Networks, Distill 2019, doi 10.23915/distill.00021.
    void theBoxOfANumberHasTheSizeOfItsField()
    {
        const GraphSpec lenet = lenet5();
        const ShapedGraph shapes = inferShapes(lenet);
        for (const auto& [id, size] : {std::pair{2, 5}, {4, 6}, {5, 14}, {7, 16}, {8, 32}})
            QCOMPARE(seenBox(lenet, shapes, id, 0).field.height(), std::int64_t(size));
        // The first number of C1 looks two rows and columns into its padding, that of C3 as far.
        const SeenBox corner = seenBox(lenet, shapes, 5, 0);
        QCOMPARE(corner.field, (PixelBox{-2, -2, 11, 11}));
        QCOMPARE(corner.inside, (PixelBox{0, 0, 11, 11}));
        QVERIFY(corner.isCut());
        QVERIFY(!seenBox(lenet, shapes, 5, 55).isCut());
        QCOMPARE(seenBox(lenet, shapes, 11, 3).inside, (PixelBox{0, 0, 27, 27})); // Dense

        GraphMaker vgg;
        vgg.input(3, 224, 224);
        std::vector<std::int64_t> sizes;
        std::vector<NodeId> ids;
        for (const int convolutions : {2, 2, 3, 3, 3}) {
            for (int i = 0; i < convolutions; ++i)
                ids.push_back(vgg.conv(4, 3, -1));
            ids.push_back(vgg.add("max_pool"));
        }
        const ShapedGraph vggShapes = inferShapes(vgg.graph());
        for (const NodeId id : ids) {
            const Shape& shape = vggShapes.shapes.at(id);
            sizes.push_back(seenBox(vgg.graph(), vggShapes, id, shape[1] / 2 * shape[2] + shape[2] / 2).field.width());
        }
        QCOMPARE(sizes,
                 (std::vector<std::int64_t>{3, 5, 6, 10, 14, 16, 24, 32, 40, 44, 60, 76, 92, 100, 132, 164, 196, 212}));
    }

    void enlargedMapsStepByPartsOfAPixel()
    {
        const std::int64_t two = 2, three = 3;
        GraphMaker m("decoder");
        m.input(1, 32, 32);
        m.conv(4, 3, 1, 2);                                              // sees 3, steps 2
        const NodeId up = m.add("conv_transpose2d", {{"filters", two}}); // 2x2 stride 2: one pixel behind each
        m.add("upsample");
        const NodeId conv = m.add("conv2d", {{"kernelHeight", two}, {"kernelWidth", three}});
        const NodeId again = m.add("conv2d", {{"kernelHeight", two}, {"kernelWidth", three}});
        const NodeId smooth = m.add("upsample", {{"mode", std::string("bilinear")}});
        const GraphSpec& g = m.graph();
        const ShapedGraph shapes = inferShapes(g);
        const auto fields = receptiveFields(g, shapes);
        QCOMPARE(fields.at(up).rows.pixels(), std::int64_t(3));
        QCOMPARE(fields.at(up).rows.step, std::int64_t(1));
        QCOMPARE(fields.at(conv).rows.pixels(), std::int64_t(4));    // 3 + 1/2
        QCOMPARE(fields.at(conv).columns.pixels(), std::int64_t(4)); // 3 + 2/2
        QCOMPARE(fields.at(again).rows.pixels(), std::int64_t(4));   // 3 + 1/2 + 1/2: halves add up before rounding
        QCOMPARE(fields.at(again).columns.pixels(), std::int64_t(5));
        QCOMPARE(fields.at(smooth).rows.pixels(), std::int64_t(5)); // 4 + 1/2
        QCOMPARE(find(deriveNode(g, shapes, again, 1), "Sees of the input")->numbers,
                 std::string("⌈(7 + (2 − 1) · 1) / 2⌉ = 4, across ⌈(8 + (3 − 1) · 1) / 2⌉ = 5"));
    }

    void bytesAreDecimal_data()
    {
        QTest::addColumn<qlonglong>("bytes");
        QTest::addColumn<QString>("text");
        QTest::newRow("one") << 1LL << "1 byte";
        QTest::newRow("small") << 999LL << "999 bytes";
        QTest::newRow("kilo") << 1000LL << "1 kB";
        QTest::newRow("rounded up to the next unit") << 999960LL << "1 MB";
        QTest::newRow("tenths") << 409600LL << "409.6 kB";
        QTest::newRow("giga") << 565613600000LL << "565.6 GB";
    }

    void bytesAreDecimal()
    {
        QFETCH(const qlonglong, bytes);
        QFETCH(const QString, text);
        QCOMPARE(QString::fromStdString(bytesText(bytes)), text);
    }
};

QTEST_APPLESS_MAIN(AnalysisTest)
#include "analysis_test.moc"
