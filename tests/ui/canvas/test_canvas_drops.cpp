// Things let go on others: layers on layers, cards on wires, cards in line with cards.
#include "canvas_window.h"
#include "ui/canvas/alignment.h"
#include "ui/canvas/placement.h"
#include "ui/document/edit_builder.h"

using namespace convarium;
using namespace convarium::ui;
using namespace convarium::test;

class TestCanvasDrops : public QObject
{
    Q_OBJECT

    static void drop(CanvasWindow& w, const QByteArray& layer, QPoint where)
    {
        OutsideDrag drag(w, CanvasView::kLayerMime, layer);
        QVERIFY(drag.enter(where) && drag.move(where) && drag.drop(where));
    }

private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
    }

    void aLayerDroppedOnAnotherTakesItsPlaceWithWhatFits()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.document.setParam(kPool, "kernelHeight", std::int64_t(3));
        const DocumentState before = w.document.state();
        const int steps = w.document.undoStack()->count();
        drop(w, "avg_pool", w.middle(kPool));
        QCOMPARE(w.document.undoStack()->count(), steps + 1);
        QCOMPARE(w.document.undoStack()->undoText(), QStringLiteral("Replace P1 by AvgPool"));
        const NodeId added = w.view->selection().first();
        const engine::Node* node = w.document.graph().node(added);
        QVERIFY(node && !w.document.graph().node(kPool));
        QCOMPARE(node->type, std::string("avg_pool"));
        QCOMPARE(node->params.integer("kernelHeight"), std::int64_t(3));
        QCOMPARE(w.wireInto(added).from, kRelu);
        QCOMPARE(w.wireInto(kFlatten).from, added);
        QCOMPARE(w.document.position(added), before.positions.at(kPool));
        QVERIFY(w.document.problems().empty());
        w.document.undoStack()->undo();
        QVERIFY(w.document.state() == before);
    }

    void settingsOutOfRangeAndWiresWithoutAPlaceStayBehind()
    {
        GraphMaker m;
        m.input();
        const NodeId a = m.conv(4, 3, -1), b = m.conv(4, 3, -1);
        const NodeId add = m.merge("add", {b, a});
        m.add("flatten");
        m.dense(10);
        m.graph().outputs = {{m.last(), "cross-entropy", 1}};
        ProjectDocument document;
        document.reset(m.graph(), {}, {});
        const DocumentState before = document.state();
        NodeId added = kNoNode;
        document.edit(QStringLiteral("x"), [&](EditBuilder& e) { added = e.replaceNode(add, "relu"); });
        QCOMPARE(document.graph().edgesInto(added).size(), std::size_t(1));
        QCOMPARE(document.graph().edgesInto(added).front().from, b);
        // Back to a merge, and an output that moves on.
        document.edit(QStringLiteral("x"), [&](EditBuilder& e) { added = e.replaceNode(m.last(), "max_pool"); });
        QCOMPARE(document.graph().outputs.front().node, added);
        document.edit(QStringLiteral("x"), [&](EditBuilder& e) { added = e.replaceNode(1, "relu"); });
        QVERIFY(document.graph().edgesInto(added).empty());
        QCOMPARE(document.graph().edgesFrom(added).size(), std::size_t(1));
        document.undoStack()->setIndex(0);
        QVERIFY(document.state() == before);
    }

    void aDockedRowIsReplacedAloneAndTheRowMakesRoom()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        drop(w, "avg_pool", w.middle(kRelu));
        const NodeId added = w.view->selection().first();
        QCOMPARE(w.wireInto(added).from, kConv);
        QVERIFY(w.document.graph().node(kConv));
        QVERIFY(!w.scene().itemOf(added)->fullRect().intersects(w.scene().itemOf(kPool)->fullRect()));
        QVERIFY(!w.scene().itemOf(added)->fullRect().intersects(w.scene().itemOf(kConv)->fullRect()));
        w.document.undoStack()->undo();
        QVERIFY(w.document.state() == w.before);
    }

    void escapeLeavesTheReplacementUndone()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        OutsideDrag drag(w, CanvasView::kLayerMime, "avg_pool");
        QVERIFY(drag.enter(w.middle(kPool)) && drag.move(w.middle(kPool)));
        drag.leave();
        QVERIFY(w.untouched());
    }

    // In the open, beside a loose end: the wire comes with the drop.

    void aLayerDroppedBehindTheLastOneIsFedByIt()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        const QRectF last = w.scene().itemOf(kDense)->fullRect();
        drop(w, "conv2d", w.at(last.topRight() + QPointF(120, 90)));
        const NodeId added = w.document.graph().nodes.back().id;
        QCOMPARE(w.wireInto(added).from, kDense);
        QCOMPARE(w.document.position(added), last.topLeft() + QPointF(kCardWidth + kColumnGap, 0));
        QCOMPARE(w.document.undoStack()->count(), 1);
        QCOMPARE(w.view->selection(), QList<NodeId>{added});
        w.document.undoStack()->undo();
        QVERIFY(w.document.state() == w.before);
    }

    void nearAWireIsOnIt()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        drop(w, "conv2d", w.onWire(w.wireInto(kPool)) + QPoint(0, 14));
        QCOMPARE(w.wireInto(kPool).from, w.document.graph().nodes.back().id);
    }

    void aFittedPictureLeavesRoomForTheNextLayer()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.view->resize(700, 500);
        w.document.addNodeAfter("flatten", {1080, 0}, kDense); // no answer, so no card that reads it
        w.document.addNodeAfter("conv2d", {1296, 0}, w.document.graph().nodes.back().id);
        w.view->fit();
        const NodeId last = w.document.graph().nodes.back().id;
        const QPointF next = w.document.position(last) + QPointF(kCardWidth + kColumnGap, 0);
        QVERIFY(w.view->viewport()->rect().contains(w.at(next + QPointF(kCardWidth, kPortY))));
    }

    void besideADockedRowIsBesideTheCard()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.document.removeNodes({kPool, kFlatten, kDense}, false);
        const QRectF row = w.scene().itemOf(kRelu)->layerRect(kRelu);
        drop(w, "avg_pool", w.at(row.bottomRight() + QPointF(150, 60)));
        const NodeId added = w.document.graph().nodes.back().id;
        QCOMPARE(w.wireInto(added).from, kRelu);
        QCOMPARE(w.document.position(added).y(), w.document.position(kConv).y());
    }

    void anActivationDroppedBesideOrBelowBecomesItsRow()
    {
        for (const QPointF by : {QPointF(kCardWidth + 60, 30), QPointF(kCardWidth / 2, 170)}) {
            CanvasWindow w;
            QVERIFY(w.ready());
            drop(w, "tanh", w.at(w.scene().itemOf(kDense)->fullRect().topLeft() + by));
            const NodeId added = w.document.graph().nodes.back().id;
            QCOMPARE(w.wireInto(added).from, kDense);
            QCOMPARE(w.scene().stacks().headOf(added), kDense);
        }
    }

    void anInputDroppedBeforeALayerWithoutOneFeedsIt()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.document.removeNodes({kInput}, false);
        const QRectF card = w.scene().itemOf(kConv)->fullRect();
        drop(w, "input", w.at(card.topLeft() - QPointF(120, -60)));
        QCOMPARE(w.wireInto(kConv).from, w.document.graph().nodes.back().id);
        QVERIFY(w.document.problems().empty());
    }

    void aBlockDroppedBehindTheLastLayerIsFedByIt()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.document.removeNodes({kFlatten, kDense}, false);
        const QRectF last = w.scene().itemOf(kPool)->fullRect();
        drop(w, "conv_bn_relu", w.at(last.topRight() + QPointF(120, 60)));
        QCOMPARE(w.document.graph().edgesFrom(kPool).size(), std::size_t(1));
        QCOMPARE(w.document.graph().groups.size(), std::size_t(1));
    }

    void farFromLooseEndsOrWithAltNoWireIsDrawn()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        const QRectF last = w.scene().itemOf(kDense)->fullRect();
        drop(w, "conv2d", w.at(last.bottomLeft() + QPointF(-300, 200)));
        QVERIFY(w.document.graph().edges == w.before.graph.edges);
        w.document.undoStack()->undo();
        QMimeData mime;
        mime.setData(QString::fromLatin1(CanvasView::kLayerMime), "conv2d");
        const QPoint beside = w.at(last.topRight() + QPointF(120, 60));
        QDragEnterEvent enter(beside, Qt::CopyAction, &mime, Qt::LeftButton, Qt::AltModifier);
        QApplication::sendEvent(w.view->viewport(), &enter);
        QDropEvent drop(beside, Qt::CopyAction, &mime, Qt::LeftButton, Qt::AltModifier);
        QApplication::sendEvent(w.view->viewport(), &drop);
        QCOMPARE(w.document.graph().nodes.size(), std::size_t(7));
        QVERIFY(w.document.graph().edges == w.before.graph.edges);
    }

    void aLooseCardGoesIntoTheWireItIsLetGoOn()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        const NodeId loose = w.document.addNode("conv2d", {432, 320});
        w.document.setParam(loose, "padding", std::string("same"));
        w.view->fit();
        const DocumentState before = w.document.state();
        const Edge wire = w.wireInto(kPool);
        const QPoint to = w.onWire(wire);
        w.press(w.middle(loose));
        w.moveTo(w.middle(loose), to);
        QVERIFY(w.scene().wireOf(wire)->look().dropTarget);
        w.release(to);
        QCOMPARE(w.wireInto(loose).from, kRelu);
        QCOMPARE(w.wireInto(kPool).from, loose);
        QVERIFY(w.document.undoStack()->undoText().contains(QStringLiteral("into the wire")));
        for (const engine::Node& node : w.document.graph().nodes)
            if (const auto* item = w.scene().itemOf(node.id); item->head() == node.id && node.id != loose)
                QVERIFY2(!item->fullRect().intersects(w.scene().itemOf(loose)->fullRect()), node.name.c_str());
        w.document.undoStack()->undo();
        QVERIFY(w.document.state() == before);
    }

    void altTakesACardOutOfItsWiresAndPutsItIntoAnother()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        const Edge wire = w.wireInto(kDense);
        w.altDrag(w.middle(kPool), w.onWire(wire));
        QCOMPARE(w.wireInto(kDense).from, kPool);
        QCOMPARE(w.wireInto(kPool).from, kFlatten);
        QCOMPARE(w.wireInto(kFlatten).from, kRelu);
        QCOMPARE(w.document.undoStack()->count(), 1);
        w.document.undoStack()->undo();
        QVERIFY(w.document.state() == w.before);
    }

    void withoutAltACardWithWiresOnlyMoves()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.drag(w.middle(kPool), w.onWire(w.wireInto(kDense)));
        QVERIFY(w.document.graph() == w.before.graph);
        QVERIFY(w.document.positions() != w.before.positions);
    }

    void aLooseCardTakesThePlaceOfTheLayerItIsLetGoOn()
    {
        CanvasWindow w;
        const NodeId conv = w.document.addNode("conv2d", {216, 480});
        QVERIFY(w.ready());
        w.view->fit();
        const DocumentState before = w.document.state();
        w.drag(w.middle(conv), w.middle(kPool));
        QVERIFY(!w.document.graph().node(kPool));
        QCOMPARE(w.document.graph().edgesInto(conv).front().from, kRelu);
        QCOMPARE(w.document.graph().edgesInto(kFlatten).front().from, conv);
        QCOMPARE(w.document.position(conv), before.positions.at(kPool));
        QCOMPARE(w.document.undoStack()->count(), 2);
        QVERIFY(w.document.undoStack()->undoText().startsWith(QStringLiteral("Replace ")));
        w.document.undoStack()->undo();
        QVERIFY(w.document.state() == before);
        // An input is no place for it.
        w.drag(w.middle(conv), w.middle(kInput));
        QVERIFY(w.document.graph().node(kInput));
        QVERIFY(w.document.graph().edgesInto(conv).empty());
    }

    void aFoldedBlockGoesIntoAWireAndOnToALayer_data()
    {
        QTest::addColumn<bool>("wired");
        QTest::newRow("loose") << false;
        QTest::newRow("taken out of its wires with Alt") << true;
    }

    void aFoldedBlockGoesIntoAWireAndOnToALayer()
    {
        QFETCH(const bool, wired);
        CanvasWindow w;
        const auto members =
            insertBlock(w.document, "residual_basic", wired ? std::optional(w.wireInto(kFlatten)) : std::nullopt,
                        kNoNode, {216, 480});
        const std::int64_t group = w.document.graph().groups.front().id;
        foldBlocks(w.document, {group}, true);
        QVERIFY(w.ready());
        w.view->fit();
        const DocumentState before = w.document.state();
        const auto fedBy = [&](NodeId source) {
            const auto& edges = w.document.graph().edges;
            return std::count_if(edges.begin(), edges.end(), [&](const Edge& e) {
                const engine::Node* to = w.document.graph().node(e.to);
                return e.from == source && to && to->group == group;
            });
        };
        const auto drag = [&](QPoint to) {
            const QPoint from = w.middle(members.front());
            if (wired)
                w.altDrag(from, to);
            else
                w.drag(from, to);
        };
        // Both the first convolution and the shortcut are fed.
        drag(w.onWire(w.wireInto(kPool)));
        QCOMPARE(fedBy(kRelu), 2);
        QVERIFY(w.document.graph().node(w.document.graph().edgesInto(kPool).front().from)->group == group);
        if (wired)
            QCOMPARE(w.document.graph().edgesInto(kFlatten).front().from, kPool); // bridged
        w.document.undoStack()->undo();
        QVERIFY(w.document.state() == before);
        // In the place of the pool.
        drag(w.middle(kPool));
        QVERIFY(!w.document.graph().node(kPool));
        QCOMPARE(fedBy(kRelu), 2);
        QVERIFY(w.document.graph().node(w.document.graph().edgesInto(kFlatten).front().from)->group == group);
        w.document.undoStack()->undo();
        QVERIFY(w.document.state() == before);
    }

    void whatGoesIntoTheWireOfAFoldedBlockFeedsAllThatTheWireFed()
    {
        CanvasWindow w;
        insertBlock(w.document, "residual_basic", w.wireInto(kFlatten), kNoNode, {});
        const std::int64_t group = w.document.graph().groups.front().id;
        foldBlocks(w.document, {group}, true);
        const NodeId first = w.document.graph().edgesFrom(kPool).front().to;
        const NodeId added = insertIntoWire(w.document, {kPool, 0, first, 0, 0}, "dropout");
        QCOMPARE(w.document.graph().edgesFrom(kPool).size(), std::size_t(1));
        QCOMPARE(w.document.graph().edgesFrom(added).size(), std::size_t(2));
    }

    void aClickOnOneOfSeveralSelectedLayersSelectsIt()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.scene().select({kConv, kPool, kDense});
        w.press(w.middle(kPool));
        QCOMPARE(w.view->selection().size(), 3); // they may be dragged yet
        w.release(w.middle(kPool));
        QCOMPARE(w.view->selection(), QList<NodeId>{kPool});
        w.scene().select({kConv, kPool});
        w.drag(w.middle(kPool), w.middle(kPool) + QPoint(0, 80));
        QCOMPARE(w.view->selection().size(), 2);
        w.click(w.middle(kPool), Qt::ControlModifier);
        QCOMPARE(w.view->selection(), QList<NodeId>{kConv});
    }

    void aCardInABlockIsReplacedWithinTheBlock()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        const NodeId loose = w.document.addNode("avg_pool", {432, 320});
        std::int64_t group = -1;
        w.document.edit(QStringLiteral("x"), [&](EditBuilder& b) {
            group = b.makeBlock({kConv, kRelu, kPool, kFlatten}, -1, "Front");
            b.setBlockParameters(group, {{"Window", {{kPool, "kernelHeight"}}}});
            engine::Note note;
            note.text = "halves";
            note.arrows = {{kPool, 0, 0}};
            b.setNotes({note});
        });
        w.view->fit();
        const DocumentState before = w.document.state();
        w.drag(w.middle(loose), w.middle(kPool));
        QVERIFY(!w.document.graph().node(kPool));
        QCOMPARE(w.document.graph().node(loose)->group, group);
        QCOMPARE(w.wireInto(loose).from, kRelu);
        QCOMPARE(w.wireInto(kFlatten).from, loose);
        QCOMPARE(w.document.notes().front().arrows.size(), std::size_t(1));
        QCOMPARE(w.document.notes().front().arrows.front().node, loose);
        const auto& parameter = w.document.state().blocks.front().parameters.front();
        QVERIFY(parameter.settings == (std::vector<std::pair<NodeId, std::string>>{{loose, "kernelHeight"}}));
        // Folded, it is one card from the convolution to Flatten.
        foldBlocks(w.document, {group}, true);
        const Stack* folded = w.scene().stacks().of(loose);
        QVERIFY(folded && folded->isFolded());
        QCOMPARE(folded->head, kConv);
        QCOMPARE(folded->tail(), kFlatten);
        w.document.undoStack()->undo();
        w.document.undoStack()->undo();
        QVERIFY(w.document.state() == before);
        w.document.undoStack()->redo();
        QCOMPARE(w.document.graph().node(loose)->group, group);
    }

    void cardsFallIntoLineAndShowIt()
    {
        const QRectF card(0, 0, 156, 100), other(301, 203, 156, 120);
        // 3 away from the left edges, 5 from the ports: both attract.
        Alignment a = aligned(card, {298, 208}, {other}, 6);
        QCOMPARE(a.by, QPointF(301, 203));
        QVERIFY(a.guides.size() >= 2);
        // Nothing near: the grid, and no lines.
        a = aligned(card, {147, 61}, {other}, 6);
        QCOMPARE(a.by, QPointF(144, 64));
        QVERIFY(a.guides.empty());
        // One axis only.
        a = aligned(card, {298, 20}, {other}, 6);
        QCOMPARE(a.by, QPointF(301, 24));
        QVERIFY(a.guides.size() == 3); // equally wide: both edges and the middle
        for (const QLineF& guide : a.guides)
            QCOMPARE(guide.x1(), guide.x2());
    }

    void aDraggedCardIsAttractedByItsNeighbours()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.document.moveNodes({{kPool, {435, 203}}});
        const QPoint from = w.middle(kPool);
        const double scale = w.view->transform().m11();
        w.drag(from, from - QPoint(0, qRound(200 * scale)));
        QCOMPARE(w.document.position(kPool).y(), 0.0); // in line with the ports of the row
    }
};

QTEST_MAIN(TestCanvasDrops)
#include "test_canvas_drops.moc"
