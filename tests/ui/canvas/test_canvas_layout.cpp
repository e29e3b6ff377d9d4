#include "engine/blocks/groups.h"
#include "engine/io/presets.h"
#include "tests/support/graphs.h"
#include "ui/canvas/geometry.h"
#include "ui/canvas/layout.h"
#include "ui/canvas/placement.h"
#include "ui/canvas/routing.h"

#include <QtTest>
#include <set>

using namespace convarium;
using namespace convarium::ui;
using engine::GraphSpec;
using engine::NodeId;

Q_DECLARE_METATYPE(convarium::engine::GraphSpec)

namespace
{

/// Four branches of different lengths that meet in a Concat, twice.
GraphSpec branches()
{
    test::GraphMaker m("branches");
    m.input();
    NodeId from = m.conv(8, 3, -1);
    for (int block = 0; block < 2; ++block) {
        std::vector<NodeId> ends;
        for (int branch = 0; branch < 4; ++branch) {
            m.setLast(from);
            for (int i = 0; i <= branch; ++i) {
                m.conv(8, 1 + 2 * (i % 2), -1);
                m.add("relu");
            }
            ends.push_back(m.last());
        }
        from = m.merge("concat", ends);
    }
    m.add("global_avg_pool");
    m.dense(10);
    return m.graph();
}

std::map<NodeId, QRectF> cardsOf(const GraphSpec& graph, const Positions& places)
{
    std::map<NodeId, QRectF> cards;
    for (const Stack& stack : dockedStacks(graph).all)
        cards[stack.head] =
            QRectF(places.at(stack.head), QSizeF(kCardWidth, cardMetrics(graph, stack).height(Level::Near)));
    return cards;
}

/// The wires between cards, as the canvas routes them, with their ends.
struct Picture {
    std::map<NodeId, QRectF> cards;
    std::vector<RouteWire> wires;
    std::vector<RouteFrame> frames;
    Routes routes;
};

Picture pictureOf(const GraphSpec& graph)
{
    Picture p;
    p.cards = cardsOf(graph, layoutGraph(graph));
    const Stacks stacks = dockedStacks(graph);
    std::map<NodeId, RouteCard> cards;
    for (const auto& [id, rect] : p.cards)
        cards[id] = {rect, std::max(1, static_cast<int>(graph.edgesInto(id).size()))};
    for (const engine::Edge& edge : graph.edges)
        if (stacks.headOf(edge.from) != stacks.headOf(edge.to))
            p.wires.push_back({stacks.headOf(edge.from), stacks.headOf(edge.to), edge.slot});
    for (const engine::Group& group : graph.groups) {
        RouteFrame frame{group.id, group.parent, {}};
        for (const NodeId member : engine::membersOf(graph, group.id))
            if (cards.contains(member))
                frame.cards.push_back(member);
        p.frames.push_back(std::move(frame));
    }
    p.routes = routeWires(cards, p.wires, p.frames);
    return p;
}

void networks()
{
    QTest::addColumn<GraphSpec>("graph");
    QTest::newRow("lenet-5") << test::lenet5();
    QTest::newRow("mnist-cnn") << test::mnistCnn();
    QTest::newRow("mlp") << test::mlp();
    QTest::newRow("resnet-20") << test::resnet20();
    QTest::newRow("three-conv") << test::threeConv();
    QTest::newRow("branches") << branches();
    for (const engine::PresetInfo& preset : engine::presets())
        QTest::newRow(("preset " + preset.name).c_str()) << engine::loadPreset(preset.name)->graph;
}

/// A chain of that many layers in which every tenth step is a branch of two more and a shortcut.
GraphSpec longChain(int layers)
{
    test::GraphMaker m("long");
    m.input();
    NodeId at = m.conv(8, 3, -1);
    while (static_cast<int>(m.graph().nodes.size()) < layers) {
        const NodeId fork = at;
        for (int i = 0; i < 7; ++i)
            at = m.conv(8, 3, -1);
        m.setLast(fork);
        m.conv(8, 1, -1);
        const NodeId side = m.conv(8, 3, -1);
        at = m.merge("add", {at, side, fork});
    }
    return m.graph();
}

} // namespace

