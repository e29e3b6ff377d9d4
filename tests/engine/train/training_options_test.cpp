// What a run does beside plain steps: early stopping, the best epoch, averaged weights, cuts of the rate, frozen
// layers; and that all of it together goes on bit for bit after a stop.
#include "engine/plan/plan.h"
#include "tests/support/training_runs.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <set>

using namespace convarium::engine;
using namespace convarium::test;

namespace
{

struct Run {
    Recorder recorder;
    DoneEvent done;
    std::shared_ptr<const TrainingState> state;
};

std::unique_ptr<Run> train(const TrainConfig& config, const GraphSpec& graph = smallNetwork(),
                           std::shared_ptr<const TrainingState> from = {}, std::int64_t stopAfter = 0)
{
    auto run = std::make_unique<Run>();
    TrainControl control;
    run->recorder.onStep = [&](const StepEvent& e) {
        if (e.step == stopAfter)
            control.stop();
    };
    Trainer trainer(graph, config, corners(100), std::move(from));
    run->done = trainer.run(control, run->recorder);
    run->state = trainer.state();
    return run;
}

/// Every option at once.
TrainConfig everything(const std::string& optimizer)
{
    TrainConfig c = quick();
    useOptimizer(c, *findOptimizer(optimizer));
    c.epochs = 6;
    c.rate *= 2;
    c.schedule = "plateau:0,0.5";
    c.weightDecay = 0.01;
    c.l1 = 0.0001;
    c.clipValue = 0.5;
    c.clipNorm = 1;
    c.averageDecay = 0.9;
    c.earlyStopping = 50;
    c.restoreBest = true;
    return c;
}

/// Without batch normalisation, whose statistics would go on learning, and without dropout.
GraphSpec plainNetwork()
{
    GraphMaker m("plain");
    m.input(1, 8, 8);
    m.conv(3, 3);
    m.add("relu");
    m.add("flatten");
    m.dense(4);
    return m.graph();
}

bool same(const std::shared_ptr<const WeightMap>& a, const std::shared_ptr<const WeightMap>& b)
{
    return a && b ? *a == *b : !a && !b;
}

} // namespace

class TrainingOptionsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyOptionTogetherResumesBitForBit_data()
    {
        QTest::addColumn<QString>("optimizer");
        QTest::addColumn<int>("stop"); // 5 steps make an epoch
        for (const OptimizerInfo& o : optimizerRegistry())
            QTest::newRow(o.id.c_str()) << QString::fromStdString(o.id) << 13;
        QTest::newRow("at the end of an epoch") << "adam" << 15;
        QTest::newRow("after one step") << "adamw" << 1;
    }

    void everyOptionTogetherResumesBitForBit()
    {
        QFETCH(QString, optimizer);
        QFETCH(int, stop);
        const TrainConfig c = everything(optimizer.toStdString());
        const auto whole = train(c);
        QCOMPARE(whole->done.reason, StopReason::Finished);
        const auto first = train(c, smallNetwork(), {}, stop);
        QCOMPARE(first->state->step, stop);
        const auto rest = train(c, smallNetwork(), first->state);
        auto both = losses(first->recorder);
        for (double loss : losses(rest->recorder))
            both.push_back(loss);
        QVERIFY(both == losses(whole->recorder));
        QVERIFY(same(whole->state->weights, rest->state->weights));
        QVERIFY(same(whole->state->optimizer1, rest->state->optimizer1));
        QVERIFY(same(whole->state->optimizer2, rest->state->optimizer2));
        QVERIFY(same(whole->state->average, rest->state->average));
        QVERIFY(whole->state->average && whole->state->best);
        QVERIFY(same(whole->state->best, rest->state->best));
        RunCounters a = whole->state->progress, b = rest->state->progress;
        a.epochSeconds = b.epochSeconds = 0;
        QVERIFY(a == b);
        // Also what is said about the epoch that was cut in two.
        const EpochEvent& e = whole->recorder.epochs.back();
        const EpochEvent& f = rest->recorder.epochs.back();
        QCOMPARE(f.trainLoss, e.trainLoss);
        QCOMPARE(f.validationLoss, e.validationLoss);
        const std::size_t split = static_cast<std::size_t>(stop / 5);
        QCOMPARE(rest->recorder.epochs.front().trainLoss, whole->recorder.epochs[split].trainLoss);
    }

    /// A rate so small that nothing moves, after a first epoch: no epoch is better than the first.
    void trainingEndsWhenTheValidationLossHasNotFallenForSoLong()
    {
        TrainConfig c = quick();
        c.optimizer = "sgd";
        c.epochs = 20;
        c.rate = 1;
        c.schedule = "exp:1e-6"; // the second epoch moves weights by a millionth
        c.earlyStopping = 3;
        const auto run = train(c);
        QCOMPARE(run->done.reason, StopReason::Finished);
        QVERIFY(run->done.stoppedEarly);
        QVERIFY(run->done.test.has_value());
        const auto best = run->done.bestEpoch;
        QCOMPARE(run->recorder.epochs.size(), static_cast<std::size_t>(best + 3));
        double lowest = 1e9;
        std::int64_t epoch = 0;
        for (const EpochEvent& e : run->recorder.epochs)
            if (*e.validationLoss < lowest) {
                lowest = *e.validationLoss;
                epoch = e.epoch;
            }
        QCOMPARE(best, epoch);
        // Asked to go on, it has nothing to do: the same patience has run out.
        const auto again = train(c, smallNetwork(), run->state);
        QVERIFY(again->done.stoppedEarly);
        QVERIFY(again->recorder.steps.empty());
        // Without early stopping it goes on.
        c.earlyStopping = 0;
        c.epochs = best + 4;
        QCOMPARE(train(c, smallNetwork(), run->state)->recorder.steps.size(), 5u);
    }

    void withoutValidationImagesEarlyStoppingIsRefused()
    {
        for (bool stopping : {true, false}) {
            TrainConfig c = quick();
            c.validation = 0;
            c.earlyStopping = stopping ? 2 : 0;
            c.restoreBest = !stopping;
            const auto run = train(c);
            QCOMPARE(run->done.reason, StopReason::Failed);
            QVERIFY(run->done.error->text().find("validation") != std::string::npos);
        }
    }

    /// Good epochs first, then a rate that ruins the network.
    void theBestEpochIsWhatIsEvaluated()
    {
        TrainConfig c = quick();
        c.epochs = 6;
        c.restoreBest = true;
        TrainControl control;
        Recorder recorder;
        recorder.onStep = [&](const StepEvent& e) {
            if (e.step != 23)
                return;
            TrainConfig wild = c;
            wild.rate = 10;
            control.changeConfig(wild);
        };
        const DatasetBundle data = corners(100);
        Trainer trainer(smallNetwork(), c, data);
        const DoneEvent done = trainer.run(control, recorder);
        QCOMPARE(done.reason, StopReason::Finished);
        const auto state = trainer.state();
        QVERIFY(done.bestEpoch >= 1 && done.bestEpoch <= 4);
        QVERIFY(*recorder.epochs[5].validationLoss >
                *recorder.epochs[static_cast<std::size_t>(done.bestEpoch - 1)].validationLoss);
        QVERIFY(state->best);
        QVERIFY(state->resultWeights() == state->best);
        QVERIFY(!(*state->best == *state->weights));
        // The weights are those the snapshot of that epoch had, and the test result is theirs.
        for (const auto& s : recorder.snapshots)
            if (s->epoch == done.bestEpoch && s->step == done.bestEpoch * 5)
                QVERIFY(*s->weights == *state->best);
        const auto again = evaluate(smallNetwork(), *state->best, *data.test, 2);
        QCOMPARE(again->loss, done.test->loss);
    }

    void theAverageFollowsItsFormulaAndIsEvaluated()
    {
        TrainConfig c = quick();
        c.epochs = 2;
        c.averageDecay = 0.6;
        TrainControl control;
        Recorder recorder;
        const DatasetBundle data = corners(100);
        recorder.onStep = [&](const StepEvent&) { control.requestSnapshot(); };
        Trainer trainer(smallNetwork(), c, data);
        const DoneEvent done = trainer.run(control, recorder);
        const auto start = initialWeights(smallNetwork(), c.seed);
        std::map<std::int64_t, std::shared_ptr<const TrainingState>> states;
        for (const auto& s : recorder.snapshots)
            states[s->step] = s;
        QCOMPARE(states.size(), 10u);
        std::map<TensorKey, std::vector<double>> average;
        for (const auto& [key, t] : *start)
            average[key].assign(t.values().begin(), t.values().end());
        for (const auto& [step, state] : states) {
            const double decay = std::min(0.6, (1.0 + static_cast<double>(step)) / (10.0 + static_cast<double>(step)));
            for (auto& [key, numbers] : average)
                for (std::size_t i = 0; i < numbers.size(); ++i) {
                    const auto n = static_cast<std::int64_t>(i);
                    numbers[i] = decay * numbers[i] + (1 - decay) * static_cast<double>(state->weights->at(key)[n]);
                    QVERIFY(std::abs(static_cast<double>(state->average->at(key)[n]) - numbers[i]) < 1e-5);
                }
        }
        const auto state = trainer.state();
        QVERIFY(state->resultWeights() == state->average);
        QCOMPARE(evaluate(smallNetwork(), *state->average, *data.test, 2)->loss, done.test->loss);
        QVERIFY(evaluate(smallNetwork(), *state->weights, *data.test, 2)->loss != done.test->loss);
        // Training itself does not notice.
        c.averageDecay = 0;
        const auto plain = train(c);
        QVERIFY(losses(plain->recorder) == losses(recorder));
        QVERIFY(!plain->state->average);
    }

    void theAverageIsPartOfThePredictedMemory()
    {
        TrainConfig c = quick();
        const auto without = predictMemory(smallNetwork(), planOptions(c));
        c.averageDecay = 0.99;
        const auto with = predictMemory(smallNetwork(), planOptions(c));
        QCOMPARE((*with)[MemoryCategory::Optimizer] - (*without)[MemoryCategory::Optimizer],
                 (*without)[MemoryCategory::Weights]);
    }

    void aPlateauCutsTheRateOfTheNextEpochs()
    {
        TrainConfig c = quick();
        c.optimizer = "sgd";
        c.rate = 1e-9; // no loss becomes better than the first by more than 0.01 %
        c.epochs = 6;
        c.schedule = "plateau:1,0.1";
        for (double validation : {0.25, 0.0}) { // without validation images the training loss is watched
            c.validation = validation;
            const auto run = train(c, plainNetwork());
            std::set<std::int64_t> cuts;
            for (const StepEvent& e : run->recorder.steps)
                cuts.insert(std::llround(-std::log10(e.rate / c.rate)));
            QVERIFY((cuts == std::set<std::int64_t>{0, 1, 2}));
            // Epoch 1 is the best, 2 is put up with, 3 is one too many: the rate falls from epoch 4 on.
            const auto third = static_cast<std::size_t>(3 * run->recorder.start.stepsPerEpoch);
            QCOMPARE(run->recorder.steps[third - 1].rate, 1e-9);
            QVERIFY(std::abs(run->recorder.steps[third].rate - 1e-10) < 1e-15);
        }
    }

    void frozenLayersKeepTheirNumbers()
    {
        GraphSpec graph = smallNetwork();
        for (std::size_t i = 0; i < 4; ++i)
            graph.nodes[i].frozen = true; // input, convolution, batch normalisation, relu
        TrainConfig c = quick();
        c.weightDecay = 0.1;
        c.l1 = 0.01;
        c.averageDecay = 0.9;
        const auto run = train(c, graph);
        QCOMPARE(run->done.reason, StopReason::Finished);
        const auto start = initialWeights(graph, c.seed);
        bool moved = false;
        for (const auto& [key, tensor] : *run->state->weights) {
            if (graph.node(key.first)->frozen)
                QVERIFY2(tensor == start->at(key), key.second.c_str());
            else
                moved = moved || !(tensor == start->at(key));
        }
        QVERIFY(moved);
        // Backward is cut below the lowest layer that learns.
        const auto plan = makePlan(graph, planOptions(c)).value();
        for (const Instruction& in : plan->tape)
            if (in.pass == Pass::Backward)
                QVERIFY(!graph.node(plan->graph->ops[static_cast<std::size_t>(in.op)]->node)->frozen);
    }

    void aNetworkThatIsWhollyFrozenIsRefused()
    {
        GraphSpec graph = smallNetwork();
        for (Node& node : graph.nodes)
            node.frozen = true;
        const auto run = train(quick(), graph);
        QCOMPARE(run->done.reason, StopReason::Failed);
        QVERIFY(run->done.error->text().find("frozen") != std::string::npos);
    }

    void settingsOutOfRangeAreNamed_data()
    {
        QTest::addColumn<QString>("says");
        QTest::addColumn<int>("kind");
        for (const auto& [says, kind] : {std::pair{"weight decay is -1", 0},
                                         {"L1", 1},
                                         {"gradient value", 2},
                                         {"gradient norm", 3},
                                         {"averaged", 4},
                                         {"patience", 5},
                                         {"alpha", 6},
                                         {"epsilon", 7}})
            QTest::newRow(says) << says << kind;
    }

    void settingsOutOfRangeAreNamed()
    {
        QFETCH(QString, says);
        QFETCH(int, kind);
        TrainConfig c;
        switch (kind) {
        case 0: c.weightDecay = -1; break;
        case 1: c.l1 = std::nan(""); break;
        case 2: c.clipValue = -0.5; break;
        case 3: c.clipNorm = std::numeric_limits<double>::infinity(); break;
        case 4: c.averageDecay = 1; break;
        case 5: c.earlyStopping = -2; break;
        case 6: c.alpha = 1; break;
        case 7: c.epsilon = -1; break;
        }
        const auto valid = validate(c);
        QVERIFY(!valid.has_value());
        QVERIFY2(QString::fromStdString(valid.error().text()).contains(says), valid.error().text().c_str());
    }
};

QTEST_APPLESS_MAIN(TrainingOptionsTest)
#include "training_options_test.moc"
