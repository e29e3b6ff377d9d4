// The menus of the window.
#include "ui/shell/main_window.h"

#include "engine/io/export_formats.h"
#include "engine/io/presets.h"
#include "ui/canvas/canvas_actions.h"
#include "ui/canvas/canvas_view.h"
#include "ui/document/project_document.h"
#include "ui/gallery/gallery_page.h"
#include "ui/judge/judge_view.h"
#include "ui/shell/header_bar.h"
#include "ui/shell/pages.h"
#include "ui/shell/project_files.h"
#include "ui/theme/icons.h"
#include "ui/theme/settings.h"
#include "ui/theme/theme.h"
#include "ui/theme/widgets.h"
#include "ui/training/curve_chart.h"
#include "ui/training/training_bar.h"
#include "ui/training/training_controller.h"
#include "ui/training/training_dock.h"
#include "ui/training/walk_controller.h"

#include <algorithm>
#include <map>

#include <QActionGroup>
#include <QApplication>
#include <QDockWidget>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QMenu>
#include <QMenuBar>

namespace convarium::ui
{

void MainWindow::makeMenus()
{
    makeFileMenu();
    const CanvasActions* canvas = m_canvas->commands();
    QMenu* edit = menuBar()->addMenu(tr("&Edit"));
    edit->addAction(m_undo);
    edit->addAction(m_redo);
    edit->addSeparator();
    for (QAction* a : {canvas->cut, canvas->copy, canvas->paste, canvas->duplicate, canvas->remove, canvas->selectAll})
        edit->addAction(a);
    edit->addSeparator();
    for (QAction* a : {canvas->addLayer, canvas->replace, canvas->edit, canvas->rename, canvas->addNote})
        edit->addAction(a);
    makeViewMenu();
    QMenu* network = menuBar()->addMenu(tr("&Network"));
    for (QAction* a : {canvas->tidy, canvas->freeze})
        network->addAction(a);
    network->addSeparator();
    for (QAction* a :
         {canvas->makeBlock, canvas->editBlock, canvas->foldBlock, canvas->saveBlock, canvas->dissolveBlock})
        network->addAction(a);
    makeTrainMenu();
    makeInsideMenu();
    makeHelpMenu();

    auto* corner = new QWidget;
    auto* row = new QHBoxLayout(corner);
    row->setContentsMargins(0, 0, scaled(16), 0);
    row->addWidget(m_saveState);
    m_saveState->setAccessibleName(tr("Save state"));
    menuBar()->setCornerWidget(corner);
}

void MainWindow::makeFileMenu()
{
    QMenu* file = menuBar()->addMenu(tr("&File"));
    file->addAction(tr("&New"), QKeySequence::New, m_files, &ProjectFiles::newProject);
    file->addAction(tr("&Open\u2026"), QKeySequence::Open, m_files, &ProjectFiles::openDialog);
    file->addAction(icon(QStringLiteral("home")), tr("&Gallery"), QKeySequence(QStringLiteral("Ctrl+Shift+H")), this,
                    [this] { m_pages->open(m_gallery); });
    m_networks = file->addMenu(tr("Built-in networks"));
    // Filled when it is first looked at: the network files are read for it.
    connect(m_networks, &QMenu::aboutToShow, this, [this] {
        if (m_networks->isEmpty())
            fillNetworks();
    });
    QMenu* recent = file->addMenu(tr("Recent files"));
    connect(recent, &QMenu::aboutToShow, this, [this, recent] {
        recent->clear();
        for (const QString& path : Settings::instance().get(setting::recentFiles))
            recent->addAction(QFileInfo(path).fileName(), this, [this, path] { open(path); })->setToolTip(path);
        if (recent->isEmpty())
            recent->addAction(tr("None yet"))->setEnabled(false);
    });
    file->addSeparator();
    file->addAction(tr("&Save"), QKeySequence::Save, m_files, &ProjectFiles::save);
    file->addAction(tr("Save &as\u2026"), QKeySequence(QStringLiteral("Ctrl+Shift+S")), m_files, &ProjectFiles::saveAs);
    QMenu* exportMenu = file->addMenu(icon(QStringLiteral("export")), tr("&Export"));
    for (const engine::ExportFormat& format : engine::exportFormats()) {
        if (!format.write)
            continue;
        QAction* a = exportMenu->addAction(QString::fromStdString(format.title) + QStringLiteral("\u2026"), this,
                                           [this, &format] { m_files->exportAs(format); });
        a->setToolTip(QString::fromStdString(format.help));
    }
    exportMenu->addSeparator();
    for (const PictureFormat& format : pictureFormats()) {
        QAction* a = exportMenu->addAction(format.title + QStringLiteral("\u2026"), this, [this, &format] {
            m_files->exportAs(format, m_canvas->canvasScene()->print());
        });
        a->setToolTip(format.help);
    }
    exportMenu->setToolTipsVisible(true);
    file->addSeparator();
    file->addAction(tr("&Quit"), QKeySequence(QStringLiteral("Ctrl+Q")), this, [this] { close(); });
}

/// By kind, then by year: title, year and the one idea; the whole story is the tooltip.
void MainWindow::fillNetworks()
{
    std::vector<engine::PresetInfo> all = engine::presets();
    // Networks without a year are everybody's and come first.
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
        return a.kind != b.kind ? a.kind < b.kind : a.about.year < b.about.year;
    });
    // A menu for each kind: all in one would be higher than a small window.
    std::map<engine::PresetKind, QMenu*> kinds;
    for (const engine::PresetInfo& preset : all) {
        QMenu*& menu = kinds[preset.kind];
        if (!menu) {
            menu = m_networks->addMenu(tr(engine::presetKindTitle(preset.kind)));
            menu->setToolTipsVisible(true);
        }
        QString text = QString::fromStdString(preset.title);
        if (preset.about.year > 0)
            text += QStringLiteral(" (%1)").arg(preset.about.year);
        QAction* a = menu->addAction(text + QStringLiteral(": ") + QString::fromStdString(preset.idea()), this,
                                     [this, name = QString::fromStdString(preset.name)] { open(name); });
        a->setToolTip(QString::fromStdString(preset.about.description));
    }
}

