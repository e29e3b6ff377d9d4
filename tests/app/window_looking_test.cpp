// Looking changes nothing: a run in which every panel was opened and closed, that was paused, stepped, walked through,
// saved, closed, opened again and resumed has the losses of an undisturbed one, bit for bit.
#include "tests/app/window_setup.h"
#include "ui/canvas/canvas_view.h"
#include "ui/drawing/drawing_page.h"
#include "ui/inside/number_view.h"
#include "ui/inside/strongest_page.h"
#include "ui/judge/judge_service.h"
#include "ui/judge/judge_view.h"
#include "ui/kernels/kernel_page.h"
#include "ui/shell/main_window.h"
#include "ui/shell/pages.h"
#include "ui/shell/project_files.h"
#include "ui/theme/dialogs.h"
#include "ui/theme/settings.h"
#include "ui/training/feature_map_panel.h"
#include "ui/training/histogram_view.h"
#include "ui/training/speed_view.h"
#include "ui/training/training_controller.h"
#include "ui/training/training_dock.h"
#include "ui/training/walk_controller.h"

#include <QTemporaryDir>
#include <QTest>

using namespace convarium;
using namespace convarium::ui;

class WindowLookingTest : public QObject
{
    Q_OBJECT

    static constexpr int kPatience = 120'000; ///< the digits are drawn first

    static void openNetwork(MainWindow& window, const QString& what)
    {
        window.setWindowState(Qt::WindowNoState); // a small screen would make it compact
        window.resize(1600, 1000);
        window.show();
        window.open(what);
        QTRY_COMPARE_WITH_TIMEOUT(window.document()->graph().nodes.size(), 13u, kPatience);
    }
    static void setUp(MainWindow& window)
    {
        openNetwork(window, QStringLiteral("lenet-5"));
        engine::TrainConfig config = window.document()->trainConfig();
        config.limit = 640;
        config.batch = 20;
        config.epochs = 4;
        config.validation = 0.1;
        config.augment = "shift:1";
        config.averageDecay = 0.9;
        config.schedule = "cosine";
        window.document()->setTrainConfig(config);
        QCOMPARE(window.controller()->blockedReason(), QString());
    }
    static engine::NodeId node(const MainWindow& window, const char* name)
    {
        for (const engine::Node& n : window.document()->graph().nodes)
            if (n.name == name)
                return n.id;
        return engine::kNoNode;
    }
    /// One batch, by the key.
    static void step(MainWindow& window)
    {
        TrainingController* c = window.controller();
        const std::size_t before = c->history().steps.size();
        QTest::keyClick(&window, Qt::Key_F10);
        QTRY_VERIFY_WITH_TIMEOUT(c->history().steps.size() == before + 1 && c->state() == RunState::Paused &&
                                     c->trainingState() &&
                                     c->trainingState()->step == static_cast<std::int64_t>(before) + 1,
                                 kPatience);
    }
    /// Whatever is open is left open for a step, and once more answers.
    static void home(MainWindow& window)
    {
        step(window);
        if (!window.pages()->isHome())
            QTest::keyClick(window.pages()->currentWidget(), Qt::Key_Escape);
        QVERIFY(window.pages()->isHome());
    }

