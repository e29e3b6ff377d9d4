// Opening, saving and the guard against losing work.
#pragma once

#include "engine/io/export_formats.h"
#include "engine/io/project.h"
#include "ui/canvas/network_picture.h"
#include "ui/shell/file_task.h"
#include "ui/shell/recovery_store.h"

#include <QObject>
#include <QPointer>
#include <QString>
#include <functional>
#include <memory>

class QWidget;

namespace convarium::ui
{

class ProjectDocument;
class TrainingController;

/// Lives in the UI thread. Files are read and written by a FileTask, so the window never waits.
class ProjectFiles final : public QObject
{
    Q_OBJECT
public:
    ProjectFiles(ProjectDocument* document, TrainingController* controller, QWidget* window);

    /// A picture of the network for the file; asked for at each save.
    void setThumbnailSource(std::function<QByteArray()> source) { m_thumbnail = std::move(source); }

    /// A preset's name or a file. Asks first when there is unsaved work.
    void open(const QString& nameOrFile);
    void openDialog();
    /// Opens what autosave kept of a session that ended unexpectedly; it then is unsaved work on its source. What
    /// cannot be read of its weights does not keep the network back.
    void recover(const Recovery& kept);
    void newProject();
    /// Saves where it came from; a preset or a new network asks for a place.
    void save();
    void saveAs();
    /// Writes the network with its present weights, or its initial ones, for another program. Asks for a place.
    void exportAs(const engine::ExportFormat& format);
    /// The same for a picture of it.
    void exportAs(const PictureFormat& format, const NetworkPicture& picture);
    /// Calls go once nothing can be lost any more: saved, discarded, or nothing to save. Not when cancelled.
    void guard(std::function<void()> go);
    /// Weights of this network, trained or written by hand, that lie in no file.
    [[nodiscard]] bool hasUnsavedWeights() const { return unsavedWeights() != nullptr; }
    [[nodiscard]] std::shared_ptr<const engine::TrainingState> unsavedWeights() const;
    [[nodiscard]] const engine::About& about() const { return m_about; }
    /// The network as it is edited, without weights, curves and picture.
    [[nodiscard]] engine::Project network() const;
    /// Of the weights there are, as many points as are saved.
    [[nodiscard]] engine::History curves() const;
    /// "Saved 14:02", "Edited", "Saving ..."
    [[nodiscard]] QString stateText() const;

Q_SIGNALS:
    void stateTextChanged();
    /// what: the preset or file; empty for a new network.
    void opened(const QString& what);
    void recovered(const QString& file);
    void exported(const QStringList& files);

private:
    void load(const QString& nameOrFile);
    /// what: the preset or file; source: the file it came from, empty for a built-in or new network.
    void show(const engine::Project& project, const QString& what, const QString& source);
    void write(const QString& path, std::function<void()> then);
    /// Asks for a place; job writes there, on the worker, and returns the files.
    using Files = engine::Result<std::vector<std::string>>;
    void exportTo(const QString& title, const QString& suffix, std::function<Files(const std::string& path)> job);
    /// withWeights: into a file that can hold them.
    void saveThen(std::function<void()> then, bool withWeights = false);
    [[nodiscard]] QString lossText() const;
    /// With the weights there are; complete() belongs to it.
    [[nodiscard]] engine::Project project() const;
    [[nodiscard]] QString askPath(bool withWeights = false) const;
    void complain(const QString& headline, const engine::Error& error);

    ProjectDocument* m_document;
    TrainingController* m_controller;
    QPointer<QWidget> m_window;
    FileTask m_task;
    engine::About m_about;
    std::function<QByteArray()> m_thumbnail;
    QString m_savedAt;
    std::shared_ptr<const engine::TrainingState> m_savedState; ///< as it lies in the file
    bool m_savedWhole = true;                                  ///< false: of an edited network, what fits of it
};

} // namespace convarium::ui
