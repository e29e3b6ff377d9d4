// A running training is measured when somebody asks, and changes its number of threads between two steps.
#include "engine/train/trainer.h"
#include "tests/support/training_runs.h"

#include <QElapsedTimer>
#include <QTest>

#include <cmath>

using namespace convarium::engine;
using namespace convarium::test;

namespace
{

class SpeedRecorder : public Recorder
{
public:
    void speedMeasured(std::shared_ptr<const SpeedEvent> e) override
    {
        speeds.push_back(std::move(e));
        if (onSpeed)
            onSpeed();
    }
    std::vector<std::shared_ptr<const SpeedEvent>> speeds;
    std::function<void()> onSpeed;
};

/// So many epochs that a look at the speed comes before the end.
TrainConfig longRun(int threads)
{
    TrainConfig c = quick();
    c.epochs = 100'000;
    c.threads = threads;
    c.validation = 0;
    return c;
}

} // namespace

class EngineSpeedTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nothingIsMeasuredUnlessItIsAskedFor()
    {
        Trainer t(smallNetwork(), longRun(1), corners(100));
        TrainControl control;
        SpeedRecorder r;
        QElapsedTimer timer;
        timer.start();
        r.onStep = [&](const StepEvent&) {
            if (timer.elapsed() > 500)
                control.stop();
        };
        t.run(control, r);
        QVERIFY(!r.steps.empty());
        QVERIFY(r.speeds.empty());
    }

    void theRowsAddUpToTheStep_data()
    {
        QTest::addColumn<int>("threads");
        QTest::newRow("one thread") << 1;
        QTest::newRow("two threads") << 2;
    }

    void theRowsAddUpToTheStep()
    {
        QFETCH(int, threads);
        const GraphSpec graph = smallNetwork();
        Trainer t(graph, longRun(threads), corners(100));
        TrainControl control;
        control.setMeasuring(true);
        SpeedRecorder r;
        r.onSpeed = [&] { control.stop(); };
        t.run(control, r);
        QVERIFY(!r.speeds.empty());
        const SpeedEvent& e = *r.speeds.front();
        QCOMPARE(e.threads, threads);
        QVERIFY(e.kernelWidth >= 1 && !e.kernels.empty());
        QVERIFY(e.peakGflops > 0);
        QVERIFY(e.gflops > 0 && e.peakShare < 1.5);

        double shares = (e.step.updateMilliseconds + e.step.waitingMilliseconds) / e.step.milliseconds();
        double products = 0; // million multiply-adds, both as one, of a step
        int forward = 0, backward = 0;
        for (const LayerSpeed& layer : e.step.layers) {
            shares += layer.share;
            products += layer.gflops * layer.milliseconds;
            ++(layer.direction == LayerSpeed::Direction::Forward ? forward : backward);
            const std::string& type = graph.node(layer.nodes.front())->type;
            QCOMPARE(layer.gflops > 0, type == "conv2d" || type == "dense");
        }
        QVERIFY(std::abs(shares - 1) < 1e-9);
        QVERIFY(forward >= 4 && backward >= 3);
        // Two ways to the same sum: by layers and their times, and by images a second.
        QVERIFY(std::abs(products / (e.gflops * e.stepMilliseconds) - 1) < 1e-6);
        // Inside the step lies all but the start of the threads and the choice of the images.
        QVERIFY2(e.step.milliseconds() < 1.02 * e.stepMilliseconds &&
                     e.step.milliseconds() > (threads == 1 ? 0.5 : 0.05) * e.stepMilliseconds,
                 qPrintable(QString("%1 of %2").arg(e.step.milliseconds()).arg(e.stepMilliseconds)));
    }

    void aLookInBetweenChangesNoLossAndEnds()
    {
        TrainConfig c = longRun(2);
        c.epochs = 0;
        c.steps = 4000;
        Recorder plain;
        {
            TrainControl control;
            Trainer(smallNetwork(), c, corners(100)).run(control, plain);
        }
        TrainControl control;
        SpeedRecorder r;
        std::size_t seen = 0;
        r.onStep = [&](const StepEvent& e) {
            control.setMeasuring(e.step >= 100 && e.step < 3000);
            if (e.step == 3000)
                seen = r.speeds.size();
        };
        Trainer(smallNetwork(), c, corners(100)).run(control, r);
        QVERIFY(losses(plain) == losses(r));
        QCOMPARE(r.speeds.size(), seen);
    }

    /// Weights, moments of the optimizer, average, order of the images and dropout go on: had one of them begun anew,
    /// the losses would part at once.
    void anotherNumberOfThreadsGoesOnWhereTheOldOneWas()
    {
        TrainConfig c = quick();
        c.averageDecay = 0.9;
        c.threads = 1;
        Recorder plain;
        {
            TrainControl control;
            Trainer(smallNetwork(), c, corners(200)).run(control, plain);
        }
        TrainControl control;
        control.setMeasuring(true);
        Recorder r;
        r.onStep = [&](const StepEvent& e) {
            TrainConfig changed = c;
            changed.threads = e.step % 2 == 1 ? 3 : 1;
            if (e.step >= 7 && e.step <= 12)
                control.changeConfig(changed);
        };
        const DoneEvent done = Trainer(smallNetwork(), c, corners(200)).run(control, r);
        QCOMPARE(done.reason, StopReason::Finished);
        QCOMPARE(r.steps.size(), plain.steps.size());
        QCOMPARE(r.epochs.size(), plain.epochs.size());
        for (std::size_t i = 0; i < r.steps.size(); ++i) {
            QCOMPARE(r.steps[i].step, static_cast<std::int64_t>(i + 1));
            QCOMPARE(r.steps[i].epoch, plain.steps[i].epoch);
            const double allowed = i < 7 ? 0 : 1e-3 * (1 + plain.steps[i].loss);
            QVERIFY2(
                std::abs(r.steps[i].loss - plain.steps[i].loss) <= allowed,
                qPrintable(QString("step %1: %2 and %3").arg(i + 1).arg(r.steps[i].loss).arg(plain.steps[i].loss)));
        }
        for (std::size_t i = 0; i < r.epochs.size(); ++i) { // of the averaged weights
            const double mine = *r.epochs[i].validationLoss, other = *plain.epochs[i].validationLoss;
            QVERIFY2(std::abs(mine - other) < 4e-3 * (1 + other),
                     qPrintable(QString("epoch %1: %2 and %3").arg(i + 1).arg(mine).arg(other)));
        }
        QVERIFY(r.epochs.back().validationAccuracy.value() > 0.9);
    }

    void theMeterSaysHowManyThreadsThereAre()
    {
        TrainConfig c = longRun(1);
        TrainControl control;
        control.setMeasuring(true);
        SpeedRecorder r;
        r.onSpeed = [&] {
            if (r.speeds.size() == 1) {
                c.threads = 2;
                control.changeConfig(c);
            } else {
                control.stop();
            }
        };
        Trainer(smallNetwork(), c, corners(100)).run(control, r);
        QVERIFY(r.speeds.size() >= 2u);
        QCOMPARE(r.speeds[0]->threads, 1);
        QCOMPARE(r.speeds[1]->threads, 2);
        QVERIFY(std::abs(r.speeds[1]->peakGflops / r.speeds[0]->peakGflops - 2) < 1e-9);
    }
};

QTEST_GUILESS_MAIN(EngineSpeedTest)
#include "engine_speed_test.moc"
