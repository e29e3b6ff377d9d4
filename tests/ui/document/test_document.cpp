#include "sample_document.h"
#include "ui/document/project_document.h"
#include "ui/document/repairs.h"

#include <QSignalSpy>
#include <QtTest>

using namespace convarium;
using namespace convarium::ui;
using namespace convarium::test;

Q_DECLARE_METATYPE(std::function<void(convarium::ui::ProjectDocument&)>)

namespace
{

using Edit = std::function<void(ProjectDocument&)>;

QString name(const ProjectDocument& document, NodeId id)
{
    return QString::fromStdString(document.graph().node(id)->name);
}

} // namespace

class TestDocument : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyEditIsOneStepWithANameThatUndoAndRedoTakeExactly_data()
    {
        QTest::addColumn<Edit>("edit");
        QTest::addColumn<QString>("text");
        const auto row = [](const char* tag, const QString& text, Edit edit) { QTest::newRow(tag) << edit << text; };
        ProjectDocument d;
        fill(d);
        const QString c1 = name(d, kConv), c2 = name(d, kConv2), relu = name(d, kRelu), add = name(d, kAdd),
                      flat = name(d, kFlatten), dense = name(d, kDense);
        row("add", QStringLiteral("Insert MaxPool"), [](auto& x) { x.addNode("max_pool", {8, 8}); });
        row("add after", QStringLiteral("Insert Dropout"), [](auto& x) { x.addNodeAfter("dropout", {8, 8}, kDense); });
        row("insert on a wire", QStringLiteral("Insert Tanh"), [](auto& x) {
            x.insertOnWire(x.graph().edgesInto(kFlatten).front(), "tanh", {8, 8});
        });
        row("delete", "Delete " + c2, [](auto& x) { x.removeNodes({kConv2}, false); });
        row("delete bridging", "Delete " + relu, [](auto& x) { x.removeNodes({kRelu}, true); });
        row("delete several", QStringLiteral("Delete 3 layers"), [](auto& x) {
            x.removeNodes({kAdd, kInput, kDense, kAdd, 99}, true);
        });
        row("connect", "Connect " + relu + " to " + add, [](auto& x) { QVERIFY(x.connectNodes(kRelu, kAdd)); });
        row("remove a wire", "Remove the wire from " + c2 + " to " + add,
            [](auto& x) { x.removeEdge(x.graph().edgesInto(kAdd).front()); });
        row("rewire", "Connect " + flat + " to " + add, [](auto& x) {
            x.removeEdge(x.graph().edgesInto(kFlatten).front());
            x.undoStack()->clear();
            QVERIFY(x.rewire(x.graph().edgesInto(kDense).front(), kAdd));
        });
        row("move", "Move " + c1, [](auto& x) { x.moveNodes({{kConv, {0, 80}}, {kRelu, x.position(kRelu)}}); });
        row("move several", QStringLiteral("Move 2 layers"), [](auto& x) {
            x.moveNodes({{kConv, {0, 80}}, {kRelu, {80, 80}}});
        });
        row("a setting", "Change filters of " + c2 + " from 4 to 32",
            [](auto& x) { x.setParam(kConv2, "filters", std::int64_t(32)); });
        row("several settings", "Change kernel of " + c2 + " from 3 to 5", [](auto& x) {
            x.setParams(kConv2, {{"kernelHeight", std::int64_t(5)}, {"kernelWidth", std::int64_t(5)}});
        });
        row("training", QStringLiteral("Change batch size from 64 to 128"), [](auto& x) {
            engine::TrainConfig config = x.trainConfig();
            config.batch = 128;
            x.setTrainConfig(config);
        });
        row("several training settings", QStringLiteral("Change the training settings"), [](auto& x) {
            engine::TrainConfig config = x.trainConfig();
            config.batch = 128;
            config.rate = 0.5;
            x.setTrainConfig(config);
        });
        row("rename", "Rename " + dense + " to Head", [](auto& x) { x.renameNode(kDense, QStringLiteral(" Head ")); });
        row("rename the network", QStringLiteral("Rename the network to Mine"),
            [](auto& x) { x.renameNetwork(QStringLiteral("Mine")); });
        row("freeze", "Freeze " + c1, [](auto& x) { x.setFrozen(kConv, true); });
        row("arrange", QStringLiteral("Tidy the layout"), [](auto& x) {
            x.arrange({{kConv, {0, 0}}, {kAdd, {8, 0}}});
        });
        row("duplicate", "Duplicate " + c1, [](auto& x) {
            x.paste(x.fragment({kConv}), {40, 40}, QStringLiteral("Duplicate"));
        });
        row("paste", QStringLiteral("Paste 2 layers"), [](auto& x) {
            x.paste(x.fragment({kConv, kRelu}), {40, 40}, QStringLiteral("Paste"));
        });
    }

    void everyEditIsOneStepWithANameThatUndoAndRedoTakeExactly()
    {
        QFETCH(Edit, edit);
        QFETCH(QString, text);
        ProjectDocument document;
        fill(document);
        DocumentState before = document.state();
        if (QByteArray(QTest::currentDataTag()) == "rewire")
            before.graph.edges.erase(std::find(before.graph.edges.begin(), before.graph.edges.end(),
                                               before.graph.edgesInto(kFlatten).front()));
        edit(document);
        const DocumentState after = document.state();
        QVERIFY(after != before);
        QCOMPARE(document.undoStack()->count(), 1);
        QCOMPARE(document.undoStack()->undoText(), text);
        QVERIFY(document.isModified());
        QVERIFY(derivedFactsFit(document));
        document.undoStack()->undo();
        QVERIFY(document.state() == before);
        QCOMPARE(document.graph().nextId, before.graph.nextId);
        QVERIFY(derivedFactsFit(document));
        document.undoStack()->redo();
        QVERIFY(document.state() == after);
    }

    void editsThatChangeNothingLeaveNoStep()
    {
        ProjectDocument document;
        fill(document);
        const DocumentState before = document.state();
        QSignalSpy told(&document, &ProjectDocument::changed);
        document.setParam(kConv, "filters", std::int64_t(4));
        document.setParam(kConv, "no such key", std::int64_t(4));
        document.setParam(99, "filters", std::int64_t(4));
        document.moveNodes({{kConv, document.position(kConv)}, {99, {1, 1}}});
        document.setTrainConfig(document.trainConfig());
        document.renameNode(kConv, name(document, kConv));
        document.renameNode(99, QStringLiteral("x"));
        document.setFrozen(kConv, false);
        document.removeNodes({}, true);
        document.removeNodes({99}, true);
        document.removeEdge({1, 0, 7, 0, 0});
        document.paste({}, {}, QStringLiteral("Paste"));
        QCOMPARE(document.addNode("no_such_layer", {}), kNoNode);
        QVERIFY(document.rewire(document.graph().edges.front(), document.graph().edges.front().to));
        QCOMPARE(document.undoStack()->count(), 0);
        QCOMPARE(told.count(), 0);
        QVERIFY(document.state() == before);
    }

    void aLayerOnAWireKeepsTheSlotOfAMerge()
    {
        ProjectDocument document;
        fill(document);
        const Edge wire = document.graph().edgesInto(kAdd).at(1);
        const NodeId added = document.insertOnWire(wire, "tanh", {8, 16});
        QCOMPARE(document.position(added), QPointF(8, 16));
        const auto into = document.graph().edgesInto(kAdd);
        QCOMPARE(into.size(), std::size_t(2));
        QCOMPARE(into[1].from, added);
        QCOMPARE(into[1].slot, 1);
        QCOMPARE(document.graph().edgesInto(added).front().from, kConv);
        // A wire that is gone by then: the layer comes alone.
        const NodeId alone = document.insertOnWire(wire, "tanh", {});
        QVERIFY(document.graph().edgesInto(alone).empty() && document.graph().edgesFrom(alone).empty());
    }

    void deletingBridgesChainsAndClosesGaps()
    {
        ProjectDocument document;
        fill(document);
        document.removeNodes({kRelu, kConv2}, true);
        auto into = document.graph().edgesInto(kAdd);
        QCOMPARE(into.size(), std::size_t(2));
        QVERIFY((into[0] == Edge{kConv, 0, kAdd, 0, 0}));
        QVERIFY((into[1] == Edge{kConv, 0, kAdd, 0, 1}));
        QVERIFY(document.problems().empty());
        document.undoStack()->undo();
        // A merge cannot be bridged, nor can anything without "bridge": the later input moves up.
        document.removeNodes({kConv2}, false);
        into = document.graph().edgesInto(kAdd);
        QCOMPARE(into.size(), std::size_t(1));
        QVERIFY((into[0] == Edge{kConv, 0, kAdd, 0, 0}));
        document.undoStack()->undo();
        document.removeNodes({kAdd}, true);
        QVERIFY(document.graph().edgesInto(kFlatten).empty());
        document.undoStack()->undo();
        document.removeNodes({kInput, kDense}, true);
        QVERIFY(document.graph().inputs.empty());
        QVERIFY(document.graph().outputs.empty());
        document.undoStack()->undo();
        QVERIFY(document.graph() == sample());
    }

    void aLayerWithoutAPlaceComesBackWithoutOne()
    {
        ProjectDocument document;
        document.reset(sample(), {}, {});
        const DocumentState before = document.state();
        document.removeNodes({kConv}, true);
        document.undoStack()->undo();
        QVERIFY(document.state() == before);
    }

    void wiresThatCannotBeAreRefusedWithAReason_data()
    {
        QTest::addColumn<qint64>("from");
        QTest::addColumn<qint64>("to");
        QTest::addColumn<QString>("words");
        QTest::newRow("circle") << qint64(kAdd) << qint64(kConv2) << QStringLiteral("circle");
        QTest::newRow("itself") << qint64(kAdd) << qint64(kAdd) << QStringLiteral("feed itself");
        QTest::newRow("taken") << qint64(kConv) << qint64(kDense) << QStringLiteral("takes one wire");
        QTest::newRow("into an input") << qint64(kConv) << qint64(kInput) << QStringLiteral("takes no wire");
        QTest::newRow("nowhere") << qint64(kConv) << qint64(99) << QStringLiteral("does not exist");
    }

    void wiresThatCannotBeAreRefusedWithAReason()
    {
        QFETCH(qint64, from);
        QFETCH(qint64, to);
        QFETCH(QString, words);
        ProjectDocument document;
        fill(document);
        const DocumentState before = document.state();
        const auto verdict = document.canConnect(from, to);
        QVERIFY(!verdict);
        const QString text = QString::fromStdString(verdict.error().text());
        QVERIFY2(text.contains(words), qPrintable(text));
        QVERIFY(!verdict.error().hint.empty());
        QVERIFY(!document.connectNodes(from, to));
        QVERIFY(document.state() == before);
        QCOMPARE(document.undoStack()->count(), 0);
        QVERIFY(document.canConnect(kInput, kAdd));
    }

    void theEndOfAWireMayGoWhereItsOldPlaceIsNotInTheWay()
    {
        ProjectDocument document;
        fill(document);
        const Edge wire = document.graph().edgesInto(kDense).front();
        QVERIFY(!document.canRewire(wire, kConv));
        QVERIFY(!document.rewire(wire, kConv));
        QCOMPARE(document.undoStack()->count(), 0);
        const Edge shortcut = document.graph().edgesInto(kAdd).at(0);
        const NodeId other = document.addNode("concat", {});
        QVERIFY(document.rewire(shortcut, other));
        QCOMPARE(document.graph().edgesInto(kAdd).size(), std::size_t(1));
        QCOMPARE(document.graph().edgesInto(kAdd).front().slot, 0);
        QCOMPARE(document.graph().edgesInto(other).front().from, kConv2);
    }

    void aDragIsOneStepAndCancelsItselfWhenItEndsWhereItBegan()
    {
        ProjectDocument document;
        fill(document);
        const DocumentState before = document.state();
        for (std::int64_t filters : {5, 6, 7})
            document.setParam(kConv, "filters", filters, true);
        QCOMPARE(document.undoStack()->count(), 1);
        QCOMPARE(document.undoStack()->undoText(),
                 QStringLiteral("Change filters of %1 from 4 to 7").arg(name(document, kConv)));
        document.endGesture();
        document.setParam(kConv, "filters", std::int64_t(8), true);
        QCOMPARE(document.undoStack()->count(), 2);
        // Another setting, and another layer, are steps of their own even in the same drag.
        document.setParam(kConv, "strideWidth", std::int64_t(2), true);
        document.setParam(kConv2, "strideWidth", std::int64_t(2), true);
        QCOMPARE(document.undoStack()->count(), 4);
        while (document.undoStack()->canUndo())
            document.undoStack()->undo();
        QVERIFY(document.state() == before);

        document.undoStack()->clear();
        document.moveNodes({{kConv, {0, 0}}}, true);
        document.moveNodes({{kConv, {8, 0}}}, true);
        QCOMPARE(document.undoStack()->count(), 1);
        document.moveNodes({{kConv, before.positions.at(kConv)}}, true);
        QCOMPARE(document.undoStack()->count(), 0);
        QVERIFY(!document.isModified());

        engine::TrainConfig config = document.trainConfig();
        config.rate = 0.5;
        document.setTrainConfig(config, true);
        config.rate = 0.25;
        document.setTrainConfig(config, true);
        QCOMPARE(document.undoStack()->count(), 1);
        QCOMPARE(document.undoStack()->undoText(), QStringLiteral("Change learning rate from 0.001 to 0.25"));
        document.setTrainConfig(before.train, true);
        QCOMPARE(document.undoStack()->count(), 0);
        QVERIFY(document.state() == before);
    }

    void aDragDoesNotMergeIntoWhatHasBeenSaved()
    {
        ProjectDocument document;
        fill(document);
        document.setParam(kConv, "filters", std::int64_t(5), true);
        document.markSaved(QStringLiteral("a.convarium"));
        QVERIFY(!document.isModified());
        document.setParam(kConv, "filters", std::int64_t(6), true);
        QVERIFY(document.isModified());
        document.undoStack()->undo();
        QVERIFY(!document.isModified());
        QCOMPARE(document.graph().node(kConv)->params.integer("filters"), std::int64_t(5));
    }

    void copiesGetFreshIdsAndNamesAndTheWiresAmongThem()
    {
        ProjectDocument document;
        fill(document);
        const Fragment part = document.fragment({kConv2, kAdd});
        QCOMPARE(part.edges.size(), std::size_t(1));
        const auto added = document.paste(part, {40, 8}, QStringLiteral("Paste"));
        QCOMPARE(added, (std::vector<NodeId>{8, 9}));
        QCOMPARE(document.position(8), document.position(kConv2) + QPointF(40, 8));
        QVERIFY(name(document, 8) != name(document, kConv2));
        QVERIFY((document.graph().edgesInto(9) == std::vector<Edge>{{8, 0, 9, 0, 0}}));
        QVERIFY(document.graph().node(8)->params == document.graph().node(kConv2)->params);
    }

    void viewsHearOfAnEditWhenItIsFinished()
    {
        ProjectDocument document;
        fill(document);
        QList<DocumentChange::What> heard;
        bool wholeWhenTold = true;
        connect(&document, &ProjectDocument::changed, this, [&](const DocumentChange& change) {
            heard << change.what;
            if (change.what == DocumentChange::What::NodeAboutToBeRemoved)
                wholeWhenTold = wholeWhenTold && document.graph().node(change.node);
            if (change.what == DocumentChange::What::NodeRemoved)
                wholeWhenTold = wholeWhenTold && !document.graph().node(change.node) && derivedFactsFit(document);
        });
        document.removeNodes({kRelu}, true);
        using What = DocumentChange::What;
        QVERIFY(wholeWhenTold);
        QCOMPARE(heard.count(What::NodeAboutToBeRemoved), 1);
        QCOMPARE(heard.count(What::NodeRemoved), 1);
        QCOMPARE(heard.count(What::EdgeRemoved), 2);
        QCOMPARE(heard.count(What::EdgeAdded), 1);
        QCOMPARE(heard.last(), What::ShapesChanged);
        heard.clear();
        document.moveNodes({{kConv, {0, 0}}});
        QCOMPARE(heard, QList{What::NodesMoved});
    }

    void countsFollowTheNetwork()
    {
        ProjectDocument document;
        fill(document, test::lenet5());
        QCOMPARE(document.totals().parameters(), qint64(61706));
        QCOMPARE(document.totals().macs, qint64(416520));
        document.setFrozen(2, true);
        QCOMPARE(document.totals().frozen, qint64(156));
        QCOMPARE(document.totals().trainable, qint64(61706 - 156));
        document.undoStack()->undo();
        QCOMPARE(document.totals().frozen, qint64(0));
    }

    void theLastShapeThatWorkedIsRemembered()
    {
        ProjectDocument document;
        fill(document);
        const auto good = document.shape(kDense);
        QVERIFY(good.has_value());
        document.removeEdge(document.graph().edgesInto(kConv).front());
        QVERIFY(!document.shape(kDense).has_value());
        QVERIFY(document.lastGoodShape(kDense) == good);
        QVERIFY(!document.problemsOf(kConv).empty());
    }

    void denseAfterMapsIsMendedByFlatten()
    {
        test::GraphMaker m;
        m.input();
        m.conv(4, 3);
        const NodeId dense = m.dense(10);
        ProjectDocument document;
        fill(document, m.graph());
        QVERIFY(!document.problemsOf(dense).empty());
        const auto repairs = repairsFor(document, document.problemsOf(dense).front());
        QVERIFY(!repairs.empty());
        QCOMPARE(repairs.front().text, QStringLiteral("Insert Flatten"));
        applyRepair(document, repairs.front());
        QVERIFY(document.problemsOf(dense).empty());
        QCOMPARE(document.undoStack()->undoText(), QStringLiteral("Insert Flatten"));
        document.undoStack()->undo();
        QVERIFY(document.graph() == m.graph());
    }

    void aLayerWithTwoFaultsIsOfferedWhatMendsTheFirst()
    {
        test::GraphMaker m;
        const NodeId conv = m.conv(4, 3);
        ProjectDocument document;
        fill(document, m.graph());
        document.setClasses(10);
        const auto repairs = repairsFor(document, document.problemsOf(conv).front());
        QVERIFY(!repairs.empty());
        QCOMPARE(repairs.front().text, QStringLiteral("Insert Input"));
        applyRepair(document, repairs.front());
        // Now it is the last layer, which gives no number per class: another fault with repairs of its own.
        QVERIFY(document.shape(conv).has_value());
        const auto next = repairsFor(document, document.problemsOf(conv).front());
        QVERIFY(!next.empty());
        applyRepair(document, next.front());
        QVERIFY(document.problems().empty());
        document.undoStack()->undo();
        document.undoStack()->undo();
        QVERIFY(document.graph() == m.graph());
    }

    void aLayerPastedBesideAGoodNetworkMayStayOrGo()
    {
        test::GraphMaker m;
        m.input();
        m.add("flatten");
        m.dense(10);
        ProjectDocument document;
        fill(document, m.graph());
        document.setClasses(10);
        QVERIFY(document.problems().empty());
        const NodeId pasted = document.addNode(LayerChoice("conv2d"), {});
        QStringList offered;
        for (const Repair& repair : repairsFor(document, document.problemsOf(pasted).front()))
            offered << repair.text;
        QVERIFY2(offered.contains(QStringLiteral("Insert Input")), qPrintable(offered.join(u'|')));
        QVERIFY2(offered.last().startsWith(QStringLiteral("Remove ")), qPrintable(offered.join(u'|')));
    }

    void aLastLayerOfTheWrongLengthGetsOneUnitPerClass_data()
    {
        QTest::addColumn<bool>("softmax");
        QTest::newRow("Dense is last") << false;
        QTest::newRow("Softmax hangs on it") << true;
    }

    void aLastLayerOfTheWrongLengthGetsOneUnitPerClass()
    {
        QFETCH(const bool, softmax);
        test::GraphMaker m;
        m.input();
        m.add("flatten");
        const NodeId dense = m.dense(10);
        const NodeId last = softmax ? m.add("softmax") : dense;
        ProjectDocument document;
        fill(document, m.graph());
        QVERIFY(document.problems().empty());
        document.setClasses(5);
        const auto repairs = repairsFor(document, document.problemsOf(last).front());
        QCOMPARE(repairs.size(), std::size_t(2));
        QCOMPARE(repairs.back().text, QStringLiteral("Add Dense with 5 units"));
        QCOMPARE(repairs.front().text,
                 QStringLiteral("Give %1 5 units").arg(QString::fromStdString(document.graph().node(dense)->name)));
        applyRepair(document, repairs.front());
        QVERIFY(document.problems().empty());
        QCOMPARE(document.shape(last)->elements(), std::int64_t{5});
        document.undoStack()->undo();
        QVERIFY(document.graph() == m.graph());
    }

    /// A list with one number per map can be added to maps; maps of other sizes cannot.
    void aListMeetsMapsInAnAddThatStretches()
    {
        test::GraphMaker m;
        m.input();
        const NodeId maps = m.conv(16, 3, -1);
        const NodeId list = m.add("global_avg_pool");
        const NodeId add = m.merge("add", {maps, list});
        m.add("global_avg_pool");
        m.dense(10);
        ProjectDocument document;
        fill(document, m.graph());
        const auto repairs = repairsFor(document, document.problemsOf(add).front());
        QVERIFY(!repairs.empty());
        QCOMPARE(repairs.front().text, QStringLiteral("Stretch sizes of 1"));
        QCOMPARE(repairs.front().parameters, std::optional<qint64>(9 * 16 + 16 + 16 * 10 + 10));
        applyRepair(document, repairs.front());
        QVERIFY(document.problems().empty());
        QVERIFY(document.shape(add) == (engine::Shape{16, 28, 28}));
        document.undoStack()->undo();
        QVERIFY(document.graph() == m.graph());
    }

    void unequalInputsOfAnAddAreMendedOrTheAddGoes()
    {
        test::GraphMaker m;
        m.input();
        const NodeId shortcut = m.conv(16, 3, -1);
        const NodeId main = m.conv(32, 3, -1, 2);
        const NodeId add = m.merge("add", {shortcut, main});
        const NodeId pool = m.add("global_avg_pool");
        m.dense(10);
        ProjectDocument document;
        fill(document, m.graph());
        const auto repairs = repairsFor(document, document.problemsOf(add).front());
        QCOMPARE(repairs.size(), std::size_t(2));
        QCOMPARE(repairs.front().text, QStringLiteral("Insert Conv2D 1×1 after C1: 32 filters, stride 2"));
        QCOMPARE(repairs.front().parameters,
                 std::optional<qint64>(9 * 16 + 16 + 9 * 16 * 32 + 32 + 16 * 32 + 32 + 32 * 10 + 10));
        QCOMPARE(repairs[1].text, QStringLiteral("Remove the wire from C1 and A1"));
        applyRepair(document, repairs.front());
        QVERIFY(document.problems().empty());
        document.undoStack()->undo();
        applyRepair(document, repairs[1]);
        QVERIFY(document.problems().empty());
        QVERIFY(!document.graph().node(add));
        QCOMPARE(document.graph().edgesInto(pool).front().from, main);
        document.undoStack()->undo();
        QVERIFY(document.graph() == m.graph());
    }

    void resetForgetsEverything()
    {
        ProjectDocument document;
        fill(document);
        document.setFrozen(kConv, true);
        document.undoStack()->undo();
        document.renameNetwork(QStringLiteral("Mine"));
        QSignalSpy told(&document, &ProjectDocument::changed);
        document.reset(test::mlp(), {}, {}, QStringLiteral("mlp.convarium"));
        QCOMPARE(document.undoStack()->count(), 0);
        QVERIFY(!document.isModified());
        QVERIFY(document.graph() == test::mlp());
        QVERIFY(!document.lastGoodShape(kDense).has_value());
        QCOMPARE(document.filePath(), QStringLiteral("mlp.convarium"));
        QCOMPARE(told.count(), 1);
    }
};

QTEST_GUILESS_MAIN(TestDocument)
#include "test_document.moc"
