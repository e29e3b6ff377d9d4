// The mistakes that learners make: each is told with the layer, what was found and what is needed, and the first repair
// offered makes the network valid in one step that one undo takes back.
#include "engine/graph/unfinished.h"
#include "tests/support/graphs.h"
#include "ui/document/project_document.h"
#include "ui/document/repairs.h"

#include <QtTest>

using namespace convarium;
using namespace convarium::ui;
using namespace convarium::test;

Q_DECLARE_METATYPE(convarium::engine::GraphSpec)

class TestLearnerFaults : public QObject
{
    Q_OBJECT

    static void head(GraphMaker& m)
    {
        m.add("global_avg_pool");
        m.dense(10);
    }

private Q_SLOTS:
    void theFirstRepairMakesTheNetworkValid_data()
    {
        QTest::addColumn<engine::GraphSpec>("graph");
        QTest::addColumn<qint64>("node");
        QTest::addColumn<QStringList>("told"); ///< layer, found, needed
        QTest::addColumn<QString>("repair");
        const auto row = [](const char* name, const GraphSpec& graph, NodeId node, const QStringList& told,
                            const char* repair) {
            QTest::newRow(name) << graph << qint64(node) << told << QString::fromUtf8(repair);
        };
        {
            GraphMaker m;
            m.input();
            m.conv(8, 3);
            const NodeId dense = m.dense(10);
            row("Dense behind maps", m.graph(), dense, {"Dense", "26×26×8", "plain list"}, "Insert Flatten");
        }
        {
            GraphMaker m;
            m.input(1, 8, 8);
            m.add("max_pool");
            const NodeId conv = m.conv(8, 7);
            head(m);
            row("kernel larger than its input", m.graph(), conv, {"Conv2D", "4×4", "smaller"}, "Use a 4×4 kernel");
        }
        {
            GraphMaker m;
            m.input(1, 4, 4);
            m.conv(8, 3, -1, 4);
            const NodeId pool = m.add("max_pool");
            head(m);
            row("pool larger than its input", m.graph(), pool, {"MaxPool", "1×1", "smaller"}, "Use a 1×1 kernel");
        }
        {
            GraphMaker m;
            m.input();
            const NodeId a = m.conv(8, 3, -1), b = m.conv(16, 3, -1);
            const NodeId add = m.merge("add", {a, b});
            head(m);
            row("Add of different numbers of maps", m.graph(), add, {"Add", "28×28×8", "equal"},
                "Insert Conv2D 1×1 after C1: 16 filters");
        }
        {
            GraphMaker m;
            m.input();
            const NodeId a = m.conv(16, 3, -1), b = m.conv(16, 3, -1, 2);
            const NodeId add = m.merge("add", {a, b});
            head(m);
            row("Add of different sizes", m.graph(), add, {"Add", "14×14×16", "equal"},
                "Insert Conv2D 1×1 after C1: 16 filters, stride 2");
        }
        {
            GraphMaker m;
            m.input();
            const NodeId a = m.conv(16, 3, -1), b = m.conv(8, 3, -1, 2);
            const NodeId concat = m.merge("concat", {a, b});
            head(m);
            row("Concat of different sizes", m.graph(), concat, {"Concat", "28×28×16", "14×14×8"}, "");
        }
        {
            GraphMaker m;
            m.input();
            m.add("flatten");
            const NodeId dense = m.dense(7);
            row("head of the wrong length", m.graph(), dense, {"Dense", "7", "10"}, "Give F1 10 units");
        }
        {
            GraphMaker m;
            m.input();
            m.add("flatten");
            m.dense(12);
            const NodeId softmax = m.add("softmax");
            row("Softmax over the wrong length", m.graph(), softmax, {"Softmax", "12", "10"}, "Give F1 10 units");
        }
        {
            GraphMaker m;
            m.input();
            m.add("flatten");
            const NodeId conv = m.conv(8, 3);
            m.add("flatten");
            m.dense(10);
            row("Conv2D behind Flatten", m.graph(), conv, {"Conv2D", "784", "maps"}, "Put C1 before Fl1");
        }
        {
            GraphMaker m;
            m.input();
            m.conv(8, 3);
            m.add("flatten");
            const NodeId pool = m.add("max_pool");
            m.dense(10);
            row("pool behind Flatten", m.graph(), pool, {"MaxPool", "list", "maps"}, "Put P1 before Fl1");
        }
        {
            GraphMaker m;
            m.input();
            m.conv(8, 3);
            m.add("global_avg_pool");
            const NodeId norm = m.add("lrn");
            m.dense(10);
            row("LRN behind GlobalAvgPool", m.graph(), norm, {"LRN", "list", "maps"}, "");
        }
        {
            GraphMaker m;
            m.input();
            const NodeId conv = m.addAfter(kNoNode, "conv2d");
            head(m);
            row("a layer without a wire", m.graph(), conv, {"Conv2D C1", "No wire", "an input"}, "Connect In1 to C1");
        }
        {
            GraphMaker m;
            m.input();
            const NodeId a = m.conv(8, 3, -1);
            m.conv(8, 3, -1);
            const NodeId add = m.merge("add", {a});
            head(m);
            row("Add with one wire", m.graph(), add, {"Add A1", "Only one wire", "2 inputs"}, "Connect C2 to A1");
        }
        {
            GraphMaker m;
            m.input();
            const NodeId a = m.conv(8, 3, -1);
            const NodeId add = m.merge("add", {a});
            head(m);
            row("Add with one wire and nothing to join", m.graph(), add, {"Add A1", "Only one wire", "2 inputs"}, "");
        }
        {
            GraphMaker m;
            m.input();
            const NodeId conv = m.conv(8, 3);
            row("no head", m.graph(), conv, {"Conv2D", "26×26×8", "10"}, "Add GlobalAvgPool and Dense with 10 units");
        }
        {
            GraphMaker m;
            m.input();
            m.conv(8, 3);
            const NodeId flatten = m.add("flatten");
            row("ends in Flatten", m.graph(), flatten, {"Flatten", "5408", "10"}, "Add Dense with 10 units");
        }
        {
            GraphMaker m;
            m.input();
            m.add("flatten");
            const NodeId softmax = m.add("softmax");
            row("Softmax of all pixels", m.graph(), softmax, {"Softmax", "784", "10"}, "Add Dense with 10 units");
        }
        {
            GraphMaker m;
            m.input();
            m.conv(6, 3);
            const NodeId grouped = m.add("conv2d", {{"filters", std::int64_t(8)}, {"groups", std::int64_t(4)}});
            head(m);
            row("groups that do not divide the maps", m.graph(), grouped, {"Conv2D", "6 maps", "divide"},
                "Use 2 groups");
        }
        {
            GraphMaker m;
            m.input();
            m.conv(6, 3);
            const NodeId norm = m.add("group_norm", {{"groups", std::int64_t(4)}});
            head(m);
            row("GroupNorm that does not divide the maps", m.graph(), norm, {"GroupNorm", "6", "divide"},
                "Use 2 groups");
        }
        {
            GraphMaker m;
            m.input();
            m.add("flatten");
            const NodeId flat = m.last(), a = m.dense(20);
            m.setLast(flat);
            const NodeId b = m.dense(30);
            const NodeId add = m.merge("add", {a, b});
            m.dense(10);
            row("Add of lists of different lengths", m.graph(), add, {"Add", "20", "30"}, "Give F2 20 units");
        }
        {
            GraphMaker m;
            m.input(1, 8, 8);
            const NodeId crop = m.add("crop", {{"top", std::int64_t(9)}});
            head(m);
            row("Crop of more than there is", m.graph(), crop, {"Crop", "8", ""}, "");
        }
        {
            GraphMaker m;
            m.conv(8, 3);
            const NodeId conv = m.last();
            head(m);
            row("no Input", m.graph(), conv, {"Conv2D C1", "No wire", "an input"}, "Insert Input");
        }
    }

