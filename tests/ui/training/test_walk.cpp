// Walking through a batch with the dock's own buttons and the real engine: nothing but a step changes anything.
#include "tests/ui/training/training_desk.h"
#include "ui/theme/settings.h"
#include "ui/training/walk_bar.h"
#include "ui/training/walk_controller.h"
#include "ui/training/walk_texts.h"

#include <QSlider>
#include <QSpinBox>
#include <QtTest>
#include <algorithm>
#include <cmath>

using namespace convarium;
using namespace convarium::ui;
using Kind = engine::WalkStage::Kind;

class TestWalk : public QObject
{
    Q_OBJECT

    /// A dock on a network of its own.
    struct Desk : test::TrainingDesk {
        Desk() : TrainingDesk(settings(), {1200, 360}) {}
        static engine::TrainConfig settings()
        {
            engine::TrainConfig config;
            config.batch = 32;
            config.epochs = 1;
            config.optimizer = "adam";
            config.averageDecay = 0.9;
            config.schedule = "cosine";
            return config;
        }
        [[nodiscard]] WalkController* walk() const { return dock->walk(); }
        [[nodiscard]] QString text() const { return dock->walkBar()->text(); }
        void walkFrom()
        {
            click("Walk");
            QTRY_COMPARE_WITH_TIMEOUT(walk()->state(), WalkState::Walking, kPatience);
        }
        void stepTo(std::int64_t step)
        {
            click("Step");
            QTRY_VERIFY_WITH_TIMEOUT(controller->trainingState() && controller->trainingState()->step == step &&
                                         controller->state() == RunState::Paused,
                                     kPatience);
        }
        void trainToTheEnd()
        {
            click("Train");
            QTRY_COMPARE_WITH_TIMEOUT(controller->state(), RunState::Finished, kPatience);
        }
    };
    static constexpr int kPatience = 60'000;

