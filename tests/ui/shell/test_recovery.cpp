// The window after a program that ended unexpectedly.
#include "engine/io/load_model.h"
#include "engine/io/project_file.h"
#include "engine/train/kept_weights.h"
#include "tests/ui/shell/edit_process.h"
#include "ui/document/project_document.h"
#include "ui/shell/autosave.h"
#include "ui/shell/main_window.h"
#include "ui/shell/notice_bar.h"
#include "ui/shell/project_files.h"
#include "ui/theme/dialogs.h"
#include "ui/theme/settings.h"
#include "ui/theme/theme.h"
#include "ui/training/training_controller.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

using namespace convarium;
using namespace convarium::test;
using namespace convarium::ui;

class RecoveryTest : public QObject
{
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_folder;

    [[nodiscard]] QStringList left() const
    {
        return QDir(RecoveryStore::defaultFolder()).entryList({QStringLiteral("*.json")}, QDir::Files);
    }
    /// Leaves what a killed program leaves; the number of its last edit that was kept is at least 1.
    void crash(const QString& source = {}, int units = 0)
    {
        EditProcess process(RecoveryStore::defaultFolder(), source, units);
        QTRY_COMPARE_WITH_TIMEOUT(left().size(), 1, 20000);
        if (units > 0)
            QTRY_VERIFY_WITH_TIMEOUT(!beside().isEmpty(), 20000);
        QVERIFY(process.kill());
    }
    /// What says something about trained weights.
    [[nodiscard]] QStringList beside() const
    {
        const QDir folder(RecoveryStore::defaultFolder());
        return folder.entryList({QStringLiteral("*.convarium"), QStringLiteral("*.large")}, QDir::Files);
    }
    static NoticeBar* bar(MainWindow& window) { return window.findChild<NoticeBar*>(); }
    static void press(MainWindow& window, const char* name)
    {
        for (auto* button : bar(window)->findChildren<QPushButton*>())
            if (button->text() == QLatin1String(name))
                QTest::mouseClick(button, Qt::LeftButton);
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
        qputenv("CONVARIUM_DATA", m_folder->path().toUtf8());
    }

    void withoutACrashNothingIsAsked()
    {
        MainWindow window;
        window.show();
        window.open(QStringLiteral("lenet-5"));
        QTRY_VERIFY(!window.document()->graph().nodes.empty());
        QVERIFY(!bar(window)->isVisible());
    }

    void theEditsComeBackAsUnsavedWork()
    {
        const QString file = m_folder->filePath(QStringLiteral("mine.json"));
        engine::Project saved;
        saved.graph.title = "as saved";
        QVERIFY(engine::saveNetwork(saved, file.toStdString()));
        crash(file);
        MainWindow window;
        window.show();
        window.open(QStringLiteral("lenet-5"));
        QTRY_VERIFY(bar(window)->isVisible());
        QVERIFY(bar(window)->text().startsWith(QStringLiteral("Convarium ended unexpectedly. Recover “LeNet-5 edit ")));
        QTRY_COMPARE(window.document()->title(), QStringLiteral("LeNet-5"));
        press(window, "Recover");
        QTRY_VERIFY(window.document()->title().startsWith(QStringLiteral("LeNet-5 edit ")));
        QVERIFY(!bar(window)->isVisible());
        QVERIFY(window.document()->isModified());
        QCOMPARE(window.document()->filePath(), file);
        QCOMPARE(window.document()->graph().nodes.size(), 13u);
        QVERIFY(window.document()->undoStack()->count() == 0);
        // Safe at every moment: the old one goes once the new one is there.
        const QString old = left().first();
        QCOMPARE(left().size(), 1);
        QTRY_VERIFY(left().size() == 1 && left().first() != old);
        window.files()->save();
        QTRY_VERIFY(!window.document()->isModified());
        QTRY_COMPARE(left().size(), 0);
    }

    void trainedWeightsComeBackAndGoOn()
    {
        crash({}, 120);
        MainWindow window;
        window.show();
        QTRY_VERIFY(bar(window)->isVisible());
        QVERIFY(bar(window)->text().endsWith(QStringLiteral("Its trained weights come back too.")));
        press(window, "Recover");
        QTRY_VERIFY(window.controller()->trainingState());
        QCOMPARE(window.controller()->trainingState()->step, 12);
        QVERIFY(*window.controller()->shownWeights() == *engine::initialWeights(window.document()->graph(), 77));
        QVERIFY(window.files()->hasUnsavedWeights());
        // Safe at every moment: also the weights are there again before the old ones go.
        const QString old = left().first();
        QTRY_VERIFY(left().size() == 1 && left().first() != old);
        QVERIFY(!beside().isEmpty());
        QTRY_COMPARE(beside().size(), 1);            // the old ones go behind their network
        QVERIFY(window.controller()->canContinue()); // where it stopped, and what reads a drawing has these weights
    }