void MainWindow::makeViewMenu()
{
    const CanvasActions* canvas = m_canvas->commands();
    QMenu* view = menuBar()->addMenu(tr("&View"));
    for (QAction* a : {canvas->fit, canvas->fitSelection, canvas->zoomIn, canvas->zoomOut, canvas->zoomReset})
        view->addAction(a);
    view->addSeparator();
    m_present = view->addAction(icon(QStringLiteral("present")), tr("Presenter mode"),
                                QKeySequence(QStringLiteral("F11")), this, [this](bool on) { present(on); });
    m_present->setCheckable(true);
    view->addSeparator();
    view->addAction(tr("Larger text"), QKeySequence(QStringLiteral("Ctrl++")), this, [this] { changeTextScale(1); })
        ->setShortcuts({QKeySequence(QStringLiteral("Ctrl++")), QKeySequence(QStringLiteral("Ctrl+="))});
    view->addAction(tr("Smaller text"), QKeySequence(QStringLiteral("Ctrl+-")), this, [this] { changeTextScale(-1); });
    view->addAction(tr("Normal text"), QKeySequence(QStringLiteral("Ctrl+0")), this, [this] { changeTextScale(0); });
    view->addSeparator();
    view->addAction(icon(QStringLiteral("bars")), tr("Next bars on the cards"), QKeySequence(QStringLiteral("Ctrl+B")),
                    m_header, &HeaderBar::nextBars);
    view->addSeparator();
    auto* group = new QActionGroup(this);
    for (const auto& [mode, text] : {std::pair{ThemeMode::System, tr("Theme of the system")},
                                     {ThemeMode::Light, tr("Light")},
                                     {ThemeMode::Dark, tr("Dark")}}) {
        QAction* a = group->addAction(view->addAction(text, this, [m = mode] { ThemeManager::instance().setMode(m); }));
        a->setCheckable(true);
        a->setChecked(ThemeManager::instance().mode() == mode);
        connect(&ThemeManager::instance(), &ThemeManager::changed, a,
                [a, m = mode] { a->setChecked(ThemeManager::instance().mode() == m); });
    }
    QAction* motion = view->addAction(tr("Reduce motion"));
    motion->setCheckable(true);
    const auto showMotion = [motion] { motion->setChecked(ThemeManager::instance().reducedMotion()); };
    showMotion();
    connect(&ThemeManager::instance(), &ThemeManager::changed, motion, showMotion);
    connect(motion, &QAction::triggered, this, [](bool on) { ThemeManager::instance().setReducedMotion(on); });
    view->addSeparator();
    for (QDockWidget* dock : {m_paletteDock, m_inspectorDock, m_bottomDock})
        view->addAction(dock->toggleViewAction());
}

