// Runs that have ended: kept with settings and results, in a file, in the table, over the curves.
#include "scripted_run.h"
#include "ui/document/project_document.h"
#include "ui/theme/settings.h"
#include "ui/training/curve_chart.h"
#include "ui/training/map_service.h"
#include "ui/training/run_library.h"
#include "ui/training/runs_table.h"
#include "ui/training/training_controller.h"
#include "ui/training/training_dock.h"

#include <QLineSeries>
#include <QTableView>
#include <QTemporaryDir>
#include <QtTest>

using namespace convarium;
using namespace convarium::ui;

class TestRuns : public QObject
{
    Q_OBJECT

    std::shared_ptr<test::Script> m_script;
    std::unique_ptr<ProjectDocument> m_document;
    std::unique_ptr<TrainingController> m_controller;
    std::unique_ptr<MapService> m_maps;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<RunLibrary> m_runs;

    [[nodiscard]] QString file() const { return m_folder->filePath(QStringLiteral("runs.json")); }
    void train()
    {
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
    }

private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
    }
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_script = std::make_shared<test::Script>();
        m_document = std::make_unique<ProjectDocument>();
        m_document->reset(test::smallGraph(), {}, {});
        m_controller = std::make_unique<TrainingController>(test::scriptedServices(m_script));
        m_controller->follow(m_document.get());
        m_maps = std::make_unique<MapService>(m_controller.get());
        m_runs = std::make_unique<RunLibrary>(file());
        m_runs->follow(m_controller.get(), [this] { return m_document->title(); });
        QTRY_VERIFY(m_controller->data().test);
    }
    void cleanup()
    {
        m_runs.reset();
        m_maps.reset();
        m_controller.reset();
        m_document.reset();
    }

    void aRunThatEndsIsKeptAndOneThatGoesOnStaysOne()
    {
        train();
        QCOMPARE(m_runs->runs().size(), 1u);
        const RunRecord& run = m_runs->runs().front();
        QCOMPARE(run.network, QStringLiteral("Small"));
        QCOMPARE(run.optimizer, QStringLiteral("adam"));
        QCOMPARE(run.epochs, 5.0);
        QVERIFY(run.validationAccuracy.value() > 0.9);
        train(); // goes on for as long again
        QCOMPARE(m_runs->runs().size(), 1u);
        QCOMPARE(m_runs->runs().front().epochs, 10.0);
        m_controller->reset();
        train();
        QCOMPARE(m_runs->runs().size(), 2u);
        QCOMPARE(m_runs->runs().front().epochs, 5.0); // the newest comes first
    }

    void theFileBringsThemBack()
    {
        train();
        m_runs->setShown(0, true);
        const RunRecord before = m_runs->runs().front();
        QTRY_VERIFY(RunLibrary(file()).runs().size() == 1 && RunLibrary(file()).runs().front().shown);
        const RunRecord after = RunLibrary(file()).runs().front();
        QCOMPARE(after.network, before.network);
        QCOMPARE(after.rate, before.rate);
        QCOMPARE(after.validationAccuracy, before.validationAccuracy);
        QVERIFY(*after.history == *before.history);
    }

    void aBrokenFileIsNoFault()
    {
        QFile broken(file());
        QVERIFY(broken.open(QIODevice::WriteOnly));
        broken.write("{\"runs\": [7, {\"steps\": 3}]");
        broken.close();
        QVERIFY(RunLibrary(file()).runs().size() <= 2);
    }

    void longRunsAreThinned()
    {
        TrainingHistory history;
        for (int i = 1; i <= 10000; ++i)
            history.steps.push_back({i, i / 100.0, double(i), 0.5, 0.1, 100});
        const TrainingHistory thin = thinnedHistory(history, 400);
        QCOMPARE(thin.steps.size(), 400u);
        QCOMPARE(thin.steps.back().step, 10000);
        QCOMPARE(thin.steps.front().loss, 13.0); // the mean of 1 to 25
    }

    void aCheckedRunIsDrawnOverTheCurves()
    {
        train();
        TrainingDock dock(m_controller.get(), m_maps.get(), m_document.get());
        dock.setRuns(m_runs.get());
        dock.resize(1400, 316);
        dock.show();
        dock.showRuns(true);
        QTableView* table = dock.runsTable()->table();
        QTRY_VERIFY(table->isVisible());
        QCOMPARE(table->model()->rowCount(), 1);
        QCOMPARE(table->accessibleName(), QStringLiteral("Runs"));
        QCOMPARE(dock.lossChart()->runSeries().size(), 0u);
        table->setCurrentIndex(table->model()->index(0, 0));
        table->setFocus();
        QTest::keyClick(table, Qt::Key_Space);
        QVERIFY(m_runs->runs().front().shown);
        QCOMPARE(dock.lossChart()->runSeries().size(), 1u);
        QVERIFY(dock.runsTable()->csv().contains("\"Small\""));
        table->setCurrentIndex(table->model()->index(0, 0));
        QTest::mouseClick(dock.runsTable()->removeButton(), Qt::LeftButton);
        QCOMPARE(m_runs->runs().size(), 0u);
        QCOMPARE(dock.lossChart()->runSeries().size(), 0u);
    }
};

QTEST_MAIN(TestRuns)
#include "test_runs.moc"