    void weightsThatFitTheLastEditComeBack()
    {
        auto network = engine::loadModel("lenet-5");
        QVERIFY(network);
        const auto trained = engine::initialWeights(network->graph, 77);
        {
            RecoveryStore store(RecoveryStore::defaultFolder());
            engine::Project with = *network;
            with.state = engine::newRun(trained, 77);
            QVERIFY(store.writeWeights(with));
            std::ranges::find(network->graph.nodes, "dense", &engine::Node::type)
                ->params.set("units", std::int64_t{50});
            QVERIFY(store.write(*network, {}));
        }
        MainWindow window;
        window.show();
        QTRY_VERIFY(bar(window)->isVisible());
        press(window, "Recover");
        QTRY_VERIFY(window.controller()->trainingState());
        const auto layers = engine::keptLayers(network->graph, *trained);
        QVERIFY(layers.kept.size() >= 2 && layers.anew.size() == 2);
        const engine::WeightMap& weights = *window.controller()->trainingState()->weights;
        for (const auto& [key, tensor] : weights)
            QVERIFY(std::ranges::count(layers.anew, key.first) == 1 || tensor == trained->at(key));
        QVERIFY(engine::keptLayers(network->graph, weights).anew.empty());
        QVERIFY(window.files()->hasUnsavedWeights());
    }

    void tooManyWeightsAreNotKeptAndTheOfferSaysSo()
    {
        crash({}, 65536);
        QCOMPARE(QFileInfo(beside().first()).suffix(), QStringLiteral("large"));
        MainWindow window;
        window.show();
        QTRY_VERIFY(bar(window)->isVisible());
        QVERIFY(bar(window)->text().endsWith(
            QStringLiteral("Its trained weights take more than 32 MB and were not kept.")));
        press(window, "Recover");
        QTRY_VERIFY(window.document()->title().startsWith(QStringLiteral("LeNet-5 edit ")));
        QVERIFY(!window.controller()->trainingState());
    }

    void unreadableWeightsDoNotKeepTheNetworkBack()
    {
        crash({}, 120);
        QFile weights(QDir(RecoveryStore::defaultFolder()).filePath(beside().first()));
        QVERIFY(weights.open(QIODevice::WriteOnly));
        weights.write("not a zip");
        weights.close();
        MainWindow window;
        window.show();
        QTRY_VERIFY(bar(window)->isVisible());
        dialogs::Message said;
        dialogs::ScopedAnswers answers([&](const dialogs::Message& m) { return said = m, 0; });
        press(window, "Recover");
        QTRY_VERIFY(window.document()->title().startsWith(QStringLiteral("LeNet-5 edit ")));
        QCOMPARE(said.text, QStringLiteral("The network is recovered, its last trained weights are not"));
        QVERIFY2(said.detail.startsWith(QStringLiteral("Training begins anew. ")), qPrintable(said.detail));
        QVERIFY(!window.controller()->trainingState());
        QVERIFY(window.document()->isModified());
    }

    void discardedIsGoneAndLaterIsKept()
    {
        crash();
        {
            MainWindow window, second;
            window.show();
            QTRY_VERIFY(bar(window)->isVisible());
            press(window, "Later");
            QVERIFY(!bar(window)->isVisible());
            QCOMPARE(left().size(), 1);
            QVERIFY(!bar(second)->isVisible());
        }
        MainWindow window;
        window.show();
        QTRY_VERIFY(bar(window)->isVisible());
        press(window, "Discard");
        QTRY_COMPARE(left().size(), 0);
        QVERIFY(!window.document()->isModified());
    }

    void unsavedWorkOfTheNewSessionIsGuarded()
    {
        crash();
        MainWindow window;
        window.show();
        window.open(QStringLiteral("mlp"));
        QTRY_VERIFY(bar(window)->isVisible());
        QTRY_VERIFY(!window.document()->graph().nodes.empty());
        window.document()->renameNetwork(QStringLiteral("precious"));
        int asked = 0;
        dialogs::ScopedAnswers answers([&](const dialogs::Message&) { return ++asked, 1; }); // cancel
        press(window, "Recover");
        QCOMPARE(asked, 1);
        QCOMPARE(window.document()->title(), QStringLiteral("precious"));
        QVERIFY2(bar(window)->isVisible(), "the offer stands");
        QVERIFY(left().size() >= 1);
    }
};

QTEST_MAIN(RecoveryTest)
#include "test_recovery.moc"
