// How results reach the thread of the window.
#pragma once

#include <QObject>
#include <deque>
#include <functional>
#include <mutex>

namespace convarium::ui
{

/// Calls sent from any thread are made in the thread the mailbox lives in, in order, one for each turn of its event
/// loop. They wait here under a lock of our own and the event only wakes: what a call carries never passes through
/// queues that a thread sanitizer cannot follow. Senders must end before the mailbox does; calls not yet made are then
/// dropped.
class Mailbox final : public QObject
{
    Q_OBJECT
public:
    explicit Mailbox(QObject* parent = nullptr);

    void post(std::function<void()> call);

Q_SIGNALS:
    void arrived();

private:
    void deliver();

    std::mutex m_mutex;
    std::deque<std::function<void()>> m_calls;
};

} // namespace convarium::ui
