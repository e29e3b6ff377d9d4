#include "sample_graphs.h"
#include "ui/inspector/problems_panel.h"
#include "ui/theme/settings.h"

#include <QUndoStack>
#include <QtTest>

using namespace convarium;
using namespace convarium::ui;

class TestProblemsPanel : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
    }

    void problemsComeAndGoWithTheNetwork()
    {
        ProjectDocument document;
        document.reset(test::lenetPart(), {}, {});
        ProblemsPanel panel(&document);
        QCOMPARE(panel.accessibleName(), QStringLiteral("Problems"));
        QCOMPARE(panel.count(), 0);
        QSignalSpy counted(&panel, &ProblemsPanel::countChanged);
        document.removeEdge(document.graph().edges.front());
        QVERIFY(panel.count() > 0);
        QVERIFY(counted.count() > 0);
        QVERIFY(panel.text(0).contains(QStringLiteral("C3")));
        document.undoStack()->undo();
        QCOMPARE(panel.count(), 0);
    }

    void showLeadsToTheNode()
    {
        ProjectDocument document;
        document.reset(test::lenetPart(), {}, {});
        ProblemsPanel panel(&document);
        panel.resize(600, 200);
        panel.show();
        document.setParam(2, "groups", std::int64_t{4});
        QVERIFY(panel.count() > 0);
        QList<engine::NodeId> shown;
        connect(&panel, &ProblemsPanel::showNode, &panel, [&](engine::NodeId id) { shown << id; });
        QTest::mouseClick(panel.showButton(0), Qt::LeftButton);
        QCOMPARE(shown, (QList<engine::NodeId>{2}));
    }

    void mendingTheFaultFromItsOwnButtonIsSafe()
    {
        ProjectDocument document;
        document.reset(test::lenetPart(), {}, {});
        ProblemsPanel panel(&document);
        panel.show();
        document.setParam(2, "groups", std::int64_t{4});
        connect(&panel, &ProblemsPanel::showNode, &panel, [&] { document.undoStack()->undo(); });
        QTest::mouseClick(panel.showButton(0), Qt::LeftButton);
        QCOMPARE(panel.count(), 0);
    }
};

QTEST_MAIN(TestProblemsPanel)
#include "test_problems_panel.moc"
