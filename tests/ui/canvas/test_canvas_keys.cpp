// Walking, extending and connecting without a mouse.
#include "canvas_window.h"
#include "ui/canvas/canvas_notice.h"
#include "ui/canvas/layer_search.h"
#include "ui/theme/widgets.h"

#include <QAccessible>

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
