// A team of threads works off jobs of several stages: every unit once, stage by stage, whoever is held up.
#include "engine/core/parallel.h"
#include "engine/core/team.h"

#include <QDeadlineTimer>
#include <QtTest>

#include <numeric>

#if defined(__linux__)
#include <sched.h>
#endif

using namespace convarium::engine;

class TeamTest : public QObject
{
    Q_OBJECT

    int m_cores = availableThreads(); ///< before any team

private Q_SLOTS:
    void everyUnitRunsOnceAndSeesTheStagesBefore_data()
    {
        QTest::addColumn<int>("threads");
        for (const int threads : {1, 2, 3, 8})
            QTest::addRow("%d threads", threads) << threads;
    }

    void everyUnitRunsOnceAndSeesTheStagesBefore()
    {
        QFETCH(const int, threads);
        Team team(threads);
        const std::vector<int> units{3, 0, 1, 40, 0, 0, 7, 1, 1, 0};
        for (int round = 0; round < 200; ++round) {
            std::vector<std::vector<int>> runs; // per stage and unit; plain numbers, so that a race would show
            for (const int n : units)
                runs.emplace_back(n, 0);
            std::atomic<bool> early{false}, stranger{false};
            Team::Job job;
            job.stages = static_cast<int>(units.size());
            job.units = [&](int stage) { return units[static_cast<std::size_t>(stage)]; };
            job.run = [&](int stage, int unit, int thread) {
                if (thread < 0 || thread >= threads)
                    stranger = true;
                for (std::size_t s = 0; s < static_cast<std::size_t>(stage); ++s)
                    if (std::accumulate(runs[s].begin(), runs[s].end(), 0) != units[s])
                        early = true;
                ++runs[static_cast<std::size_t>(stage)][static_cast<std::size_t>(unit)];
            };
            team.run(job);
            QVERIFY(!early && !stranger);
            for (const auto& stage : runs)
                for (const int n : stage)
                    QCOMPARE(n, 1);
        }
    }

    /// What a thread left in its cache is of use to it again.
    void eachThreadBeginsWithTheSameUnits()
    {
        for (const int threads : {2, 3}) {
            Team team(threads);
            std::vector<int> taker(static_cast<std::size_t>(threads), -1);
            for (int round = 0; round < 300; ++round) {
                std::atomic<int> begun{0};
                std::vector<int> now(taker.size(), -1);
                Team::Job job;
                job.stages = 1;
                job.units = [&](int) { return threads; };
                job.run = [&](int, int unit, int thread) {
                    now[static_cast<std::size_t>(unit)] = thread;
                    ++begun;
                    while (begun < threads) // nobody takes two
                        std::this_thread::yield();
                };
                team.run(job);
                if (round > 0)
                    QCOMPARE(now, taker);
                taker = now;
            }
        }
    }

    /// One unit ends only when all others of its stage have: the other threads must take them.
    void aUnitThatTakesLongHoldsUpNoOther()
    {
        Team team(2);
        std::atomic<int> done{0};
        Team::Job job;
        job.stages = 1;
        job.units = [](int) { return 9; };
        job.run = [&](int, int unit, int) {
            while (unit == 0 && done < 8)
                std::this_thread::yield();
            ++done;
        };
        team.run(job);
        QCOMPARE(done.load(), 9);
    }

    void aStageCanEndTheJob()
    {
        Team team(2);
        bool ended = false;
        std::atomic<int> ran{0};
        Team::Job job;
        job.stages = 3;
        job.units = [&](int) { return ended ? 0 : 1; };
        job.run = [&](int, int, int) {
            ++ran;
            ended = true;
        };
        team.run(job);
        QCOMPARE(ran.load(), 1);
    }

    /// With one thread per core each keeps to its own, and the caller is free again afterwards.
    void theCallerIsTiedOnlyMeanwhile()
    {
#if defined(__linux__)
        if (m_cores < 2)
            QSKIP("one core only");
        QCOMPARE(availableThreads(), m_cores);
        Team team(m_cores);
        int least = m_cores, most = 0;
        Team::Job job;
        job.stages = 100;
        job.units = [&](int) { return m_cores; };
        std::mutex mutex;
        job.run = [&](int, int, int) {
            const int now = availableThreads();
            std::lock_guard lock(mutex);
            least = std::min(least, now);
            most = std::max(most, now);
        };
        team.run(job);
        QCOMPARE(least, 1);
        QCOMPARE(most, 1);
        QCOMPARE(availableThreads(), m_cores);
#endif
    }

    /// A thread that is off its core in the middle of a unit gets the core of one that has nothing to do.
    void aThreadThatStandsStillGetsAnotherCore()
    {
#if defined(__linux__)
        if (m_cores != 2)
            QSKIP("needs two cores");
        const auto core = [] {
            cpu_set_t set;
            sched_getaffinity(0, sizeof(set), &set);
            int first = 0;
            while (!CPU_ISSET(first, &set))
                ++first;
            return first;
        };
        Team team(m_cores);
        std::atomic<bool> moved{false};
        std::atomic<int> begun{0};
        Team::Job job;
        job.stages = 1;
        job.units = [](int) { return 2; };
        job.run = [&](int, int unit, int) {
            ++begun;
            while (begun < 2)
                std::this_thread::yield();
            const int before = core();
            const QDeadlineTimer end(5000);
            while (unit == 0 && !moved && !end.hasExpired()) {
                std::this_thread::sleep_for(std::chrono::milliseconds(1)); // off the core: that is what is tested
                moved = core() != before;
            }
        };
        team.run(job);
        QVERIFY(moved);
        QCOMPARE(availableThreads(), m_cores);
#endif
    }
};

QTEST_APPLESS_MAIN(TeamTest)
#include "team_test.moc"
