// Runs that have ended: kept with settings and results, in a file, in the table, over the curves.
#include "engine/analysis/counts.h"
#include "scripted_run.h"
#include "ui/document/project_document.h"
#include "ui/theme/settings.h"
#include "ui/training/curve_chart.h"
#include "ui/training/map_service.h"
#include "ui/training/run_labels.h"
#include "ui/training/run_library.h"
#include "ui/training/runs_table.h"
#include "ui/training/training_controller.h"
#include "ui/training/training_dock.h"

#include <QHeaderView>
#include <QLineEdit>
#include <QLineSeries>
#include <QPushButton>
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

    void settingsThatMatterAreKeptToo()
    {
        auto config = m_document->trainConfig();
        config.weightDecay = 0.01;
        config.augment = "shift:2";
        m_document->setTrainConfig(config);
        train();
        m_runs->rename(0, QStringLiteral("  with decay "));
        const auto& graph = m_document->graph();
        const auto parameters = engine::countNetwork(graph, engine::inferShapes(graph)).total.parameters();
        QVERIFY(parameters > 0);
        QCOMPARE(m_runs->runs().front().parameters, parameters);
        QTRY_VERIFY(RunLibrary(file()).runs().size() == 1 && !RunLibrary(file()).runs().front().name.isEmpty());
        const RunRecord after = RunLibrary(file()).runs().front();
        QCOMPARE(after.name, QStringLiteral("with decay"));
        QCOMPARE(after.parameters, parameters);
        QCOMPARE(after.weightDecay, 0.01);
        QCOMPARE(after.augment, QStringLiteral("shift:2"));
        train(); // goes on: still the same run
        QCOMPARE(m_runs->runs().front().name, QStringLiteral("with decay"));
        m_runs->rename(0, {});
        QVERIFY(m_runs->runs().front().name.isEmpty());
    }

    void equalRunsAreToldApart()
    {
        RunRecord a;
        a.network = QStringLiteral("Small");
        a.optimizer = QStringLiteral("adam");
        a.rate = 0.001;
        a.batch = 64;
        RunRecord b = a, c = a, d = a;
        QCOMPARE(runLabels({&a}), QStringList{QStringLiteral("adam 0.001")});
        b.batch = 32;
        QCOMPARE(runLabels({&a, &b}),
                 (QStringList{QStringLiteral("adam 0.001, batch 64"), QStringLiteral("adam 0.001, batch 32")}));
        b.seed = 7; // the batch tells enough
        QCOMPARE(runLabels({&a, &b})[1], QStringLiteral("adam 0.001, batch 32"));
        c.weightDecay = 0.01;
        d.augment = QStringLiteral("shift:2");
        const QStringList all = runLabels({&a, &b, &c, &d});
        QCOMPARE(QSet<QString>(all.begin(), all.end()).size(), 4);
        QVERIFY(all[2].contains(QStringLiteral("decay 0.01")));
        QVERIFY(all[3].endsWith(QStringLiteral("shift:2")));
        // Nothing differs: numbers, and the newest comes first.
        QCOMPARE(runLabels({&a, &a}), (QStringList{QStringLiteral("adam 0.001 #2"), QStringLiteral("adam 0.001 #1")}));
        d = a;
        d.network = QStringLiteral("mlp");
        QCOMPARE(runLabels({&a, &d})[1], QStringLiteral("mlp, adam 0.001"));
        d.name = QStringLiteral("mine");
        QCOMPARE(runLabels({&a, &d})[1], QStringLiteral("mine"));
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
        QVERIFY(QTest::qWaitForWindowActive(&dock)); // for the keys
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
        QVERIFY(table->currentIndex().isValid()); // who stands there stays there
        QTest::keyClick(table, Qt::Key_Right);    // in any column
        QTest::keyClick(table, Qt::Key_Space);
        QVERIFY(!m_runs->runs().front().shown);
        QTest::keyClick(table, Qt::Key_Space);
        QVERIFY(m_runs->runs().front().shown);
        table->setCurrentIndex(table->model()->index(0, 0));
        QTest::mouseClick(dock.runsTable()->removeButton(), Qt::LeftButton);
        QCOMPARE(m_runs->runs().size(), 0u);
        QCOMPARE(dock.lossChart()->runSeries().size(), 0u);
    }

    void theTableSortsByMouseAndKeysAndRenames()
    {
        for (const double rate : {0.02, 0.001, 0.1}) {
            auto config = m_document->trainConfig();
            config.rate = rate;
            m_document->setTrainConfig(config);
            m_controller->reset();
            train();
        }
        QCOMPARE(m_runs->runs().size(), 3u);
        RunsTable runs(m_runs.get());
        runs.resize(1200, 260);
        runs.show();
        QVERIFY(QTest::qWaitForWindowActive(&runs));
        QTableView* table = runs.table();
        const auto rates = [&] {
            QStringList out;
            for (int row = 0; row < 3; ++row)
                out << table->model()->index(row, RunsModel::Rate).data().toString();
            return out.join(u' ');
        };
        QCOMPARE(rates(), QStringLiteral("0.1 0.001 0.02")); // the newest first
        const auto click = [&] {
            auto* titles = table->horizontalHeader();
            QTest::mouseClick(titles->viewport(), Qt::LeftButton, {},
                              {titles->sectionViewportPosition(RunsModel::Rate) + 12, titles->height() / 2});
        };
        click();
        QCOMPARE(rates(), QStringLiteral("0.001 0.02 0.1"));
        click();
        QCOMPARE(rates(), QStringLiteral("0.1 0.02 0.001"));
        click();
        QCOMPARE(rates(), QStringLiteral("0.1 0.001 0.02"));
        QVERIFY(!runs.renameButton()->isEnabled());
        table->setFocus();
        table->setCurrentIndex(table->model()->index(0, RunsModel::Rate));
        QVERIFY(runs.renameButton()->isEnabled());
        QTest::keyClick(table, Qt::Key_S);
        QCOMPARE(rates(), QStringLiteral("0.001 0.02 0.1"));
        QTest::keyClick(table, Qt::Key_S);
        QCOMPARE(rates(), QStringLiteral("0.1 0.02 0.001"));
        // The row that is seen is the one that gets the name.
        table->setCurrentIndex(table->model()->index(1, RunsModel::Rate));
        QTest::keyClick(table, Qt::Key_F2);
        QTRY_VERIFY(qobject_cast<QLineEdit*>(QApplication::focusWidget()));
        QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("slower"));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
        QTRY_COMPARE(m_runs->runs()[2].name, QStringLiteral("slower")); // the editor says it in its own time
        QCOMPARE(table->model()->index(1, RunsModel::Run).data().toString(), QStringLiteral("slower"));
        QVERIFY(runs.csv().contains("\"slower\""));
        table->setCurrentIndex(table->model()->index(1, RunsModel::Run));
        QTest::keyClick(table, Qt::Key_Delete);
        QCOMPARE(m_runs->runs().size(), 2u);
        QCOMPARE(table->currentIndex().row(), 1);
        QCOMPARE(m_runs->runs().back().rate, 0.001);
    }

    /// Whatever its loss was, it is not the best.
    void aRunThatDivergedStandsBehindAllLosses()
    {
        m_script->divergeAt = 6; // in the second epoch
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Diverged);
        m_script->divergeAt = -1;
        m_controller->reset();
        auto config = m_document->trainConfig();
        config.epochs = 1; // no lower loss than that
        m_document->setTrainConfig(config);
        train();
        QCOMPARE(m_runs->runs().size(), 2u);
        QVERIFY(m_runs->runs().back().diverged && m_runs->runs().back().loss < m_runs->runs().front().loss);
        RunsTable runs(m_runs.get());
        const auto losses = [&] {
            QList<bool> diverged;
            for (int row = 0; row < 2; ++row)
                diverged << (runs.table()->model()->index(row, RunsModel::Loss).data() == QStringLiteral("diverged"));
            return diverged;
        };
        runs.table()->sortByColumn(RunsModel::Loss, Qt::DescendingOrder);
        const QList<bool> worstFirst = losses();
        runs.table()->sortByColumn(RunsModel::Loss, Qt::AscendingOrder);
        QCOMPARE(losses(), (QList<bool>{false, true}));
        QCOMPARE(worstFirst, (QList<bool>{true, false}));
    }
};

QTEST_MAIN(TestRuns)
#include "test_runs.moc"
