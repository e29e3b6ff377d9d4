// The part of MainWindow that shows the network to an audience: the whole screen, larger type, little beside it.
#include "ui/canvas/canvas_view.h"
#include "ui/gallery/gallery_page.h"
#include "ui/shell/header_bar.h"
#include "ui/shell/main_window.h"
#include "ui/shell/pages.h"
#include "ui/theme/theme.h"
#include "ui/training/training_dock.h"

#include <QAction>
#include <QDockWidget>
#include <QMenuBar>
#include <QStackedWidget>
#include <QStatusBar>
#include <utility>

namespace convarium::ui
{

namespace
{

constexpr double kLarger = 1.5;   ///< than the text is otherwise; ThemeManager knows the limit
constexpr double kReadable = 0.5; ///< zoom below which a card shows little more than its shape

} // namespace

void MainWindow::present(bool on)
{
    if (on != isPresenting())
        on ? startPresenting() : endPresenting();
    m_header->setPresenting(on);
    m_present->setChecked(on);
}

MainWindow::BeforePresenting MainWindow::beforePresenting() const
{
    return {windowState(),
            ThemeManager::instance().textScale(),
            m_canvas->place(),
            m_pages->currentWidget(),
            !m_paletteDock->isHidden(),
            m_pages->isHome() ? !m_inspectorDock->isHidden() : m_inspectorWanted,
            !m_bottomDock->isHidden(),
            !statusBar()->isHidden(),
            m_bottom->currentIndex()};
}

double MainWindow::normalTextScale() const
{
    return isPresenting() ? m_before->textScale * kLarger : 1.0;
}

void MainWindow::startPresenting()
{
    QWidget* page = m_pages->currentWidget();
    if (page == m_gallery) // it has hidden the rest of the window
        m_pages->goHome();
    m_before = beforePresenting();
    m_before->page = page;
    m_inspectorWanted = false;
    m_paletteDock->hide();
    m_inspectorDock->hide();
    statusBar()->hide();
    menuBar()->setFixedHeight(0); // hidden, its keys would be dead
    ThemeManager::instance().setTextScale(normalTextScale(), false);
    m_training->setBarOnly(true); // curves in large type would take half of the screen
    showFullScreen();
    applySize();
    // Large cards matter more than all of them; those that are spoken of are in the middle.
    m_canvas->fit(kReadable);
}

void MainWindow::endPresenting()
{
    const BeforePresenting before = *std::exchange(m_before, std::nullopt);
    menuBar()->setMinimumHeight(0);
    menuBar()->setMaximumHeight(QWIDGETSIZE_MAX);
    ThemeManager::instance().setTextScale(before.textScale, false);
    m_pages->goHome(); // every page begins from there
    m_paletteDock->setVisible(before.palette);
    m_inspectorDock->setVisible(before.inspector);
    m_bottomDock->setVisible(before.training);
    statusBar()->setVisible(before.totals);
    m_training->setBarOnly(false);
    setWindowState(before.state);
    applySize();
    m_bottom->setCurrentIndex(before.bottom);
    m_canvas->comeBackTo(before.place);
    if (before.page != m_canvas)
        m_pages->open(before.page);
}

/// What was asked for stands in the lower part, of which presenting leaves the bar alone.
void MainWindow::raiseTraining()
{
    if (!isPresenting())
        return;
    m_training->setBarOnly(false);
    applySize();
}

} // namespace convarium::ui
