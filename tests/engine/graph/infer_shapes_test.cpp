#include "tests/support/graphs.h"

#include <QtTest>

#include <functional>

using namespace convarium::test;

namespace
{

struct Fault {
    const char* name;
    std::function<void(GraphMaker&)> build;
    ErrorCode code;
    NodeId node;      ///< where the fault is shown
    const char* says; ///< part of the message
    bool warning = false;
    std::optional<std::int64_t> classes = {};
};

const std::vector<Fault>& faults()
{
    static const std::vector<Fault> rows = {
        {"empty network", [](GraphMaker&) {}, ErrorCode::InvalidGraph, kNoNode, "needs an Input"},
        {"no input",
         [](GraphMaker& m) {
             m.addAfter(kNoNode, "conv2d");
             m.graph().edges.push_back({1, 0, 1, 0, 0});
         },
         ErrorCode::InvalidGraph, kNoNode, "needs an Input"},
        {"unknown type",
         [](GraphMaker& m) {
             m.input();
             m.add("relu");
             m.graph().nodes[1].type = "swish";
         },
         ErrorCode::UnknownName, 2, "'swish'"},
        {"newer layer",
         [](GraphMaker& m) {
             m.input();
             m.add("relu");
             m.graph().nodes[1].version = 9;
         },
         ErrorCode::NewerVersion, 2, "newer"},
        {"bad setting",
         [](GraphMaker& m) {
             m.input();
             m.conv(0, 3);
         },
         ErrorCode::InvalidArgument, 2, "1 to 4,096"},
        {"missing input",
         [](GraphMaker& m) {
             m.input();
             m.addAfter(kNoNode, "relu");
         },
         ErrorCode::InvalidGraph, 2, "No wire leads to it"},
        {"one input of two",
         [](GraphMaker& m) {
             m.input();
             m.merge("add", {1});
         },
         ErrorCode::InvalidGraph, 2, "Add A1 needs 2 inputs"},
        {"too many inputs",
         [](GraphMaker& m) {
             m.input();
             m.add("relu");
             m.wire(1, 2, 1);
         },
         ErrorCode::InvalidGraph, 2, "takes 1 wire, but 2"},
        {"wire into the input",
         [](GraphMaker& m) {
             m.input();
             m.input();
             m.wire(1, 2);
         },
         ErrorCode::InvalidGraph, 2, "takes no wire"},
        {"same slot twice",
         [](GraphMaker& m) {
             m.input();
             m.merge("add", {1, 1});
             m.graph().edges[1].slot = 0;
         },
         ErrorCode::InvalidGraph, 2, "same input"},
        {"slot out of range",
         [](GraphMaker& m) {
             m.input();
             m.add("relu");
             m.graph().edges[0].slot = 3;
         },
         ErrorCode::InvalidGraph, 2, "input 4"},
        {"unknown port",
         [](GraphMaker& m) {
             m.input();
             m.add("relu");
             m.graph().edges[0].toPort = 1;
         },
         ErrorCode::InvalidGraph, 2, "port"},
        {"wire from nowhere",
         [](GraphMaker& m) {
             m.input();
             m.add("relu");
             m.graph().edges[0].from = 77;
         },
         ErrorCode::InvalidGraph, 2, "does not exist"},
        {"number used twice",
         [](GraphMaker& m) {
             m.input();
             m.add("relu");
             m.graph().nodes.push_back(m.graph().nodes[1]);
         },
         ErrorCode::InvalidGraph, 2, "Two layers have the number 2"},
        {"circle",
         [](GraphMaker& m) {
             m.input();
             m.merge("add", {1});
             m.add("relu");
             m.add("tanh");
             m.wire(4, 2, 1);
             m.add("relu");
         },
         ErrorCode::InvalidGraph, 2, "Add A1 → ReLU R1 → Tanh T1 → Add A1"},
        {"dense on maps",
         [](GraphMaker& m) {
             m.input();
             m.conv(8, 3);
             m.dense(10);
         },
         ErrorCode::ShapeMismatch, 3, "Dense needs a plain list of numbers. It gets 26×26×8 from C1."},
        {"convolution on a list",
         [](GraphMaker& m) {
             m.input();
             m.add("flatten");
             m.conv(8, 3);
         },
         ErrorCode::ShapeMismatch, 3, "a list of 784 numbers from Fl1"},
        {"kernel too large",
         [](GraphMaker& m) {
             m.input(1, 3, 3);
             m.conv(8, 5);
         },
         ErrorCode::ShapeMismatch, 2, "The kernel (5×5) of Conv2D is larger than its input (3×3 from In1)."},
        {"padded but still too large",
         [](GraphMaker& m) {
             m.input(1, 2, 2);
             m.conv(8, 7, 1);
         },
         ErrorCode::ShapeMismatch, 2, "with padding 4×4"},
        {"groups that do not divide",
         [](GraphMaker& m) {
             m.input(3);
             m.add("conv2d", {{"groups", std::int64_t{2}}});
         },
         ErrorCode::InvalidArgument, 2, "2 groups, 3 maps from In1"},
        {"pool padding",
         [](GraphMaker& m) {
             m.input();
             m.add("max_pool", {{"padding", std::string("explicit")}, {"padHeight", std::int64_t{2}}});
         },
         ErrorCode::InvalidArgument, 2, "A window of MaxPool lies in its padding alone: row 1 of 16"},
        {"pool padding behind",
         [](GraphMaker& m) {
             m.input();
             m.add("avg_pool", {{"padding", std::string("each side")}, {"padRight", std::int64_t{2}}});
         },
         ErrorCode::InvalidArgument, 2, "column 15 of 15"},
        {"unequal shapes",
         [](GraphMaker& m) {
             m.input();
             m.conv(16, 3, -1);
             m.conv(32, 3, -1, 2);
             m.merge("add", {2, 3});
         },
         ErrorCode::ShapeMismatch, 4, "Add needs two equal shapes. It gets 28×28×16 from C1 and 14×14×32 from C2."},
        {"maps of unequal size",
         [](GraphMaker& m) {
             m.input();
             m.conv(16, 3, -1);
             m.conv(32, 3, -1, 2);
             m.merge("concat", {2, 3});
         },
         ErrorCode::ShapeMismatch, 4, "Concat needs maps of equal height and width"},
        {"too large to count",
         [](GraphMaker& m) {
             m.input(4096, 8192, 8192);
             m.add("flatten");
             m.dense(65536);
         },
         ErrorCode::Overflow, 3, "too large"},
        {"two parts",
         [](GraphMaker& m) {
             m.input();
             m.add("relu");
             m.add("tanh");
             m.input();
             m.add("relu");
         },
         ErrorCode::InvalidGraph, 4, "2 parts", true},
        {"softmax inside",
         [](GraphMaker& m) {
             m.input();
             m.add("flatten");
             m.add("softmax");
             m.dense(10);
         },
         ErrorCode::InvalidGraph, 3, "belongs at the end", true},
        {"wrong number of classes",
         [](GraphMaker& m) {
             m.input();
             m.add("flatten");
             m.dense(12);
         },
         ErrorCode::ShapeMismatch, 3, "a list of 10 numbers, one per class. Dense F1 gives a list of 12 numbers.",
         false, 10},
        {"maps at the end",
         [](GraphMaker& m) {
             m.input();
             m.conv(10, 3);
         },
         ErrorCode::ShapeMismatch, 2, "maps of 26×26×10", false, 10},
        {"output that is not there",
         [](GraphMaker& m) {
             m.input();
             m.graph().outputs.push_back({9, "cross-entropy", 1});
         },
         ErrorCode::InvalidGraph, kNoNode, "layer 9"},
    };
    return rows;
}

} // namespace

