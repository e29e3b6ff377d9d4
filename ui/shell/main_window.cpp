#include "ui/shell/main_window.h"

#include "engine/layers/layer.h"
#include "ui/canvas/canvas_actions.h"
#include "ui/canvas/canvas_view.h"
#include "ui/document/project_document.h"
#include "ui/drawing/drawing_page.h"
#include "ui/gallery/gallery_page.h"
#include "ui/help/help_page.h"
#include "ui/inside/number_service.h"
#include "ui/inside/number_view.h"
#include "ui/inside/strongest_page.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/inspector/problems_panel.h"
#include "ui/inspector/totals_bar.h"
#include "ui/judge/judge_view.h"
#include "ui/kernels/kernel_page.h"
#include "ui/palette/layer_palette.h"
#include "ui/shell/autosave.h"
#include "ui/shell/card_pictures.h"
#include "ui/shell/header_bar.h"
#include "ui/shell/keys_page.h"
#include "ui/shell/notice_bar.h"
#include "ui/shell/pages.h"
#include "ui/shell/project_files.h"
#include "ui/theme/accessible_tree.h"
#include "ui/theme/frame_pacer.h"
#include "ui/theme/icons.h"
#include "ui/theme/settings.h"
#include "ui/theme/theme.h"
#include "ui/theme/widgets.h"
#include "ui/training/feature_map_panel.h"
#include "ui/training/histogram_view.h"
#include "ui/training/map_service.h"
#include "ui/training/run_library.h"
#include "ui/training/speed_view.h"
#include "ui/training/training_bar.h"
#include "ui/training/training_controller.h"
#include "ui/training/training_dock.h"

#include <QAction>
#include <QBuffer>
#include <QCloseEvent>
#include <QDockWidget>
#include <QHBoxLayout>
#include <QMenu>
#include <QMimeData>
#include <QScreen>
#include <QStackedWidget>
#include <QStatusBar>
#include <QUndoGroup>
#include <QVBoxLayout>

namespace convarium::ui
{

namespace
{

constexpr int kWideWidth = 1500, kWideHeight = 900;

/// The problems as a page of the lower part, with a way back to training.
QWidget* problemsPage(ProblemsPanel* panel, const std::function<void()>& close)
{
    auto* page = new Panel;
    auto* column = columnIn(page, 0);
    auto* head = new QHBoxLayout;
    head->setContentsMargins(scaled(16), scaled(8), scaled(8), scaled(8));
    head->addWidget(new TextLabel(QObject::tr("Problems"), TextRole::SectionBold));
    head->addStretch(1);
    auto* waits = new TextLabel({}, TextRole::Body, ColorRole::Text2);
    const auto tell = [waits](int faults) {
        waits->setText(faults > 0 ? QObject::tr("Training waits until they are solved")
                                  : QObject::tr("Training is possible all the same"));
    };
    QObject::connect(panel, &ProblemsPanel::countChanged, waits, tell);
    tell(0);
    head->addWidget(waits);
    auto* button = new IconButton(QStringLiteral("close"), QObject::tr("Back to training"));
    QObject::connect(button, &QToolButton::clicked, page, close);
    head->addWidget(button);
    column->addLayout(head);
    column->addWidget(new Hairline);
    column->addWidget(panel, 1);
    return page;
}

} // namespace

MainWindow::MainWindow()
    : QMainWindow((installAccessibleTree(), nullptr)), m_document(new ProjectDocument(this)),
      m_controller(new TrainingController(engineServices(), this)), m_maps(new MapService(m_controller, this)),
      m_canvas(new CanvasView(m_document)), m_pages(new Pages(m_canvas, m_document->undoStack())),
      m_drawing(new DrawingPage(m_controller, m_maps)), m_numbers(new NumberService(m_maps, this)),
      m_number(new NumberView(m_numbers)), m_judge(new JudgeView(m_controller, m_maps)),
      m_kernels(new KernelPage(m_document, m_maps)), m_keys(new KeysPage), m_strongest(new StrongestPage(m_maps)),
      m_gallery(new GalleryPage), m_help(new HelpPage), m_notice(new NoticeBar(tr("Notice"))),
      m_story(new NoticeBar(tr("Story"))), m_undoGroup(new QUndoGroup(this)), m_palette(new LayerPalette),
      m_inspector(new InspectorPanel(m_document)), m_training(new TrainingDock(m_controller, m_maps, m_document)),
      m_bottom(new QStackedWidget), m_runs(new RunLibrary(RunLibrary::usualFile(), this)),
      m_totals(new TotalsBar(m_document)), m_files(new ProjectFiles(m_document, m_controller, this)),
      m_autosave(new Autosave(
          m_document, [this] { return m_files->network(); }, RecoveryStore::defaultFolder(), this)),
      m_saveState(new TextLabel({}, TextRole::Body, ColorRole::Text2))
{
    installFramePacer();
    setObjectName(QStringLiteral("mainWindow"));
    setAcceptDrops(true);
    setMinimumSize(1024, 700);
    setWindowIcon(appIcon());
    setDockNestingEnabled(false);
    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);