    static bool same(const std::shared_ptr<const engine::WeightMap>& a,
                     const std::shared_ptr<const engine::WeightMap>& b)
    {
        return (!a && !b) || (a && b && *a == *b);
    }
    static void sameState(const TrainingController& a, const TrainingController& b)
    {
        const auto x = a.trainingState(), y = b.trainingState();
        QVERIFY(x && y);
        QCOMPARE(x->step, y->step);
        QCOMPARE(x->epoch, y->epoch);
        QCOMPARE(x->seed, y->seed);
        QVERIFY(x->optimizer1 && x->optimizer2 && x->average);
        QVERIFY(same(x->weights, y->weights));
        QVERIFY(same(x->optimizer1, y->optimizer1));
        QVERIFY(same(x->optimizer2, y->optimizer2));
        QVERIFY(same(x->average, y->average));
    }

private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
    }

    void aFinishedWalkIsOneStep()
    {
        Desk walked, stepped;
        walked.stepTo(1);
        QVERIFY(walked.dock->walkBar()->isHidden());
        walked.walkFrom();
        QCOMPARE(walked.text(), QStringLiteral("Input: batch 2 brings 32 images of 28×28×1"));
        QVERIFY(!walked.find("One sub-step back")->isEnabled());
        const auto before = walked.controller->trainingState();
        const auto stages = walked.walk()->numbers().stages;
        QStringList texts{walked.text()};
        for (std::size_t i = 1; i < stages.size(); ++i) {
            walked.click("One sub-step forward");
            texts << walked.text();
        }
        QCOMPARE(texts[1], QStringLiteral("Forward: Conv2D C1 turns 28×28×1 into 28×28×6"));
        QVERIFY(std::is_sorted(stages.begin(), stages.end(), [](auto a, auto b) { return a.kind < b.kind; }));
        for (const auto& [kind, word] : {std::pair{Kind::Forward, "Forward: "},
                                         {Kind::Loss, "Loss: cross-entropy "},
                                         {Kind::Backward, "Backward: "},
                                         {Kind::Update, "Update: "}})
            for (std::size_t i = 0; i < stages.size(); ++i)
                QCOMPARE(texts[static_cast<qsizetype>(i)].startsWith(QLatin1String(word)), stages[i].kind == kind);
        walked.click("One sub-step back");
        QCOMPARE(walked.text(), texts[texts.size() - 2]);
        walked.click("One sub-step forward");
        QCOMPARE(walked.controller->trainingState(), before);
        walked.click("One sub-step forward"); // behind the last update the batch is trained
        QTRY_COMPARE_WITH_TIMEOUT(walked.walk()->state(), WalkState::Done, kPatience);
        QCOMPARE(walked.controller->history().steps.size(), 2u);
        QVERIFY2(walked.text().startsWith(QStringLiteral("Done: batch 2 is trained")), qPrintable(walked.text()));

        // What was told is what happened.
        const double loss = walked.losses().back();
        QVERIFY(std::abs(walked.walk()->numbers().loss - loss) <= 1e-6 * loss);
        const auto after = walked.controller->trainingState();
        for (const engine::WalkStage& s : stages) {
            if (s.kind != Kind::Update)
                continue;
            double most = 0;
            for (const auto& [key, tensor] : *after->weights)
                for (std::int64_t i = 0; key.first == s.node && i < tensor.elements(); ++i)
                    most = std::max(most, std::abs(static_cast<double>(tensor[i] - before->weights->at(key)[i])));
            QVERIFY(most > 0 && std::abs(most - s.largest) <= 1e-3 * most);
        }
        stepped.stepTo(1);
        stepped.stepTo(2);
        sameState(*walked.controller, *stepped.controller);
        QCOMPARE(walked.losses(), stepped.losses());

        walked.click("Next batch");
        QTRY_COMPARE_WITH_TIMEOUT(walked.walk()->state(), WalkState::Walking, kPatience);
        QVERIFY(walked.text().startsWith(QStringLiteral("Input: batch 3 ")));
        walked.click("Finish batch");
        QTRY_COMPARE_WITH_TIMEOUT(walked.walk()->state(), WalkState::Done, kPatience);
        walked.click("Leave");
        QVERIFY(walked.dock->walkBar()->isHidden());
        stepped.stepTo(3);
        sameState(*walked.controller, *stepped.controller);
        walked.trainToTheEnd();
        stepped.trainToTheEnd();
        sameState(*walked.controller, *stepped.controller);
        QCOMPARE(walked.losses(), stepped.losses());
    }

    void leavingTrainsNothing()
    {
        Desk walked, plain;
        walked.walkFrom(); // before anything was trained
        walked.click("One sub-step forward");
        walked.click("Leave");
        QCOMPARE(walked.controller->state(), RunState::Idle);
        QVERIFY(!walked.controller->trainingState());
        QVERIFY(walked.controller->history().empty());
        walked.stepTo(1);
        const auto state = walked.controller->trainingState();
        walked.walkFrom();
        walked.click("One sub-step forward");
        walked.click("Leave");
        QCOMPARE(walked.controller->trainingState(), state);
        QCOMPARE(walked.controller->state(), RunState::Paused);
        walked.walkFrom();
        walked.click("Train"); // ends the walk
        QTRY_COMPARE_WITH_TIMEOUT(walked.controller->state(), RunState::Finished, kPatience);
        QCOMPARE(walked.walk()->state(), WalkState::Off);
        plain.trainToTheEnd();
        sameState(*walked.controller, *plain.controller);
        QCOMPARE(walked.losses(), plain.losses());
    }

    void stepFinishesAWalkBegunUntrained()
    {
        Desk walked, stepped;
        walked.walkFrom();
        walked.click("Step");
        QTRY_COMPARE_WITH_TIMEOUT(walked.walk()->state(), WalkState::Done, kPatience);
        QCOMPARE(walked.controller->trainingState()->step, 1);
        stepped.stepTo(1);
        sameState(*walked.controller, *stepped.controller);
        walked.click("Leave");
        walked.walkFrom();
        auto* image = walked.find<QSpinBox>("Image of the batch");
        walked.walk()->nextImage();
        QCOMPARE(image->value(), 2);
        for (int i = 0; i < 31; ++i)
            walked.walk()->nextImage();
        QCOMPARE(image->value(), 1);
        QCOMPARE(walked.controller->trainingState()->step, 1);
    }

    void aWalkFromTheBeginningAndFromTheEndIsAStepToo()
    {
        Desk walked, stepped;
        walked.walkFrom();
        walked.click("Finish batch");
        QTRY_COMPARE_WITH_TIMEOUT(walked.walk()->state(), WalkState::Done, kPatience);
        stepped.stepTo(1);
        sameState(*walked.controller, *stepped.controller);
        walked.click("Leave");
        // A finished run that is continued has as many epochs again, which its schedule must know.
        for (Desk* desk : {&walked, &stepped})
            desk->trainToTheEnd();
        const auto steps = walked.controller->trainingState()->step;
        walked.walkFrom();
        const double told = walked.walk()->numbers().loss;
        walked.click("Finish batch");
        QTRY_COMPARE_WITH_TIMEOUT(walked.walk()->state(), WalkState::Done, kPatience);
        QVERIFY(std::abs(walked.losses().back() - told) <= 1e-6 * told);
        QVERIFY(walked.walk()->numbers().rate > 0);
        QCOMPARE(walked.walk()->numbers().rate, walked.controller->history().steps.back().rate);
        stepped.stepTo(steps + 1);
        sameState(*walked.controller, *stepped.controller);
    }

    void walkWhileTrainingRunsPausesIt()
    {
        Desk desk;
        auto config = desk.document.trainConfig();
        config.epochs = 10'000;
        desk.document.setTrainConfig(config);
        desk.click("Train");
        QTRY_VERIFY_WITH_TIMEOUT(desk.controller->history().steps.size() > 2, kPatience);
        desk.walkFrom();
        QCOMPARE(desk.controller->state(), RunState::Paused);
        QCOMPARE(desk.walk()->numbers().step, desk.controller->trainingState()->step);
        desk.click("Stop");
        QTRY_COMPARE_WITH_TIMEOUT(desk.walk()->state(), WalkState::Off, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(desk.controller->state(), RunState::Idle, kPatience);
        desk.walkFrom();
        desk.click("Reset");
        QCOMPARE(desk.walk()->state(), WalkState::Off);
        desk.walkFrom();
        QCOMPARE(desk.walk()->numbers().step, 0);
    }

    void anEditEndsItKindly()
    {
        Desk desk;
        desk.stepTo(1);
        desk.walkFrom();
        const auto state = desk.controller->trainingState();
        const auto& nodes = desk.document.graph().nodes;
        const auto conv =
            std::find_if(nodes.begin(), nodes.end(), [](const auto& n) { return n.type == "conv2d"; })->id;
        desk.document.renameNode(conv, QStringLiteral("first"));
        desk.click("One sub-step forward");
        QCOMPARE(desk.text(), QStringLiteral("Forward: Conv2D first turns 28×28×1 into 28×28×6"));
        desk.document.setParam(conv, "filters", std::int64_t{7});
        QCOMPARE(desk.walk()->state(), WalkState::Ended);
        QVERIFY2(desk.text().contains(QStringLiteral("Nothing was trained")), qPrintable(desk.text()));
        QCOMPARE(desk.controller->trainingState(), state);
        QVERIFY(!desk.find("Walk")->isEnabled()); // the run is of another network
        QVERIFY(desk.find("Walk")->toolTip().contains(QStringLiteral("changed")));
        desk.document.setParam(conv, "filters", std::int64_t{6});
        desk.click("Leave");
        desk.walkFrom();
        auto config = desk.document.trainConfig();
        config.rate = 0.5;
        desk.document.setTrainConfig(config);
        QCOMPARE(desk.walk()->state(), WalkState::Ended);
        desk.walkFrom();                            // and again with the new rate
        QVERIFY(desk.walk()->numbers().rate > 0.4); // 0.5 on its way down
        const auto edges = desk.document.graph().edges;
        desk.document.removeEdge(edges.back());
        QCOMPARE(desk.walk()->state(), WalkState::Ended);
        QVERIFY(!desk.find("Walk")->isEnabled());
    }

    void playsInSlowMotionUntilTheBatchIsTrained()
    {
        Desk desk;
        desk.walkFrom();
        auto* speed = desk.find<QSlider>("Walk speed");
        speed->setFocus();
        QTest::keyClick(speed, Qt::Key_End);
        QCOMPARE(desk.walk()->speed(), 6);
        desk.click("Play slowly");
        QVERIFY(desk.walk()->isPlaying());
        QTRY_VERIFY_WITH_TIMEOUT(desk.walk()->index() >= 2, kPatience);
        desk.click("Pause the walk");
        const int at = desk.walk()->index();
        QVERIFY(!desk.walk()->isPlaying());
        desk.click("Play slowly");
        QTRY_VERIFY_WITH_TIMEOUT(desk.walk()->index() > at, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(desk.walk()->state(), WalkState::Done, kPatience);
        QCOMPARE(desk.controller->history().steps.size(), 1u);
    }

    void showsAnyImageOfTheBatch()
    {
        Desk desk;
        desk.walkFrom();
        QTRY_VERIFY_WITH_TIMEOUT(!desk.walk()->pictures().outputs.isEmpty(), kPatience);
        const auto first = desk.walk()->pictures();
        for (const engine::WalkStage& s : desk.walk()->numbers().stages) {
            if (s.kind == Kind::Forward)
                QVERIFY(!first.outputs.value(s.node).atlas.isNull());
            if (s.kind == Kind::Backward)
                QVERIFY(!first.gradients.value(s.node).atlas.isNull());
        }
        auto* image = desk.find<QSpinBox>("Image of the batch");
        QCOMPARE(image->maximum(), 32);
        image->setFocus();
        image->selectAll();
        QTest::keyClicks(image, QStringLiteral("32"));
        QTest::keyClick(image, Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(desk.walk()->pictures().image, 31, kPatience);
        const auto input = desk.walk()->numbers().stages.front().node;
        QVERIFY(desk.walk()->pictures().outputs.value(input).atlas != first.outputs.value(input).atlas);
    }
};

QTEST_MAIN(TestWalk)
#include "test_walk.moc"
