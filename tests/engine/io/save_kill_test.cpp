#include "engine/io/project_file.h"
#include "tests/engine/io/projects.h"

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <chrono>

using namespace convarium::test;

class SaveKillTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aKillDuringASaveLeavesTheOldFileOrTheNewOne()
    {
        const QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("project.convarium"));
        const Project projects[] = {trainedProject(1), trainedProject(2)};
        std::mt19937 random(11);
        int found[2] = {0, 0};
        for (int round = 0; round < 40; ++round) {
            QProcess saver;
            saver.start(QStringLiteral(SAVE_LOOP), {file});
            QVERIFY(saver.waitForStarted());
            // Any moment of any save: after the first lines, a spin of random length.
            for (unsigned lines = 1 + random() % 3; lines > 0; --lines)
                QVERIFY(saver.waitForReadyRead(30'000));
            const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(random() % 8000);
            while (std::chrono::steady_clock::now() < until) {
            }
            saver.kill();
            QVERIFY(saver.waitForFinished());
            QCOMPARE(saver.exitStatus(), QProcess::CrashExit);

            const auto project = openProject(file.toStdString());
            QVERIFY2(project.has_value(), project ? "" : project.error().text().c_str());
            const int which = project->state->seed == projects[0].state->seed ? 0 : 1;
            QVERIFY(sameState(*project, projects[which]));
            QVERIFY(project->graph == projects[which].graph);
            ++found[which];
        }
        QVERIFY(found[0] > 0 && found[1] > 0);
    }
};

QTEST_GUILESS_MAIN(SaveKillTest)
#include "save_kill_test.moc"
