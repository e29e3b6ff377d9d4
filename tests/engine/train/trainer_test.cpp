// The trainer: runs, pauses, resumes, stops, splits, diverges, and repeats itself bit for bit.
#include "engine/optimizers/optimizers.h"
#include "engine/plan/plan.h"
#include "engine/train/kept_weights.h"
#include "engine/train/reference_run.h"
#include "engine/train/trainer.h"
#include "tests/support/training_runs.h"

#include <QTest>

#include <cmath>

using namespace convarium::engine;
using namespace convarium::test;

class TrainerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void learnsAndReportsEveryEvent()
    {
        Trainer t(smallNetwork(), quick(), corners(200));
        TrainControl control;
        Recorder r;
        const DoneEvent done = t.run(control, r);
        QCOMPARE(done.reason, StopReason::Finished);
        QCOMPARE(r.dones, 1);
        QCOMPARE(r.start.trainImages, 150);
        QCOMPARE(r.start.validationImages, 50);
        QCOMPARE(r.start.stepsPerEpoch, 10);
        QCOMPARE(r.steps.size(), 40u);
        QCOMPARE(r.epochs.size(), 4u);
        QVERIFY(r.epochs.back().validationAccuracy.value() > 0.9);
        QVERIFY(r.epochs.back().trainLoss < r.epochs.front().trainLoss);
        QVERIFY(done.test.value().accuracy > 0.9);
        std::int64_t sum = 0;
        for (const auto& row : done.test->confusion)
            for (std::int64_t n : row)
                sum += n;
        QCOMPARE(sum, 64);
    }

    /// One number guards the whole engine: data order, start weights, layers, dropout, gradients, Adam. Kernel levels
    /// and thread counts round differently, so the stored losses hold to four digits.
    void thePredictedMemoryCountsTheWholeRun()
    {
        TrainConfig config = quick();
        config.optimizer = "adam";
        config.averageDecay = 0.9;
        Trainer t(smallNetwork(), config, corners(100));
        TrainControl control;
        Recorder r;
        t.run(control, r);
        PlanOptions step = planOptions(config), evaluation;
        evaluation.batch = 256;
        evaluation.threads = config.threads;
        evaluation.training = false;
        std::int64_t numbers = 0;
        for (const auto& [key, tensor] : *t.state()->weights)
            numbers += tensor.shape().elements();
        // Weights, their average, and Adam's two moments of those that are trained.
        QCOMPARE(r.start.predicted.total(),
                 predictMemory(smallNetwork(), step)->total() + predictMemory(smallNetwork(), evaluation)->total() +
                     2 * (2 * numbers + 2 * r.start.parameters) * std::int64_t{sizeof(float)});
    }

    void aShortRunReproducesTheStoredLosses()
    {
        Trainer t(smallNetwork(), quick(), corners(100));
        TrainControl control;
        Recorder r;
        t.run(control, r);
        const std::vector<double> stored{2.1551719, 2.7437214, 1.9787116, 1.2973438,
                                         1.4475912, 1.3315635, 1.1507418, 0.7901413};
        for (std::size_t i = 0; i < stored.size(); ++i)
            QVERIFY2(std::abs(r.steps[i].loss - stored[i]) < 2e-4 * stored[i],
                     qPrintable(
                         QString("step %1: %2, stored %3").arg(i + 1).arg(r.steps[i].loss, 0, 'g', 9).arg(stored[i])));
    }

    void theSameSeedGivesTheSameLossesAndAnotherSeedOthers()
    {
        std::vector<std::vector<double>> runs;
        for (std::uint64_t seed : {1u, 1u, 2u}) {
            TrainConfig c = quick();
            c.seed = seed;
            Trainer t(smallNetwork(), c, corners(100));
            TrainControl control;
            Recorder r;
            t.run(control, r);
            runs.push_back(losses(r));
        }
        QVERIFY(runs[0] == runs[1]);
        QVERIFY(runs[0] != runs[2]);
    }

    void aPausedRunGoesOnBitForBit()
    {
        Recorder plain;
        {
            TrainControl control;
            Trainer(smallNetwork(), quick(), corners(100)).run(control, plain);
        }
        TrainControl control;
        Recorder r;
        r.onStep = [&](const StepEvent& e) {
            if (e.step == 7)
                control.pause();
        };
        r.onPause = [&] { r.pauses == 1 ? control.singleStep() : control.resume(); };
        Trainer(smallNetwork(), quick(), corners(100)).run(control, r);
        QCOMPARE(r.pauses, 2);
        QVERIFY(losses(plain) == losses(r));
        QVERIFY(*plain.snapshots.back()->weights == *r.snapshots.back()->weights);
    }

    void aStoppedRunContinuesFromItsStateBitForBit()
    {
        Recorder plain;
        {
            TrainControl control;
            Trainer(smallNetwork(), quick(), corners(100)).run(control, plain);
        }
        TrainControl first;
        Recorder before;
        before.onStep = [&](const StepEvent& e) {
            if (e.step == 9)
                first.stop();
        };
        Trainer t(smallNetwork(), quick(), corners(100));
        QCOMPARE(t.run(first, before).reason, StopReason::Stopped);
        QCOMPARE(t.state()->step, 9);
        TrainControl second;
        Recorder after;
        Trainer(smallNetwork(), quick(), corners(100), t.state()).run(second, after);
        std::vector<double> both = losses(before);
        for (double l : losses(after))
            both.push_back(l);
        QVERIFY(both == losses(plain));
        QVERIFY(*plain.snapshots.back()->weights == *after.snapshots.back()->weights);
    }

    void anEditOfWeightsReachesTheRunBetweenTwoSteps()
    {
        TrainConfig config = quick();
        config.averageDecay = 0.9;
        const auto initial = initialWeights(smallNetwork(), config.seed);
        const auto kernel =
            std::find_if(initial->begin(), initial->end(), [](const auto& t) { return t.first.second == "weight"; });
        const WeightEdit edit{kernel->first, 1, {0.5F, -0.5F}, {}, {}};
        TrainControl control;
        Recorder r;
        r.onStep = [&](const StepEvent& e) {
            if (e.step == 3)
                control.pause();
        };
        r.onPause = [&] {
            control.editWeights(edit);
            control.stop();
        };
        Trainer(smallNetwork(), config, corners(100)).run(control, r);
        QCOMPARE(r.steps.size(), 3u);
        const auto& before = *r.snapshots[r.snapshots.size() - 2];
        const auto& after = *r.snapshots.back();
        for (const auto& map : {after.weights, after.average}) {
            QCOMPARE(map->at(edit.tensor)[1], 0.5F);
            QCOMPARE(map->at(edit.tensor)[2], -0.5F);
        }
        const auto back = replacedBy(edit, before);
        QVERIFY(back);
        const auto again = edited(after, {*back});
        QVERIFY(*again->weights == *before.weights); // nothing else was touched
        QVERIFY(*again->average == *before.average);
        QVERIFY(*again->weights != *again->average);
        QVERIFY(*after.optimizer1 == *before.optimizer1);
        QVERIFY(!replacedBy({edit.tensor, kernel->second.elements() - 1, {1, 2}, {}, {}}, before));
        QVERIFY(!replacedBy({{999, "weight"}, 0, {1}, {}, {}}, before));
    }

    void settingsChangedWhilePausedCountForTheNextStep()
    {
        TrainControl control;
        Recorder r;
        TrainConfig changed = quick();
        changed.rate = 0.005;
        r.onStep = [&](const StepEvent& e) {
            if (e.step == 3)
                control.pause();
        };
        r.onPause = [&] {
            control.changeConfig(changed);
            r.pauses == 1 ? control.singleStep() : control.stop();
        };
        Trainer(smallNetwork(), quick(), corners(100)).run(control, r);
        QCOMPARE(r.steps.size(), 4u);
        QCOMPARE(r.steps[2].rate, 0.01);
        QCOMPARE(r.steps[3].rate, 0.005);
    }

    void startsPausedAndStepsOnce()
    {
        TrainControl control;
        Recorder r;
        r.onPause = [&] { r.pauses <= 2 ? control.singleStep() : control.stop(); };
        const DoneEvent done = Trainer(smallNetwork(), quick(), corners(100)).run(control, r, true);
        QCOMPARE(done.reason, StopReason::Stopped);
        QCOMPARE(r.steps.size(), 2u);
    }

    void aRateOfAThousandDivergesAndSaysWhatToTry()
    {
        for (const char* optimizer : {"sgd", "adam"}) {
            TrainConfig c = quick();
            c.optimizer = optimizer;
            c.rate = 1000;
            c.epochs = 50;
            Trainer t(smallNetwork(), c, corners(200));
            TrainControl control;
            Recorder r;
            const DoneEvent done = t.run(control, r);
            QCOMPARE(done.reason, StopReason::Diverged);
            QCOMPARE(done.error->code, ErrorCode::Diverged);
            QVERIFY(done.error->message.find("1000") != std::string::npos);
            QVERIFY(!done.error->hint.empty());
        }
    }

    void aRecordIsEnoughToComputeTheUpdateAgain()
    {
        TrainConfig c = quick();
        c.optimizer = "sgd";
        c.validation = 0;
        const DatasetBundle data = corners(100);
        TrainControl control;
        Recorder r;
        r.onStep = [&](const StepEvent& e) {
            if (e.step == 4)
                control.requestRecord();
            if (e.step == 5) {
                control.requestSnapshot();
                control.stop();
            }
        };
        Trainer t(smallNetwork(), c, data);
        t.run(control, r);
        QVERIFY(r.record);
        QCOMPARE(r.record->step, 4);
        const auto pass = replay(smallNetwork(), *r.record, *data.train);
        QVERIFY(pass.has_value());
        QVERIFY(std::abs(pass->loss - r.steps[4].loss) < 1e-5);
        const WeightMap& after = *t.state()->weights;
        for (const auto& [key, g] : pass->tensorGradients)
            for (std::int64_t i = 0; i < g.elements(); ++i) {
                const double expected =
                    static_cast<double>(r.record->before->weights->at(key)[i]) - r.record->rate * g[i];
                QVERIFY(std::abs(static_cast<double>(after.at(key)[i]) - expected) < 1e-5);
            }
    }

    void faultsAreNamed_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("code");
        QTest::newRow("batch of zero") << 0 << static_cast<int>(ErrorCode::InvalidArgument);
        QTest::newRow("unknown optimizer") << 1 << static_cast<int>(ErrorCode::UnknownName);
        QTest::newRow("images of another size") << 2 << static_cast<int>(ErrorCode::ShapeMismatch);
        QTest::newRow("too few classes at the end") << 3 << static_cast<int>(ErrorCode::ShapeMismatch);
        QTest::newRow("unknown schedule") << 4 << static_cast<int>(ErrorCode::UnknownName);
        QTest::newRow("rate that is no number") << 5 << static_cast<int>(ErrorCode::InvalidArgument);
    }

    void faultsAreNamed()
    {
        QFETCH(int, kind);
        QFETCH(int, code);
        TrainConfig c = quick();
        GraphSpec g = smallNetwork();
        if (kind == 0)
            c.batch = 0;
        if (kind == 1)
            c.optimizer = "best";
        if (kind == 2)
            g = lenet5();
        if (kind == 3)
            g.nodes.back().params.set("units", std::int64_t{3});
        if (kind == 4)
            c.schedule = "sometimes";
        if (kind == 5)
            c.rate = std::nan("");
        TrainControl control;
        Recorder r;
        const DoneEvent done = Trainer(g, c, corners(50)).run(control, r);
        QCOMPARE(done.reason, StopReason::Failed);
        QCOMPARE(r.dones, 1);
        QCOMPARE(static_cast<int>(done.error->code), code);
        QVERIFY(!done.error->message.empty());
    }

    void theCosineFallsFromTheRateToZero()
    {
        TrainConfig c;
        c.rate = 0.1;
        c.schedule = "cosine";
        QCOMPARE(scheduledRate(c, 0, 10, 100), 0.1);
        QVERIFY(std::abs(scheduledRate(c, 50, 10, 100) - 0.05) < 1e-12);
        QVERIFY(scheduledRate(c, 100, 10, 100) < 1e-12);
    }

    void onlyTheFirstImagesAreUsedWhenLimited()
    {
        TrainConfig c = quick();
        c.limit = 40;
        c.validation = 0;
        c.epochs = 1;
        TrainControl control;
        Recorder r;
        Trainer(smallNetwork(), c, corners(100)).run(control, r);
        QCOMPARE(r.start.trainImages, 40);
        QCOMPARE(r.steps.size(), 3u);
    }

    void weightsStayByLayerAndShape()
    {
        const GraphSpec before = smallNetwork();
        const WeightsPtr trained = initialWeights(before, 9), fresh = initialWeights(before, 1);
        QCOMPARE(startWeights(before, 1, trained), trained); // nothing else is needed
        QVERIFY(keptLayers(before, *trained).anew.empty());

        const auto layer = std::ranges::find(before.nodes, "dense", &Node::type)->id;
        GraphSpec wider = before;
        std::ranges::find(wider.nodes, layer, &Node::id)->params.set("units", std::int64_t{17});
        const WeightsPtr mixed = startWeights(wider, 1, trained), begin = initialWeights(wider, 1);
        const KeptLayers layers = keptLayers(wider, *trained);
        QVERIFY(std::ranges::count(layers.anew, layer) == 1 && !layers.kept.empty());
        QCOMPARE(mixed->size(), begin->size());
        for (const auto& [key, tensor] : *mixed)
            QVERIFY(tensor == (std::ranges::count(layers.kept, key.first) ? *trained : *begin).at(key));
        for (const auto& [key, tensor] : *mixed)
            if (key.first == layer)
                QVERIFY(tensor.shape() != trained->at(key).shape()); // all of the layer, or nothing of it

        GraphSpec cut = before; // the last wire is taken away for a moment
        const NodeId last = cut.edges.back().to;
        cut.edges.pop_back();
        QCOMPARE(startWeights(cut, 1, trained), trained);
        const KeptLayers waiting = keptLayers(cut, *trained);
        QVERIFY(std::ranges::count(waiting.waiting, last) == (std::ranges::count(layers.kept, last) || last == layer));

        TrainingState state;
        state.weights = trained;
        state.average = fresh;
        state.step = 7;
        const auto there = std::make_shared<const TrainingState>(state);
        QCOMPARE(startState(before, there), there); // goes on
        const auto begin2 = startState(wider, there);
        QVERIFY(begin2->step == 0 && !begin2->average);
        QVERIFY(*begin2->weights == *startWeights(wider, state.seed, fresh)); // of its result
    }

    void aSideBranchThatIsNotTrainedKeepsNoRunFromGoingOn()
    {
        GraphSpec g = smallNetwork();
        g.outputs = {{g.nodes.back().id, "cross-entropy", 1}};
        Node side = g.nodes[1];
        side.id = g.nextId++;
        side.name = "side";
        g.nodes.push_back(side);
        g.edges.push_back({g.nodes[0].id, 0, side.id, 0});
        TrainConfig c = quick();
        c.optimizer = "adam";
        TrainControl control;
        Recorder r;
        Trainer first(g, c, corners(100));
        QCOMPARE(first.run(control, r).reason, StopReason::Finished);
        const auto trained = first.state();
        QVERIFY(!trained->weights->contains({side.id, "weight"}));
        QCOMPARE(startState(g, trained), trained);
        QVERIFY(startWeights(g, 1, trained->weights)->contains({side.id, "weight"})); // it can be looked at
        c.epochs += 1;
        Trainer second(g, c, corners(100), trained);
        QCOMPARE(second.run(control, r).reason, StopReason::Finished);
        QVERIFY(second.state()->step > trained->step);
    }

    void initialWeightsDependOnTheNodeOnly()
    {
        const GraphSpec g = smallNetwork();
        GraphSpec wider = g;
        wider.nodes[1].params.set("filters", std::int64_t{12});
        const auto a = initialWeights(g, 1), again = initialWeights(g, 1), b = initialWeights(wider, 1),
                   other = initialWeights(g, 2);
        const TensorKey bn{g.nodes[2].id, "gamma"};
        QVERIFY(*a == *again);
        QVERIFY(!(*a == *other));
        QCOMPARE(b->at(bn).elements(), 12);
        const TensorKey conv{g.nodes[1].id, "weight"};
        for (std::int64_t i = 0; i < a->at(conv).elements(); ++i)
            QCOMPARE(a->at(conv)[i], b->at(conv)[i]);
    }
};

QTEST_APPLESS_MAIN(TrainerTest)
#include "trainer_test.moc"