    void theFirstRepairMakesTheNetworkValid()
    {
        QFETCH(const engine::GraphSpec, graph);
        QFETCH(const qint64, node);
        QFETCH(const QStringList, told);
        QFETCH(const QString, repair);
        ProjectDocument document;
        Positions places;
        for (const engine::Node& n : graph.nodes)
            places[n.id] = QPointF(200.0 * static_cast<double>(n.id), 0);
        document.reset(graph, places, {});
        const DocumentState before = document.state();
        const auto problems = document.problemsOf(node);
        QVERIFY2(!problems.empty(),
                 document.problems().empty() ? "no fault at all" : document.problems().front().error.message.c_str());
        const QString text = QString::fromStdString(problems.front().error.text());
        for (const QString& word : told)
            QVERIFY2(text.contains(word), qPrintable(text + QStringLiteral(" lacks ") + word));
        const auto repairs = repairsFor(document, problems.front());
        QVERIFY2(!repairs.empty(), qPrintable(text));
        qInfo("%s -> %s", qPrintable(text), qPrintable(repairs.front().text));
        if (!repair.isEmpty())
            QCOMPARE(repairs.front().text, repair);
        applyRepair(document, repairs.front());
        QVERIFY2(document.shaped().ok(),
                 document.problems().empty() ? "" : document.problems().front().error.message.c_str());
        QCOMPARE(repairs.front().parameters, std::optional<qint64>(document.totals().parameters()));
        QCOMPARE(document.undoStack()->count(), 1);
        QCOMPARE(document.undoStack()->undoText(), repairs.front().text);
        document.undoStack()->undo();
        QVERIFY(document.state() == before);
    }

