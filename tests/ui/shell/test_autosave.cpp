// Programs killed while somebody edits: what they leave behind.
#include "engine/io/load_model.h"
#include "engine/io/presets.h"
#include "engine/io/project_file.h"
#include "tests/ui/shell/edit_process.h"
#include "ui/document/project_document.h"
#include "ui/shell/autosave.h"

#include <QDir>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <memory>
#include <random>

using namespace convarium;
using namespace convarium::test;
using namespace convarium::ui;

/// Beside other work a disk may take seconds for a file that is to be safe.
static constexpr int kDiskMs = 60000;

class AutosaveTest : public QObject
{
    Q_OBJECT

    struct Session {
        explicit Session(const QString& folder)
            : autosave(
                  &document,
                  [this] {
                      engine::Project p;
                      p.graph = document.graph();
                      return p;
                  },
                  folder)
        {
            document.reset(engine::loadPreset("lenet-5")->graph, {}, {});
        }
        ProjectDocument document;
        Autosave autosave;
    };

    static QStringList files(const QString& folder, const char* pattern)
    {
        return QDir(folder).entryList({QString::fromLatin1(pattern)}, QDir::Files);
    }

private Q_SLOTS:
    void twentyKillsLoseNoMoreThanTheLastTenSeconds()
    {
        const QTemporaryDir folder;
        std::mt19937 random(5);
        qint64 worst = 0;
        int recovered = 0;
        // Ten programs at a time in one folder: each leaves its own, and nobody takes a living one's.
        for (int round = 0; round < 2; ++round) {
            std::vector<std::pair<std::unique_ptr<EditProcess>, qint64>> running;
            for (int i = 0; i < 10; ++i)
                running.emplace_back(
                    std::make_unique<EditProcess>(folder.path(), QStringLiteral("/home/ada/%1.json").arg(i)),
                    1000 + static_cast<qint64>(random() % 13000));
            for (bool any = true; any;) {
                QTest::qWait(5);
                any = false;
                for (std::size_t i = 0; i < running.size(); ++i) {
                    auto& [process, life] = running[i];
                    if (!process->isRunning())
                        continue;
                    any = true;
                    if (process->age() < life)
                        continue;
                    QVERIFY(process->kill());
                    RecoveryStore store(folder.path());
                    const std::vector<Recovery> left = store.abandoned();
                    QVERIFY(left.size() <= 1);
                    int kept = 0;
                    if (!left.empty()) {
                        QCOMPARE(left.front().source, QStringLiteral("/home/ada/%1.json").arg(i));
                        kept = left.front().title.section(u' ', -1).toInt();
                        QVERIFY(kept > 0 && kept <= process->edits() + 1);
                        store.discard(left.front().file);
                        ++recovered;
                    }
                    worst = std::max(worst, process->lostAfter(kept));
                }
            }
        }
        qInfo("of 20 killed sessions %d left something to recover; the longest loss was %.1f s", recovered,
              static_cast<double>(worst) / 1000);
        QVERIFY2(worst <= 10000, qPrintable(QString::number(worst)));
        QVERIFY(recovered >= 10);
        QCOMPARE(files(folder.path(), "*.json"), QStringList());
    }

    void nothingIsKeptOfWorkThatIsSavedUndoneOrGivenUp()
    {
        const QTemporaryDir folder;
        Session s(folder.path());
        const auto kept = [&] { return files(folder.path(), "*.json").size(); };
        s.document.renameNetwork(QStringLiteral("one"));
        QTRY_COMPARE_WITH_TIMEOUT(kept(), 1, kDiskMs);
        s.document.undoStack()->undo();
        QTRY_COMPARE_WITH_TIMEOUT(kept(), 0, kDiskMs);
        s.document.renameNetwork(QStringLiteral("two"));
        QTRY_COMPARE_WITH_TIMEOUT(kept(), 1, kDiskMs);
        s.document.markSaved(QStringLiteral("/tmp/two.json"));
        QTRY_COMPARE_WITH_TIMEOUT(kept(), 0, kDiskMs);
        s.document.renameNetwork(QStringLiteral("three"));
        QTRY_COMPARE_WITH_TIMEOUT(kept(), 1, kDiskMs);
        s.document.reset({}, {}, {});
        QTRY_COMPARE_WITH_TIMEOUT(kept(), 0, kDiskMs);
        {
            Session other(folder.path());
            other.document.renameNetwork(QStringLiteral("four"));
            QTRY_COMPARE_WITH_TIMEOUT(kept(), 1, kDiskMs);
        }
        QCOMPARE(files(folder.path(), "*"), QStringList());
    }

