// What a faulty layer says on the canvas, where it says it, and the repairs.
#include "canvas_window.h"
#include "ui/canvas/card_content.h"
#include "ui/canvas/fault_card.h"

#include <QPushButton>
#include <QScrollBar>
#include <QWheelEvent>

using namespace convarium;
using namespace convarium::ui;
using namespace convarium::test;

namespace
{

/// Input, convolution and a Dense that cannot take maps.
GraphSpec faultyNet(NodeId* dense)
{
    GraphMaker m;
    m.input();
    m.conv(4, 3);
    *dense = m.dense(10);
    return m.graph();
}

/// Of the layer's card in the window, as it is drawn.
QRect cardOf(const CanvasWindow& w, NodeId id)
{
    const QRectF card = w.scene().itemOf(id)->shownRect();
    return QRect(w.at(card.topLeft()), w.at(card.bottomRight()));
}

} // namespace

class TestCanvasFaults final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aFaultyLayerSaysWhyAndItsButtonMendsIt()
    {
        NodeId dense = engine::kNoNode;
        const GraphSpec graph = faultyNet(&dense);
        CanvasWindow w(graph, {{1, {0, 0}}, {2, {216, 0}}, {dense, {432, 0}}});
        QVERIFY(w.ready());
        QVERIFY(!w.scene().itemOf(dense)->picture().content.fault.isEmpty());
        QVERIFY(w.scene().wireOf(w.wireInto(dense))->look().faulty);
        QVERIFY(!w.view->faultCard()->isVisible());
        w.click(w.middle(dense));
        QVERIFY(w.view->faultCard()->isVisible());
        QVERIFY(w.view->viewport()->rect().contains(w.view->faultCard()->geometry()));
        QPushButton* mend = nullptr;
        for (auto* button : w.view->faultCard()->findChildren<QPushButton*>())
            if (button->accessibleName() == QStringLiteral("Insert Flatten"))
                mend = button;
        QVERIFY(mend && mend->isVisible());
        QTest::mouseClick(mend, Qt::LeftButton);
        QTRY_VERIFY(w.document.problems().empty());
        QCOMPARE(w.document.undoStack()->undoText(), QStringLiteral("Insert Flatten"));
        QTRY_VERIFY(!w.view->faultCard()->isVisible());
        QVERIFY(w.scene().itemOf(dense)->picture().content.fault.isEmpty());
        w.document.undoStack()->undo();
        QVERIFY(w.document.state() == w.before);
        QVERIFY(!w.scene().itemOf(dense)->picture().content.fault.isEmpty());
    }

    void aNetworkThatIsOnlyUnfinishedIsLeftInPeace()
    {
        GraphMaker m;
        m.input();
        const NodeId conv = m.conv(4, 3);
        CanvasWindow w(m.graph(), {{1, {0, 0}}, {conv, {216, 0}}});
        QVERIFY(w.ready());
        const auto content = [&]() -> const CardContent& { return w.scene().itemOf(conv)->picture().content; };
        QVERIFY(!content().fault.isEmpty()); // in the tooltip and for assistive technology
        QVERIFY(content().warning);          // amber, without a red frame
        QVERIFY(!w.scene().wireOf(w.wireInto(conv))->look().faulty);
        w.click(w.middle(conv));
        QVERIFY(!w.view->faultCard()->isVisible());
        w.view->focusNode(conv); // Train was pressed, or the problem was looked up
        QVERIFY(w.view->faultCard()->isVisible());
        QVERIFY(!w.view->faultCard()->repairs().empty());
        w.document.addNodeAfter("flatten", {432, 0}, conv);
        QTRY_VERIFY(!w.view->faultCard()->isVisible());
        QVERIFY(content().fault.isEmpty());
    }

    void theFaultOfALayerNeverCoversIt_data()
    {
        QTest::addColumn<QSize>("size");
        QTest::addColumn<double>("zoom"); // 0: fitted
        QTest::newRow("window of 1280x720") << QSize(951, 336) << 0.0;
        QTest::newRow("window of 1600x1000") << QSize(1080, 560) << 0.0;
        QTest::newRow("window of 1280x720, at 100 %") << QSize(951, 336) << 1.0;
        QTest::newRow("window of 1280x720, at 180 %") << QSize(951, 336) << 1.8;
        QTest::newRow("presenter at 1024x768") << QSize(1024, 346) << 0.0;
    }

    void theFaultOfALayerNeverCoversIt()
    {
        QFETCH(QSize, size);
        QFETCH(double, zoom);
        CanvasWindow w(lenet5(), {});
        QVERIFY(w.ready());
        w.view->resize(size);
        w.view->fit();
        int layers = 0;
        for (const engine::Node& node : lenet5().nodes) {
            if (node.type != "conv2d" && node.type != "avg_pool")
                continue;
            ++layers;
            w.document.setParams(node.id, {{"kernelHeight", std::int64_t(40)}, {"kernelWidth", std::int64_t(40)}});
            if (zoom > 0) {
                w.view->setZoom(zoom);
                w.view->centerOn(w.scene().itemOf(node.id)->shownRect().center());
            }
            w.click(w.middle(node.id));
            const FaultCard& fault = *w.view->faultCard();
            QVERIFY2(fault.isVisible(), node.type.c_str());
            const QRect card = cardOf(w, node.id);
            QVERIFY(w.view->viewport()->rect().contains(fault.geometry()));
            QVERIFY(!fault.geometry().intersects(card));
            QVERIFY(w.view->viewport()->rect().contains(card));
            // Near enough to be seen as belonging to it.
            QVERIFY(fault.geometry().intersects(card.adjusted(-8, -8, 8, 8)));
            for (const auto* button : fault.findChildren<QPushButton*>())
                QVERIFY(fault.rect().contains(QRect(button->mapTo(&fault, QPoint()), button->size())));
            w.document.undoStack()->undo();
            QTRY_VERIFY(!fault.isVisible());
            w.view->fit();
        }
        QVERIFY(layers >= 4);
    }

    void itStaysBesideItsLayerWhileThePictureIsZoomedAndScrolledByTheWheel()
    {
        CanvasWindow w(lenet5(), {});
        QVERIFY(w.ready());
        w.view->resize(951, 420);
        NodeId pool = engine::kNoNode;
        for (const engine::Node& node : lenet5().nodes)
            if (node.type == "avg_pool" && pool == engine::kNoNode)
                pool = node.id;
        w.document.setParams(pool, {{"kernelHeight", std::int64_t(40)}, {"kernelWidth", std::int64_t(40)}});
        w.click(w.middle(pool));
        const FaultCard& fault = *w.view->faultCard();
        QVERIFY(fault.isVisible());
        const auto wheel = [&](QPoint by) {
            const QPointF at = w.middle(pool);
            QWheelEvent event(at, w.view->viewport()->mapToGlobal(at), {}, by, Qt::NoButton, Qt::NoModifier,
                              Qt::NoScrollPhase, false);
            QCoreApplication::sendEvent(w.view->viewport(), &event);
        };
        const auto beside = [&] {
            const QRect card = cardOf(w, pool);
            return fault.geometry().intersects(card.adjusted(-8, -8, 8, 8)) && !fault.geometry().intersects(card);
        };
        wheel({0, 240});
        QVERIFY(beside());
        for (const int by : {-120, 120})
            for (int i = 0; i < 16; ++i) {
                wheel({by, 0});
                QVERIFY2(beside(), qPrintable(QStringLiteral("%1 after %2 steps").arg(by).arg(i)));
            }
        for (int i = 0; i < 8; ++i) {
            w.view->verticalScrollBar()->setValue(w.view->verticalScrollBar()->value() + 120);
            QVERIFY(beside());
        }
    }

    /// With a table of the shapes it is wide.
    void theFaultOfAMergeNeverCoversIt()
    {
        GraphMaker m;
        const NodeId input = m.input();
        m.conv(4, 3);
        const NodeId conv = m.conv(8, 3);
        const NodeId add = m.merge("add", {input, conv});
        CanvasWindow w(m.graph(), {{input, {0, 0}}, {2, {216, 0}}, {conv, {432, 0}}, {add, {648, 0}}});
        QVERIFY(w.ready());
        w.view->resize(951, 336);
        for (const double zoom : {0.6, 1.0, 1.3}) {
            w.view->setZoom(zoom);
            w.view->centerOn(w.scene().itemOf(add)->shownRect().center());
            w.click(w.middle(add));
            const FaultCard& fault = *w.view->faultCard();
            QVERIFY(fault.isVisible());
            QVERIFY(w.view->viewport()->rect().contains(fault.geometry()));
            QVERIFY(!fault.geometry().intersects(cardOf(w, add)));
            w.click({5, 5});
            QVERIFY(!fault.isVisible());
        }
    }
};

QTEST_MAIN(TestCanvasFaults)
#include "test_canvas_faults.moc"
