// The real engine behind the window's controller: responsiveness, pause, equal results.
#include "engine/io/presets.h"
#include "tests/ui/training/bar_images.h"
#include "tests/ui/training/training_desk.h"
#include "ui/theme/settings.h"
#include "ui/training/training_controller.h"

#include <QElapsedTimer>
#include <QtTest>
#include <algorithm>

using namespace convarium;
using namespace convarium::ui;

class TestTrainingLive : public QObject
{
    Q_OBJECT

    static constexpr int kPatience = 300'000; ///< milliseconds: a thread sanitizer on a busy machine

    static TrainingServices services()
    {
        auto s = engineServices();
        s.openData = [](const std::string&, const datasets::Progress&) -> engine::Result<engine::DatasetBundle> {
            return test::bars(2000);
        };
        return s;
    }

    static engine::GraphSpec lenet()
    {
        auto project = engine::loadPreset("lenet-5");
        return project ? project->graph : engine::GraphSpec{};
    }

    static engine::TrainConfig config(std::int64_t epochs)
    {
        engine::TrainConfig c;
        c.data = "bars";
        c.epochs = epochs;
        c.validation = 0.1;
        return c;
    }

private Q_SLOTS:
    void initTestCase() { Settings::instance().useTestMode(); }

    /// Without a test set the panels show other images, and say so.
    void imagesAreCalledByTheirPart()
    {
        engine::DatasetBundle data = test::bars(20);
        for (const char* said : {"Test image 3, label 3", "Validation image 3, label 3", "Training image 3, label 3"}) {
            const test::TrainingDesk desk({}, {1200, 360}, data);
            desk.controller->openData();
            QTRY_VERIFY(desk.controller->data().train);
            desk.maps->setImage(3);
            QCOMPARE(desk.maps->imageText(desk.maps->image(), desk.maps->label()), QLatin1String(said));
            data.validation = data.test ? data.train : nullptr;
            data.test = nullptr;
        }
    }

    void theWindowStaysAwakeWhileTrainingRuns()
    {
        TrainingController controller(services());
        controller.setNetwork(lenet(), {});
        controller.setConfig(config(1000));
        controller.train();
        QTRY_COMPARE(controller.state(), RunState::Running);
        QElapsedTimer since;
        qint64 worst = 0;
        int ticks = 0;
        QTimer timer;
        timer.setTimerType(Qt::PreciseTimer);
        connect(&timer, &QTimer::timeout, [&] {
            worst = std::max(worst, since.restart() - 10);
            if (++ticks % 20 == 0)
                controller.requestSnapshot();
        });
        since.start();
        timer.start(10);
        QTRY_VERIFY_WITH_TIMEOUT(ticks >= 150 && controller.history().steps.size() > 20, 30000);
        timer.stop();
        QVERIFY2(worst <= 100, qPrintable(QStringLiteral("late by %1 ms").arg(worst)));
        QElapsedTimer stopping;
        stopping.start();
        controller.stop();
        QVERIFY2(stopping.elapsed() < 50, "stop() waited");
        QTRY_VERIFY_WITH_TIMEOUT(!controller.isActive(), 10000);
    }

    void theLossFalls()
    {
        TrainingController controller(services());
        controller.setNetwork(lenet(), {});
        controller.setConfig(config(3));
        controller.train();
        QTRY_COMPARE_WITH_TIMEOUT(controller.state(), RunState::Finished, kPatience);
        const auto& h = controller.history();
        QCOMPARE(h.epochs.size(), std::size_t(3));
        QVERIFY(h.epochs.back().validationLoss.has_value());
        QVERIFY(h.steps.back().loss < 0.5 * h.steps.front().loss);
        QVERIFY(controller.testResult().has_value());
    }