    static void lookAround(MainWindow& window)
    {
        TrainingDock* dock = window.trainingDock();
        TrainingController* controller = window.controller();
        const engine::NodeId c3 = node(window, "C3");
        window.canvas()->focusNode(c3);
        MapGrid* grid = dock->featureMaps()->grid();
        QTRY_VERIFY_WITH_TIMEOUT(grid->result().node == c3 && grid->result().count == 16, kPatience);
        step(window);

        QTest::keyClick(&window, Qt::Key_F6);
        QVERIFY(dock->histograms()->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(dock->histograms()->outputs()->hasData(), kPatience);
        home(window);
        QTest::keyClick(&window, Qt::Key_F9);
        QVERIFY(dock->speed()->isVisible());
        home(window);
        QTest::keyClick(&window, Qt::Key_F9);
        QVERIFY(!dock->speed()->isVisible());

        QTest::keyClick(&window, Qt::Key_F8);
        QVERIFY(window.judge()->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(!window.judge()->service()->judgements().empty(), kPatience);
        home(window);

        window.canvas()->setFocus();
        QTest::keyClick(window.canvas(), Qt::Key_D);
        QVERIFY(window.drawing()->isVisible());
        QTest::keyClick(window.drawing(), Qt::Key_3);
        step(window);
        window.pages()->goHome();

        window.canvas()->focusNode(c3);
        QTest::keyClick(window.canvas(), Qt::Key_K);
        QVERIFY(window.kernels()->isVisible());
        step(window);
        window.pages()->goHome();

        NumberView* number = window.numberView();
        window.canvas()->focusNode(c3);
        QTest::keyClick(window.canvas(), Qt::Key_Return, Qt::ControlModifier);
        QVERIFY(number->isVisible());
        for (const NumberMode mode : {NumberMode::Forward, NumberMode::Backward, NumberMode::Update}) {
            number->setMode(mode);
            QTRY_VERIFY_WITH_TIMEOUT(number->result().request.mode == mode && !number->result().steps.empty(),
                                     kPatience);
            step(window);
        }
        window.pages()->goHome();

        window.canvas()->focusNode(c3);
        QTRY_VERIFY_WITH_TIMEOUT(grid->result().node == c3, kPatience);
        QTest::keyClick(&window, Qt::Key_F4);
        QVERIFY(window.strongest()->isVisible());
        home(window);

        WalkController* walk = dock->walk();
        QTest::keyClick(&window, Qt::Key_F7);
        QTRY_VERIFY_WITH_TIMEOUT(walk->isWalking(), kPatience);
        for (int i = 0; i < 5; ++i)
            QTest::keyClick(&window, Qt::Key_F7);
        QTest::keyClick(&window, Qt::Key_F7, Qt::ControlModifier);
        walk->leave();
        QTest::keyClick(&window, Qt::Key_F7);
        QTRY_VERIFY_WITH_TIMEOUT(walk->isWalking(), kPatience);
        const auto before = controller->history().steps.size();
        walk->finish();
        QTRY_COMPARE_WITH_TIMEOUT(walk->state(), WalkState::Done, kPatience);
        QCOMPARE(controller->history().steps.size(), before + 1);
        walk->leave();
        step(window);
    }

private Q_SLOTS:
    void initTestCase() { test::setUpWindows(m_folder); }

    void lookingAndPausingAndComingBackChangeNoBit()
    {
        TrainingHistory undisturbed;
        std::shared_ptr<const engine::TrainingState> state;
        {
            MainWindow window;
            setUp(window);
            window.controller()->train();
            QTRY_COMPARE_WITH_TIMEOUT(window.controller()->state(), RunState::Finished, kPatience);
            undisturbed = window.controller()->history();
            state = window.controller()->trainingState();
        }
        QCOMPARE(undisturbed.epochs.size(), 4u);

        const QString file = m_folder.filePath(QStringLiteral("net.convarium"));
        {
            MainWindow window;
            setUp(window);
            TrainingController* controller = window.controller();
            lookAround(window);
            if (QTest::currentTestFailed())
                return;
            QTest::keyClick(&window, Qt::Key_F10, Qt::ControlModifier); // to the end of the epoch
            QTRY_VERIFY_WITH_TIMEOUT(
                controller->history().epochs.size() == 1 && controller->state() == RunState::Paused, kPatience);
            QTest::keyClick(&window, Qt::Key_F6);
            controller->train();
            QTRY_VERIFY_WITH_TIMEOUT(controller->history().steps.size() > 30, kPatience);
            controller->pause();
            QTRY_COMPARE_WITH_TIMEOUT(controller->state(), RunState::Paused, kPatience);
            step(window);
            dialogs::ScopedAnswers answers([](const dialogs::Message&) { return 0; },
                                           [&](const dialogs::FileRequest&) { return file; });
            window.files()->save();
            QTRY_VERIFY_WITH_TIMEOUT(!window.document()->isModified() && QFile::exists(file), kPatience);
            window.close();
            QTRY_VERIFY_WITH_TIMEOUT(!window.isVisible(), kPatience);
        }
        MainWindow window;
        openNetwork(window, file);
        TrainingController* controller = window.controller();
        QTRY_VERIFY_WITH_TIMEOUT(controller->trainingState() && controller->canContinue(), kPatience);
        QVERIFY(controller->history().steps.size() < undisturbed.steps.size());
        window.canvas()->focusNode(node(window, "C1"));
        QTest::keyClick(&window, Qt::Key_F6);
        controller->train();
        QTRY_COMPARE_WITH_TIMEOUT(controller->state(), RunState::Finished, kPatience);
        QTest::keyClick(&window, Qt::Key_F6);

        const TrainingHistory& looked = controller->history();
        QCOMPARE(looked.steps.size(), undisturbed.steps.size());
        for (std::size_t i = 0; i < looked.steps.size(); ++i) {
            QVERIFY2(looked.steps[i].loss == undisturbed.steps[i].loss,
                     qPrintable(QStringLiteral("the loss of step %1").arg(i + 1)));
        }
        QCOMPARE(looked.epochs.size(), undisturbed.epochs.size());
        for (std::size_t i = 0; i < looked.epochs.size(); ++i)
            QVERIFY(looked.epochs[i].validationLoss == undisturbed.epochs[i].validationLoss);
        QVERIFY(*controller->trainingState()->weights == *state->weights);
        QVERIFY(*controller->trainingState()->average == *state->average);
    }

private:
    QTemporaryDir m_folder;
};

QTEST_MAIN(WindowLookingTest)
#include "window_looking_test.moc"
