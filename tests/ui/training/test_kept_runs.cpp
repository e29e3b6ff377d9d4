// What becomes of a run when the network or its settings change.
#include "controlled_runs.h"
#include "ui/theme/settings.h"

#include <QtTest>

using namespace convarium;
using namespace convarium::ui;
using test::ControlledRuns;

Q_DECLARE_METATYPE(std::shared_ptr<const convarium::engine::TrainingState>)

class TestKeptRuns : public QObject, ControlledRuns
{
    Q_OBJECT

    static engine::GraphSpec withUnits(std::int64_t units)
    {
        auto graph = test::smallGraph();
        graph.nodes[2].params.set("units", units);
        return graph;
    }

    /// Of a whole run.
    std::shared_ptr<const engine::TrainingState> trainedWith(std::int64_t units)
    {
        m_controller->setNetwork(withUnits(units), {});
        m_controller->train();
        (void)QTest::qWaitFor([&] { return m_controller->state() == RunState::Finished; });
        return m_controller->trainingState();
    }

private Q_SLOTS:
    void initTestCase() { Settings::instance().useTestMode(); }
    void init() { begin(); }
    void cleanup() { m_controller.reset(); }

    void anotherNetworkBeginsANewRun()
    {
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
        QSignalSpy outOfDate(m_controller.get(), &TrainingController::outOfDateChanged);
        auto graph = test::smallGraph();
        graph.nodes[2].params.set("units", std::int64_t{3});
        m_controller->setNetwork(graph, {});
        QCOMPARE(outOfDate.count(), 1);
        QVERIFY(m_controller->isOutOfDate());
        QVERIFY(!m_controller->weightsFitNetwork());
        m_controller->setNetwork(test::smallGraph(), {}); // undone
        QVERIFY(!m_controller->isOutOfDate());
        m_controller->setNetwork(graph, {});
        const auto before = m_controller->trainingState();
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
        QCOMPARE(m_script->requests.back().resume->step, 0);
        QCOMPARE(m_script->requests.back().resume->weights, before->weights); // they stay where they fit
        QCOMPARE(m_controller->history().steps.size(), std::size_t(8));
        m_controller->reset();
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
        QVERIFY(!m_script->requests.back().resume);
    }

    void otherSettingsStartAfresh()
    {
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
        auto graph = test::smallGraph();
        graph.nodes[2].params.set("units", std::int64_t{3});
        m_controller->setNetwork(graph, {});
        auto other = config();
        other.batch *= 2;
        m_controller->setConfig(other);
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
        QVERIFY(!m_script->requests.back().resume);
    }

