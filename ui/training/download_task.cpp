#include "ui/training/download_task.h"

#include <QElapsedTimer>

namespace convarium::ui
{

DownloadTask::DownloadTask(const TrainingServices& services, QObject* parent)
    : QObject(parent), m_download(services.download)
{
}

DownloadTask::~DownloadTask()
{
    m_cancel = true;
}

void DownloadTask::start(const std::string& name)
{
    if (m_running)
        return;
    m_running = true;
    m_cancel = false;
    m_thread.post([this, name] {
        QElapsedTimer since;
        auto result = m_download(name, [&](const std::string&, std::int64_t done, std::int64_t total) {
            if (!since.isValid() || since.elapsed() >= 100) {
                since.start();
                m_mailbox.post([this, done, total] { Q_EMIT progressed(done, total); });
            }
            return !m_cancel;
        });
        m_mailbox.post([this, result = std::move(result)] { end(result); });
    });
}

void DownloadTask::cancel()
{
    m_cancel = true;
}

void DownloadTask::end(const engine::Result<void>& result)
{
    m_running = false;
    if (result)
        Q_EMIT finished();
    else if (m_cancel)
        Q_EMIT cancelled();
    else
        Q_EMIT failed(result.error());
}

} // namespace convarium::ui