    m_undoGroup->addStack(m_document->undoStack());
    m_undoGroup->setActiveStack(m_document->undoStack());
    m_undo = m_undoGroup->createUndoAction(this, tr("Undo"));
    m_undo->setShortcut(QKeySequence::Undo);
    m_undo->setIcon(icon(QStringLiteral("undo")));
    m_redo = m_undoGroup->createRedoAction(this, tr("Redo"));
    m_redo->setShortcuts({QKeySequence(QStringLiteral("Ctrl+Shift+Z")), QKeySequence(QStringLiteral("Ctrl+Y"))});
    m_redo->setIcon(icon(QStringLiteral("redo")));

    m_controller->follow(m_document);
    m_pages->add(m_drawing, m_drawing->undoStack());
    m_pages->add(m_number);
    m_pages->add(m_judge);
    m_pages->add(m_kernels);
    m_pages->add(m_keys);
    m_pages->add(m_strongest);
    m_pages->add(m_gallery);
    m_pages->add(m_help);
    auto* middle = new QWidget;
    auto* column = columnIn(middle, 0);
    column->addWidget(m_notice);
    column->addWidget(m_story);
    column->addWidget(m_pages, 1);
    setCentralWidget(middle);
    m_draw = new QAction(icon(QStringLiteral("pen")), tr("Draw a digit"), this);
    m_draw->setShortcut(Qt::Key_D);
    m_draw->setShortcutContext(Qt::WidgetShortcut);
    m_canvas->addAction(m_draw);
    m_editKernels = new QAction(icon(QStringLiteral("conv")), tr("Kernels by hand"), this);
    m_editKernels->setShortcut(Qt::Key_K);
    m_editKernels->setShortcutContext(Qt::WidgetShortcut);
    m_editKernels->setEnabled(false);
    m_canvas->addAction(m_editKernels);
    m_canvas->commands()->pages << m_editKernels;
    m_header = new HeaderBar(m_document, m_canvas, m_undo, m_redo, m_draw, this);
    addToolBar(Qt::TopToolBarArea, m_header);
    m_paletteDock = addPanel(Qt::LeftDockWidgetArea, m_palette, tr("Layers"));
    m_inspectorDock = addPanel(Qt::RightDockWidgetArea, m_inspector, tr("Inspector panel"));
    m_bottom->addWidget(m_training);
    auto* problems = new ProblemsPanel(m_document);
    m_bottom->addWidget(problemsPage(problems, [this] { showProblems(false); }));
    auto* tabbed = new ProblemsPanel(m_document);
    m_training->addTab(tabbed, tr("Problems"));
    m_runs->follow(m_controller, [this] { return m_document->title(); });
    m_training->setRuns(m_runs);
    for (ProblemsPanel* p : {problems, tabbed})
        connect(p, &ProblemsPanel::showNode, m_canvas, &CanvasView::focusNode);
    m_bottomDock = addPanel(Qt::BottomDockWidgetArea, m_bottom, tr("Training panel"));
    statusBar()->setSizeGripEnabled(false);
    statusBar()->setContentsMargins(0, 0, 0, 0);
    statusBar()->addWidget(m_totals, 1);

    makeMenus();
    connectParts();
    m_maps->setThumbnailsWanted(true);
    new CardPictures(m_canvas, m_maps, m_training->walk(), m_canvas);
    connect(m_training->featureMaps(), &FeatureMapPanel::seenChanged, m_canvas, &CanvasView::setSeen);
    connectNumbers();
    connectJudge();
    connectKernels();
    connectAutosave();
    connectGallery();
    const QByteArray geometry = Settings::instance().get(setting::windowGeometry);
    if (geometry.isEmpty() || !restoreGeometry(geometry)) {
        // A screen that just holds the window is filled: a title bar on top must not push the totals off it.
        const QSize space = screen()->availableSize();
        if (space.width() <= 1680 || space.height() <= 1050)
            setWindowState(windowState() | Qt::WindowMaximized);
        else
            resize(1600, 1000);
    }
    applySize();
}

