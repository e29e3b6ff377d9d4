// Walking, extending and connecting without a mouse.
#include "canvas_window.h"
#include "ui/canvas/canvas_actions.h"
#include "ui/canvas/canvas_notice.h"
#include "ui/canvas/layer_search.h"
#include "ui/theme/widgets.h"

#include <QAccessible>
#include <QListWidget>

using namespace convarium;
using namespace convarium::ui;
using namespace convarium::test;

class TestCanvasKeys : public QObject
{
    Q_OBJECT

    /// What assistive technology says has the focus.
    static QString focused(CanvasWindow& w)
    {
        QAccessibleInterface* canvas = QAccessible::queryAccessibleInterface(w.view.get());
        for (int i = 0; i < canvas->childCount(); ++i)
            if (canvas->child(i)->state().focused)
                return canvas->child(i)->text(QAccessible::Name);
        return {};
    }

private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
    }

    void tabStopsAtLayersWiresAndNotes()
    {
        CanvasWindow w;
        engine::Note note;
        note.text = "n";
        note.x = 100;
        note.y = 400;
        w.document.addNote(note);
        QVERIFY(w.ready());
        QStringList met;
        for (int i = 0; i < 11; ++i) {
            w.key(Qt::Key_Tab);
            met << focused(w);
        }
        const QStringList wanted =
            QStringLiteral("Input In1|Input In1 to Conv2D C1|Conv2D C1|ReLU R1|ReLU R1 to MaxPool P1|"
                           "MaxPool P1|MaxPool P1 to Flatten Fl1|Flatten Fl1|"
                           "Flatten Fl1 to Dense F1|Dense F1|Note 1")
                .split(u'|');
        QCOMPARE(met.join(u'|'), wanted.join(u'|'));
        w.key(Qt::Key_Backtab, Qt::ShiftModifier);
        QCOMPARE(focused(w), QStringLiteral("Dense F1"));
    }

    void aWireIsWalkedAlongFilledAndDeleted()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.key(Qt::Key_Tab);
        w.key(Qt::Key_Tab);
        QCOMPARE(w.scene().selectedWire(), std::optional(w.wireInto(kConv)));
        w.key(Qt::Key_Down);
        QCOMPARE(w.scene().selectedWire(), std::optional(w.wireInto(kPool)));
        w.key(Qt::Key_Return);
        QVERIFY(w.view->search()->isVisible());
        QTest::keyClick(w.view->search()->field(), Qt::Key_Escape);
        w.key(Qt::Key_Delete);
        QVERIFY(w.document.graph().edgesInto(kPool).empty());
        w.document.undoStack()->undo();
        w.key(Qt::Key_Tab);
        w.key(Qt::Key_Tab);
        w.key(Qt::Key_Right); // from the wire to the layer that it feeds
        QCOMPARE(w.view->selection(), QList<NodeId>{kConv});
    }

    /// Two layers read the convolution, and an addition both of them.
    void atAForkUpAndDownChooseTheReader()
    {
        GraphMaker m;
        m.input();
        const NodeId fork = m.conv(4, 3, -1);
        const NodeId upper = m.conv(4, 3, -1);
        CanvasWindow w(m.graph(), {});
        QVERIFY(w.ready());
        const NodeId middle = w.document.addNodeAfter("conv2d", {600, 320}, fork);
        const NodeId add = w.document.addNode("add", {900, 160});
        QVERIFY(w.document.connectNodes(upper, add) && w.document.connectNodes(middle, add));
        w.view->fit();
        w.view->focusNode(fork);
        const auto wire = [&] { return w.scene().selectedWire().value_or(Edge{}); };
        w.key(Qt::Key_Right);
        QCOMPARE(wire().to, upper);
        w.key(Qt::Key_Down);
        QCOMPARE(wire().to, middle);
        w.key(Qt::Key_Down); // round
        QCOMPARE(wire().to, upper);
        w.key(Qt::Key_Up);
        QCOMPARE(wire().to, middle);
        w.key(Qt::Key_Right);
        QCOMPARE(w.view->selection(), QList<NodeId>{middle});
        w.key(Qt::Key_Right);
        w.key(Qt::Key_Right);
        QCOMPARE(w.view->selection(), QList<NodeId>{add});
        w.key(Qt::Key_Left); // back into whichever feeds it
        QCOMPARE(wire().from, upper);
        w.key(Qt::Key_Down);
        QCOMPARE(wire().from, middle);
        w.key(Qt::Key_Left);
        QCOMPARE(w.view->selection(), QList<NodeId>{middle});
    }

    void theSelectedLayerIsReplacedByName()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.click(w.middle(kPool));
        w.key(Qt::Key_R, Qt::ControlModifier);
        LayerSearch* search = w.view->search();
        QVERIFY(search->isVisible());
        QVERIFY2(search->field()->placeholderText().contains(QStringLiteral("MaxPool P1")),
                 qPrintable(search->field()->placeholderText()));
        QStringList offered;
        for (int i = 0; i < search->list()->count(); ++i)
            offered << search->list()->item(i)->text();
        QCOMPARE(offered.first(), QStringLiteral("AvgPool")); // of its family
        QVERIFY(!offered.contains(QStringLiteral("MaxPool")) && !offered.contains(QStringLiteral("Input")));
        QTest::keyClicks(search->field(), QStringLiteral("conv2d 7 3x3"));
        QTest::keyClick(search->field(), Qt::Key_Return);
        const NodeId added = w.view->selection().first();
        const engine::Node* node = w.document.graph().node(added);
        QCOMPARE(node->type, std::string("conv2d"));
        QCOMPARE(node->params.integer("filters"), std::int64_t(7));
        QCOMPARE(w.wireInto(added).from, kRelu);
        QCOMPARE(w.wireInto(kFlatten).from, added);
        QVERIFY(!w.document.graph().node(kPool) && w.view->hasFocus());
        QCOMPARE(w.document.undoStack()->count(), 1);
        QCOMPARE(w.document.undoStack()->undoText(), QStringLiteral("Replace P1 by Conv2D"));
        w.document.undoStack()->undo();
        QVERIFY(w.document.state() == w.before);
        w.view->select({kConv, kPool});
        QVERIFY(!w.view->commands()->replace->isEnabled());
        w.key(Qt::Key_R, Qt::ControlModifier);
        QVERIFY(!search->isVisible());
    }

    void shiftExtendsAndCtrlMovesAll()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.click(w.middle(kConv));
        w.key(Qt::Key_Down);
        w.key(Qt::Key_Right, Qt::ShiftModifier);
        w.key(Qt::Key_Right, Qt::ShiftModifier);
        QCOMPARE(w.view->selection(), (QList<NodeId>{kRelu, kPool, kFlatten}));
        w.key(Qt::Key_Down, Qt::ControlModifier);
        QCOMPARE(w.document.position(kFlatten), QPointF(648, 8));
        QCOMPARE(w.document.position(kPool), QPointF(432, 8));
        w.key(Qt::Key_Delete);
        QCOMPARE(w.wireInto(kDense).from, kConv);
    }

    void cOffersThePortsThatFitAndEnterConnects()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        const NodeId add = w.document.addNode("add", {432, 320}), loose = w.document.addNode("dense", {648, 320});
        w.document.undoStack()->clear();
        const DocumentState before = w.document.state();
        w.view->fit();
        w.click(w.middle(kPool));
        w.key(Qt::Key_C);
        QVERIFY2(w.said.contains(QStringLiteral("Enter connects")), qPrintable(w.said));
        QVERIFY(w.view->notice()->isVisible());
        QVERIFY(w.scene().wireDraft() && w.scene().wireDraft()->fits.at(add) &&
                !w.scene().wireDraft()->fits.at(kDense));
        // Two inputs are free; the arrow keys go round.
        QSet<QString> offered;
        for (int i = 0; i < 4; ++i) {
            offered << w.said;
            w.key(Qt::Key_Right);
        }
        QCOMPARE(offered.size(), 2);
        while (!w.said.contains(QStringLiteral("Dense")))
            w.key(Qt::Key_Down);
        w.key(Qt::Key_Return);
        QCOMPARE(w.wireInto(loose).from, kPool);
        QVERIFY(!w.scene().wireDraft());
        QCOMPARE(w.document.undoStack()->count(), 1);
        w.document.undoStack()->undo();
        w.key(Qt::Key_C);
        w.key(Qt::Key_Escape);
        QVERIFY(w.said.isEmpty() && !w.view->notice()->isVisible() && !w.scene().wireDraft());
        QVERIFY(w.document.state() == before);
    }

    void cSaysWhereNothingIsFree()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.click(w.middle(kPool));
        w.key(Qt::Key_C);
        QVERIFY2(w.said.contains(QStringLiteral("No layer has a free input")), qPrintable(w.said));
        QVERIFY(w.untouched());
    }

    void aNotePointsByKeys()
    {
        CanvasWindow w;
        w.document.addNote({"n", 100, 400, 160, 60, {}});
        QVERIFY(w.ready());
        w.key(Qt::Key_Backtab, Qt::ShiftModifier);
        QCOMPARE(focused(w), QStringLiteral("Note 1"));
        w.key(Qt::Key_C);
        w.key(Qt::Key_Right);
        w.key(Qt::Key_Return);
        QCOMPARE(w.document.notes()[0].arrows, (std::vector<engine::NoteArrow>{{kConv, 0, 0}}));
        w.key(Qt::Key_Right, Qt::ControlModifier);
        QCOMPARE(w.document.notes()[0].x, 108.0);
    }

    void enterAsksForTheSettings()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        QSignalSpy edit(w.view.get(), &CanvasView::editRequested);
        w.click(w.middle(kPool));
        w.key(Qt::Key_Return);
        QCOMPARE(edit.count(), 1);
        QCOMPARE(edit.first().first().toLongLong(), kPool);
    }
};

QTEST_MAIN(TestCanvasKeys)
#include "test_canvas_keys.moc"
