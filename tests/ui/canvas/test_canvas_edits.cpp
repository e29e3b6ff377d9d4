// Copies, notes, and cards on their way.
#include "canvas_window.h"
#include "ui/canvas/canvas_actions.h"
#include "ui/canvas/canvas_notice.h"
#include "ui/canvas/note_editor.h"
#include "ui/document/network_clip.h"

#include <QClipboard>

using namespace convarium;
using namespace convarium::ui;
using namespace convarium::test;

class TestCanvasEdits : public QObject
{
    Q_OBJECT

    static QClipboard& clipboard() { return *QGuiApplication::clipboard(); }
    static engine::Note note(double x, double y)
    {
        engine::Note n;
        n.text = "look here";
        n.x = x;
        n.y = y;
        return n;
    }

private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
    }

    // Clipboard

    void aCopyTravelsAsTextToAnotherWindow()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.view->select({kConv, kRelu, kPool});
        w.key(Qt::Key_C, Qt::ControlModifier);
        QVERIFY(w.untouched());
        const QString text = clipboard().text();
        QVERIFY2(text.startsWith(u'{') && text.contains(QStringLiteral("conv2d")), qPrintable(text.left(200)));
        // Through a text editor: nothing but the text is left.
        clipboard().setText(QStringLiteral("\n  ") + text);
        CanvasWindow other(GraphSpec{}, {});
        QVERIFY(other.ready());
        other.key(Qt::Key_V, Qt::ControlModifier);
        const engine::GraphSpec& graph = other.document.graph();
        QCOMPARE(graph.nodes.size(), std::size_t(3));
        QCOMPARE(graph.edges.size(), std::size_t(2));
        QCOMPARE(graph.nodes[0].params, w.document.graph().node(kConv)->params);
        QCOMPARE(other.view->selection().size(), 3);
        QCOMPARE(other.document.undoStack()->undoText(), QStringLiteral("Paste 3 layers"));
        other.key(Qt::Key_V, Qt::ControlModifier);
        QCOMPARE(other.document.graph().nodes.size(), std::size_t(6));
        QVERIFY(other.document.position(graph.nodes[0].id) != other.document.position(graph.nodes[3].id));
        other.document.undoStack()->setIndex(0);
        QVERIFY(other.document.state() == other.before);
    }

    void aFittedPictureStaysFittedWithWhatIsPasted()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.view->fit();
        w.view->select({kConv, kPool});
        w.key(Qt::Key_C, Qt::ControlModifier);
        for (int i = 0; i < 3; ++i)
            w.key(Qt::Key_V, Qt::ControlModifier);
        const QRectF seen = w.view->mapToScene(w.view->viewport()->rect()).boundingRect();
        QVERIFY(seen.contains(w.scene().contentRect()));
    }

    void aCutBridgesAndComesBackWithPaste()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.click(w.middle(kPool));
        w.key(Qt::Key_X, Qt::ControlModifier);
        QCOMPARE(w.wireInto(kFlatten).from, kRelu);
        QCOMPARE(w.document.undoStack()->undoText(), QStringLiteral("Cut P1"));
        w.key(Qt::Key_V, Qt::ControlModifier);
        QCOMPARE(w.document.graph().nodes.back().type, std::string("max_pool"));
        QCOMPARE(w.document.undoStack()->count(), 2);
        w.document.undoStack()->setIndex(0);
        QVERIFY(w.document.state() == w.before);
    }

    void unusableTextIsToldInASentence_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("said");
        QTest::newRow("nothing") << QString() << QStringLiteral("There are no layers on the clipboard.");
        QTest::newRow("prose") << QStringLiteral("hello") << QStringLiteral("There are no layers on the clipboard.");
        QTest::newRow("other JSON") << QStringLiteral("{\"a\": 1}") << QStringLiteral("cannot be read");
        QTest::newRow("broken") << QStringLiteral("{\"format\": 1, \"nodes\": [") << QStringLiteral("cannot be read");
        QTest::newRow("unknown layer")
            << QStringLiteral(
                   R"({"format": 1, "name": "", "nextId": 2, "nodes": [{"id": 1, "type": "warp", "version": 1, "name": ""}], "edges": []})")
            << QStringLiteral("'warp'");
        QTest::newRow("wire to nothing")
            << QStringLiteral(
                   R"({"format": 1, "name": "", "nextId": 2, "nodes": [{"id": 1, "type": "relu", "version": 1, "name": ""}], "edges": [{"from": 1, "to": 7}]})")
            << QStringLiteral("no such node");
    }

    void unusableTextIsToldInASentence()
    {
        QFETCH(const QString, text);
        QFETCH(const QString, said);
        CanvasWindow w;
        QVERIFY(w.ready());
        clipboard().setText(text);
        w.key(Qt::Key_V, Qt::ControlModifier);
        QVERIFY2(w.view->notice()->text().contains(said), qPrintable(w.view->notice()->text()));
        QVERIFY(w.untouched());
    }

    void wiresThatMayNotBeAreLeftOutAndPlacesFilledIn()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        // Two wires into one ReLU: the first stays.
        clipboard().setText(QStringLiteral(
            R"({"format": 1, "name": "", "nextId": 4, "nodes": [{"id": 1, "type": "relu", "version": 1, "name": "x"},
                {"id": 2, "type": "relu", "version": 1, "name": "y"}, {"id": 3, "type": "tanh", "version": 1, "name": "z"}],
                "edges": [{"from": 1, "to": 3}, {"from": 2, "to": 3}]})"));
        w.key(Qt::Key_V, Qt::ControlModifier);
        QCOMPARE(w.document.graph().nodes.size(), std::size_t(9));
        QCOMPARE(w.document.graph().edges.size(), w.before.graph.edges.size() + 1);
        QVERIFY(w.document.positions().contains(w.document.graph().nodes.back().id));
    }

    void copiesForgetTheNamesOfImportedTensors()
    {
        GraphSpec graph = smallNet();
        graph.node(kConv)->tensors = {
            {"weight", engine::TensorRole::Weight, engine::Shape{4, 1, 3, 3}, "their.weight", false}};
        CanvasWindow w(graph);
        QVERIFY(w.ready());
        w.view->select({kConv});
        w.key(Qt::Key_D, Qt::ControlModifier);
        QVERIFY(w.document.graph().nodes.back().tensors.front().externalName.empty());
        w.view->select({kConv});
        w.key(Qt::Key_C, Qt::ControlModifier);
        QVERIFY(!clipboard().text().contains(QStringLiteral("their.weight")));
        QCOMPARE(w.document.graph().node(kConv)->tensors.front().externalName, std::string("their.weight"));
        for (const engine::Problem& problem : w.document.problems())
            QVERIFY2(problem.error.message.find("their.weight") == std::string::npos, problem.error.message.c_str());
    }

    // Notes

    void aNoteIsWrittenMovedResizedAndPointsAtALayer()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.view->commands()->addNote->trigger();
        QVERIFY(w.view->noteEditor()->isVisible());
        QTest::keyClicks(w.view->noteEditor(), QStringLiteral("Six maps"));
        QTest::keyClick(w.view->noteEditor(), Qt::Key_Escape);
        QVERIFY(!w.view->noteEditor()->isVisible() && w.view->hasFocus());
        QCOMPARE(w.document.notes().front().text, std::string("Six maps"));
        w.document.moveNodes({}, false, {{0, {300, 360}}});
        w.view->fit();
        const auto rect = [&] { return w.scene().noteItem(0).rect(); };
        w.click(w.at(rect().center()));
        QCOMPARE(w.scene().selectedNotes(), std::set<NoteIndex>{0});
        const int before = w.document.undoStack()->count();
        w.drag(w.at(rect().center()), w.at(rect().center() + QPointF(83, 40)));
        QCOMPARE(QPointF(w.document.notes()[0].x, w.document.notes()[0].y),
                 QPointF(388, 400)); // in line with the right edge of P1
        w.drag(w.at(rect().bottomRight() - QPointF(4, 4)), w.at(rect().bottomRight() + QPointF(36, 28)));
        QVERIFY(w.document.notes()[0].width > 220);
        w.drag(w.at(w.scene().noteItem(0).arrowHandle()), w.middle(kPool));
        QCOMPARE(w.document.notes()[0].arrows, (std::vector<engine::NoteArrow>{{kPool, 0, 0}}));
        w.drag(w.at(w.scene().noteItem(0).arrowHandle()), w.at({700, 500}));
        QCOMPARE(w.document.notes()[0].arrows.size(), std::size_t(2));
        QCOMPARE(w.document.undoStack()->count(), before + 4);
        // An arrow is chosen and deleted alone.
        w.click(w.at(w.scene().noteItem(0).arrows()[1].pointAt(0.8)));
        QVERIFY(w.scene().selectedArrow());
        w.key(Qt::Key_Delete);
        QCOMPARE(w.document.notes()[0].arrows.size(), std::size_t(1));
        // With its layer the arrow goes; undo brings both.
        w.document.removeNodes({kPool}, true);
        QVERIFY(w.document.notes()[0].arrows.empty());
        w.document.undoStack()->undo();
        QCOMPARE(w.document.notes()[0].arrows.size(), std::size_t(1));
        w.click(w.at(rect().center()));
        w.key(Qt::Key_Delete);
        QVERIFY(w.document.notes().empty());
        QCOMPARE(w.document.undoStack()->undoText(), QStringLiteral("Delete a note"));
        w.document.undoStack()->setIndex(0);
        QVERIFY(w.document.state() == w.before);
    }

    void theViewStaysWhereItIsWhenANoteIsAdded()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.view->resize(950, 334);
        w.view->fit();
        const QPoint before = w.at({0, 0});
        w.view->commands()->addNote->trigger();
        QVERIFY((w.at({0, 0}) - before).manhattanLength() <= 3);
        QTest::keyClick(w.view->noteEditor(), Qt::Key_Escape);
        QVERIFY((w.at({0, 0}) - before).manhattanLength() <= 3);
    }

    void notesAreCopiedWithTheirLayers()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        engine::Note n = note(200, 400);
        n.arrows = {{kConv, 0, 0}, {kDense, 0, 0}, {kNoNode, 5, 6}};
        w.document.addNote(n);
        w.view->fit();
        w.drag(w.at({180, -30}), w.at({400, 460})); // a rubber band around both
        QCOMPARE(w.scene().selectedNotes().size(), std::size_t(1));
        QVERIFY(w.view->selection().contains(kConv));
        w.key(Qt::Key_D, Qt::ControlModifier);
        QCOMPARE(w.document.notes().size(), std::size_t(2));
        const auto& arrows = w.document.notes()[1].arrows;
        QCOMPARE(arrows.size(), std::size_t(2)); // the Dense layer stayed behind
        QVERIFY(arrows[0].node > kDense);
        QCOMPARE(arrows[1].x, 45.0);
        QCOMPARE(w.document.undoStack()->undoText(), QStringLiteral("Duplicate 2 layers and a note"));
        QCOMPARE(w.scene().selectedNotes(), std::set<NoteIndex>{1});
    }

    void escapeHalfwayLeavesTheNote()
    {
        CanvasWindow w;
        w.document.addNote(note(300, 360));
        w.document.undoStack()->clear();
        w.before = w.document.state();
        w.view->fit();
        QVERIFY(w.ready());
        const QPoint middle = w.at(w.scene().noteItem(0).rect().center());
        w.press(middle);
        w.moveTo(middle, middle + QPoint(60, 60));
        w.key(Qt::Key_Escape);
        w.release(middle + QPoint(60, 60));
        QVERIFY(w.untouched());
        QCOMPARE(w.scene().noteItem(0).rect().topLeft(), QPointF(300, 360));
    }

    // Several at once

    void freezingSeveralLayersIsOneStep()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        QAction* freeze = w.view->commands()->freeze;
        const auto frozen = [&](NodeId id) { return w.document.graph().node(id)->frozen; };
        w.view->select({kPool, kFlatten});
        QVERIFY(!freeze->isEnabled()); // nothing there has weights
        w.document.setFrozen(kDense, true);
        w.view->select({kConv, kRelu, kPool, kDense});
        QVERIFY(freeze->isEnabled() && !freeze->isChecked()); // one of two
        const int steps = w.document.undoStack()->count();
        freeze->trigger();
        QVERIFY(frozen(kConv) && frozen(kDense) && !frozen(kPool) && freeze->isChecked());
        QCOMPARE(w.document.undoStack()->count(), steps + 1);
        QCOMPARE(w.document.undoStack()->undoText(), QStringLiteral("Freeze C1"));
        freeze->trigger();
        QVERIFY(!frozen(kConv) && !frozen(kDense));
        QCOMPARE(w.document.undoStack()->count(), steps + 2);
        QCOMPARE(w.document.undoStack()->undoText(), QStringLiteral("Unfreeze 2 layers"));
        w.document.undoStack()->setIndex(0);
        QVERIFY(w.document.state() == w.before);
    }

    // Motion

    void tidyGlidesAndIsInPlaceAtOnceWithoutMotion()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.document.moveNodes({{kDense, {40, 600}}});
        ThemeManager::instance().setReducedMotion(false);
        w.view->commands()->tidy->trigger();
        const QPointF there = w.document.position(kDense);
        QVERIFY(w.scene().isGliding());
        QTRY_VERIFY(w.scene().itemOf(kDense)->pos() != there); // on its way
        QTRY_VERIFY(!w.scene().isGliding());
        QCOMPARE(w.scene().itemOf(kDense)->pos(), there);
        // A press on the way ends it.
        w.document.undoStack()->undo();
        QVERIFY(w.scene().isGliding());
        w.drag(w.at({500, 500}), w.at({520, 520}));
        ThemeManager::instance().setReducedMotion(true);
        w.document.undoStack()->redo();
        QVERIFY(!w.scene().isGliding());
        QCOMPARE(w.scene().itemOf(kDense)->pos(), there);
    }
};

QTEST_MAIN(TestCanvasEdits)
#include "test_canvas_edits.moc"
