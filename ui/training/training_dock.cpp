#include "ui/training/training_dock.h"

#include "ui/document/project_document.h"
#include "ui/theme/layout_boundary.h"
#include "ui/theme/widgets.h"
#include "ui/training/curve_chart.h"
#include "ui/training/feature_map_panel.h"
#include "ui/training/histogram_view.h"
#include "ui/training/run_labels.h"
#include "ui/training/run_library.h"
#include "ui/training/runs_table.h"
#include "ui/training/speed_view.h"
#include "ui/training/training_bar.h"
#include "ui/training/training_controller.h"
#include "ui/training/training_notice.h"
#include "ui/training/training_texts.h"
#include "ui/training/walk_bar.h"
#include "ui/training/walk_controller.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QPainter>
#include <QStackedWidget>
#include <QTabBar>
#include <QVBoxLayout>
#include <algorithm>

namespace convarium::ui
{

namespace
{
constexpr int kCurvesTab = 0; // in the compact form, also the place of its page
}

TrainingDock::TrainingDock(TrainingController* controller, MapService* maps, ProjectDocument* document, QWidget* parent)
    : QWidget(parent), m_controller(controller), m_bar(new TrainingBar(controller, document)),
      m_notice(new TrainingNotice(controller, document)), m_walk(new WalkController(controller, this)),
      m_walkBar(new WalkBar(m_walk)), m_loss(new LossChart), m_accuracy(new AccuracyChart),
      m_maps(new FeatureMapPanel(maps)), m_speed(new SpeedView(controller, document)),
      m_histograms(new HistogramView(controller)), m_tabs(new QTabBar), m_pages(new QStackedWidget),
      m_curves(new QWidget), m_mapSeparator(new Hairline(Qt::Vertical))
{
    auto* layout = columnIn(this, 0);
    layout->addWidget(new Hairline);
    layout->addWidget(new LayoutBoundary(m_bar));
    layout->addWidget(m_walkBar);
    layout->addWidget(m_notice);
    layout->addWidget(new Hairline);
    m_tabs->setAccessibleName(QStringLiteral("Training views"));
    m_tabs->setDrawBase(true);
    m_tabs->setExpanding(false);
    layout->addWidget(m_tabs);
    layout->addWidget(m_pages, 1);
    m_pages->addWidget(m_curves);
    auto* row = rowIn(m_curves, 0);
    row->addWidget(m_loss, 1);
    row->addWidget(new Hairline(Qt::Vertical));
    row->addWidget(m_accuracy, 1);
    row->addWidget(m_mapSeparator);
    row->addWidget(m_maps, 0);
    m_tabs->addTab(tr("Curves"));
    m_tabs->addTab(tr("Feature maps"));
    m_tabs->addTab(tr("Engine speed"));
    m_tabs->addTab(tr("Histograms"));
    m_pages->addWidget(m_speed);
    m_pages->addWidget(m_histograms);
    connect(m_speed, &SpeedView::closed, this, [this] { showSpeed(false); });
    connect(m_histograms, &HistogramView::closed, this, [this] { showHistograms(false); });
    connect(m_bar, &TrainingBar::histogramsToggled, this, &TrainingDock::showHistograms);
    connect(this, &TrainingDock::histogramsShown, m_bar, &TrainingBar::setHistogramsShown);
    connect(m_bar, &TrainingBar::speedToggled, this, &TrainingDock::showSpeed);
    connect(this, &TrainingDock::speedShown, m_bar, &TrainingBar::setSpeedShown);
    connect(m_pages, &QStackedWidget::currentChanged, this, [this] {
        Q_EMIT speedShown(m_pages->currentWidget() == m_speed);
        Q_EMIT histogramsShown(m_pages->currentWidget() == m_histograms);
    });
    connect(m_tabs, &QTabBar::currentChanged, this, [this](int index) {
        if (m_compact)
            m_pages->setCurrentIndex(index);
    });
    m_tabs->hide();
    m_maps->setFixedWidth(scaled(436));

    for (CurveChart* chart : std::initializer_list<CurveChart*>{m_loss, m_accuracy}) {
        chart->setHistory(&controller->history());
        const auto name = [chart, document] { chart->setRunName(document->title()); };
        connect(document, &ProjectDocument::changed, chart, name);
        name();
    }
    connect(controller, &TrainingController::historyChanged, m_loss, &CurveChart::dataChanged);
    connect(controller, &TrainingController::historyChanged, m_accuracy, &CurveChart::dataChanged);
    connect(controller, &TrainingController::configChanged, this, &TrainingDock::updateCharts);
    connect(controller, &TrainingController::networkChanged, this, &TrainingDock::updateCharts);
    connect(controller, &TrainingController::outOfDateChanged, this, &TrainingDock::updateCharts);
    connect(controller, &TrainingController::stateChanged, this, &TrainingDock::updateCharts);
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, [this] {
        if (!m_compact)
            m_maps->setFixedWidth(scaled(436));
        update();
    });
    connectWalk();
    updateCharts();
}