    void pausingChangesNoBit()
    {
        std::vector<double> losses[2];
        for (int pass = 0; pass < 2; ++pass) {
            TrainingController controller(services());
            controller.setNetwork(lenet(), {});
            controller.setConfig(config(1));
            if (pass == 1) {
                controller.step();
                QTRY_COMPARE(controller.state(), RunState::Paused);
                QTRY_COMPARE(controller.history().steps.size(), std::size_t(1));
                controller.step();
                QTRY_COMPARE(controller.history().steps.size(), std::size_t(2));
                controller.stop();
                QTRY_COMPARE(controller.state(), RunState::Idle);
            }
            controller.train();
            QTRY_COMPARE_WITH_TIMEOUT(controller.state(), RunState::Finished, kPatience);
            for (const auto& p : controller.history().steps)
                losses[pass].push_back(p.loss);
        }
        QVERIFY(!losses[0].empty());
        QCOMPARE(losses[0], losses[1]);
    }

    void anEpochIsAStepOfItsOwn()
    {
        std::vector<double> losses[2];
        for (int pass = 0; pass < 2; ++pass) {
            TrainingController controller(services());
            controller.setNetwork(lenet(), {});
            controller.setConfig(config(3));
            if (pass == 1) {
                const auto pausesAt = [&](std::size_t epochs) {
                    QTRY_COMPARE_WITH_TIMEOUT(controller.state(), RunState::Paused, kPatience);
                    QTRY_COMPARE(controller.history().epochs.size(), epochs);
                    QCOMPARE(controller.trainingState()->epoch, static_cast<std::int64_t>(epochs));
                    QCOMPARE(static_cast<std::int64_t>(controller.history().steps.size()),
                             static_cast<std::int64_t>(epochs) * controller.progress().stepsPerEpoch);
                };
                controller.stepEpoch(); // from the beginning
                pausesAt(1);
                controller.step();
                QTRY_COMPARE(controller.history().steps.size(),
                             static_cast<std::size_t>(controller.progress().stepsPerEpoch) + 1);
                QCOMPARE(controller.state(), RunState::Paused);
                controller.stepEpoch(); // from within one
                QCOMPARE(controller.state(), RunState::Running);
                pausesAt(2);
                controller.stepEpoch(); // the last one
            } else {
                controller.train();
            }
            QTRY_COMPARE_WITH_TIMEOUT(controller.state(), RunState::Finished, kPatience);
            QCOMPARE(controller.history().epochs.size(), std::size_t(3));
            for (const auto& p : controller.history().steps)
                losses[pass].push_back(p.loss);
        }
        QCOMPARE(losses[0], losses[1]);
    }

    void trainTakesTheEndOfTheEpochBack()
    {
        TrainingController controller(services());
        controller.setNetwork(lenet(), {});
        controller.setConfig(config(3));
        controller.stepEpoch();
        QTRY_COMPARE(controller.state(), RunState::Running);
        controller.train();
        QTRY_COMPARE_WITH_TIMEOUT(controller.state(), RunState::Finished, kPatience);
        QCOMPARE(controller.history().epochs.size(), std::size_t(3));
    }

    void aHugeRateDivergesInWords()
    {
        TrainingController controller(services());
        // Rectifiers do not saturate: weights and gradients drive each other up until they overflow.
        const auto project = engine::loadPreset("mnist-cnn");
        QVERIFY(project);
        controller.setNetwork(project->graph, {});
        auto c = config(5);
        c.rate = 1000;
        c.optimizer = "sgd";
        controller.setConfig(c);
        QSignalSpy message(&controller, &TrainingController::message);
        controller.train();
        QTRY_VERIFY_WITH_TIMEOUT(!controller.isActive(), kPatience);
        QCOMPARE(controller.state(), RunState::Diverged);
        QCOMPARE(message.count(), 1);
        const auto error = message.front().front().value<engine::Error>();
        QVERIFY2(error.message.find("1000") != std::string::npos, error.message.c_str());
        QVERIFY(!error.hint.empty());
    }
};

QTEST_MAIN(TestTrainingLive)
#include "test_training_live.moc"
