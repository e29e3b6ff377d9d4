// Runs that have ended, kept beside the projects so that they can be compared. UI thread.
#pragma once

#include "ui/threads/task_thread.h"
#include "ui/training/training_history.h"

#include <QDateTime>
#include <QObject>
#include <QString>
#include <memory>

namespace convarium::ui
{

class TrainingController;

/// Settings and results of one run.
struct RunRecord {
    QDateTime when;
    QString network;
    QString name; ///< given by hand; empty: that of the network
    QString data, optimizer, schedule, augment;
    double rate = 0, weightDecay = 0;
    qint64 parameters = 0; ///< of the network; 0: not known
    qint64 batch = 0, seed = 0;
    double epochs = 0;                                            ///< done
    double seconds = 0;                                           ///< of training
    std::optional<double> loss, validationAccuracy, testAccuracy; ///< last loss; best epoch; at the end
    bool diverged = false;
    bool shown = false;                             ///< drawn over the curves
    std::shared_ptr<const TrainingHistory> history; ///< thinned
};

/// Follows a controller: when a run ends it is added, or replaced if it is one that went on. Written to a file in the
/// background.
class RunLibrary final : public QObject
{
    Q_OBJECT
public:
    static constexpr std::size_t kMostRuns = 50;

    /// file: "" keeps nothing. title: of the network, when a run ends.
    explicit RunLibrary(QString file, QObject* parent = nullptr);
    void follow(TrainingController* controller, std::function<QString()> title);
    /// In the folder of the user's data.
    static QString usualFile();

    /// Newest first.
    [[nodiscard]] const std::vector<RunRecord>& runs() const { return m_runs; }
    void setShown(int index, bool shown);
    void remove(int index);
    /// Empty: the name of the network again.
    void rename(int index, const QString& name);

Q_SIGNALS:
    void changed();

private:
    void add(TrainingController* controller, const QString& title);
    void read();
    void write();

    QString m_file;
    std::vector<RunRecord> m_runs;
    bool m_continues = false; ///< the newest run is the one the controller holds
    TaskThread m_thread;
};

/// At most so many steps: the means of runs of steps; epochs and marks as they are.
[[nodiscard]] TrainingHistory thinnedHistory(const TrainingHistory& history, std::size_t most);

} // namespace convarium::ui
