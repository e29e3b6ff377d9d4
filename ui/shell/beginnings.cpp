// The part of MainWindow about how work begins: the gallery, first steps, and what a lost session left.
#include "ui/canvas/canvas_view.h"
#include "ui/document/project_document.h"
#include "ui/gallery/gallery_page.h"
#include "ui/shell/autosave.h"
#include "ui/shell/header_bar.h"
#include "ui/shell/main_window.h"
#include "ui/shell/notice_bar.h"
#include "ui/shell/pages.h"
#include "ui/shell/project_files.h"
#include "ui/training/training_controller.h"

#include <QDockWidget>
#include <QLocale>
#include <QStatusBar>
#include <utility>

namespace convarium::ui
{

void MainWindow::connectAutosave()
{
    connect(m_autosave, &Autosave::found, this, [this](const std::vector<Recovery>& recoveries) {
        m_recoveries = recoveries;
        offerRecovery();
    });
    connect(m_autosave, &Autosave::failed, this, [this](const engine::Error& error) {
        m_notice->say(SignKind::Warning,
                      tr("Unsaved edits cannot be kept safe. %1").arg(QString::fromStdString(error.text())),
                      {{tr("Close"), [this] { m_notice->hide(); }}});
    });
    connect(m_files, &ProjectFiles::recovered, this, [this](const QString& file) {
        m_autosave->discardWhenSafe(file);
        nextRecovery();
    });
    m_autosave->watchWeights([this] { return m_files->unsavedWeights(); }, [this] { return m_files->curves(); });
    connect(m_controller, &TrainingController::snapshotArrived, m_autosave, &Autosave::weightsArrived);
    connect(m_files, &ProjectFiles::stateTextChanged, m_autosave, &Autosave::weightsChanged);
    m_autosave->lookForAbandoned();
}

/// The first of them; it stays until it is recovered, discarded or put off.
void MainWindow::offerRecovery()
{
    m_notice->setVisible(!m_recoveries.empty());
    if (m_recoveries.empty())
        return;
    const Recovery r = m_recoveries.front();
    const QString time = QLocale().toString(r.time.time(), QStringLiteral("HH:mm"));
    const bool today = r.time.date() == QDate::currentDate();
    const QString when = today ? time : tr("%1, %2").arg(QLocale().toString(r.time.date(), QLocale::ShortFormat), time);
    QString text = tr("Convarium ended unexpectedly. Recover \u201c%1\u201d as of %2?").arg(r.title, when);
    if (!r.weights.isEmpty())
        text += u' ' + tr("Its trained weights come back too.");
    else if (r.tooLarge)
        text += u' ' + tr("Its trained weights take more than %1 MB and were not kept.")
                           .arg(RecoveryStore::kMostWeightBytes >> 20);
    m_notice->say(SignKind::Info, text,
                  {{tr("Recover"), [this, r] { m_files->recover(r); }},
                   {tr("Discard"),
                    [this, r] {
                        m_autosave->discard(r.file);
                        nextRecovery();
                    }},
                   {tr("Later"), [this] { nextRecovery(); }}});
}

void MainWindow::nextRecovery()
{
    if (!m_recoveries.empty())
        m_recoveries.erase(m_recoveries.begin());
    offerRecovery();
}

void MainWindow::connectGallery()
{
    connect(m_gallery, &GalleryPage::presetChosen, this, &MainWindow::openFromGallery);
    connect(m_gallery, &GalleryPage::fileChosen, this, &MainWindow::open);
    connect(m_gallery, &GalleryPage::newRequested, m_files, &ProjectFiles::newProject);
    connect(m_gallery, &GalleryPage::openRequested, m_files, &ProjectFiles::openDialog);
    connect(m_gallery, &GalleryPage::backRequested, m_pages, &Pages::goHome);
    connect(m_gallery, &GalleryPage::beginRequested, this, [this] {
        m_firstSteps = true;
        openFromGallery(QStringLiteral("lenet-5"));
    });
}

/// The gallery takes the whole window below the menu.
void MainWindow::showBesideGallery(bool show)
{
    for (QWidget* w : std::exchange(m_besideCanvas, {}))
        w->show();
    if (!show) {
        for (QWidget* w :
             {static_cast<QWidget*>(m_header), static_cast<QWidget*>(m_paletteDock),
              static_cast<QWidget*>(m_bottomDock), static_cast<QWidget*>(statusBar()), static_cast<QWidget*>(m_story)})
            if (!w->isHidden())
                m_besideCanvas.push_back(w);
        for (QWidget* w : m_besideCanvas)
            w->hide();
    }
    applyMeasuring();
}

void MainWindow::openFromGallery(const QString& preset)
{
    m_storyOf = preset;
    open(preset);
}

/// what: the preset or file that has just been opened.
void MainWindow::welcome(const QString& what)
{
    const bool fromGallery = !what.isEmpty() && std::exchange(m_storyOf, {}) == what;
    const bool firstSteps = std::exchange(m_firstSteps, false);
    m_story->hide();
    if (fromGallery && firstSteps)
        showFirstStep(0);
    else if (fromGallery && !m_files->about().story.empty())
        showStory();
}

bool MainWindow::hasStory() const
{
    const engine::About& about = m_files->about();
    return !about.story.empty() || !about.description.empty() || !about.paper.empty();
}

/// What the network brought into the world, and the layers that carry it.
void MainWindow::showStory()
{
    const engine::About& about = m_files->about();
    const auto select = [this] {
        QList<engine::NodeId> ids;
        for (const engine::NodeId id : m_files->about().shows)
            if (m_document->graph().node(id))
                ids.append(id);
        m_pages->goHome();
        m_canvas->select(ids);
    };
    std::vector<NoticeBar::Choice> choices;
    if (!about.shows.empty()) {
        choices.push_back({tr("Show the layers"), select});
        select();
    }
    choices.push_back({tr("Close"), [this] { m_story->hide(); }});
    QString text = QString::fromStdString(about.story.empty() ? about.description : about.story);
    if (!about.paper.empty())
        text += u' ' + tr("Paper: %1.").arg(QString::fromStdString(about.paper));
    m_story->say(SignKind::Info, text.trimmed(), choices,
                 about.architecture.empty() ? tr("%1.").arg(m_document->title())
                                            : tr("%1, %2: %3.")
                                                  .arg(QString::fromStdString(about.architecture))
                                                  .arg(about.year)
                                                  .arg(QString::fromStdString(about.idea)));
}

void MainWindow::showFirstStep(int step)
{
    const std::pair<QString, QString> steps[] = {
        {tr("1 of 3."), tr("Press Train, or F5. LeNet-5 learns to read handwritten digits; the curves below show how "
                           "well.")},
        {tr("2 of 3."), tr("Click Conv2D C3. Its maps appear at the lower right and change while it learns; the right "
                           "side says why it has 2,416 parameters.")},
        {tr("3 of 3."), tr("Change its filters at the right, or drag a layer from the left on to a wire, and train "
                           "again. Ctrl+Z takes back any edit.")}};
    const bool last = step + 1 == std::ssize(steps);
    m_story->say(
        SignKind::Info, steps[step].second,
        {{last ? tr("Done") : tr("Next"), [this, step, last] { last ? m_story->hide() : showFirstStep(step + 1); }},
         {tr("Close"), [this] { m_story->hide(); }}},
        steps[step].first);
}

} // namespace convarium::ui
