// Work beside the thread of the window, and the way back.
#include "ui/threads/mailbox.h"
#include "ui/threads/task_thread.h"

#include <QEventLoop>
#include <QTest>
#include <QThread>
#include <algorithm>
#include <future>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#ifdef __linux__
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>
#endif

using namespace convarium::ui;

class TestThreads final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void callsAreMadeInOrderInTheMailboxsThread()
    {
        constexpr int kCalls = 2000;
        std::vector<int> seen;
        bool elsewhere = false;
        Mailbox mailbox;
        TaskThread thread;
        thread.post([&] {
            for (int i = 0; i < kCalls; ++i)
                mailbox.post([&, i, value = std::make_shared<int>(i)] {
                    elsewhere |= QThread::currentThread() != mailbox.thread();
                    seen.push_back(*value == i ? i : -1);
                });
        });
        QTRY_COMPARE(seen.size(), std::size_t{kCalls});
        QVERIFY(!elsewhere);
        for (int i = 0; i < kCalls; ++i)
            QCOMPARE(seen[static_cast<std::size_t>(i)], i);
    }

    void aCallWithAnEventLoopHoldsNothingUp()
    {
        Mailbox mailbox;
        QString order;
        QEventLoop inner;
        mailbox.post([&] {
            order += QLatin1Char('a');
            mailbox.post([&] {
                order += QLatin1Char('b');
                inner.quit();
            });
            inner.exec();
            order += QLatin1Char('c');
        });
        QTRY_COMPARE(order, QStringLiteral("abc"));
    }

    void aCallMayDeleteTheMailbox()
    {
        auto mailbox = std::make_unique<Mailbox>();
        bool second = false;
        auto* raw = mailbox.get();
        raw->post([&] { mailbox.reset(); });
        raw->post([&] { second = true; });
        QTRY_VERIFY(!mailbox);
        QCoreApplication::processEvents();
        QVERIFY(!second);
    }

    void postOnlyDropsWhatHasNotBegun()
    {
        std::promise<void> go;
        std::promise<QString> done;
        QString ran;
        TaskThread thread;
        thread.post([&, wait = go.get_future().share()] {
            ran += QLatin1Char('1');
            wait.wait();
        });
        thread.post([&] { ran += QLatin1Char('2'); });
        thread.postOnly([&] { ran += QLatin1Char('3'); });
        thread.post([&] { done.set_value(ran + QLatin1Char('4')); });
        go.set_value();
        QVERIFY(done.get_future().get().endsWith(QStringLiteral("34")));
        QVERIFY(!ran.contains(QLatin1Char('2')));
    }

    void threadsBelowTheWindowDoNotInterruptIt_data()
    {
        QTest::addColumn<Priority>("priority");
        QTest::addColumn<int>("nice");
        QTest::addColumn<int>("start");
        for (const int start : {0, 10}) { // the window, and one of a program that was asked to hold back itself
            QTest::addRow("normal, from %d", start) << Priority::Normal << 0 << start;
            QTest::addRow("steady, from %d", start) << Priority::Steady << 4 << start;
            QTest::addRow("spare, from %d", start) << Priority::Spare << 14 << start;
        }
    }
    void threadsBelowTheWindowDoNotInterruptIt()
    {
#ifdef __linux__
        QFETCH(Priority, priority);
        QFETCH(int, nice);
        QFETCH(int, start);
        const auto now = [] { return std::pair(sched_getscheduler(0), getpriority(PRIO_PROCESS, id_t(gettid()))); };
        std::pair<int, int> before, after, own, child;
        std::thread([&] {
            setpriority(PRIO_PROCESS, id_t(gettid()), std::max(start, now().second));
            before = now();
            std::promise<void> done;
            TaskThread thread(priority);
            thread.postOnly([&] {
                own = now();
                std::thread([&] { child = now(); }).join();
                done.set_value();
            });
            done.get_future().wait();
            after = now();
        }).join();
        QVERIFY(before.second >= start);
        const bool lowered = priority != Priority::Normal && before.first == SCHED_OTHER;
        QCOMPARE(own, std::pair(lowered ? SCHED_BATCH : before.first, std::max(nice, before.second)));
        QCOMPARE(child, own);
        QCOMPARE(after, before);
#else
        QSKIP("Priorities are set on Linux");
#endif
    }
};

QTEST_GUILESS_MAIN(TestThreads)
#include "test_threads.moc"
