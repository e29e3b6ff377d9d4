#include "ui/shell/project_files.h"

#include "engine/io/atomic_file.h"
#include "engine/io/load_model.h"
#include "engine/io/project_file.h"
#include "engine/train/kept_weights.h"
#include "ui/document/project_document.h"
#include "ui/document/project_file_state.h"
#include "ui/theme/dialogs.h"
#include "ui/theme/settings.h"
#include "ui/training/training_controller.h"

#include <QFileInfo>
#include <QLocale>
#include <QTime>
#include <QWidget>

namespace convarium::ui
{

namespace
{

const QStringList kOpenFilters{QStringLiteral("Networks (*.convarium *.json *.onnx)"), QStringLiteral("All files (*)")};
const QStringList kSaveFilters{QStringLiteral("Convarium project (*.convarium)"),
                               QStringLiteral("Network without weights (*.json)")};

QString text(const std::string& s)
{
    return QString::fromStdString(s);
}

bool holdsWeights(const QString& path)
{
    return !path.endsWith(QLatin1String(".json"), Qt::CaseInsensitive);
}

/// In the window a built-in or new network starts with a validation curve; a saved one keeps what its owner chose.
engine::Project withValidation(engine::Project project)
{
    if (project.train.validation == 0)
        project.train.validation = 0.1;
    return project;
}

/// Layers that are new since the weights were trained have those that they begin with. Takes a while.
engine::Project complete(engine::Project p)
{
    if (p.state && !engine::keptLayers(p.graph, *p.state->weights).any())
        p.state.reset();
    p.state = engine::startState(p.graph, p.state);
    return p;
}

} // namespace

ProjectFiles::ProjectFiles(ProjectDocument* document, TrainingController* controller, QWidget* window)
    : QObject(window), m_document(document), m_controller(controller), m_window(window)
{
    connect(document, &ProjectDocument::modifiedChanged, this, &ProjectFiles::stateTextChanged);
}

QString ProjectFiles::stateText() const
{
    if (m_task.isRunning())
        return tr("Working\u2026");
    if (m_document->isModified())
        return tr("Edited");
    return m_savedAt.isEmpty() ? QString() : tr("Saved %1").arg(m_savedAt);
}

void ProjectFiles::open(const QString& nameOrFile)
{
    guard([this, nameOrFile] { load(nameOrFile); });
}

void ProjectFiles::openDialog()
{
    guard([this] {
        const QString path = dialogs::openFile(m_window, tr("Open a network"), kOpenFilters);
        if (!path.isEmpty())
            load(path);
    });
}

void ProjectFiles::newProject()
{
    guard([this] {
        engine::Project empty;
        empty.graph.title = tr("Untitled").toStdString();
        show(withValidation(std::move(empty)), {}, {});
    });
}

void ProjectFiles::load(const QString& nameOrFile)
{
    if (m_task.isRunning())
        return;
    const std::string name = nameOrFile.toStdString();
    m_task.start(
        [name]() -> FileTask::Outcome {
            auto loaded = engine::loadModel(name);
            if (!loaded)
                return loaded.error();
            return std::optional(std::move(*loaded));
        },
        [this, nameOrFile](FileTask::Outcome outcome) {
            if (!outcome)
                complain(tr("“%1” could not be opened").arg(QFileInfo(nameOrFile).fileName()), outcome.error());
            else if (QFileInfo::exists(nameOrFile))
                show(**outcome, nameOrFile, QFileInfo(nameOrFile).absoluteFilePath());
            else
                show(withValidation(std::move(**outcome)), nameOrFile, {});
            Q_EMIT stateTextChanged();
        });
    Q_EMIT stateTextChanged();
}

void ProjectFiles::show(const engine::Project& project, const QString& what, const QString& source)
{
    // A model from elsewhere becomes a project of its own: saving asks for a place and leaves the model alone.
    const bool imported = source.endsWith(QLatin1String(".onnx"), Qt::CaseInsensitive);
    const QString file = imported ? QString() : source;
    m_about = project.about;
    m_savedAt.clear();
    DocumentState state = stateOf(project);
    m_document->reset(std::move(state.graph), std::move(state.positions), std::move(state.train), file,
                      std::move(state.notes), std::move(state.blocks));
    TrainingHistory history;
    for (const engine::HistoryStep& s : project.history.steps)
        history.steps.push_back({s.step, s.epochPosition, s.loss, s.accuracy, s.rate, s.imagesPerSecond});
    for (const engine::EpochEvent& e : project.history.epochs)
        history.append(e);
    history.marks = project.history.marks;
    m_savedState = project.state;
    m_savedWhole = true;
    m_controller->restore(project.state, std::move(history));
    if (!source.isEmpty())
        Settings::instance().addRecentFile(source);
    Q_EMIT opened(what);
    Q_EMIT stateTextChanged();
}

engine::Project ProjectFiles::network() const
{
    engine::Project p = projectOf(m_document->state());
    p.about = m_about;
    return p;
}

engine::History ProjectFiles::curves() const
{
    engine::History history;
    const HeldRun held = m_controller->heldRun();
    if (!held.history)
        return history;
    const TrainingHistory& h = *held.history;
    for (const HistoryPoint& s : engine::thinned(h.steps, engine::kSavedHistorySteps))
        history.steps.push_back({s.step, s.epoch, s.loss, s.accuracy, s.rate, s.imagesPerSecond});
    for (const HistoryEpoch& e : h.epochs) {
        engine::EpochEvent event;
        event.epoch = e.epoch;
        event.step = e.step;
        event.trainLoss = e.trainLoss;
        event.trainAccuracy = e.trainAccuracy;
        event.validationLoss = e.validationLoss;
        event.validationAccuracy = e.validationAccuracy;
        event.seconds = e.seconds;
        history.epochs.push_back(event);
    }
    history.marks = h.marks;
    return history;
}

engine::Project ProjectFiles::project() const
{
    engine::Project p = network();
    const HeldRun held = m_controller->heldRun();
    if (held.fits) {
        p.state = held.state;
        p.history = curves();
    } else if (held.state) {
        p.state = engine::newRun(held.state->resultWeights(), m_controller->config().seed);
    }
    if (m_thumbnail) {
        const QByteArray png = m_thumbnail();
        p.thumbnailPng.assign(png.begin(), png.end());
    }
    return p;
}

QString ProjectFiles::askPath(bool withWeights) const
{
    const QString file = m_document->filePath();
    QString suggested = file.isEmpty() ? m_document->title() + QStringLiteral(".convarium") : file;
    if (withWeights && !holdsWeights(suggested))
        suggested = QFileInfo(file).path() + QLatin1Char('/') + QFileInfo(file).completeBaseName() +
                    QStringLiteral(".convarium");
    return dialogs::saveFile(m_window, tr("Save the network"), suggested,
                             withWeights ? kSaveFilters.mid(0, 1) : kSaveFilters, QStringLiteral("convarium"));
}

void ProjectFiles::save()
{
    saveThen({});
}

void ProjectFiles::saveAs()
{
    const QString path = askPath();
    if (!path.isEmpty())
        write(path, {});
}

void ProjectFiles::saveThen(std::function<void()> then, bool withWeights)
{
    const QString file = m_document->filePath();
    const QString path = file.isEmpty() || (withWeights && !holdsWeights(file)) ? askPath(withWeights) : file;
    if (!path.isEmpty())
        write(path, std::move(then));
}

void ProjectFiles::write(const QString& path, std::function<void()> then)
{
    if (m_task.isRunning())
        return;
    const int index = m_document->undoStack()->index();
    const bool weights = holdsWeights(path);
    const HeldRun held = m_controller->heldRun();
    const auto state = weights ? held.state : nullptr;
    m_task.start(
        [p = project(), file = path.toStdString(), weights]() -> FileTask::Outcome {
            const auto saved = weights ? engine::saveProject(complete(p), file) : engine::saveNetwork(p, file);
            if (!saved)
                return saved.error();
            return std::optional<engine::Project>();
        },
        [this, path, index, state, whole = held.fits, then = std::move(then)](FileTask::Outcome outcome) {
            if (!outcome) {
                complain(tr("“%1” could not be saved").arg(QFileInfo(path).fileName()), outcome.error());
            } else {
                m_savedAt = QLocale().toString(QTime::currentTime(), QLocale::ShortFormat);
                if (state) {
                    m_savedState = state;
                    m_savedWhole = whole;
                }
                // Edits made meanwhile are not in the file.
                if (m_document->undoStack()->index() == index)
                    m_document->markSaved(path);
                Settings::instance().addRecentFile(path);
                if (then)
                    then();
            }
            Q_EMIT stateTextChanged();
        });
    Q_EMIT stateTextChanged();
}

void ProjectFiles::exportAs(const engine::ExportFormat& format)
{
    if (m_task.isRunning())
        return;
    exportTo(text(format.title), text(format.suffix), [p = project(), write = format.write](const std::string& path) {
        const engine::Project whole = complete(p);
        const engine::WeightsPtr weights =
            whole.state ? whole.state->resultWeights() : engine::initialWeights(p.graph, p.train.seed);
        return write(p, *weights, path);
    });
}

void ProjectFiles::exportAs(const PictureFormat& format, const NetworkPicture& picture)
{
    exportTo(format.title, format.suffix, [picture, encode = format.encode](const std::string& path) -> Files {
        if (const auto possible = engine::checkFolder(path); !possible)
            return possible.error();
        const auto content = encode(picture);
        if (!content)
            return content.error();
        const auto written = engine::writeFileAtomically(
            path, std::string_view(content->constData(), static_cast<std::size_t>(content->size())));
        if (!written)
            return written.error();
        return std::vector{path};
    });
}

void ProjectFiles::exportTo(const QString& title, const QString& suffix,
                            std::function<Files(const std::string& path)> job)
{
    if (m_task.isRunning())
        return;
    const QString suggested = m_document->filePath().isEmpty()
                                  ? m_document->title() + suffix
                                  : QFileInfo(m_document->filePath()).path() + QLatin1Char('/') +
                                        QFileInfo(m_document->filePath()).completeBaseName() + suffix;
    const QString path = dialogs::saveFile(m_window, tr("Export: %1").arg(title), suggested,
                                           {QStringLiteral("%1 (*%2)").arg(title, suffix)}, suffix.mid(1));
    if (path.isEmpty())
        return;
    const auto files = std::make_shared<QStringList>();
    m_task.start(
        [job = std::move(job), file = path.toStdString(), files]() -> FileTask::Outcome {
            const auto written = job(file);
            if (!written)
                return written.error();
            for (const std::string& one : *written)
                files->append(text(one));
            return std::optional<engine::Project>();
        },
        [this, path, files](FileTask::Outcome outcome) {
            if (!outcome) {
                complain(tr("“%1” could not be exported").arg(QFileInfo(path).fileName()), outcome.error());
            } else {
                QStringList names;
                for (const QString& file : *files)
                    names.append(QFileInfo(file).fileName());
                dialogs::inform(m_window, SignKind::Info, tr("The network is exported"),
                                tr("Written to %1: %2.").arg(QFileInfo(path).path(), names.join(QStringLiteral(", "))));
                Q_EMIT exported(*files);
            }
            Q_EMIT stateTextChanged();
        });
    Q_EMIT stateTextChanged();
}

std::shared_ptr<const engine::TrainingState> ProjectFiles::unsavedWeights() const
{
    const HeldRun held = m_controller->heldRun();
    if (!held.state || (held.state == m_savedState && (m_savedWhole || !held.fits)))
        return nullptr;
    const bool any = held.fits || engine::keptLayers(m_document->graph(), *held.state->weights).any();
    return any ? held.state : nullptr;
}

/// What would be gone, in words.
QString ProjectFiles::lossText() const
{
    if (!hasUnsavedWeights())
        return tr("They are lost if you do not save them.");
    const HeldRun held = m_controller->heldRun();
    const std::int64_t steps = held.state->step;
    const auto epochs = static_cast<qlonglong>(held.history->epochs.size());
    const QString training = epochs == 1  ? tr("1 epoch of training")
                             : epochs > 1 ? tr("%1 epochs of training").arg(QLocale().toString(epochs))
                             : steps == 1 ? tr("1 step of training")
                                          : tr("%1 steps of training").arg(QLocale().toString(qlonglong(steps)));
    const QString weights = steps == 0 ? tr("the weights you wrote by hand") : tr("the weights of %1").arg(training);
    return m_document->isModified() ? tr("They are lost if you do not save them, and so are %1.").arg(weights)
                                    : tr("If you do not save them, %1 are lost.").arg(weights);
}

void ProjectFiles::guard(std::function<void()> go)
{
    const bool weights = hasUnsavedWeights();
    if (!m_document->isModified() && !weights) {
        go();
        return;
    }
    dialogs::Message m;
    m.kind = SignKind::Warning;
    m.text = (m_document->isModified() ? tr("Save the changes to \u201c%1\u201d?")
                                       : tr("Save the trained weights of \u201c%1\u201d?"))
                 .arg(m_document->title());
    m.detail = lossText();
    m.buttons = {tr("Save"), tr("Cancel"), tr("Discard")};
    m.escape = 1;
    m.destructive = 2;
    const int answer = dialogs::ask(m_window, m);
    if (answer == 0)
        saveThen(std::move(go), weights);
    else if (answer == 2)
        go();
}

void ProjectFiles::complain(const QString& headline, const engine::Error& error)
{
    dialogs::inform(m_window, SignKind::Error, headline, text(error.text()));
}

} // namespace convarium::ui
