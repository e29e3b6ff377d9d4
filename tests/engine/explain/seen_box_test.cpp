// Which pixels a number can see, against boxes worked out by hand.
#include "engine/analysis/seen_box.h"
#include "tests/engine/explain/reference_reads.h"
#include "tests/support/graphs.h"

#include <QTest>

using namespace convarium::engine;
using namespace convarium::test;

class SeenBoxTest : public QObject
{
    Q_OBJECT

    static PixelBox seen(const GraphSpec& graph, NodeId node, std::int64_t element)
    {
        return seenBox(graph, inferShapes(graph), node, element).inside;
    }

private Q_SLOTS:
    /// C3 of LeNet-5 sees 14 x 14 pixels, two for each step, less what lies in the padding.
    void convolutionBehindPooling()
    {
        const GraphSpec g = lenet5();
        const NodeId c3 = g.nodes[4].id;
        QCOMPARE(g.nodes[4].type, std::string("conv2d"));
        QCOMPARE(seen(g, c3, 7 * 100 + 5 * 10 + 4), (PixelBox{8, 6, 21, 19}));
        QCOMPARE(seen(g, c3, 0), (PixelBox{0, 0, 11, 11}));
        QCOMPARE(seen(g, c3, 99), (PixelBox{16, 16, 27, 27}));
    }

    void denseSeesAll()
    {
        const GraphSpec g = lenet5();
        QCOMPARE(seen(g, g.nodes.back().id, 3), (PixelBox{0, 0, 27, 27}));
    }

    /// A ReLU that gives zero has looked at its place all the same; both ways into a sum count.
    void bothWaysOfASum()
    {
        GraphMaker m;
        const NodeId in = m.input();
        m.addAfter(in, "conv2d", {{"filters", std::int64_t{2}}});
        const NodeId a = m.add("relu");
        m.setLast(in);
        const NodeId b = m.conv(2, 5, -1);
        const NodeId sum = m.merge("add", {a, b});
        m.add("flatten");
        m.dense(10);
        QCOMPARE(seen(m.graph(), sum, 10 * 28 + 7), (PixelBox{8, 5, 12, 9}));
        QCOMPARE(seen(m.graph(), a, 10 * 28 + 7), (PixelBox{9, 6, 11, 8}));
    }

    /// The rectangle from the shapes alone against what the reference path really reads, number by number.
    void theBoxFromTheShapesIsWhatTheReferenceReads_data()
    {
        QTest::addColumn<GraphSpec>("graph");
        const auto number = [](std::int64_t v) { return ParamValue(v); };
        QTest::newRow("LeNet-5") << lenet5();
        GraphMaker uneven;
        uneven.input();
        uneven.add("conv2d", {{"kernelHeight", number(3)},
                              {"kernelWidth", number(4)},
                              {"strideHeight", number(2)},
                              {"dilationWidth", number(3)},
                              {"padding", std::string("each side")},
                              {"padTop", number(2)},
                              {"padBottom", number(0)},
                              {"padLeft", number(5)},
                              {"padRight", number(1)}});
        uneven.add("relu");
        uneven.add("max_pool", {{"kernelHeight", number(3)}, {"kernelWidth", number(2)}});
        QTest::newRow("uneven windows") << uneven.graph();
        GraphMaker branches;
        const NodeId in = branches.input();
        branches.conv(2, 5, -1);
        const NodeId wide = branches.conv(2, 3, -1);
        branches.setLast(in);
        const NodeId shortWay = branches.conv(2, 1, 0);
        branches.merge("add", {wide, shortWay});
        branches.add("avg_pool");
        branches.conv(2, 3, -1);
        QTest::newRow("branches") << branches.graph();
        for (const char* mode : {"nearest", "bilinear"}) {
            GraphMaker decoder;
            decoder.input();
            decoder.add("max_pool");
            decoder.add("max_pool");
            decoder.add("upsample", {{"mode", std::string(mode)}});
            decoder.conv(2, 3, -1);
            QTest::newRow(mode) << decoder.graph();
        }
        GraphMaker transposed;
        transposed.input();
        transposed.add("max_pool");
        transposed.add("conv_transpose2d", {{"kernelHeight", number(3)}, {"kernelWidth", number(4)}});
        QTest::newRow("transposed") << transposed.graph();
        GraphMaker edges;
        edges.input();
        edges.add("crop", {{"top", number(3)}, {"left", number(1)}});
        edges.conv(2, 3, -1);
        edges.add("pad", {{"top", number(2)}, {"left", number(0)}}); // the last: its edges read nothing
        QTest::newRow("crop and pad") << edges.graph();
    }

    void theBoxFromTheShapesIsWhatTheReferenceReads()
    {
        QFETCH(GraphSpec, graph);
        const ShapedGraph shapes = inferShapes(graph);
        auto numbers = NetworkNumbers::create(graph, {});
        QVERIFY2(numbers, numbers ? "" : numbers.error().message.c_str());
        (*numbers)->setWeights(initialWeights(graph, 1));
        const InMemoryDataset data({1, 28, 28}, std::vector<std::uint8_t>(784, 100), {3}, std::vector<std::string>(10));
        const std::vector<std::uint32_t> first{0};
        QVERIFY((*numbers)->run(data, first));
        for (const NodeId id : shapes.order) {
            if (findLayer(graph.node(id)->type)->isInput)
                continue;
            const Shape& shape = shapes.shapes.at(id);
            const std::int64_t places = shape.isMaps() ? shape[1] * shape[2] : 1;
            // The corners, and places all over.
            std::vector<std::int64_t> elements{0, places - 1};
            for (std::int64_t i = 1; i < places; i += 1 + places / 9)
                elements.push_back(i);
            for (const std::int64_t element : elements) {
                const PixelBox read = referenceReads(**numbers, graph, id, element);
                const PixelBox box = seenBox(graph, shapes, id, element).inside;
                if (read == box || (read.isEmpty() && box.isEmpty()))
                    continue;
                const auto text = [](const PixelBox& b) {
                    return QStringLiteral("%1,%2 to %3,%4").arg(b.top).arg(b.left).arg(b.bottom).arg(b.right);
                };
                QFAIL(qPrintable(QStringLiteral("%1, number %2: reads %3, box %4")
                                     .arg(QString::fromStdString(graph.label(id)))
                                     .arg(element)
                                     .arg(text(read), text(box))));
            }
        }
    }
};

QTEST_APPLESS_MAIN(SeenBoxTest)
#include "seen_box_test.moc"
