// The part of MainWindow that shows the network to an audience: the whole screen, larger type, little beside it.
#include "ui/canvas/canvas_view.h"
#include "ui/gallery/gallery_page.h"
#include "ui/shell/header_bar.h"
#include "ui/shell/main_window.h"
#include "ui/shell/pages.h"
#include "ui/theme/theme.h"

#include <QAction>
#include <QDockWidget>
#include <QLayout>
#include <QMenuBar>
#include <QStatusBar>

namespace convarium::ui
{

namespace
{

constexpr double kLarger = 1.5;    ///< than the text is otherwise; ThemeManager knows the limit
constexpr double kReadable = 0.85; ///< zoom below which a card loses its smaller texts

} // namespace

void MainWindow::present(bool on)
{
    if (on == isPresenting())
        return;
    if (m_pages->currentWidget() == m_gallery) // it has hidden the rest of the window
        m_pages->goHome();
    auto& themes = ThemeManager::instance();
    if (on) {
        m_before = BeforePresenting{windowState(),
                                    size(),
                                    themes.textScale(),
                                    m_canvas->place(),
                                    m_paletteDock->isHidden(),
                                    m_pages->isHome() ? m_inspectorDock->isHidden() : !m_inspectorWanted,
                                    statusBar()->isHidden()};
        m_inspectorWanted = false;
        m_paletteDock->hide();
        m_inspectorDock->hide();
        statusBar()->hide();
        menuBar()->setFixedHeight(0); // hidden, its keys would be dead
        themes.setTextScale(themes.textScale() * kLarger, false);
        showFullScreen();
        // Large cards matter more than all of them; those that are spoken of are in the middle.
        m_canvas->fit();
        if (m_canvas->zoom() < kReadable) {
            m_canvas->setZoom(1);
            m_canvas->showSelection();
        }
    } else {
        const BeforePresenting before = *std::exchange(m_before, std::nullopt);
        menuBar()->setMinimumHeight(0);
        menuBar()->setMaximumHeight(QWIDGETSIZE_MAX);
        themes.setTextScale(before.textScale, false);
        m_paletteDock->setVisible(!before.paletteHidden);
        m_inspectorWanted = !before.inspectorHidden;
        m_inspectorDock->setVisible(m_pages->isHome() && m_inspectorWanted);
        statusBar()->setVisible(!before.totalsHidden);
        setWindowState(before.state);
        m_placeWanted = {before.size, before.place}; // the window system may take its time
        restorePlace();
    }
    applySize();
    m_header->setPresenting(on);
    m_present->setChecked(on);
}

/// As soon as the window has the size at which the place was remembered.
void MainWindow::restorePlace()
{
    if (!m_placeWanted || isPresenting() || size() != m_placeWanted->first)
        return;
    layout()->activate(); // the canvas gets its size first
    m_canvas->setPlace(m_placeWanted->second);
    m_placeWanted.reset();
}

} // namespace convarium::ui