void MainWindow::makeTrainMenu()
{
    QMenu* train = menuBar()->addMenu(tr("&Train"));
    QAction* toggle =
        train->addAction(icon(QStringLiteral("play")), tr("Train or pause"), this, [this] { m_controller->toggle(); });
    toggle->setShortcut(QKeySequence(QStringLiteral("F5")));
    train->addAction(icon(QStringLiteral("step")), tr("One step"), QKeySequence(QStringLiteral("F10")), this,
                     [this] { m_controller->step(); });
    QAction* epoch = train->addAction(tr("To the end of the epoch"), m_controller, &TrainingController::stepEpoch);
    epoch->setShortcut(QKeySequence(QStringLiteral("Ctrl+F10")));
    WalkController* walk = m_training->walk();
    QAction* next =
        train->addAction(icon(QStringLiteral("walk")), tr("Walk through the next batch"), this, [this, walk] {
            m_pages->goHome();
            walk->isWalking() ? walk->forward() : walk->start();
        });
    next->setShortcut(QKeySequence(QStringLiteral("F7")));
    QAction* back = train->addAction(tr("One sub-step back"), walk, &WalkController::back);
    back->setShortcut(QKeySequence(QStringLiteral("Shift+F7")));
    QAction* image = train->addAction(tr("Next image of the batch"), walk, &WalkController::nextImage);
    image->setShortcut(QKeySequence(QStringLiteral("Ctrl+F7")));
    QAction* leave = train->addAction(tr("Leave the walk"), walk, &WalkController::leave);
    const auto refresh = [walk, next, back, image, leave] {
        next->setText(walk->isWalking() ? tr("Next sub-step of the batch") : tr("Walk through the next batch"));
        next->setEnabled(walk->startBlocked().isEmpty());
        back->setEnabled(walk->isWalking() && walk->index() > 0);
        image->setEnabled(walk->isWalking() && walk->numbers().images > 1);
        leave->setEnabled(walk->state() != WalkState::Off && walk->state() != WalkState::Finishing);
    };
    connect(walk, &WalkController::changed, this, refresh);
    refresh();
    QAction* stop =
        train->addAction(icon(QStringLiteral("stop")), tr("Stop training"), this, [this] { m_controller->stop(); });
    stop->setShortcut(QKeySequence(QStringLiteral("Shift+F5")));
    train->addAction(icon(QStringLiteral("reset")), tr("Reset the weights"), this, [this] { m_controller->reset(); });
    train->addSeparator();
    train->addAction(icon(QStringLiteral("gear")), tr("Training settings"), this, [this] {
        showTraining();
        m_training->bar()->openSettings();
    });
    QAction* speed = train->addAction(icon(QStringLiteral("clock")), tr("Engine speed"));
    speed->setCheckable(true);
    speed->setShortcut(QKeySequence(QStringLiteral("F9")));
    connect(speed, &QAction::triggered, this, &MainWindow::showSpeed);
    connect(m_training, &TrainingDock::speedShown, speed, &QAction::setChecked);
    train->addAction(tr("Runs"), this, [this] {
        showTraining();
        m_training->showRuns(true);
    });
    train->addAction(tr("Export the curves as CSV\u2026"), this, [this] { m_training->lossChart()->exportCsv(); });
}

void MainWindow::makeInsideMenu()
{
    QMenu* inside = menuBar()->addMenu(tr("Look &inside"));
    inside->addAction(m_draw);
    inside->addAction(m_canvas->commands()->lookInside);
    inside->addAction(m_editKernels);
    inside->addAction(tr("Judge the network"), QKeySequence(QStringLiteral("F8")), this,
                      [this] { m_pages->open(m_judge); });
    inside->addAction(icon(QStringLiteral("image")), tr("Images that most activate a map"),
                      QKeySequence(QStringLiteral("F4")), this, &MainWindow::showStrongest);
    QAction* histograms = inside->addAction(icon(QStringLiteral("bars")), tr("Histograms over time"));
    histograms->setCheckable(true);
    histograms->setShortcut(QKeySequence(QStringLiteral("F6")));
    connect(histograms, &QAction::triggered, this, &MainWindow::showHistograms);
    connect(m_training, &TrainingDock::histogramsShown, histograms, &QAction::setChecked);
}

} // namespace convarium::ui
