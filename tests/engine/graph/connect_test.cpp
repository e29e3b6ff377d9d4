#include "tests/support/graphs.h"

#include <QtTest>

using namespace convarium::test;

class ConnectTest : public QObject
{
    Q_OBJECT

    /// 1 Input, 2 Conv2D, 3 ReLU, 4 Add (fed by 3 in slot 0), 5 Dense without wires.
    static GraphSpec graph()
    {
        GraphMaker m;
        m.input();
        m.add("conv2d");
        const NodeId relu = m.add("relu");
        m.merge("add", {relu});
        m.addAfter(kNoNode, "dense");
        return m.graph();
    }

private Q_SLOTS:
    void wiresThatMayBeDrawn_data()
    {
        QTest::addColumn<int>("from");
        QTest::addColumn<int>("to");
        QTest::addColumn<int>("slot");
        QTest::newRow("free input") << 4 << 5 << 0;
        QTest::newRow("free slot of a merge") << 2 << 4 << 1;
        QTest::newRow("a slot further on") << 2 << 4 << 63;
        QTest::newRow("the same source in another slot") << 3 << 4 << 1;
        QTest::newRow("shapes that do not fit yet") << 1 << 4 << 1;
    }

    void wiresThatMayBeDrawn()
    {
        QFETCH(const int, from);
        QFETCH(const int, to);
        QFETCH(const int, slot);
        const auto result = canConnect(graph(), {from, 0, to, 0, slot});
        QVERIFY2(result, result ? "" : result.error().text().c_str());
    }

    void wiresThatAreRefused_data()
    {
        QTest::addColumn<int>("from");
        QTest::addColumn<int>("to");
        QTest::addColumn<int>("slot");
        QTest::addColumn<QString>("says");
        QTest::newRow("itself") << 2 << 2 << 0 << "itself";
        QTest::newRow("no such layer") << 9 << 2 << 0 << "does not exist";
        QTest::newRow("into the input") << 2 << 1 << 0 << "takes no wire";
        QTest::newRow("circle") << 4 << 2 << 0 << "circle";
        QTest::newRow("taken input") << 1 << 3 << 0 << "from Conv2D C1";
        QTest::newRow("already there") << 1 << 2 << 0 << "already feeds";
        QTest::newRow("taken slot") << 2 << 4 << 0 << "taken by ReLU R1";
        QTest::newRow("no such slot") << 2 << 4 << 64 << "no such input";
        QTest::newRow("second slot of a plain layer") << 4 << 5 << 1 << "no such input";
    }

    void wiresThatAreRefused()
    {
        QFETCH(const int, from);
        QFETCH(const int, to);
        QFETCH(const int, slot);
        QFETCH(const QString, says);
        const auto result = canConnect(graph(), {from, 0, to, 0, slot});
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::InvalidGraph);
        QVERIFY2(QString::fromStdString(result.error().message).contains(says), result.error().message.c_str());
        QVERIFY(!result.error().hint.empty());
    }

    void aRefusedCircleIsTheOneThatInferenceReports()
    {
        GraphSpec g = graph();
        g.edges.push_back({4, 0, 5, 0, 0});
        QVERIFY(canConnect(g, {5, 0, 4, 0, 1}).has_value() == false);
        g.edges.push_back({5, 0, 4, 0, 1});
        const auto problems = inferShapes(g).problems;
        QVERIFY(std::any_of(problems.begin(), problems.end(), [](const Problem& p) {
            return QString::fromStdString(p.error.message).contains(QStringLiteral("circle"));
        }));
    }
};

QTEST_APPLESS_MAIN(ConnectTest)
#include "connect_test.moc"
