#include "canvas_window.h"
#include "ui/canvas/card_content.h"
#include "ui/canvas/layer_search.h"
#include "ui/theme/widgets.h"

#include <QNativeGestureEvent>
#include <QPointingDevice>
#include <QScrollBar>
#include <QToolTip>
#include <variant>

using namespace convarium;
using namespace convarium::ui;
using namespace convarium::test;

class TestCanvas : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
    }

    void aTapOnTheSpaceBarTrainsAndAPanWithItDoesNot()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        QSignalSpy toggled(w.view.get(), &CanvasView::trainingToggled);
        QTest::keyClick(w.view.get(), Qt::Key_Space);
        QCOMPARE(toggled.count(), 1);
        QTest::keyPress(w.view.get(), Qt::Key_Space);
        const QPoint from = w.middle(kConv);
        QTest::mousePress(w.view->viewport(), Qt::LeftButton, {}, from);
        QTest::mouseMove(w.view->viewport(), from + QPoint(40, 30));
        QTest::mouseRelease(w.view->viewport(), Qt::LeftButton, {}, from + QPoint(40, 30));
        QTest::keyRelease(w.view.get(), Qt::Key_Space);
        QCOMPARE(toggled.count(), 1);
        QVERIFY(w.document.state() == w.before);
    }

    // Wires

    void aDragFromPortToPortConnectsThem()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.document.removeEdge(w.wireInto(kDense));
        w.drag(w.output(kFlatten), w.input(kDense));
        QCOMPARE(w.document.undoStack()->count(), 2);
        QVERIFY((w.document.graph().edgesInto(kDense) == std::vector<Edge>{{kFlatten, 0, kDense, 0, 0}}));
        QVERIFY(w.scene().wireOf(w.wireInto(kDense)));
        // Backwards, and let go somewhere on the card.
        w.document.undoStack()->undo();
        QVERIFY(!w.scene().wireOf({kFlatten, 0, kDense, 0, 0}));
        w.drag(w.input(kDense), w.middle(kFlatten));
        QVERIFY((w.document.graph().edgesInto(kDense) == std::vector<Edge>{{kFlatten, 0, kDense, 0, 0}}));
    }

    void aWireThatCannotBeIsRefusedWithAReason()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        const QPoint from = w.output(kDense), to = w.middle(kConv);
        w.press(from);
        w.moveTo(from, to);
        QVERIFY(w.scene().wireDraft());
        QVERIFY(!w.scene().wireDraft()->fits.at(kConv));
        QVERIFY2(QToolTip::text().contains(QStringLiteral("circle")), qPrintable(QToolTip::text()));
        w.release(to);
        QVERIFY2(w.said.contains(QStringLiteral("circle")), qPrintable(w.said));
        QVERIFY(w.untouched());
    }

    void aWireLetGoInTheOpenLeavesEverything()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.drag(w.output(kPool), w.at({500, 400}));
        QVERIFY(w.untouched());
        QVERIFY(w.view->search()->isVisible());
        QTest::keyClick(w.view->search()->field(), Qt::Key_Escape);
        QVERIFY(!w.view->search()->isVisible() && w.view->hasFocus());
        QVERIFY(w.untouched());
        w.click(w.output(kPool)); // and so does a click on a port
        QVERIFY(w.untouched());
    }

    void theEndOfAWireCanBeTakenElsewhereOrOff()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.drag(w.input(kDense), w.at({800, 400}));
        QVERIFY(w.document.graph().edgesInto(kDense).empty());
        w.document.undoStack()->undo();
        const NodeId other = w.document.addNode("dense", {864, 320});
        w.drag(w.input(kDense), w.input(other));
        QVERIFY(w.document.graph().edgesInto(kDense).empty());
        QCOMPARE(w.wireInto(other).from, kFlatten);
        // To a place that refuses it: the wire stays where it was.
        const DocumentState state = w.document.state();
        w.drag(w.input(other), w.middle(kInput));
        QVERIFY(w.document.state() == state);
        QVERIFY(!w.said.isEmpty());
    }

    void aMergeOffersAFreePortForEveryFurtherWire()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        const NodeId add = w.document.addNode("add", {648, 300});
        QCOMPARE(w.scene().inputPortCount(add), 2);
        w.drag(w.output(kInput), w.middle(add));
        w.drag(w.output(kPool), w.middle(add));
        w.drag(w.output(kRelu), w.middle(add));
        const auto into = w.document.graph().edgesInto(add);
        QCOMPARE(into.size(), std::size_t(3));
        for (int slot = 0; slot < 3; ++slot)
            QCOMPARE(into[static_cast<std::size_t>(slot)].slot, slot);
        QCOMPARE(w.scene().inputPortCount(add), 3);
    }

    // Escape

    void escapeHalfwayLeavesEverything_data()
    {
        QTest::addColumn<QString>("gesture");
        for (const char* gesture : {"connect", "lift", "move", "band", "drop"})
            QTest::newRow(gesture) << QString::fromLatin1(gesture);
    }

    void escapeHalfwayLeavesEverything()
    {
        QFETCH(QString, gesture);
        CanvasWindow w;
        QVERIFY(w.ready());
        if (gesture == QStringLiteral("drop")) {
            OutsideDrag drag(w, CanvasView::kLayerMime, "conv2d");
            QVERIFY(drag.enter(w.at({500, 300})));
            QVERIFY(drag.move(w.onWire(w.wireInto(kDense))));
            drag.leave();
            QVERIFY(w.untouched());
            QVERIFY(!w.scene().wireOf(w.wireInto(kDense))->look().dropTarget);
            return;
        }
        w.click(w.middle(kInput));
        const QList<NodeId> selected = w.view->selection();
        const QPoint from = gesture == QStringLiteral("connect") ? w.output(kPool)
                            : gesture == QStringLiteral("lift")  ? w.input(kDense)
                            : gesture == QStringLiteral("move")  ? w.middle(kInput)
                                                                 : w.at({300, 350});
        const QPoint to = gesture == QStringLiteral("connect") ? w.middle(kDense) : w.at({500, 60});
        w.press(from);
        w.moveTo(from, to);
        QVERIFY(w.view->gestureActive());
        if (gesture == QStringLiteral("move"))
            QVERIFY(w.scene().itemOf(kInput)->pos() != w.document.position(kInput));
        if (gesture == QStringLiteral("band"))
            QVERIFY(w.view->selection() != selected);
        w.key(Qt::Key_Escape);
        QVERIFY(!w.view->gestureActive());
        w.release(to);
        QVERIFY(w.untouched());
        QCOMPARE(w.view->selection(), selected);
        QVERIFY(w.scene().wireOf(w.wireInto(kDense))->isVisible());
    }

    void anUndoDuringADragEndsTheDrag()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.document.setFrozen(kConv, true);
        w.press(w.middle(kPool));
        w.moveTo(w.middle(kPool), w.at({500, 400}));
        w.document.undoStack()->undo();
        QVERIFY(!w.view->gestureActive());
        w.release(w.at({500, 400}));
        QVERIFY(w.document.state() == w.before);
    }

    // Moving, selecting, deleting

    void aCardMovesOnTheGridWithItsRowsAsOneStep()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        const QPoint from = w.middle(kConv);
        const QPointF scene = w.view->mapToScene(from);
        w.drag(from, w.at(scene + QPointF(41, 239)));
        QCOMPARE(w.document.position(kConv), QPointF(216 + 40, 240));
        QCOMPARE(w.document.position(kRelu), QPointF(216 + 40, 200 + 240));
        QCOMPARE(w.document.undoStack()->count(), 1);
        QCOMPARE(w.scene().itemOf(kConv)->pos(), QPointF(256, 240));
        w.document.undoStack()->undo();
        QCOMPARE(w.scene().itemOf(kConv)->pos(), QPointF(216, 0));
        QVERIFY(w.document.state() == w.before);
    }

    void aSmallTremorIsAClick()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        const QPoint from = w.middle(kPool);
        w.press(from);
        QTest::mouseMove(w.view->viewport(), from + QPoint(2, 2));
        w.release(from + QPoint(2, 2));
        QVERIFY(w.untouched());
        QCOMPARE(w.view->selection(), QList<NodeId>{kPool});
    }

    void selectedCardsMoveTogether()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.click(w.middle(kPool));
        w.click(w.middle(kDense), Qt::ShiftModifier);
        QCOMPARE(w.view->selection(), (QList<NodeId>{kPool, kDense}));
        const QPoint from = w.middle(kPool);
        w.drag(from, w.at(w.view->mapToScene(from) + QPointF(0, 240)));
        QCOMPARE(w.document.position(kPool), QPointF(432, 240));
        QCOMPARE(w.document.position(kDense), QPointF(864, 240));
        QCOMPARE(w.document.position(kFlatten), QPointF(648, 0));
        QCOMPARE(w.document.undoStack()->count(), 1);
        w.click(w.middle(kDense), Qt::ControlModifier);
        QCOMPARE(w.view->selection(), QList<NodeId>{kPool});
    }

    void theRubberBandTakesTheCardsItTouches()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.drag(w.at({190, 300}), w.at({460, 60}));
        const QList<NodeId> taken = w.view->selection();
        QCOMPARE(QSet<NodeId>(taken.begin(), taken.end()), (QSet<NodeId>{kConv, kRelu, kPool}));
        w.click(w.at({500, 450}));
        QVERIFY(w.view->selection().isEmpty());
        QVERIFY(w.untouched());
    }

    void deleteBridgesTheGap()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.click(w.middle(kRelu));
        QCOMPARE(w.view->selection(), QList<NodeId>{kRelu});
        w.key(Qt::Key_Delete);
        QVERIFY(!w.document.graph().node(kRelu));
        QVERIFY((w.wireInto(kPool) == Edge{kConv, 0, kPool, 0, 0}));
        QVERIFY(w.view->selection().isEmpty());
        w.document.undoStack()->undo();
        QVERIFY(w.document.state() == w.before);
        QCOMPARE(w.scene().stacks().headOf(kRelu), kConv);
        // A wire that has been clicked goes alone.
        const Edge wire = w.wireInto(kDense);
        w.click(w.onWire(wire));
        QVERIFY(w.scene().selectedWire() == wire);
        w.key(Qt::Key_Delete);
        QVERIFY(w.document.graph().edgesInto(kDense).empty());
        QVERIFY(w.document.graph().node(kDense));
    }

    void aDoubleClickLooksInside()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        QSignalSpy asked(w.view.get(), &CanvasView::inspectRequested);
        QTest::mouseDClick(w.view->viewport(), Qt::LeftButton, {}, w.middle(kPool));
        QCOMPARE(asked.count(), 1);
        QCOMPARE(asked.first().first().toLongLong(), kPool);
        QVERIFY(w.untouched());
    }

    void aFittedPictureHasRoomForANewWire()
    {
        // Back from a lower row: over the top of the picture.
        GraphMaker m("back");
        m.input();
        const NodeId a = m.conv(4, 3, -1), add = m.merge("add", {a}), b = m.addAfter(a, "relu");
        const NodeId c = m.addAfter(b, "max_pool");
        CanvasWindow w(m.graph(), {{1, {0, 0}}, {a, {216, 0}}, {add, {432, 0}}, {b, {432, 300}}, {c, {648, 300}}});
        QVERIFY(w.ready());
        w.view->resize(1100, 470);
        w.view->fit();
        w.drag(w.output(c), w.input(add, 1));
        QCOMPARE(w.document.graph().edgesInto(add).size(), std::size_t(2));
        QVERIFY(w.view->mapToScene(w.view->viewport()->rect()).boundingRect().contains(w.scene().contentRect()));
    }

    // Drops

    void aLayerDroppedInTheOpenStandsWhereItFell()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        const QPoint where = w.at({500, 400});
        OutsideDrag drag(w, CanvasView::kLayerMime, "conv2d");
        QVERIFY(drag.enter(w.at({300, 400})));
        QVERIFY(drag.move(where));
        QVERIFY(w.document.state() == w.before);
        QVERIFY(drag.drop(where));
        QCOMPARE(w.document.graph().nodes.size(), std::size_t(7));
        const engine::Node& added = w.document.graph().nodes.back();
        QCOMPARE(added.type, std::string("conv2d"));
        const QRectF card(w.document.position(added.id), QSizeF(kCardWidth, kHeadHeight + 40));
        QVERIFY(card.contains(QPointF(500, 400)));
        QCOMPARE(w.view->selection(), QList<NodeId>{added.id});
        QVERIFY(w.view->hasFocus());
        QCOMPARE(w.document.undoStack()->undoText(), QStringLiteral("Insert Conv2D"));
        w.document.undoStack()->undo();
        QVERIFY(w.document.state() == w.before);
    }

    void aLayerDroppedOnAWireGoesIntoIt()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        const Edge wire = w.wireInto(kPool);
        const QPoint where = w.onWire(wire);
        OutsideDrag drag(w, CanvasView::kLayerMime, "conv2d");
        QVERIFY(drag.enter(where));
        QVERIFY(drag.move(where));
        QVERIFY(w.scene().wireOf(wire)->look().dropTarget);
        QVERIFY(drag.drop(where));
        const NodeId added = w.document.graph().nodes.back().id;
        QCOMPARE(w.wireInto(kPool).from, added);
        QCOMPARE(w.wireInto(added).from, kRelu);
        QCOMPARE(w.document.undoStack()->count(), 1);
        QVERIFY(w.document.problems().empty());
        w.document.undoStack()->undo();
        QVERIFY(w.document.state() == w.before);
    }

    void anInputIsNotPutIntoAWire()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        const QPoint where = w.onWire(w.wireInto(kPool));
        OutsideDrag drag(w, CanvasView::kLayerMime, "input");
        QVERIFY(drag.enter(where));
        QVERIFY(drag.drop(where));
        QVERIFY(w.document.graph().edges == w.before.graph.edges);
        QCOMPARE(w.document.graph().nodes.size(), std::size_t(7));
    }

    void foreignAndUnknownThingsAreNotTaken()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        OutsideDrag text(w, "text/plain", "conv2d");
        QVERIFY(!text.enter(w.at({500, 400})));
        QVERIFY(!text.move(w.at({500, 400})));
        QVERIFY(!text.drop(w.at({500, 400})));
        QVERIFY(w.untouched());
        OutsideDrag unknown(w, CanvasView::kLayerMime, "no_such_layer");
        unknown.enter(w.at({500, 400}));
        unknown.drop(w.at({500, 400}));
        QVERIFY(w.untouched());
    }

    // At the edge

    void whatIsHeldAtTheEdgeMovesTheViewOn_data()
    {
        QTest::addColumn<QString>("held");
        QTest::newRow("card") << QStringLiteral("card");
        QTest::newRow("wire") << QStringLiteral("wire");
        QTest::newRow("rubber band") << QStringLiteral("band");
        QTest::newRow("from the palette") << QStringLiteral("palette");
    }

    void whatIsHeldAtTheEdgeMovesTheViewOn()
    {
        QFETCH(const QString, held);
        CanvasWindow w;
        QVERIFY(w.ready());
        w.view->resize(600, 400);
        w.view->setZoom(1);
        w.view->centerOn(300, 100);
        const int left = w.view->horizontalScrollBar()->value();
        const auto scrolled = [&] { return w.view->horizontalScrollBar()->value() - left; };
        const QPoint edge(w.view->viewport()->width() - 3, 150);
        OutsideDrag drag(w, CanvasView::kLayerMime, "dense");
        if (held == QLatin1String("palette")) {
            QVERIFY(drag.enter(QPoint(300, 150)));
            drag.move(edge);
        } else {
            const QPoint from = held == QLatin1String("card")   ? w.middle(kPool)
                                : held == QLatin1String("wire") ? w.output(kPool)
                                                                : QPoint(20, 20);
            w.press(from);
            w.moveTo(from, edge);
        }
        QCOMPARE(scrolled(), 0); // only passing
        QTRY_VERIFY(scrolled() > 200);
        const NodeId dense = kDense;
        if (held == QLatin1String("card")) {
            // The card is where the pointer is, not where it was when the view began to move.
            QVERIFY(w.scene().itemOf(kPool)->shownRect().contains(w.view->mapToScene(edge)));
        } else if (held == QLatin1String("band")) {
            QTRY_VERIFY(w.view->selection().contains(dense));
        }
        w.key(Qt::Key_Escape);
        const int there = scrolled();
        QTest::mouseMove(w.view->viewport(), edge);
        QCoreApplication::processEvents(QEventLoop::AllEvents, 50);
        QCOMPARE(scrolled(), there);
        if (held != QLatin1String("palette"))
            w.release(edge);
        QVERIFY(w.untouched());
    }

    void thePanDoesNotRunAwayAtTheEdge()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        const QPoint edge(w.view->viewport()->width() - 3, 150), from(300, 150);
        QTest::mousePress(w.view->viewport(), Qt::MiddleButton, {}, from);
        w.moveTo(from, edge);
        const int value = w.view->horizontalScrollBar()->value();
        QVERIFY(!QTest::qWaitFor([&] { return w.view->horizontalScrollBar()->value() != value; }, 400));
        QTest::mouseRelease(w.view->viewport(), Qt::MiddleButton, {}, edge);
    }

    void aPinchOfTheTouchpadZoomsAtThePointer()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        const QPoint at = w.middle(kFlatten);
        const QPointF there = w.view->mapToScene(at);
        const auto pinch = [&](Qt::NativeGestureType type, double value) {
            QNativeGestureEvent event(type, QPointingDevice::primaryPointingDevice(), 2, at, at,
                                      w.view->viewport()->mapToGlobal(at), value, QPointF());
            QCoreApplication::sendEvent(w.view->viewport(), &event);
            return event.isAccepted();
        };
        const double before = w.view->zoom();
        QSignalSpy zoomed(w.view.get(), &CanvasView::zoomChanged);
        QVERIFY(pinch(Qt::BeginNativeGesture, 0));
        QVERIFY(pinch(Qt::ZoomNativeGesture, 0.25) && pinch(Qt::ZoomNativeGesture, 0.2));
        QVERIFY(pinch(Qt::EndNativeGesture, 0));
        QCOMPARE(w.view->zoom(), 1.5 * before);
        QCOMPARE(zoomed.count(), 2);
        QVERIFY((w.view->mapToScene(at) - there).manhattanLength() < 3);
        pinch(Qt::ZoomNativeGesture, -0.5);
        QCOMPARE(w.view->zoom(), 0.75 * before);
        pinch(Qt::SmartZoomNativeGesture, 0); // the whole, and back to 100 % there
        QVERIFY(w.view->place().fitted);
        pinch(Qt::SmartZoomNativeGesture, 0);
        QCOMPARE(w.view->zoom(), 1.0);
        QVERIFY(w.untouched());
    }

    // Keys

    void arrowsWalkAlongTheWires()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.key(Qt::Key_Tab);
        QCOMPARE(w.view->selection(), QList<NodeId>{kInput});
        const Edge first = w.wireInto(kConv), second = w.wireInto(kPool);
        using Met = std::variant<NodeId, Edge>;
        const std::vector<std::pair<int, Met>> walk{
            {Qt::Key_Right, first}, {Qt::Key_Right, kConv}, {Qt::Key_Down, kRelu}, {Qt::Key_Right, second},
            {Qt::Key_Right, kPool}, {Qt::Key_Left, second}, {Qt::Key_Left, kRelu}, {Qt::Key_Left, first},
            {Qt::Key_Left, kInput}, {Qt::Key_Left, kInput}};
        for (const auto& [key, met] : walk) {
            w.key(key);
            if (const auto* node = std::get_if<NodeId>(&met)) {
                QCOMPARE(w.view->selection(), QList<NodeId>{*node});
                QCOMPARE(w.scene().focusedNode(), *node);
            } else {
                QVERIFY(w.view->selection().isEmpty());
                QVERIFY(w.scene().selectedWire() == std::get<Edge>(met));
            }
        }
        QVERIFY(w.scene().itemOf(kInput)->picture().state.focused);
        w.key(Qt::Key_Backtab, Qt::ShiftModifier); // out of the canvas at its first layer
        w.view->setFocus();
        w.key(Qt::Key_Escape);
        QVERIFY(w.view->selection().isEmpty());
        QVERIFY(w.untouched());
    }

    void ctrlArrowsMoveByTheGridAndJoinUntilCtrlIsLetGo()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.click(w.middle(kPool));
        for (const Qt::Key key : {Qt::Key_Down, Qt::Key_Down, Qt::Key_Right})
            QTest::keyPress(w.view.get(), key, Qt::ControlModifier);
        QCOMPARE(w.document.position(kPool), QPointF(440, 16));
        QCOMPARE(w.document.undoStack()->count(), 1);
        QTest::keyRelease(w.view.get(), Qt::Key_Right, Qt::ControlModifier);
        w.key(Qt::Key_Left, Qt::ControlModifier);
        QCOMPARE(w.document.undoStack()->count(), 2);
        w.document.undoStack()->setIndex(0);
        QVERIFY(w.document.state() == w.before);
    }

    void ctrlDDuplicatesTheSelection()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.click(w.middle(kPool));
        w.key(Qt::Key_D, Qt::ControlModifier);
        QCOMPARE(w.document.graph().nodes.size(), std::size_t(7));
        const NodeId copy = w.document.graph().nodes.back().id;
        QCOMPARE(w.view->selection(), QList<NodeId>{copy});
        QCOMPARE(w.document.position(copy), QPointF(472, 40));
        w.key(Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(w.view->selection().size(), 7);
    }

    void keysZoomAndFit()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        const double fitted = w.view->zoom();
        w.key(Qt::Key_Plus);
        QVERIFY(w.view->zoom() > 1.2 * fitted);
        w.key(Qt::Key_Minus);
        QVERIFY(qAbs(w.view->zoom() - fitted) < 1e-9);
        w.view->setZoom(3);
        w.key(Qt::Key_0);
        QCOMPARE(w.view->zoom(), 1.0);
        w.view->setZoom(3);
        w.key(Qt::Key_F);
        QCOMPARE(w.view->zoom(), fitted);
        const QRectF shown = w.view->mapToScene(w.view->viewport()->rect()).boundingRect();
        QVERIFY(shown.contains(w.scene().contentRect()));
        w.view->setZoom(1e9);
        QCOMPARE(w.view->zoom(), CanvasView::kMaxZoom);
        w.view->setZoom(0);
        QCOMPARE(w.view->zoom(), CanvasView::kMinZoom);
        QVERIFY(w.untouched());
    }

    void anotherProjectShowsItsOwnCardsFitted()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.click(w.middle(kPool));
        w.view->setZoom(3);
        w.document.reset(lenet5(), {}, {});
        QVERIFY(w.view->selection().isEmpty());
        for (const engine::Node& node : w.document.graph().nodes) {
            QVERIFY(w.document.positions().contains(node.id));
            QVERIFY(w.scene().itemOf(node.id));
        }
        QVERIFY(w.view->mapToScene(w.view->viewport()->rect()).boundingRect().contains(w.scene().contentRect()));
        QCOMPARE(w.document.undoStack()->count(), 0);
        w.document.reset({}, {}, {});
        QVERIFY(!w.view->viewport()->grab().isNull());
    }

    void aLayerDroppedOnACardGoesToTheNearestFreePlace_data()
    {
        QTest::addColumn<QPointF>("by"); ///< from the middle of the card
        QTest::newRow("middle") << QPointF(0, 0);
        QTest::newRow("above") << QPointF(0, -50);
        QTest::newRow("left") << QPointF(-60, 0);
        QTest::newRow("below right") << QPointF(50, 60);
    }

    void aLayerDroppedOnACardGoesToTheNearestFreePlace()
    {
        QFETCH(QPointF, by);
        CanvasWindow w;
        QVERIFY(w.ready());
        OutsideDrag drag(w, CanvasView::kLayerMime, "max_pool"); // of its own kind: nothing to replace
        const QPointF middle = w.scene().itemOf(kPool)->fullRect().center() + by;
        const QPoint where = w.at(middle);
        QVERIFY(drag.enter(where) && drag.move(where) && drag.drop(where));
        QCOMPARE(w.document.undoStack()->count(), 1);
        const NodeId added = w.document.graph().nodes.back().id;
        const QRectF card = w.scene().itemOf(added)->fullRect();
        for (const engine::Node& node : w.document.graph().nodes)
            if (const auto* item = w.scene().itemOf(node.id); item && item->head() != added)
                QVERIFY2(!item->fullRect().intersects(card), node.name.c_str());
        // One card's height and a margin are the farthest one has to go in this row of cards.
        QVERIFY(QLineF(card.topLeft(), middle - QPointF(kCardWidth / 2, kPortY)).length() < 300);
        w.document.undoStack()->undo();
        QVERIFY(w.document.state() == w.before);
    }
};

QTEST_MAIN(TestCanvas)
#include "test_canvas.moc"