class TestCanvasLayout : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyLayerHasAPlaceOnTheGridAndNoCardCoversAnother_data() { networks(); }
    void everyLayerHasAPlaceOnTheGridAndNoCardCoversAnother()
    {
        QFETCH(GraphSpec, graph);
        const Positions places = layoutGraph(graph);
        QCOMPARE(places.size(), graph.nodes.size());
        for (const auto& [id, place] : places)
            QCOMPARE(snapped(place), place);
        const auto cards = cardsOf(graph, places);
        for (const auto& [a, first] : cards)
            for (const auto& [b, second] : cards)
                if (a < b)
                    QVERIFY2(!first.adjusted(-8, -8, 8, 8).intersects(second),
                             qPrintable(QStringLiteral("%1 and %2").arg(a).arg(b)));
        QVERIFY(layoutGraph(graph) == places);
    }

    void framesHoldTheirBlocksAndNothingElse_data() { networks(); }
    void framesHoldTheirBlocksAndNothingElse()
    {
        QFETCH(GraphSpec, graph);
        const Picture p = pictureOf(graph);
        for (const RouteFrame& frame : p.frames) {
            const QRectF rect = p.routes.frames.at(frame.id);
            const std::set<NodeId> members(frame.cards.begin(), frame.cards.end());
            for (const auto& [id, card] : p.cards)
                QVERIFY2(members.contains(id) ? rect.contains(card) : !rect.intersects(card),
                         qPrintable(QStringLiteral("frame %1, card %2").arg(frame.id).arg(id)));
            for (const RouteFrame& other : p.frames) {
                const QRectF second = p.routes.frames.at(other.id);
                QVERIFY2(other.id == frame.id || !rect.intersects(second) || rect.contains(second) ||
                             second.contains(rect),
                         qPrintable(QStringLiteral("frames %1 and %2").arg(frame.id).arg(other.id)));
            }
        }
    }

    void blocksSideBySideStayApart()
    {
        // Two blocks on parallel branches, and one inside another.
        GraphSpec graph;
        engine::GraphWriter w(graph);
        const NodeId in = w.add("input", "in", {}, {});
        const engine::Params squeezed{
            {"filters", std::int64_t{8}}, {"shortcut", std::string("projection")}, {"squeeze", std::int64_t{2}}};
        const auto a = engine::writeBlock(w, "residual_basic", "A", "A", squeezed, {in});
        const auto b = engine::writeBlock(w, "residual_basic", "B", "B", squeezed, {in});
        QVERIFY(a.has_value() && b.has_value());
        w.add("add", "sum", {}, {a->output.out, b->output.out});
        const Picture p = pictureOf(graph);
        const QRectF first = p.routes.frames.at(a->group), second = p.routes.frames.at(b->group);
        QVERIFY(!first.intersects(second));
        QCOMPARE(p.frames.size(), std::size_t(4));
        int inner = 0;
        for (const RouteFrame& frame : p.frames)
            if (frame.parent == a->group) {
                QVERIFY(first.contains(p.routes.frames.at(frame.id)));
                ++inner;
            }
        QCOMPARE(inner, 1);
    }

    void aThousandLayersHavePlaces()
    {
        const GraphSpec graph = longChain(1000);
        Positions places;
        QBENCHMARK_ONCE
        {
            places = layoutGraph(graph);
        }
        QCOMPARE(places.size(), graph.nodes.size());
        const auto cards = cardsOf(graph, places);
        for (auto a = cards.begin(); a != cards.end(); ++a)
            for (auto b = std::next(a); b != cards.end(); ++b)
                QVERIFY(!a->second.intersects(b->second));
    }

    void branchesOfAConcatLieInTheOrderOfItsInputs()
    {
        const GraphSpec graph = branches();
        const Picture p = pictureOf(graph);
        for (const engine::Node& node : graph.nodes) {
            if (node.type != "concat")
                continue;
            double above = -1e9;
            for (const engine::Edge& edge : graph.edgesInto(node.id)) {
                const double y = p.cards.at(dockedStacks(graph).headOf(edge.from)).top();
                QVERIFY2(y > above, graph.label(edge.from).c_str());
                above = y;
            }
        }
    }

    void wiresLeadToTheRightOrToALowerRow_data() { networks(); }
    void wiresLeadToTheRightOrToALowerRow()
    {
        QFETCH(GraphSpec, graph);
        const Picture p = pictureOf(graph);
        for (const RouteWire& wire : p.wires) {
            const QRectF from = p.cards.at(wire.from), to = p.cards.at(wire.to);
            QVERIFY2(to.left() > from.right() || to.top() > from.bottom(),
                     qPrintable(QStringLiteral("%1 to %2").arg(wire.from).arg(wire.to)));
        }
    }

    void lenetIsAReadableRowOrTwo()
    {
        const GraphSpec graph = test::lenet5();
        const auto cards = cardsOf(graph, layoutGraph(graph));
        QSet<int> rows;
        QRectF all;
        for (const auto& [id, rect] : cards) {
            rows << qRound(rect.top());
            all |= rect;
        }
        QVERIFY(rows.size() <= 2);
        QVERIFY(all.width() <= 1080);
        // Activations sit on their cards.
        QCOMPARE(cards.size(), std::size_t(9));
    }

    void aWiderWindowHasFewerRows()
    {
        const GraphSpec graph = test::lenet5();
        const auto rows = [&](QSizeF area) {
            QSet<int> tops;
            for (const auto& [id, rect] : cardsOf(graph, layoutGraph(graph, {area, true})))
                tops << qRound(rect.top());
            return tops.size();
        };
        QCOMPARE(rows({4000, 300}), 1);
        QVERIFY(rows({600, 900}) > 1);
    }

    void wiresRunFromPortToPortStraightAndAroundCards_data() { networks(); }
    void wiresRunFromPortToPortStraightAndAroundCards()
    {
        QFETCH(GraphSpec, graph);
        const Picture p = pictureOf(graph);
        for (std::size_t i = 0; i < p.wires.size(); ++i) {
            const auto& points = p.routes.wires[i].points;
            const QRectF from = p.cards.at(p.wires[i].from), to = p.cards.at(p.wires[i].to);
            const QByteArray what = QStringLiteral("%1 to %2").arg(p.wires[i].from).arg(p.wires[i].to).toUtf8();
            QVERIFY2(points.size() >= 2, what);
            QCOMPARE(points.front(), QPointF(from.right(), from.top() + kPortY));
            QCOMPARE(points.back().x(), to.left());
            QVERIFY2(points.back().y() > to.top() && points.back().y() < to.bottom(), what);
            for (std::size_t k = 1; k < points.size(); ++k) {
                const QPointF a = points[k - 1], b = points[k];
                QVERIFY2(a.x() == b.x() || a.y() == b.y(), what);
                const QRectF leg = QRectF(a, b).normalized().adjusted(-0.1, -0.1, 0.1, 0.1);
                for (const auto& [id, card] : p.cards)
                    QVERIFY2(!card.adjusted(1, 1, -1, -1).intersects(leg),
                             qPrintable(QStringLiteral("%1 runs over %2").arg(QString::fromUtf8(what)).arg(id)));
            }
        }
    }

    void aShapeMakesWayForAShortcutThatTurnsUp()
    {
        const Picture p = pictureOf(test::resnet20());
        int below = 0;
        for (std::size_t i = 0; i < p.wires.size(); ++i) {
            bool turnsUp = false;
            for (std::size_t k = 0; k < p.wires.size(); ++k) {
                const auto& points = p.routes.wires[k].points;
                turnsUp = turnsUp || (k != i && p.wires[k].from == p.wires[i].from && points.size() > 2 &&
                                      points[2].y() < points[1].y());
            }
            const bool straight = p.routes.wires[i].points.size() == 2;
            QCOMPARE(p.routes.wires[i].labelBelow, turnsUp && straight);
            below += p.routes.wires[i].labelBelow ? 1 : 0;
        }
        QVERIFY(below > 0);
    }

    void inputsOfAMergeHavePortsOfTheirOwn()
    {
        const GraphSpec graph = test::resnet20();
        const Picture p = pictureOf(graph);
        std::map<NodeId, std::set<double>> ends;
        std::map<NodeId, std::size_t> wires;
        for (std::size_t i = 0; i < p.wires.size(); ++i) {
            ends[p.wires[i].to].insert(p.routes.wires[i].points.back().y());
            ++wires[p.wires[i].to];
        }
        for (const auto& [id, heights] : ends)
            QCOMPARE(heights.size(), wires[id]);
    }

    void manyPortsMoveTogetherRatherThanOffTheCard()
    {
        const QRectF merge(400, 0, kCardWidth, 80);
        std::map<NodeId, RouteCard> cards{{0, {merge, 9}}};
        std::vector<RouteWire> wires;
        for (NodeId from = 1; from <= 9; ++from) {
            cards[from] = {QRectF(0, 120.0 * static_cast<double>(from - 7), kCardWidth, 80), 1};
            wires.push_back({from, 0, static_cast<int>(from) - 1});
        }
        const Routes routes = routeWires(cards, wires);
        std::set<double> heights(routes.inputPorts.at(0).begin(), routes.inputPorts.at(0).end());
        QCOMPARE(heights.size(), std::size_t(9));
        QVERIFY(*heights.begin() > kPortRadius);
        QVERIFY(*heights.rbegin() < merge.height() - kPortRadius);
        // The one on a level stays straight.
        QCOMPARE(routes.wires[6].points, (std::vector<QPointF>{{156, kPortY}, {400, kPortY}}));
    }

    void onlyLayersThatFollowAloneAreDocked()
    {
        test::GraphMaker m;
        m.input();
        const NodeId conv = m.conv(4, 3, -1);
        const NodeId norm = m.add("batch_norm");
        const NodeId relu = m.add("relu");
        const NodeId add = m.merge("add", {relu, conv});
        Stacks stacks = dockedStacks(m.graph());
        // The convolution has two consumers, so the norm stands alone, with the activation on it.
        QVERIFY(!stacks.isRow(norm));
        QCOMPARE(stacks.headOf(relu), norm);
        QCOMPARE(stacks.of(norm)->tail(), relu);
        QVERIFY(!stacks.isRow(add));
        std::erase_if(m.graph().edges, [&](const engine::Edge& e) { return e.from == conv && e.to == add; });
        stacks = dockedStacks(m.graph());
        QCOMPARE(stacks.of(conv)->rows, (std::vector<NodeId>{norm, relu}));
        // Straight after the images nothing docks.
        test::GraphMaker plain;
        plain.input();
        QVERIFY(!dockedStacks(plain.graph()).isRow(plain.add("relu")));
    }

    void aRingOfDockingLayersIsCutOpen()
    {
        test::GraphMaker m;
        const NodeId a = m.addAfter(engine::kNoNode, "relu");
        const NodeId b = m.add("tanh");
        m.wire(b, a);
        const Stacks stacks = dockedStacks(m.graph());
        QCOMPARE(stacks.index.size(), std::size_t(2));
        QCOMPARE(layoutGraph(m.graph()).size(), std::size_t(2));
    }

    void aLayerPutIntoATidyPictureLeavesItTidy()
    {
        ProjectDocument document;
        document.reset(test::lenet5(), layoutGraph(test::lenet5()), {});
        const NodeId added = insertIntoWire(document, document.graph().edgesInto(4).front(), "conv2d");
        QVERIFY(added != engine::kNoNode);
        QVERIFY(document.positions() == layoutGraph(document.graph()));
        QCOMPARE(document.undoStack()->count(), 1);
        document.undoStack()->undo();
        QVERIFY(document.positions() == layoutGraph(test::lenet5()));
    }

    void aLayerPutIntoAPictureOfTheUsersMakesRoom()
    {
        ProjectDocument document;
        const GraphSpec graph = test::mlp();
        Positions places;
        for (const engine::Node& node : graph.nodes)
            places[node.id] = QPointF(216.0 * static_cast<double>(node.id) + 3, 48);
        document.reset(graph, places, {});
        insertIntoWire(document, document.graph().edgesInto(2).front(), "max_pool");
        const auto cards = cardsOf(document.graph(), document.positions());
        for (const auto& [a, first] : cards)
            for (const auto& [b, second] : cards)
                QVERIFY(a == b || !first.intersects(second));
        QCOMPARE(document.undoStack()->count(), 1);
    }

    void aFreePlaceCoversNothing()
    {
        ProjectDocument document;
        document.reset(test::lenet5(), layoutGraph(test::lenet5()), {});
        for (const auto& [id, rect] : cardsOf(document.graph(), document.positions())) {
            const QRectF found(freePlace(document, rect.topLeft() + QPointF(3, 3)), QSizeF(kCardWidth, 140));
            for (const auto& [other, card] : cardsOf(document.graph(), document.positions()))
                QVERIFY(!card.intersects(found));
        }
    }
};

QTEST_GUILESS_MAIN(TestCanvasLayout)
#include "test_canvas_layout.moc"