    void theNetworkOfBeforeHasItsWeightsAndCurves()
    {
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
        m_controller->train(); // goes on for as long again
        QTRY_COMPARE(m_controller->history().steps.size(), std::size_t(16));
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
        const auto first = m_controller->trainingState();
        auto graph = test::smallGraph();
        graph.nodes[2].params.set("units", std::int64_t{3});
        m_controller->setNetwork(graph, {});
        m_controller->step();
        QTRY_COMPARE(m_controller->history().steps.size(), std::size_t(1));
        m_controller->stop();
        QTRY_COMPARE(m_controller->state(), RunState::Idle);
        const auto second = m_controller->trainingState();
        QVERIFY(second != first);
        QList<std::shared_ptr<const engine::TrainingState>> told;
        connect(m_controller.get(), &TrainingController::snapshotArrived, [&](const auto& state) { told << state; });
        m_controller->setNetwork(test::smallGraph(), {}); // undone
        QCOMPARE(m_controller->trainingState(), first);
        QCOMPARE(told.last(), first);
        QCOMPARE(m_controller->history().steps.size(), std::size_t(16));
        QCOMPARE(m_controller->progress().step, 16);
        QCOMPARE(m_controller->state(), RunState::Finished);
        QVERIFY(m_controller->canContinue());
        m_controller->setNetwork(graph, {}); // redone
        QCOMPARE(m_controller->trainingState(), second);
        QCOMPARE(m_controller->history().steps.size(), std::size_t(1));
        QVERIFY(m_controller->canContinue());
        // Undone while it runs: as soon as that run has ended.
        m_script->holdAfterEachStep = true;
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Running);
        m_controller->setNetwork(test::smallGraph(), {});
        m_controller->stop();
        QTRY_VERIFY(!m_controller->isActive());
        QCOMPARE(m_controller->trainingState(), first);
        m_controller->reset();
        m_controller->setNetwork(graph, {});
        QVERIFY(!m_controller->trainingState());
    }

    void aRunThatCannotBeginLosesNoWeights()
    {
        m_script->dataMissing = true;
        auto c = config();
        c.data = "mnist";
        m_controller->setConfig(c);
        engine::TrainingState trained;
        trained.weights = std::make_shared<engine::WeightMap>();
        trained.step = 4;
        TrainingHistory history;
        for (std::int64_t step = 1; step <= 4; ++step)
            history.steps.push_back({step, 0, 0, 0, 0, 0});
        const auto state = std::make_shared<const engine::TrainingState>(trained);
        m_controller->restore(state, history);
        auto graph = test::smallGraph();
        graph.nodes[2].params.set("units", std::int64_t{3});
        m_controller->setNetwork(graph, {});
        m_controller->train();
        QCOMPARE(m_controller->shownWeights(), trained.weights); // also while it gets ready
        QTRY_COMPARE(m_controller->state(), RunState::Failed);
        QVERIFY(m_controller->lastError());
        QCOMPARE(m_controller->trainingState(), state);
        QCOMPARE(m_controller->history().steps.size(), std::size_t(4));
        m_controller->setNetwork(test::smallGraph(), {});
        QVERIFY(m_controller->canContinue());
    }

    void aRunThatCannotBeginLosesNoResult()
    {
        m_script->test = engine::Evaluation();
        trainedWith(2);
        const auto state = m_controller->trainingState();
        m_controller->setNetwork(withUnits(3), {});
        m_script->failsToBegin = true;
        QList<std::shared_ptr<const engine::TrainingState>> told;
        connect(m_controller.get(), &TrainingController::snapshotArrived, [&](const auto& s) { told << s; });
        m_controller->train();
        QVERIFY(!m_controller->trainingState() && m_controller->heldRun().state == state); // while it gets ready
        QTRY_COMPARE(m_controller->state(), RunState::Failed);
        QVERIFY(m_controller->testResult());
        QCOMPARE(m_controller->trainingState(), state);
        QCOMPARE(told, (QList<std::shared_ptr<const engine::TrainingState>>{nullptr, state}));
    }

    void aRunThatDoesNotBeginLosesNothing_data()
    {
        QTest::addColumn<bool>("edited");
        QTest::addColumn<QString>("end");
        for (const bool edited : {false, true})
            for (const char* end : {"data missing", "too few images", "stopped", "diverged"})
                QTest::addRow("%s, %s", edited ? "another network" : "the same network", end)
                    << edited << QString::fromLatin1(end);
    }

    /// With other settings, with which it would start afresh.
    void aRunThatDoesNotBeginLosesNothing()
    {
        QFETCH(const bool, edited);
        QFETCH(const QString, end);
        m_script->test = engine::Evaluation();
        const auto state = trainedWith(2);
        const auto history = m_controller->history();
        const int origin = m_controller->weightsOrigin();
        const auto graph = withUnits(edited ? 3 : 2);
        m_controller->setNetwork(graph, {});
        auto other = config();
        other.data = "mnist";
        m_controller->setConfig(other);
        QVERIFY(!m_controller->keptState());
        m_script->dataMissing = end == QLatin1String("data missing");
        m_script->failsToBegin = end == QLatin1String("too few images");
        m_script->holdAfterEachStep = end == QLatin1String("stopped");
        m_script->divergeAt = end == QLatin1String("diverged") ? 1 : -1;
        QList<std::shared_ptr<const engine::TrainingState>> held;
        connect(m_controller.get(), &TrainingController::snapshotArrived,
                [&] { held << m_controller->heldRun().state; });
        m_controller->train();
        QVERIFY(!m_controller->shownWeights()); // it starts afresh
        QVERIFY(m_controller->weightsOrigin() != origin);
        const auto waiting = m_controller->heldRun(); // while it gets ready
        QCOMPARE(waiting.state, state);
        QCOMPARE(waiting.fits, !edited);
        QVERIFY(*waiting.history == history);
        if (end == QLatin1String("stopped"))
            m_controller->stop();
        QTRY_VERIFY(!m_controller->isActive());
        QCOMPARE(m_controller->state(), end == QLatin1String("stopped")    ? RunState::Finished
                                        : end == QLatin1String("diverged") ? RunState::Diverged
                                                                           : RunState::Failed);
        QCOMPARE(m_controller->lastError().has_value(), end != QLatin1String("stopped"));
        QCOMPARE(m_controller->trainingState(), state);
        QVERIFY(m_controller->history() == history);
        QVERIFY(m_controller->testResult());
        QCOMPARE(m_controller->weightsOrigin(), origin);
        QVERIFY(std::ranges::count(held, state) == held.size());
        // With the settings of before it goes on from there.
        m_controller->setConfig(config());
        QCOMPARE(m_controller->state(), RunState::Finished);
        QCOMPARE(m_controller->canContinue(), !edited);
        m_script->failsToBegin = m_script->holdAfterEachStep = false;
        m_script->divergeAt = -1;
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
        QVERIFY(m_script->requests.back().resume);
        QCOMPARE(m_script->requests.back().resume->weights, state->weights);
        m_controller->setNetwork(withUnits(2), {});
        QCOMPARE(m_controller->trainingState() == state, edited);
        QVERIFY(m_controller->canContinue());
    }

    void aRunThatIsResetWhileItGetsReadyBringsNothingBack()
    {
        trainedWith(2);
        auto other = config();
        other.batch *= 2;
        m_controller->setConfig(other);
        m_script->holdAfterEachStep = true;
        m_controller->train();
        m_controller->reset();
        QTRY_VERIFY(!m_controller->isActive());
        QVERIFY(!m_controller->trainingState() && !m_controller->heldRun().state);
        QVERIFY(m_controller->history().empty());
    }

    void whatIsWrittenByHandBeforeTheFirstStepTakesThePlaceOfTheRunBefore()
    {
        trainedWith(2);
        auto other = config();
        other.batch *= 2;
        m_controller->setConfig(other);
        m_script->firstWeights = engine::initialWeights(withUnits(2), 1);
        m_script->holdAfterEachStep = true;
        m_controller->train();
        m_controller->pause();
        QTRY_COMPARE(m_controller->state(), RunState::Paused);
        engine::WeightEdit edit;
        edit.tensor = {3, "weight"};
        edit.values = {7};
        QVERIFY(m_controller->editWeights(edit));
        m_controller->stop();
        QTRY_VERIFY(!m_controller->isActive());
        QCOMPARE(m_controller->trainingState()->step, 0);
        QVERIFY(m_controller->history().empty());
    }

    void aRunThatCannotGoOnKeepsItsTestResult()
    {
        m_script->test = engine::Evaluation();
        const auto state = trainedWith(2);
        m_script->failsToBegin = true;
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Failed);
        QCOMPARE(m_controller->trainingState(), state);
        QVERIFY(m_controller->testResult());
        QVERIFY(m_controller->canContinue());
        m_script->failsToBegin = false;
        m_script->holdAfterEachStep = true;
        m_script->allow(1);
        m_controller->train();
        QTRY_COMPARE(m_controller->history().steps.size(), std::size_t(9));
        QVERIFY(!m_controller->testResult()); // it was that of other weights
    }

    void everyNetworkOfBeforeHasItsWeights()
    {
        const auto a = trainedWith(2), b = trainedWith(3), c = trainedWith(4);
        QVERIFY(a != b && b != c);
        m_controller->setNetwork(withUnits(3), {});
        QCOMPARE(m_controller->trainingState(), b);
        m_controller->setNetwork(withUnits(2), {});
        QCOMPARE(m_controller->trainingState(), a);
        QVERIFY(m_controller->canContinue());
        m_controller->setNetwork(withUnits(4), {});
        QCOMPARE(m_controller->trainingState(), c);
        // Another run of the same network takes the place of its own only.
        auto other = config();
        other.batch *= 2;
        m_controller->setConfig(other);
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
        QVERIFY(m_controller->trainingState() != c);
        m_controller->setNetwork(withUnits(3), {});
        QCOMPARE(m_controller->trainingState(), b);
        m_controller->setNetwork(withUnits(2), {});
        QCOMPARE(m_controller->trainingState(), a);
        // And what was trained with other settings is there, too, while a network begins afresh.
        trainedWith(5);
        QVERIFY(!m_script->requests.back().resume);
        m_controller->setNetwork(withUnits(2), {});
        QCOMPARE(m_controller->trainingState(), a);
    }

    void whatHasDivergedBeginsOnceMoreAsItBegan_data()
    {
        QTest::addColumn<int>("at");
        QTest::newRow("before it showed weights") << 3;
        QTest::newRow("in the second epoch") << 7;
    }

    void whatHasDivergedBeginsOnceMoreAsItBegan()
    {
        QFETCH(const int, at);
        const auto a = trainedWith(2);
        m_script->divergeAt = at;
        m_controller->setNetwork(withUnits(3), {});
        for (int run = 0; run < 2; ++run) {
            m_controller->train();
            QTRY_COMPARE(m_controller->state(), RunState::Diverged);
            QVERIFY(m_script->requests.back().resume);
            QCOMPARE(m_script->requests.back().resume->weights, a->weights);
        }
        m_controller->setNetwork(withUnits(4), {}); // what is saved with it are no weights that have diverged
        QCOMPARE(m_controller->heldRun().state, a);
        m_controller->setNetwork(withUnits(2), {});
        QCOMPARE(m_controller->trainingState(), a);
        QCOMPARE(m_controller->state(), RunState::Finished);
    }

    void runsOfBeforeAreKeptUpToASize()
    {
        m_controller->setMostPastBytes(1);
        trainedWith(2);
        const auto b = trainedWith(3);
        trainedWith(4);
        m_controller->setNetwork(withUnits(2), {});
        QVERIFY(!m_controller->weightsFitNetwork()); // dropped, the older one
        m_controller->setNetwork(withUnits(3), {});
        QCOMPARE(m_controller->trainingState(), b);
        // What was written by hand pushes out nothing that was trained.
        const auto byHand = [&](std::int64_t units) {
            m_controller->setNetwork(withUnits(units), {});
            engine::WeightEdit edit;
            edit.tensor = {3, "weight"};
            edit.values = {1};
            return m_controller->editWeights(edit, engine::initialWeights(withUnits(units), 1)).has_value();
        };
        QVERIFY(byHand(5));
        QCOMPARE(m_controller->trainingState()->step, 0);
        QVERIFY(byHand(6));
        m_controller->setNetwork(withUnits(5), {});
        QVERIFY(!m_controller->weightsFitNetwork());
        m_controller->setNetwork(withUnits(3), {});
        QCOMPARE(m_controller->trainingState(), b);
    }

    void whatIsWrittenByHandIsARunOfItsOwn()
    {
        trainedWith(2);
        m_controller->setNetwork(withUnits(3), {});
        QList<std::shared_ptr<const engine::TrainingState>> told;
        connect(m_controller.get(), &TrainingController::snapshotArrived, [&](const auto& s) { told << s; });
        engine::WeightEdit edit;
        edit.tensor = {3, "weight"};
        edit.values = {1};
        QVERIFY(m_controller->editWeights(edit, engine::initialWeights(withUnits(3), 1)));
        QCOMPARE(told.size(), 2);
        QVERIFY(!told[0]); // the list of runs begins a new line
        QCOMPARE(told[1], m_controller->trainingState());
    }

    void whatARunBeginsWithIsNotKeptBesideWhatItLearns()
    {
        auto state = std::make_shared<engine::TrainingState>();
        state->weights = engine::initialWeights(test::smallGraph(), 1);
        const std::weak_ptr<engine::TrainingState> begin = state;
        RunRequest request{test::smallGraph(), config(1), test::smallData(), std::move(state), false};
        request.config.batch = 2;
        struct Sink : engine::TrainingSink {
            std::weak_ptr<engine::TrainingState> begin;
            int steps = 0;
            bool kept = false;
            void stepDone(const engine::StepEvent&) override
            {
                ++steps;
                kept = kept || !begin.expired();
            }
        } sink;
        sink.begin = begin;
        engineServices().newRun()->run(std::move(request), sink);
        QVERIFY(sink.steps > 0);
        QVERIFY(!sink.kept);
    }

    void namesDoNotMakeARunOutOfDate()
    {
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
        auto graph = test::smallGraph();
        graph.title = "Another title";
        graph.nodes[1].name = "Renamed";
        m_controller->setNetwork(graph, {});
        QVERIFY(!m_controller->isOutOfDate());
    }
};

QTEST_MAIN(TestKeptRuns)
#include "test_kept_runs.moc"