MainWindow::~MainWindow()
{
    // Views go before the document and the controller that they read.
    m_pages->disconnect(this);
    qDeleteAll(findChildren<QWidget*>(Qt::FindDirectChildrenOnly));
    delete m_autosave;
    delete m_files;
    delete m_numbers;
    delete m_runs;
    delete m_maps;
    delete m_controller;
    delete m_document;
}

void MainWindow::open(const QString& nameOrFile)
{
    m_files->open(nameOrFile);
}

QDockWidget* MainWindow::addPanel(Qt::DockWidgetArea area, QWidget* content, const QString& name)
{
    auto* dock = new QDockWidget(name, this);
    dock->setObjectName(name);
    dock->setFeatures(QDockWidget::DockWidgetClosable);
    dock->setTitleBarWidget(new QWidget(dock));
    dock->setWidget(content);
    addDockWidget(area, dock);
    return dock;
}

void MainWindow::connectParts()
{
    connect(m_canvas, &CanvasView::selectionChanged, this, [this](const QList<NodeId>& ids) {
        m_inspector->setSelection({ids.begin(), ids.end()});
        const NodeId id = ids.size() == 1 ? ids.first() : engine::kNoNode;
        m_maps->setNode(id);
        const engine::Node* node = m_document->graph().node(id);
        m_training->featureMaps()->setNode(id, node ? QString::fromStdString(node->name) : QString());
        m_training->speed()->setNode(id);
        m_training->histograms()->setNode(id);
    });
    connect(m_training->speed(), &SpeedView::nodeChosen, m_canvas, &CanvasView::showNode);
    connect(m_training->histograms(), &HistogramView::nodeChosen, m_canvas, &CanvasView::showNode);
    connect(m_canvas, &CanvasView::inspectRequested, this, [this](qint64) {
        m_inspectorDock->show();
        m_inspector->setFocus(Qt::OtherFocusReason);
    });
    connect(m_canvas, &CanvasView::editRequested, this, [this](qint64) {
        m_inspectorDock->show();
        m_inspector->startEditing();
    });
    connect(m_inspector, &InspectorPanel::left, m_canvas, [this] { m_canvas->setFocus(Qt::OtherFocusReason); });
    connect(m_canvas, &CanvasView::renameRequested, this, [this](qint64) {
        m_inspectorDock->show();
        m_inspector->startRename();
    });
    connect(m_canvas, &CanvasView::trainingToggled, m_controller, &TrainingController::toggle);
    connect(m_canvas, &CanvasView::statusMessage, this,
            [this](const QString& text) { m_canvas->setAccessibleDescription(text); });
    connect(m_palette, &LayerPalette::layerActivated, m_canvas, &CanvasView::addLayer);
    connect(m_totals, &TotalsBar::problemsClicked, this, [this] { showProblems(true); });
    connect(m_training->bar(), &TrainingBar::healthClicked, this, [this] { showProblems(true); });
    // What keeps the network from being trained is shown at its layer.
    connect(m_controller, &TrainingController::message, this, [this](const engine::Error& error) {
        if (error.code != engine::ErrorCode::InvalidGraph)
            return;
        for (const engine::Problem& problem : m_document->problems())
            if (!problem.warning && m_document->graph().node(problem.error.place.node)) {
                m_pages->goHome();
                return m_canvas->focusNode(problem.error.place.node);
            }
    });
    connect(m_controller, &TrainingController::healthChanged, m_inspector, &InspectorPanel::setHealth);
    connect(m_header, &HeaderBar::presentRequested, this, [this] { present(!isPresenting()); });
    for (auto toggled : {&TrainingBar::speedToggled, &TrainingBar::histogramsToggled})
        connect(m_training->bar(), toggled, this, [this](bool on) {
            if (on)
                raiseTraining();
        });
    connect(m_header, &HeaderBar::homeRequested, this, [this] { m_pages->open(m_gallery); });
    connect(m_files, &ProjectFiles::stateTextChanged, this, &MainWindow::refreshTitle);
    connect(m_pages, &Pages::changed, this, &MainWindow::showPage);
    connect(m_draw, &QAction::triggered, this, [this] { m_pages->open(m_drawing); });
    connect(m_training->featureMaps(), &FeatureMapPanel::drawingRequested, m_draw, &QAction::trigger);
    connect(m_header, &HeaderBar::backRequested, m_pages, &Pages::goHome);
    connect(m_training, &TrainingDock::barHeightChanged, this, &MainWindow::applySize);
    connect(m_header, &HeaderBar::barsChanged, this, &MainWindow::applyMeasuring);
    connect(m_training, &TrainingDock::speedShown, this, &MainWindow::applyMeasuring, Qt::QueuedConnection);
    connect(m_controller, &TrainingController::speedMeasured, this,
            [this](const std::shared_ptr<const engine::SpeedEvent>& event) {
                std::map<NodeId, double> times;
                for (const engine::LayerSpeed& layer : event->step.layers)
                    times[layer.nodes.front()] += layer.milliseconds;
                m_canvas->setStepTimes(times);
            });
    connect(m_files, &ProjectFiles::opened, this, [this](const QString& what) {
        m_pages->goHome();
        if (isPresenting()) {
            m_before->page = m_canvas;
            m_before->place.fitted = true;
        }
        m_maps->setDrawing(nullptr); // it was drawn for another network
        m_canvas->clearThumbnails();
        m_canvas->fit();
        welcome(what);
    });
    connect(m_document, &ProjectDocument::changed, this, [this](const DocumentChange& change) {
        if (change.what == DocumentChange::What::ShapesChanged ||
            change.what == DocumentChange::What::WarningsChanged) {
            if (!hasProblems())
                showProblems(false);
        } else {
            refreshTitle();
        }
    });
    // Queued: it may come from within closeEvent(), where a second close() is ignored.
    connect(
        m_controller, &TrainingController::shutDownFinished, this,
        [this] {
            m_quitting = true;
            close();
        },
        Qt::QueuedConnection);
    m_files->setThumbnailSource([this] {
        QByteArray png;
        QBuffer buffer(&png);
        buffer.open(QIODevice::WriteOnly);
        m_canvas->grab().scaled(480, 300, Qt::KeepAspectRatio, Qt::SmoothTransformation).save(&buffer, "PNG");
        return png;
    });
    refreshTitle();
}

