#include "ui/threads/mailbox.h"

namespace convarium::ui
{

Mailbox::Mailbox(QObject* parent) : QObject(parent)
{
    connect(this, &Mailbox::arrived, this, &Mailbox::deliver, Qt::QueuedConnection);
}

void Mailbox::post(std::function<void()> call)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_calls.push_back(std::move(call));
    }
    Q_EMIT arrived();
}

void Mailbox::deliver()
{
    std::function<void()> call;
    {
        const std::scoped_lock lock(m_mutex);
        call = std::move(m_calls.front());
        m_calls.pop_front();
    }
    call(); // may delete the mailbox
}

} // namespace convarium::ui