    void trainedWeightsAreKeptBesideTheNetworkButNotAllTheTime()
    {
        const QTemporaryDir folder;
        Session s(folder.path());
        const auto trained = [&](std::int64_t step) {
            auto state = std::make_shared<engine::TrainingState>();
            state->weights = engine::initialWeights(s.document.graph(), 1);
            state->step = step;
            return state;
        };
        const auto keptStep = [&]() -> std::int64_t {
            const auto found = files(folder.path(), "*.convarium");
            if (found.size() != 1)
                return -1;
            const auto kept = engine::openProject(folder.filePath(found.first()).toStdString());
            return kept && kept->state ? kept->state->step : -2;
        };
        Autosave::StatePtr state = trained(1);
        int asked = 0;
        s.autosave.watchWeights([&] { return ++asked, state; }, [] { return engine::History(); });
        s.autosave.weightsChanged();
        QVERIFY(!s.document.isModified());
        QTRY_COMPARE_WITH_TIMEOUT(keptStep(), 1, kDiskMs);
        QCOMPARE(files(folder.path(), "*.json").size(), 1); // without it nothing could be offered
        // Edits are written as before; the next weights wait.
        state = trained(2);
        asked = 0;
        s.autosave.weightsArrived(state);
        QCOMPARE(asked, 0); // to find out what they are good for takes a while
        s.document.renameNetwork(QStringLiteral("edited"));
        const QString json = folder.filePath(files(folder.path(), "*.json").first());
        const auto title = [&] {
            const auto kept = engine::loadModel(json.toStdString());
            return kept ? kept->graph.title : std::string();
        };
        QTRY_COMPARE_WITH_TIMEOUT(title(), std::string("edited"), kDiskMs);
        QCOMPARE(keptStep(), 1);
        // Other networks have other weights, at once.
        s.document.reset(engine::loadPreset("mlp")->graph, {}, {});
        const Autosave::StatePtr third = trained(3);
        state = third;
        s.autosave.weightsChanged();
        QTRY_COMPARE_WITH_TIMEOUT(keptStep(), 3, kDiskMs);
        state = nullptr; // saved, or reset
        s.document.renameNetwork(QStringLiteral("without weights"));
        QTRY_COMPARE_WITH_TIMEOUT(title(), std::string("without weights"), kDiskMs);
        QCOMPARE(files(folder.path(), "*.convarium").size(), 0);
        state = third; // they fit again, after an undo
        s.autosave.weightsChanged();
        QTRY_COMPARE_WITH_TIMEOUT(keptStep(), 3, kDiskMs);
        state = nullptr;
        s.document.undoStack()->undo();
        QTRY_COMPARE_WITH_TIMEOUT(files(folder.path(), "*").size(), 0, kDiskMs);
    }

    void weightsThatCouldNotBeKeptAreTriedOnceMore()
    {
        const QTemporaryDir folder;
        Session s(folder.path());
        s.document.renameNetwork(QStringLiteral("one"));
        QTRY_COMPARE(files(folder.path(), "*.json").size(), 1);
        // A folder with something in it stands where the weights would go; the network has room.
        const QFileInfo network(folder.filePath(files(folder.path(), "*.json").first()));
        const QString blocked = folder.filePath(network.completeBaseName() + QStringLiteral(".convarium"));
        QVERIFY(QDir().mkpath(blocked + QStringLiteral("/inside")));
        QSignalSpy failed(&s.autosave, &Autosave::failed);
        auto state = std::make_shared<engine::TrainingState>();
        state->weights = engine::initialWeights(s.document.graph(), 1);
        s.autosave.watchWeights([&] { return state; }, [] { return engine::History(); });
        s.autosave.weightsChanged();
        QTRY_COMPARE(failed.size(), 1);
        QVERIFY(QDir(blocked).removeRecursively());
        // Nobody edits, and nothing is trained any more.
        QTRY_VERIFY_WITH_TIMEOUT(QFileInfo(blocked).isFile(), Autosave::kWeightsMs + 3 * Autosave::kDelayMs);
        QVERIFY(engine::openProject(blocked.toStdString()));
        QCOMPARE(failed.size(), 1);
    }

    void whatIsFoundBelongsToTheFirstThatAsks()
    {
        const QTemporaryDir folder;
        EditProcess process(folder.path(), {});
        QTRY_COMPARE_WITH_TIMEOUT(files(folder.path(), "*.json").size(), 1, 20000);
        {
            RecoveryStore early(folder.path());
            QVERIFY2(early.abandoned().empty(), "it still runs");
        }
        QVERIFY(process.kill());
        {
            RecoveryStore first(folder.path()), second(folder.path());
            QCOMPARE(first.abandoned().size(), 1u);
            QCOMPARE(second.abandoned().size(), 0u);
        }
        RecoveryStore third(folder.path());
        const auto left = third.abandoned();
        QCOMPARE(left.size(), 1u); // nobody dealt with it
        QVERIFY(left.front().time.secsTo(QDateTime::currentDateTime()) < 60);
        QVERIFY(left.front().source.isEmpty());
        third.discard(left.front().file);
        QCOMPARE(files(folder.path(), "*"), QStringList());
    }

    void aFolderThatTakesNoFilesIsToldOnce()
    {
        const QTemporaryDir folder;
        const QString blocked = folder.filePath(QStringLiteral("file"));
        QFile file(blocked);
        QVERIFY(file.open(QIODevice::WriteOnly));
        Session s(blocked + QStringLiteral("/recovery"));
        QSignalSpy failed(&s.autosave, &Autosave::failed);
        s.document.renameNetwork(QStringLiteral("one"));
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, kDiskMs);
        s.document.renameNetwork(QStringLiteral("two"));
        QTest::qWait(Autosave::kDelayMs + 500);
        QCOMPARE(failed.size(), 1);
    }
};

QTEST_GUILESS_MAIN(AutosaveTest)
#include "test_autosave.moc"
