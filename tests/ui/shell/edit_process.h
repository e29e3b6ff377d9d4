// A running edit_loop, with the time of each edit.
#pragma once

#include <QElapsedTimer>
#include <QProcess>
#include <QStringList>
#include <map>

namespace convarium::test
{

class EditProcess
{
public:
    /// units: of the first Dense, whose network then has unsaved weights; 0: as it is, without.
    EditProcess(const QString& folder, const QString& source, int units = 0)
    {
        m_clock.start();
        QObject::connect(&m_process, &QProcess::readyReadStandardOutput, &m_process, [this] { read(); });
        m_process.start(QStringLiteral(EDIT_LOOP), {folder, source, QString::number(units)});
    }
    ~EditProcess() { kill(); }
    EditProcess(const EditProcess&) = delete;
    EditProcess& operator=(const EditProcess&) = delete;

    [[nodiscard]] qint64 age() const { return m_clock.elapsed(); }
    [[nodiscard]] bool isRunning() const { return m_process.state() != QProcess::NotRunning; }
    /// Edits reported so far.
    [[nodiscard]] int edits() const { return m_times.empty() ? 0 : m_times.rbegin()->first; }
    /// As a crash or a power cut would: it gets no chance to do anything.
    bool kill()
    {
        if (!isRunning())
            return false;
        m_process.kill();
        m_killed = age();
        m_process.waitForFinished();
        read();
        return m_process.exitStatus() == QProcess::CrashExit;
    }
    /// Age in milliseconds, when it was killed, of the oldest edit after that one; 0: none is missing.
    [[nodiscard]] qint64 lostAfter(int edit) const
    {
        const auto first = m_times.upper_bound(edit);
        return first == m_times.end() ? 0 : m_killed - first->second;
    }

private:
    void read()
    {
        const qint64 now = age();
        while (m_process.canReadLine())
            m_times.emplace(m_process.readLine().trimmed().toInt(), now);
    }

    QProcess m_process;
    QElapsedTimer m_clock;
    std::map<int, qint64> m_times; ///< of each edit
    qint64 m_killed = 0;
};

} // namespace convarium::test