    void whatIsWrongIsAFaultAtOnce_data()
    {
        QTest::addColumn<engine::GraphSpec>("graph");
        QTest::addColumn<qint64>("node");
        QTest::addColumn<bool>("unfinished");
        const auto row = [](const char* name, const GraphSpec& graph, NodeId node, bool unfinished) {
            QTest::newRow(name) << graph << qint64(node) << unfinished;
        };
        {
            GraphMaker m;
            m.input();
            const NodeId conv = m.addAfter(kNoNode, "conv2d");
            row("a layer that waits for its wire", m.graph(), conv, true);
        }
        {
            GraphMaker m;
            m.input();
            const NodeId add = m.merge("add", {m.conv(8, 3, -1)});
            row("an Add that waits for its second wire", m.graph(), add, true);
        }
        {
            GraphMaker m;
            m.input();
            m.add("flatten");
            const NodeId dense = m.dense(120);
            row("a Dense that may be followed by another", m.graph(), dense, true);
        }
        {
            GraphMaker m;
            m.input();
            m.add("flatten");
            m.dense(12);
            const NodeId softmax = m.add("softmax");
            row("a network that is closed by a Softmax", m.graph(), softmax, false);
        }
        {
            GraphMaker m;
            m.input();
            m.conv(8, 3);
            const NodeId dense = m.dense(10);
            row("Dense behind maps", m.graph(), dense, false);
        }
        {
            GraphMaker m;
            m.input(1, 4, 4);
            const NodeId conv = m.conv(8, 7);
            row("a kernel larger than its input", m.graph(), conv, false);
        }
    }

    void whatIsWrongIsAFaultAtOnce()
    {
        QFETCH(const engine::GraphSpec, graph);
        QFETCH(const qint64, node);
        QFETCH(const bool, unfinished);
        ProjectDocument document;
        document.reset(graph, {}, {});
        const engine::Problem problem = document.problemsOf(node).at(0);
        QCOMPARE(engine::isUnfinished(document.graph(), document.shaped(), problem), unfinished);
        QCOMPARE(engine::isFault(document.graph(), document.shaped(), problem), !unfinished);
        QVERIFY2(!document.shaped().ok(), "training waits all the same");
    }

    void aSoftmaxInTheMiddleIsReplaced()
    {
        GraphMaker m;
        m.input();
        m.add("flatten");
        m.dense(20);
        const NodeId softmax = m.add("softmax");
        m.dense(10);
        ProjectDocument document;
        document.reset(m.graph(), {}, {});
        const auto repairs = repairsFor(document, document.problemsOf(softmax).front());
        QVERIFY(!repairs.empty());
        QCOMPARE(repairs.front().text, QStringLiteral("Replace Sm1 by ReLU"));
        applyRepair(document, repairs.front());
        QVERIFY(document.problems().empty());
    }
};

QTEST_GUILESS_MAIN(TestLearnerFaults)
#include "test_learner_faults.moc"
