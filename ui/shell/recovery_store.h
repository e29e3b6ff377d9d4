// Unsaved work on disk, for the case that the program ends before it is saved.
#pragma once

#include "engine/io/project.h"

#include <QDateTime>
#include <QLockFile>
#include <QString>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace convarium::ui
{

/// What a session that is no more has left.
struct Recovery {
    QString file;   ///< the network as it was
    QString source; ///< the file it came from; empty: never saved
    QString title;
    QDateTime time;        ///< of the last edits in it
    QString weights;       ///< the file of the trained weights that were unsaved; empty: none
    bool tooLarge = false; ///< there were such weights, but too many to be kept
};

/// One folder for all running programs. A session has a name of its own: NAME.json holds the network, NAME.convarium
/// its trained weights, NAME.large says that they were too many to be kept, NAME.from has the place it was opened from,
/// NAME.lock says which process is at it. Used in one thread at a time.
class RecoveryStore final
{
public:
    static constexpr std::int64_t kMostWeightBytes = std::int64_t{32} << 20;

    explicit RecoveryStore(QString folder);
    /// Lets go of all locks; files stay.
    ~RecoveryStore();
    RecoveryStore(const RecoveryStore&) = delete;
    RecoveryStore& operator=(const RecoveryStore&) = delete;

    /// Puts the network in place of what this session wrote before, atomically.
    engine::Result<void> write(const engine::Project& network, const QString& source);
    /// The same for its trained weights, in `trained.state`. Those above kMostWeightBytes are only noted.
    engine::Result<void> writeWeights(const engine::Project& trained);
    /// There are no weights that could be lost.
    void dropWeights();
    /// This session has nothing that could be lost.
    void clear();
    /// Left by sessions that have ended, the newest first. They are this session's from now on: another program is not
    /// offered them while this one runs.
    [[nodiscard]] std::vector<Recovery> abandoned();
    /// Removes what abandoned() gave.
    void discard(const QString& file);

    /// "recovery" in the folder of the program's data.
    [[nodiscard]] static QString defaultFolder();

private:
    [[nodiscard]] QString path(const QString& name, const char* suffix) const;
    void remove(const QString& name);
    engine::Result<void> lock();

    QString m_folder;
    QString m_name;                  ///< of this session
    std::optional<QString> m_source; ///< as it was written last
    std::unique_ptr<QLockFile> m_lock;
    std::map<QString, std::unique_ptr<QLockFile>> m_taken; ///< by name of an ended session
};

} // namespace convarium::ui
