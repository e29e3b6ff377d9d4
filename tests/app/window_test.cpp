// The whole window without a pointer: open, train, save, open again, go on; bad files; unsaved work.
#include "engine/io/project_file.h"
#include "engine/train/kept_weights.h"
#include "ui/canvas/canvas_view.h"
#include "ui/document/project_document.h"
#include "ui/shell/main_window.h"
#include "ui/shell/project_files.h"
#include "ui/theme/dialogs.h"
#include "ui/theme/settings.h"
#include "ui/theme/theme.h"
#include "ui/training/training_controller.h"

#include <QAction>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QUndoStack>

using namespace convarium;
using namespace convarium::ui;

class WindowTest : public QObject
{
    Q_OBJECT

    static void newRuns()
    {
        QTest::addColumn<bool>("network");
        QTest::addColumn<bool>("settings");
        QTest::newRow("of an edited network") << true << false;
        QTest::newRow("with other settings") << false << true;
        QTest::newRow("of an edited network with other settings") << true << true;
    }
    /// LeNet-5 after five steps, then changed so that Train begins a new run. Returns what it was trained to.
    static std::shared_ptr<const engine::TrainingState> beforeANewRun(MainWindow& window)
    {
        QFETCH(const bool, network);
        QFETCH(const bool, settings);
        window.show();
        window.open(QStringLiteral("lenet-5"));
        if (!QTest::qWaitFor([&] { return !window.document()->graph().nodes.empty(); }))
            return nullptr;
        engine::TrainConfig config = window.document()->trainConfig();
        config.limit = 640;
        window.document()->setTrainConfig(config);
        engine::TrainingState trained;
        trained.weights = engine::initialWeights(window.document()->graph(), 77);
        trained.step = 5;
        const auto state = std::make_shared<const engine::TrainingState>(trained);
        window.controller()->restore(state, {});
        const auto& nodes = window.document()->graph().nodes;
        if (network)
            window.document()->setParam(std::ranges::find(nodes, "dense", &engine::Node::type)->id, "units",
                                        std::int64_t{50});
        config.seed += settings ? 1 : 0;
        window.document()->setTrainConfig(config);
        return state;
    }

private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
        QVERIFY(m_folder.isValid());
        qputenv("CONVARIUM_DATA", m_folder.path().toUtf8());
    }

    void opensTrainsSavesAndGoesOnWhereItStopped()
    {
        const QString file = m_folder.filePath(QStringLiteral("net.convarium"));
        std::int64_t step = 0;
        std::shared_ptr<const engine::TrainingState> state;
        {
            MainWindow window;
            window.show();
            window.open(QStringLiteral("lenet-5"));
            QTRY_VERIFY(window.document()->graph().nodes.size() == 13);
            engine::TrainConfig config = window.document()->trainConfig();
            config.limit = 640;
            config.epochs = 2;
            window.document()->setTrainConfig(config);
            TrainingController* controller = window.controller();
            QCOMPARE(controller->blockedReason(), QString());
            controller->train();
            QTRY_COMPARE_WITH_TIMEOUT(controller->state(), RunState::Finished, 120000);
            QCOMPARE(controller->history().epochs.size(), 2u);
            QVERIFY(controller->weightsFitNetwork());
            step = controller->trainingState()->step;
            state = controller->trainingState();
            dialogs::ScopedAnswers answers([](const dialogs::Message&) { return 0; },
                                           [&](const dialogs::FileRequest&) { return file; });
            window.files()->save();
            QTRY_VERIFY(!window.document()->isModified());
            QVERIFY(QFile::exists(file));
        }
        MainWindow window;
        window.show();
        window.open(file);
        QTRY_COMPARE(window.document()->filePath(), file);
        TrainingController* controller = window.controller();
        QTRY_VERIFY(controller->trainingState() != nullptr);
        QCOMPARE(controller->trainingState()->step, step);
        QVERIFY(*controller->trainingState()->weights == *state->weights);
        QCOMPARE(controller->history().epochs.size(), 2u);
        QVERIFY(controller->canContinue());
    }

    void trainedWeightsAreNotLostWithoutAWord()
    {
        const QString file = m_folder.filePath(QStringLiteral("kept.convarium"));
        MainWindow window;
        window.show();
        window.open(QStringLiteral("mlp"));
        QTRY_VERIFY(!window.document()->graph().nodes.empty());
        TrainingController* controller = window.controller();
        engine::TrainConfig config = window.document()->trainConfig();
        config.steps = 3;
        config.limit = 200;
        window.document()->setTrainConfig(config);
        window.document()->undoStack()->setClean(); // not the edit is what matters here
        int answer = 1, asked = 0;
        QString said;
        const dialogs::ScopedAnswers answers(
            [&](const dialogs::Message& m) {
                ++asked;
                said = m.text + u' ' + m.detail;
                return answer;
            },
            [&](const dialogs::FileRequest&) { return file; });
        window.files()->guard([] {});
        QCOMPARE(asked, 0); // initial weights come from the seed
        controller->train();
        QTRY_COMPARE_WITH_TIMEOUT(controller->state(), RunState::Finished, 60000);
        QVERIFY(window.files()->hasUnsavedWeights());
        window.open(QStringLiteral("lenet-5"));
        QCOMPARE(asked, 1);
        QVERIFY2(said.contains(QStringLiteral("weights of")) && said.contains(QStringLiteral("training")),
                 qPrintable(said));
        QVERIFY(controller->trainingState() != nullptr); // cancelled
        // Saved first, then the other network is opened.
        answer = 0;
        window.open(QStringLiteral("lenet-5"));
        QTRY_COMPARE(window.document()->graph().nodes.size(), 13u);
        QCOMPARE(asked, 2);
        QVERIFY(QFile::exists(file));
        // What comes from a file lies in it.
        window.open(file);
        QTRY_VERIFY(controller->trainingState() != nullptr);
        QVERIFY(!window.files()->hasUnsavedWeights());
        controller->reset();
        QVERIFY(!window.files()->hasUnsavedWeights());
        window.files()->guard([] {});
        QCOMPARE(asked, 2);
    }

    void whatStaysOfTheWeightsIsSavedWithTheEditedNetwork()
    {
        const QString file = m_folder.filePath(QStringLiteral("edited.convarium"));
        MainWindow window;
        window.show();
        window.open(QStringLiteral("lenet-5"));
        QTRY_VERIFY(!window.document()->graph().nodes.empty());
        engine::TrainingState trained;
        trained.weights = engine::initialWeights(window.document()->graph(), 77);
        trained.step = 5;
        window.controller()->restore(std::make_shared<const engine::TrainingState>(trained), {});
        const auto& nodes = window.document()->graph().nodes;
        window.document()->setParam(std::ranges::find(nodes, "dense", &engine::Node::type)->id, "units",
                                    std::int64_t{50});
        QVERIFY(window.files()->hasUnsavedWeights());
        const dialogs::ScopedAnswers answers([](const dialogs::Message&) { return 0; },
                                             [&](const dialogs::FileRequest&) { return file; });
        window.files()->save();
        QTRY_VERIFY(!window.document()->isModified());
        QVERIFY(!window.files()->hasUnsavedWeights());
        const auto saved = engine::openProject(file.toStdString());
        QVERIFY(saved && saved->state);
        QCOMPARE(saved->state->step, 0); // a new run
        const auto layers = engine::keptLayers(saved->graph, *trained.weights);
        QVERIFY(layers.kept.size() >= 2 && layers.anew.size() == 2);
        const auto fresh = engine::initialWeights(saved->graph, saved->train.seed);
        QCOMPARE(saved->state->weights->size(), fresh->size());
        for (const auto& [key, tensor] : *saved->state->weights)
            QVERIFY(tensor == (std::ranges::count(layers.kept, key.first) ? trained.weights : fresh)->at(key));
        // The file does not hold all that there is.
        window.document()->undoStack()->undo();
        QVERIFY(window.files()->hasUnsavedWeights());
        window.document()->undoStack()->redo();
        QVERIFY(!window.files()->hasUnsavedWeights());
    }

    void weightsAreNotTakenForSavedWhileANewRunGetsReady_data() { newRuns(); }
    void weightsAreNotTakenForSavedWhileANewRunGetsReady()
    {
        MainWindow window;
        const auto state = beforeANewRun(window);
        QVERIFY(state);
        TrainingController* controller = window.controller();
        bool always = true;
        connect(controller, &TrainingController::snapshotArrived, &window,
                [&] { always = always && window.files()->hasUnsavedWeights(); });
        controller->train();
        QVERIFY(!controller->trainingState());
        QCOMPARE(window.files()->unsavedWeights(), state);
        QString said;
        {
            const dialogs::ScopedAnswers answers([&](const dialogs::Message& m) { return said = m.detail, 1; });
            window.files()->guard([] {});
        }
        QVERIFY2(said.contains(QStringLiteral("5 steps of training")), qPrintable(said));
        controller->stop();
        QTRY_VERIFY_WITH_TIMEOUT(!controller->isActive(), 60000);
        QVERIFY(always);
    }

    void whatIsSavedWhileANewRunGetsReadyAreTheWeightsOfBefore_data() { newRuns(); }
    void whatIsSavedWhileANewRunGetsReadyAreTheWeightsOfBefore()
    {
        QFETCH(const bool, network);
        const QString file = m_folder.filePath(QStringLiteral("ready.convarium"));
        MainWindow window;
        const auto state = beforeANewRun(window);
        QVERIFY(state);
        window.controller()->train();
        QVERIFY(!window.controller()->trainingState());
        {
            const dialogs::ScopedAnswers answers([](const dialogs::Message&) { return 0; },
                                                 [&](const dialogs::FileRequest&) { return file; });
            window.files()->save();
        }
        window.controller()->stop();
        QTRY_VERIFY_WITH_TIMEOUT(!window.controller()->isActive(), 60000);
        QTRY_VERIFY(!window.document()->isModified());
        const auto saved = engine::openProject(file.toStdString());
        QVERIFY(saved && saved->state);
        QCOMPARE(saved->state->step, network ? 0 : 5);
        const auto layers = engine::keptLayers(saved->graph, *state->weights);
        QCOMPARE(layers.anew.size(), network ? std::size_t(2) : std::size_t(0));
        for (const auto& [key, tensor] : *saved->state->weights)
            QVERIFY(std::ranges::count(layers.anew, key.first) == 1 || tensor == state->weights->at(key));
    }

    void exportsToPyTorchBesideTheUiThread()
    {
        MainWindow window;
        window.show();
        window.open(QStringLiteral("mlp"));
        QTRY_VERIFY(!window.document()->graph().nodes.empty());
        QString path = m_folder.filePath(QStringLiteral("mlp.py"));
        QString said;
        dialogs::ScopedAnswers answers(
            [&](const dialogs::Message& m) {
                said = m.text + m.detail;
                return 0;
            },
            [&](const dialogs::FileRequest& request) {
                return request.suffix == QLatin1String("py") ? path : QString();
            });
        QAction* action = nullptr;
        for (QAction* a : window.findChildren<QAction*>())
            if (a->text().startsWith(QStringLiteral("PyTorch")))
                action = a;
        QVERIFY(action);
        QSignalSpy exported(window.files(), &ProjectFiles::exported);
        action->trigger();
        QTRY_COMPARE(exported.size(), 1);
        for (const QString& file : exported.first().first().toStringList())
            QVERIFY2(QFile::exists(file), qPrintable(file));
        QCOMPARE(exported.first().first().toStringList().size(), 3);
        QVERIFY2(said.contains(QStringLiteral("mlp_train.py")), qPrintable(said));
        QVERIFY(!window.document()->isModified());
        said.clear();
        path = QStringLiteral("/no/such/folder/mlp.py");
        action->trigger();
        QTRY_VERIFY(!said.isEmpty());
        QVERIFY2(said.contains(QStringLiteral("mlp.py")), qPrintable(said));
        QCOMPARE(exported.size(), 1);
    }

    void writesItsPictureBesideTheUiThread()
    {
        MainWindow window;
        window.show();
        window.open(QStringLiteral("lenet-5"));
        QTRY_VERIFY(!window.document()->graph().nodes.empty());
        QString folder = m_folder.path(), said;
        dialogs::ScopedAnswers answers(
            [&](const dialogs::Message& m) {
                said = m.text + m.detail;
                return 0;
            },
            [&](const dialogs::FileRequest& request) { return folder + QStringLiteral("/picture.") + request.suffix; });
        QSignalSpy exported(window.files(), &ProjectFiles::exported);
        for (const auto& [title, start] :
             {std::pair{"SVG", "<?xml"}, {"PDF", "%PDF-"}, {"PNG picture, 3", "\x89PNG"}}) {
            QAction* action = nullptr;
            for (QAction* a : window.findChildren<QAction*>())
                if (a->text().startsWith(QLatin1String(title)))
                    action = a;
            QVERIFY(action);
            folder = m_folder.path();
            const auto before = exported.size();
            action->trigger();
            QTRY_COMPARE(exported.size(), before + 1);
            QFile file(exported.last().first().toStringList().first());
            QVERIFY(file.open(QIODevice::ReadOnly));
            QVERIFY2(file.readAll().startsWith(start), title);
            folder = QStringLiteral("/no/such/folder");
            said.clear();
            action->trigger();
            QTRY_VERIFY2(said.contains(QStringLiteral("does not exist")), qPrintable(said));
            QCOMPARE(exported.size(), before + 1);
        }
        QVERIFY(!window.document()->isModified());
    }

    void aFileThatIsNoNetworkIsRefusedAndNothingIsLost()
    {
        const QString bad = m_folder.filePath(QStringLiteral("bad.convarium"));
        QFile f(bad);
        QVERIFY(f.open(QIODevice::WriteOnly));
        f.write("not a zip");
        f.close();
        MainWindow window;
        window.show();
        window.open(QStringLiteral("mlp"));
        QTRY_VERIFY(!window.document()->graph().nodes.empty());
        const engine::GraphSpec before = window.document()->graph();
        QString said;
        dialogs::ScopedAnswers answers([&](const dialogs::Message& m) {
            said = m.text + m.detail;
            return 0;
        });
        window.open(bad);
        QTRY_VERIFY(!said.isEmpty());
        QVERIFY(said.contains(QStringLiteral("bad.convarium")));
        QVERIFY(window.document()->graph() == before);
    }

    void closingAsksBeforeWorkIsLost()
    {
        MainWindow window;
        window.show();
        window.open(QStringLiteral("mlp"));
        QTRY_VERIFY(!window.document()->graph().nodes.empty());
        window.document()->removeNodes({window.document()->graph().nodes.back().id}, false);
        int asked = 0;
        int answer = 1; // cancel
        dialogs::ScopedAnswers answers([&](const dialogs::Message&) {
            ++asked;
            return answer;
        });
        window.close();
        QCOMPARE(asked, 1);
        QVERIFY(window.isVisible());
        answer = 2; // discard
        window.close();
        QTRY_VERIFY(!window.isVisible());
        QCOMPARE(asked, 2);
    }

    void aBrokenNetworkCannotBeTrainedAndSaysWhy()
    {
        MainWindow window;
        window.show();
        window.open(QStringLiteral("lenet-5"));
        QTRY_VERIFY(window.document()->graph().nodes.size() == 13);
        const engine::Edge wire = window.document()->graph().edges.front();
        window.document()->removeEdge(wire);
        QVERIFY(!window.controller()->blockedReason().isEmpty());
        window.document()->undoStack()->undo();
        QVERIFY(window.controller()->blockedReason().isEmpty());
    }

private:
    QTemporaryDir m_folder;
};

QTEST_MAIN(WindowTest)
#include "window_test.moc"