class InferShapesTest : public QObject
{
    Q_OBJECT

    static QByteArray listed(const ShapedGraph& shapes)
    {
        QByteArray text;
        for (const Problem& p : shapes.problems)
            text += QByteArray::number(static_cast<qlonglong>(p.error.place.node)) + ": " +
                    QByteArray::fromStdString(p.error.text()) + "\n";
        return text;
    }

private Q_SLOTS:
    void everyFaultIsFoundOnceAtItsNode_data()
    {
        QTest::addColumn<int>("row");
        for (std::size_t i = 0; i < faults().size(); ++i)
            QTest::addRow("%s", faults()[i].name) << static_cast<int>(i);
    }

    void everyFaultIsFoundOnceAtItsNode()
    {
        QFETCH(const int, row);
        const Fault& fault = faults()[static_cast<std::size_t>(row)];
        GraphMaker m;
        fault.build(m);
        const ShapedGraph shapes = inferShapes(m.graph(), fault.classes);
        const QByteArray all = listed(shapes);
        int found = 0;
        for (const Problem& p : shapes.problems) {
            QVERIFY2(!p.error.message.empty() && !p.error.hint.empty(), all);
            QVERIFY2(p.error.message.find('{') == std::string::npos, all);
            if (p.error.code == fault.code && p.error.place.node == fault.node && p.warning == fault.warning &&
                p.error.message.find(fault.says) != std::string::npos)
                ++found;
        }
        QVERIFY2(found == 1, all);
        QCOMPARE(shapes.ok(), fault.warning);
        if (fault.warning)
            QCOMPARE(shapes.shapes.size(), m.graph().nodes.size());
    }

    void nodesBehindAFaultAreSilent()
    {
        GraphMaker m;
        m.input();
        m.conv(8, 3);
        m.dense(10); // the fault
        m.add("relu");
        m.dense(5);
        m.add("softmax");
        const ShapedGraph shapes = inferShapes(m.graph(), 10);
        QVERIFY2(shapes.problems.size() == 1, listed(shapes));
        QCOMPARE(shapes.problems[0].inputShapes, (std::vector<Shape>{{8, 26, 26}}));
        QCOMPARE(shapes.shapes.size(), std::size_t(2));
        QCOMPARE(shapes.order.size(), std::size_t(6));
    }