void MainWindow::connectNumbers()
{
    connect(m_training->featureMaps(), &FeatureMapPanel::numberChosen, this, &MainWindow::showNumber);
    connect(m_training->featureMaps(), &FeatureMapPanel::strongestRequested, this, &MainWindow::showStrongest);
    connect(m_canvas, &CanvasView::lookInsideRequested, this, [this](qint64 node) {
        const auto shapes = engine::inferShapes(m_document->graph()).shapes;
        const auto shape = shapes.find(node);
        if (shape == shapes.end())
            return;
        // The middle of the first map.
        const engine::Shape& s = shape->second;
        showNumber(node, s.isMaps() ? s[1] / 2 * s[2] + s[2] / 2 : 0);
    });
}

void MainWindow::showNumber(qint64 node, qint64 element)
{
    m_number->open(node, element);
    m_pages->open(m_number);
}

/// Of the number that is taken apart, else of the chosen map of the selected layer.
void MainWindow::showStrongest()
{
    const MapGrid* grid = m_training->featureMaps()->grid();
    engine::NodeId node = m_maps->node();
    int unit = grid->current();
    if (m_pages->currentWidget() == m_number) {
        const NumberResult& number = m_number->result();
        const engine::Shape& shape = number.shown.shape;
        node = number.request.node;
        if (number.request.mode == NumberMode::Forward && shape.elements() > 0)
            unit = static_cast<int>(number.element / (shape.isMaps() ? shape[1] * shape[2] : 1));
    }
    if (!StrongestPage::hasUnits(m_document->graph(), node))
        return;
    m_strongest->open(node, unit);
    m_pages->open(m_strongest);
}

void MainWindow::connectKernels()
{
    connect(m_inspector, &InspectorPanel::kernelsRequested, this, &MainWindow::showKernels);
    connect(m_training->featureMaps(), &FeatureMapPanel::kernelsRequested, this, &MainWindow::showKernels);
    const auto chosen = [this] { return m_canvas->selection().size() == 1 ? m_canvas->selection().first() : -1; };
    connect(m_canvas, &CanvasView::selectionChanged, m_editKernels,
            [this, chosen] { m_editKernels->setEnabled(KernelPage::hasKernels(*m_document, chosen())); });
    connect(m_editKernels, &QAction::triggered, this, [this, chosen] { showKernels(chosen()); });
}

