// Work beside the thread of the window, and the way back.
#include "ui/threads/mailbox.h"
#include "ui/threads/task_thread.h"

#include <QEventLoop>
#include <QTest>
#include <QThread>
#include <future>
#include <memory>
#include <vector>

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
};

QTEST_GUILESS_MAIN(TestThreads)
#include "test_threads.moc"
