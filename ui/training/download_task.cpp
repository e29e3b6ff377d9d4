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
    if (m_thread)
        m_thread->wait();
}

void DownloadTask::start(const std::string& name)
{
    if (m_thread)
        return;
    m_cancel = false;
    m_thread.reset(QThread::create([this, name] {
        QElapsedTimer since;
        auto result = m_download(name, [&](const std::string&, std::int64_t done, std::int64_t total) {
            if (!since.isValid() || since.elapsed() >= 100) {
                since.start();
                QMetaObject::invokeMethod(
                    this, [this, done, total] { Q_EMIT progressed(done, total); }, Qt::QueuedConnection);
            }
            return !m_cancel;
        });
        QMetaObject::invokeMethod(
            this, [this, result] { end(result); }, Qt::QueuedConnection);
    }));
    m_thread->start();
}

void DownloadTask::cancel()
{
    m_cancel = true;
}

void DownloadTask::end(const engine::Result<void>& result)
{
    m_thread->wait(); // its last act was to send us here
    m_thread.reset();
    if (result)
        Q_EMIT finished();
    else if (m_cancel)
        Q_EMIT cancelled();
    else
        Q_EMIT failed(result.error());
}

} // namespace convarium::ui