void MainWindow::showKernels(qint64 node)
{
    m_kernels->open(node);
    m_pages->open(m_kernels);
}

void MainWindow::showPage()
{
    const bool home = m_pages->isHome();
    m_undoGroup->addStack(m_pages->undoStack()); // once is enough, more does no harm
    m_undoGroup->setActiveStack(m_pages->undoStack());
    m_header->setPage(m_pages->title());
    if (home != std::exchange(m_wasHome, home)) {
        if (!home)
            m_inspectorWanted = m_inspectorDock->isVisible();
        m_inspectorDock->setVisible(home && m_inspectorWanted);
        m_training->setBarOnly(!home || isPresenting());
        m_maps->setThumbnailsWanted(home);
        applySize();
    }
    showBesideGallery(m_pages->currentWidget() != m_gallery);
}

/// Bars of time and the view of the speed both want the steps measured.
void MainWindow::applyMeasuring()
{
    m_controller->setMeasuring(m_header->bars() == BarMode::Time || m_training->speed()->isVisible());
}

bool MainWindow::hasProblems() const
{
    return !m_document->problems().empty() || !m_document->warnings().empty();
}

void MainWindow::showProblems(bool show)
{
    if (show) {
        m_pages->goHome();
        raiseTraining();
    }
    if (m_compact && show)
        m_training->showTab(tr("Problems"));
    else
        m_bottom->setCurrentIndex(show && hasProblems() ? 1 : 0);
}

/// The training panel, so that one of its views can be shown.
void MainWindow::showTraining()
{
    m_pages->goHome();
    raiseTraining();
    m_bottomDock->show();
    m_bottom->setCurrentIndex(0);
}

void MainWindow::showSpeed(bool show)
{
    if (show)
        showTraining();
    m_training->showSpeed(show);
}

void MainWindow::showHistograms(bool show)
{
    if (show)
        showTraining();
    m_training->showHistograms(show);
}

void MainWindow::applySize()
{
    const double scale = ThemeManager::instance().textScale();
    m_compact = width() < kWideWidth * scale || height() < kWideHeight * scale;
    const bool page = !m_pages->isHome();
    m_palette->setCompact(m_compact || page);
    m_header->setCompact(m_compact);
    m_number->setCompact(m_compact);
    m_training->setCompact(m_compact);
    if (m_compact || page)
        m_bottom->setCurrentIndex(0);
    m_inspector->setFixedWidth(scaled(m_compact ? 272 : 320));
    m_bottom->setFixedHeight(m_training->isBarOnly() ? m_training->barHeight()
                                                     : scaled(m_compact ? 244 : 316) + m_training->walkHeight());
}

void MainWindow::resizeEvent(QResizeEvent* event)
{
    QMainWindow::resizeEvent(event);
    applySize();
}

void MainWindow::refreshTitle()
{
    setWindowTitle(tr("%1[*] \u2013 Convarium").arg(m_document->title()));
    setWindowModified(m_document->isModified());
    m_saveState->setText(m_files->stateText());
}

void MainWindow::changeTextScale(double steps)
{
    auto& themes = ThemeManager::instance();
    themes.setTextScale(steps == 0 ? normalTextScale() : themes.textScale() + steps * ThemeManager::kTextScaleStep,
                        !isPresenting());
    applySize();
}

void MainWindow::keyPressEvent(QKeyEvent* event)
{
    // Whatever has a use of its own for Esc has taken it already.
    if (event->key() == Qt::Key_Escape && !m_pages->isHome())
        m_pages->goHome();
    else if (event->key() == Qt::Key_Escape && isPresenting())
        present(false);
    else
        QMainWindow::keyPressEvent(event);
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    if (m_quitting) {
        present(false);
        Settings::instance().set(setting::windowGeometry, saveGeometry());
        event->accept();
        return;
    }
    event->ignore();
    m_files->guard([this] { m_controller->shutDown(); });
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (event->mimeData()->hasUrls() && event->mimeData()->urls().size() == 1 &&
        event->mimeData()->urls().first().isLocalFile())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event)
{
    open(event->mimeData()->urls().first().toLocalFile());
    event->acceptProposedAction();
}

} // namespace convarium::ui