    void nodesBehindACircleAreSilentToo()
    {
        GraphMaker m;
        m.input();
        m.merge("add", {1});
        m.add("relu");
        m.wire(3, 2, 1);
        m.add("flatten");
        m.dense(10);
        const ShapedGraph shapes = inferShapes(m.graph());
        QVERIFY2(shapes.problems.size() == 1, listed(shapes));
        QCOMPARE(shapes.order, (std::vector<NodeId>{1, 4, 5}));
        QCOMPARE(shapes.shapes.size(), std::size_t(1));
    }

    void aLooseLayerIsOneFaultNotTwo()
    {
        GraphSpec graph = lenet5();
        graph.nodes.push_back(makeNode(graph, *findLayer("conv2d")));
        const ShapedGraph shapes = inferShapes(graph, 10);
        QVERIFY2(shapes.problems.size() == 1, listed(shapes));
        QCOMPARE(shapes.problems[0].error.place.node, graph.nodes.back().id);
    }

    void goodNetworksHaveNoProblems()
    {
        for (const GraphSpec& graph : {lenet5(), mnistCnn(), mlp(), resnet20()}) {
            const ShapedGraph shapes = inferShapes(graph, 10);
            QVERIFY2(shapes.problems.empty(), listed(shapes));
            QCOMPARE(shapes.shapes.size(), graph.nodes.size());
            QCOMPARE(shapes.shapes.at(graph.nodes.back().id), Shape{10});
        }
        QVERIFY(inferShapes(threeConv()).problems.empty());
        GraphMaker withSoftmax;
        withSoftmax.input();
        withSoftmax.add("flatten");
        withSoftmax.dense(10);
        withSoftmax.add("softmax");
        QVERIFY(inferShapes(withSoftmax.graph(), 10).problems.empty());
    }

    void shapesOfLenetAreThoseOfThePicture()
    {
        const GraphSpec graph = lenet5();
        const ShapedGraph shapes = inferShapes(graph, 10);
        const std::vector<Shape> expected{{1, 28, 28},  {6, 28, 28}, {6, 28, 28}, {6, 14, 14}, {16, 10, 10},
                                          {16, 10, 10}, {16, 5, 5},  {120, 1, 1}, {120, 1, 1}, {120},
                                          {84},         {84},        {10}};
        QCOMPARE(graph.nodes.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY2(shapes.shapes.at(graph.nodes[i].id) == expected[i], graph.label(graph.nodes[i].id).c_str());
    }

    void samplesGetTheShapeOfSameValidAndExplicitPadding_data()
    {
        QTest::addColumn<int>("in");
        QTest::addColumn<int>("kernel");
        QTest::addColumn<int>("pad"); // -1 same, 0 valid
        QTest::addColumn<int>("stride");
        QTest::addColumn<int>("out");
        QTest::newRow("same") << 28 << 5 << -1 << 1 << 28;
        QTest::newRow("same, stride 2, odd") << 75 << 3 << -1 << 2 << 38;
        QTest::newRow("same, stride larger than the kernel") << 7 << 1 << -1 << 3 << 3;
        QTest::newRow("valid") << 28 << 5 << 0 << 1 << 24;
        QTest::newRow("valid, stride 3") << 28 << 5 << 0 << 3 << 8;
        QTest::newRow("valid, exactly one") << 5 << 5 << 0 << 2 << 1;
        QTest::newRow("explicit") << 28 << 3 << 1 << 2 << 14;
    }

    void samplesGetTheShapeOfSameValidAndExplicitPadding()
    {
        QFETCH(const int, in);
        QFETCH(const int, kernel);
        QFETCH(const int, pad);
        QFETCH(const int, stride);
        QFETCH(const int, out);
        GraphMaker m;
        m.input(2, in, in);
        const NodeId conv = m.conv(3, kernel, pad, stride);
        QCOMPARE(inferShapes(m.graph()).shapes.at(conv), (Shape{3, out, out}));
    }

    void orderPutsProducersFirstWhateverTheListSays()
    {
        GraphSpec graph = resnet20();
        std::reverse(graph.nodes.begin(), graph.nodes.end());
        const ShapedGraph shapes = inferShapes(graph, 10);
        QVERIFY(shapes.problems.empty());
        QCOMPARE(shapes.order.size(), graph.nodes.size());
        const auto place = [&](NodeId id) { return std::find(shapes.order.begin(), shapes.order.end(), id); };
        for (const Edge& edge : graph.edges)
            QVERIFY(place(edge.from) < place(edge.to));
    }

    void slotsNeedNotBeCloseTogether()
    {
        GraphMaker m;
        m.input();
        m.add("relu");
        m.merge("concat", {1, 2});
        m.graph().edges.back().slot = 7; // a wire between was removed
        QVERIFY(inferShapes(m.graph()).problems.empty());
    }

    void labelsNameTheLayerAndTheNode()
    {
        GraphSpec graph = lenet5();
        QCOMPARE(graph.label(2), std::string("Conv2D C1"));
        graph.node(2)->name.clear();
        QCOMPARE(graph.label(2), std::string("Conv2D"));
    }
};

QTEST_APPLESS_MAIN(InferShapesTest)
#include "infer_shapes_test.moc"