void TrainingDock::connectWalk()
{
    connect(m_bar, &TrainingBar::walkRequested, m_walk, &WalkController::start);
    connect(m_walkBar, &WalkBar::shownChanged, this, &TrainingDock::barHeightChanged);
    connect(m_bar, &TrainingBar::imageRequested, m_walk, &WalkController::nextImage);
    const auto blocked = [this] {
        m_bar->setWalkBlocked(m_walk->startBlocked());
        m_bar->setWalking(m_walk->isWalking() && m_walk->numbers().images > 1);
    };
    connect(m_walk, &WalkController::changed, this, blocked);
    blocked();
}

int TrainingDock::walkHeight() const
{
    return m_walkBar->isHidden() ? 0 : m_walkBar->height();
}

QSize TrainingDock::sizeHint() const
{
    return {scaled(1000), scaled(m_compact ? 220 : 316)};
}

void TrainingDock::paintEvent(QPaintEvent*)
{
    QPainter(this).fillRect(rect(), Theme::current().surface);
}

void TrainingDock::updateCharts()
{
    const auto& config = m_controller->config();
    const auto epochs = config.steps > 0 ? 1 : std::max(config.epochs, m_controller->progress().epochs);
    for (CurveChart* chart : std::initializer_list<CurveChart*>{m_loss, m_accuracy}) {
        chart->setEpochs(epochs);
        chart->setOutOfDate(m_controller->isOutOfDate());
        chart->setLossName(lossTitle(m_controller->graph(), config.loss));
    }
}

void TrainingDock::setCompact(bool compact)
{
    m_bar->setCompact(compact);
    if (compact == m_compact)
        return;
    QWidget* page = m_pages->currentWidget();
    const bool stays = page == m_speed || page == m_histograms;
    m_compact = compact;
    m_speed->setTitled(!compact);
    m_histograms->setTitled(!compact);
    m_tabs->setVisible(compact && !m_barOnly);
    m_mapSeparator->setVisible(!compact);
    if (compact) {
        m_maps->setMinimumWidth(0);
        m_maps->setMaximumWidth(QWIDGETSIZE_MAX);
        m_pages->insertWidget(1, m_maps);
        const auto own = [&](int tab) {
            return tab == m_pages->indexOf(m_speed) || tab == m_pages->indexOf(m_histograms);
        };
        if (stays || own(m_tabs->currentIndex()))
            m_tabs->setCurrentIndex(stays ? m_pages->indexOf(page) : kCurvesTab);
        m_pages->setCurrentIndex(m_tabs->currentIndex());
    } else {
        m_pages->removeWidget(m_maps);
        m_curves->layout()->addWidget(m_maps);
        m_maps->setFixedWidth(scaled(436));
        m_maps->show();
        m_pages->setCurrentWidget(stays ? page : m_curves);
    }
    updateGeometry();
}

void TrainingDock::setBarOnly(bool alone)
{
    m_barOnly = alone;
    m_tabs->setVisible(m_compact && !alone);
    m_pages->setVisible(!alone);
    updateGeometry();
}

bool TrainingDock::event(QEvent* event)
{
    if (event->type() == QEvent::LayoutRequest && m_barOnly)
        Q_EMIT barHeightChanged();
    return QWidget::event(event);
}

void TrainingDock::addTab(QWidget* page, const QString& title)
{
    m_tabs->addTab(title);
    m_pages->addWidget(page);
}

void TrainingDock::showTab(const QString& title)
{
    for (int i = 0; i < m_tabs->count(); ++i)
        if (m_tabs->tabText(i) == title)
            m_tabs->setCurrentIndex(i);
}

void TrainingDock::setRuns(RunLibrary* runs)
{
    m_runs = runs;
    m_runsTable = new RunsTable(runs);
    addTab(m_runsTable, tr("Runs"));
    connect(m_runsTable, &RunsTable::closed, this, [this] { showRuns(false); });
    connect(runs, &RunLibrary::changed, this, &TrainingDock::updateRuns);
    for (CurveChart* chart : std::initializer_list<CurveChart*>{m_loss, m_accuracy})
        connect(chart, &CurveChart::runsRequested, this, [this] { showRuns(true); });
    updateRuns();
}

/// The checked runs, in the order of the table, which gives them their colours.
void TrainingDock::updateRuns()
{
    std::vector<const RunRecord*> runs;
    for (const RunRecord& run : m_runs->runs())
        if (run.shown)
            runs.push_back(&run);
    const QStringList labels = runLabels(runs);
    std::vector<CurveRun> shown;
    for (const RunRecord* run : runs) {
        const auto place = static_cast<int>(shown.size());
        shown.push_back({run->history, labels[place], place});
    }
    m_loss->setRuns(shown);
    m_accuracy->setRuns(shown);
}

void TrainingDock::showPage(QWidget* page, bool show)
{
    if (m_compact)
        m_tabs->setCurrentIndex(show ? m_pages->indexOf(page) : kCurvesTab);
    else
        m_pages->setCurrentWidget(show ? page : m_curves);
}

void TrainingDock::showRuns(bool show)
{
    showPage(m_runsTable, show);
}

void TrainingDock::showMaps()
{
    showPage(m_compact ? static_cast<QWidget*>(m_maps) : m_curves, true);
}

void TrainingDock::showSpeed(bool show)
{
    showPage(m_speed, show);
}

void TrainingDock::showHistograms(bool show)
{
    showPage(m_histograms, show);
}

} // namespace convarium::ui
