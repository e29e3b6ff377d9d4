#include "controlled_runs.h"
#include "ui/document/project_document.h"
#include "ui/theme/settings.h"
#include "ui/training/training_texts.h"

#include <QTemporaryDir>
#include <QtTest>
#include <thread>

using namespace convarium;
using namespace convarium::ui;
using test::ControlledRuns;

class TestTrainingController : public QObject, ControlledRuns
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Settings::instance().useTestMode(); }
    void init() { begin(); }
    void cleanup() { m_controller.reset(); }

    void aRunGoesFromIdleToFinished()
    {
        QList<RunState> states;
        connect(m_controller.get(), &TrainingController::stateChanged, [&](RunState s) { states << s; });
        m_controller->train();
        QCOMPARE(m_controller->state(), RunState::Preparing);
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
        QCOMPARE(states, (QList<RunState>{RunState::Preparing, RunState::Running, RunState::Finished}));
        QCOMPARE(m_controller->history().steps.size(), std::size_t(8));
        QCOMPARE(m_controller->history().epochs.size(), std::size_t(2));
        QCOMPARE(m_controller->progress().step, 8);
        QVERIFY(m_controller->trainingState());
        QVERIFY(!m_controller->isActive());
    }

    void pauseAndResumeLoseNoPoint()
    {
        m_script->holdAfterEachStep = true;
        m_script->allow(3);
        m_controller->train();
        QTRY_COMPARE(m_controller->history().steps.size(), std::size_t(3));
        m_controller->pause();
        QVERIFY(m_controller->isPausing());
        QTRY_COMPARE(m_controller->state(), RunState::Paused);
        m_script->allow(5);
        m_controller->train();
        QCOMPARE(m_controller->state(), RunState::Running);
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
        QCOMPARE(m_controller->history().steps.size(), std::size_t(8));
        QCOMPARE(m_script->runs.load(), 1);
    }

    void stepFromIdleDoesExactlyOneStep()
    {
        m_controller->step();
        QTRY_COMPARE(m_controller->history().steps.size(), std::size_t(1));
        QTRY_COMPARE(m_controller->state(), RunState::Paused);
        m_controller->step();
        QTRY_COMPARE(m_controller->history().steps.size(), std::size_t(2));
        QCOMPARE(m_controller->state(), RunState::Paused);
        m_controller->toggle();
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
    }

    void anEpochAfterTheLastStepOfOneIsTheNextOne()
    {
        for (int step = 1; step <= 3; ++step) {
            m_controller->step();
            QTRY_COMPARE(m_controller->history().steps.size(), static_cast<std::size_t>(step));
            QTRY_COMPARE(m_controller->state(), RunState::Paused);
        }
        {
            const std::scoped_lock lock(m_script->mutex);
            m_script->holdAfterEachStep = true;
        }
        m_controller->step();
        while (m_script->pauses < 5) // its news lie ready, and nobody has taken them
            std::this_thread::yield();
        m_controller->stepEpoch();
        QTRY_COMPARE(m_controller->history().steps.size(), std::size_t(4));
        QCOMPARE(m_controller->state(), RunState::Running);
        m_script->allow(2);
        QTRY_COMPARE(m_controller->history().steps.size(), std::size_t(6));
        QCOMPARE(m_controller->state(), RunState::Running);
        m_controller->stop();
        QTRY_COMPARE(m_controller->state(), RunState::Idle);
    }

    void stopKeepsTheWeightsAndTrainContinues()
    {
        m_script->holdAfterEachStep = true;
        m_script->allow(3);
        m_controller->train();
        QTRY_COMPARE(m_controller->history().steps.size(), std::size_t(3));
        m_controller->stop();
        QVERIFY(m_controller->isStopping());
        QTRY_COMPARE(m_controller->state(), RunState::Idle);
        QVERIFY(m_controller->canContinue());
        m_script->allow(20);
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
        QCOMPARE(m_script->requests.back().resume->step, 3);
        QCOMPARE(m_controller->history().steps.size(), std::size_t(8));
    }

    void aFinishedRunGoesOnForAsManyEpochsAgain()
    {
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
        m_controller->train();
        QTRY_COMPARE(m_controller->history().steps.size(), std::size_t(16));
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
        QCOMPARE(m_script->requests.back().config.epochs, 4);
        QCOMPARE(m_controller->progress().epochs, 4);
    }

    void theRateReachesARunningTrainer()
    {
        m_script->holdAfterEachStep = true;
        m_script->allow(1);
        m_controller->train();
        QTRY_COMPARE(m_controller->history().steps.size(), std::size_t(1));
        auto changed = config();
        changed.rate = 0.5;
        m_controller->setConfig(changed);
        QCOMPARE(m_script->changes.size(), std::size_t(1));
        QCOMPARE(m_script->changes.front().rate, 0.5);
        QVERIFY(!m_controller->isOutOfDate());
        changed.batch = 3;
        m_controller->setConfig(changed);
        QVERIFY(m_controller->isOutOfDate());
        QCOMPARE(m_script->changes.size(), std::size_t(1));
    }

    void aChangeBetweenTwoTrainingsIsMarked()
    {
        m_script->holdAfterEachStep = true;
        m_script->allow(3);
        m_controller->train();
        QTRY_COMPARE(m_controller->history().steps.size(), std::size_t(3));
        m_controller->stop();
        QTRY_COMPARE(m_controller->state(), RunState::Idle);
        auto changed = config();
        changed.rate = 0.5;
        m_controller->setConfig(changed);
        QVERIFY(m_controller->history().marks.empty()); // nothing has been trained so
        m_script->allow(2);
        m_controller->train();
        QTRY_COMPARE(m_controller->history().steps.size(), std::size_t(5));
        QCOMPARE(m_controller->history().marks.size(), 1u);
        QCOMPARE(m_controller->history().marks[0].step, 3);
        QCOMPARE(QString::fromStdString(m_controller->history().marks[0].words),
                 QStringLiteral("rate 0.001 \u2192 0.5"));
        m_controller->stop();
        QTRY_COMPARE(m_controller->state(), RunState::Idle);
        m_script->allow(20);
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
        QCOMPARE(m_controller->history().marks.size(), 1u);
    }

    void whatWasMeasuredAfterTheWeightsWereKeptIsTrainedAnew()
    {
        engine::TrainingState kept;
        kept.weights = std::make_shared<engine::WeightMap>();
        kept.step = 2;
        TrainingHistory history;
        for (std::int64_t step = 1; step <= 3; ++step)
            history.steps.push_back({step, static_cast<double>(step) / 4, 1, 0, 0, 0});
        history.mark("after the weights were kept");
        m_controller->restore(std::make_shared<const engine::TrainingState>(kept), history);
        auto changed = config();
        changed.rate = 0.5;
        m_controller->setConfig(changed);
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
        QCOMPARE(m_controller->history().steps.size(), std::size_t(8));
        QCOMPARE(m_controller->history().marks.size(), 1u);
        QCOMPARE(m_controller->history().marks[0].step, 2);
    }

    void resetGoesBackToTheInitialWeights()
    {
        m_script->holdAfterEachStep = true;
        m_script->allow(2);
        m_controller->train();
        QTRY_COMPARE(m_controller->history().steps.size(), std::size_t(2));
        m_controller->reset();
        QTRY_COMPARE(m_controller->state(), RunState::Idle);
        QTRY_VERIFY(m_controller->history().empty());
        QVERIFY(!m_controller->trainingState());
        QVERIFY(!m_controller->isOutOfDate());
    }

    void divergenceIsReportedAndNotContinued()
    {
        m_script->divergeAt = 3;
        QSignalSpy message(m_controller.get(), &TrainingController::message);
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Diverged);
        QCOMPARE(message.count(), 1);
        QVERIFY(!m_controller->canContinue());
    }

    void aNetworkWithFaultsIsNotTrained()
    {
        QSignalSpy message(m_controller.get(), &TrainingController::message);
        m_controller->setNetwork(test::smallGraph(), QStringLiteral("Dense needs a list."));
        m_controller->train();
        QCOMPARE(m_controller->state(), RunState::Idle);
        QCOMPARE(message.count(), 1);
        QCOMPARE(m_script->runs.load(), 0);
    }

    void missingDataFailsInWords()
    {
        m_script->dataMissing = true;
        auto c = config();
        c.data = "mnist";
        m_controller->setConfig(c);
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Failed);
        QCOMPARE(m_controller->lastError()->code, engine::ErrorCode::NotFound);
    }

    void dataAreOpenedOnce()
    {
        m_controller->openData();
        QTRY_VERIFY(m_controller->data().test);
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
        QCOMPARE(m_script->opened.load(), 1);
    }

    void picturesOfAFolderTakeTheSizeOfTheInputLayer()
    {
        const QTemporaryDir folder;
        for (const char* name : {"cat", "dog"})
            for (int i = 0; i < 5; ++i) {
                QVERIFY(QDir(folder.path()).mkpath(QLatin1String(name)));
                QImage image(20, 10, QImage::Format_RGB32);
                image.fill(qRgb(200, 10 * i, 0));
                QVERIFY(image.save(folder.filePath(QStringLiteral("%1/%2.png").arg(QLatin1String(name)).arg(i))));
            }
        auto services = test::scriptedServices(m_script);
        services.openData = engineServices().openData;
        TrainingController controller(services);
        auto c = config();
        c.data = folder.path().toStdString();
        controller.setConfig(c);
        controller.setNetwork(test::smallGraph(), {});
        QVERIFY(!controller.dataIsCurrent());
        controller.openData();
        QTRY_VERIFY(controller.dataIsCurrent());
        QCOMPARE(controller.data().train->imageShape(), (engine::Shape{1, 2, 2}));
        QCOMPARE(dataSummary(controller.data()), QStringLiteral("2 classes: 8 training, 2 test images"));

        QSignalSpy ready(&controller, &TrainingController::dataReady);
        QSignalSpy failed(&controller, &TrainingController::dataFailed);
        auto graph = test::smallGraph();
        controller.setNetwork(graph, {}); // the same size: nothing new
        QCOMPARE(ready.count(), 0);
        graph.nodes[0].params.set("channels", std::int64_t{3});
        graph.nodes[0].params.set("height", std::int64_t{8});
        controller.setNetwork(graph, {});
        QCOMPARE(ready.count(), 1);
        QCOMPARE(controller.data().train->imageShape(), (engine::Shape{3, 8, 2}));
        graph.nodes[0].params.set("channels", std::int64_t{2});
        controller.setNetwork(graph, {});
        QCOMPARE(failed.count(), 1);
        QVERIFY(!controller.data().train);
        graph.nodes[0].params.set("channels", std::int64_t{1});
        controller.setNetwork(graph, {});
        QCOMPARE(controller.data().test->imageShape(), (engine::Shape{1, 8, 2}));
    }

    void changingTheNetworkWhilePausedEndsTheOldRun()
    {
        m_controller->step();
        QTRY_COMPARE(m_controller->state(), RunState::Paused);
        QTRY_COMPARE(m_controller->history().steps.size(), std::size_t(1));
        auto graph = test::smallGraph();
        graph.nodes[2].params.set("units", std::int64_t{5});
        m_controller->setNetwork(graph, {});
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
        QCOMPARE(m_script->runs.load(), 2);
        QCOMPARE(m_script->requests.back().resume->step, 0);
    }

    void shutDownStopsAndSaysWhenItHas()
    {
        QSignalSpy done(m_controller.get(), &TrainingController::shutDownFinished);
        m_script->holdAfterEachStep = true;
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Running);
        m_controller->shutDown();
        QTRY_COMPARE(done.count(), 1);
        QVERIFY(!m_controller->isActive());
        m_controller->shutDown();
        QCOMPARE(done.count(), 2);
    }

    void destructionWhileRunningDoesNotHang()
    {
        m_script->holdAfterEachStep = true;
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Running);
        m_controller.reset();
    }

    void theDocumentIsFollowed()
    {
        ProjectDocument document;
        document.reset(test::smallGraph(), {}, config());
        m_controller->follow(&document);
        QTRY_VERIFY(m_controller->data().test);
        QVERIFY2(m_controller->blockedReason().isEmpty(), qPrintable(m_controller->blockedReason()));
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
        document.setParam(3, "units", std::int64_t{7});
        QVERIFY(m_controller->isOutOfDate());
        document.undoStack()->undo();
        QVERIFY(!m_controller->isOutOfDate());
        auto changed = document.trainConfig();
        changed.rate = 0.25;
        document.setTrainConfig(changed);
        QCOMPARE(m_controller->config().rate, 0.25);
    }
};

QTEST_MAIN(TestTrainingController)
#include "test_training_controller.moc"
