// Which pixels a number can see, against boxes worked out by hand.
#include "engine/explain/seen_pixels.h"
#include "tests/support/graphs.h"

#include <QTest>

using namespace convarium::engine;
using namespace convarium::test;

class SeenPixelsTest : public QObject
{
    Q_OBJECT

    static PixelBox seen(const GraphSpec& graph, NodeId node, std::int64_t element)
    {
        auto numbers = NetworkNumbers::create(graph, {});
        if (!numbers)
            qFatal("%s", numbers.error().message.c_str());
        (*numbers)->setWeights(initialWeights(graph, 1));
        const InMemoryDataset data({1, 28, 28}, std::vector<std::uint8_t>(784, 100), {3}, std::vector<std::string>(10));
        const std::vector<std::uint32_t> first{0};
        if (auto ran = (*numbers)->run(data, first); !ran)
            qFatal("%s", ran.error().message.c_str());
        return seenPixels(**numbers, graph, node, element);
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
};

QTEST_APPLESS_MAIN(SeenPixelsTest)
#include "seen_pixels_test.moc"
