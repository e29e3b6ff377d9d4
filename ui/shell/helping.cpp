// The help of the window: its menu, and which page of it speaks of what is shown.
#include "engine/kernels/kernel_table.h"
#include "ui/drawing/drawing_page.h"
#include "ui/gallery/gallery_page.h"
#include "ui/help/help_page.h"
#include "ui/inside/number_view.h"
#include "ui/inside/strongest_page.h"
#include "ui/judge/judge_view.h"
#include "ui/kernels/kernel_page.h"
#include "ui/shell/keys_page.h"
#include "ui/shell/main_window.h"
#include "ui/shell/pages.h"
#include "ui/theme/dialogs.h"
#include "ui/theme/icons.h"

#include <QMenu>
#include <QMenuBar>
#include <algorithm>

namespace convarium::ui
{

void MainWindow::makeHelpMenu()
{
    QMenu* help = menuBar()->addMenu(tr("&Help"));
    help->addAction(tr("Help"), QKeySequence(Qt::Key_F1), this, [this] {
        const QWidget* page = m_pages->currentWidget();
        const std::pair<const QWidget*, const char*> topics[] = {
            {m_gallery, "first-steps"},
            {m_drawing, "look-inside#draw-a-digit"},
            {m_judge, "look-inside#judge-the-network"},
            {m_number, "look-inside#the-number-behind-a-pixel"},
            {m_strongest, "look-inside#the-number-behind-a-pixel"},
            {m_kernels, "build#kernels-by-hand"},
        };
        const auto* found = std::find_if(std::begin(topics), std::end(topics),
                                         [page](const auto& topic) { return topic.first == page; });
        showHelp(found == std::end(topics) ? QString() : QString::fromLatin1(found->second));
    });
    help->addAction(tr("First steps"), this, [this] { showHelp(QStringLiteral("first-steps")); });
    help->addAction(icon(QStringLiteral("keys")), tr("Keys"), QKeySequence(QStringLiteral("Ctrl+F1")), this,
                    [this] { m_pages->open(m_keys); });
    help->addSeparator();
    QAction* story = help->addAction(icon(QStringLiteral("info")), tr("About this network"), this, [this] {
        m_pages->goHome();
        showStory();
    });
    connect(help, &QMenu::aboutToShow, story, [this, story] { story->setEnabled(hasStory()); });
    help->addAction(tr("About Convarium"), this, &MainWindow::showAbout);
    connect(m_help, &HelpPage::closed, this, [this] { m_pages->open(m_helpFrom); });
}

void MainWindow::showHelp(const QString& name)
{
    if (m_pages->currentWidget() != m_help)
        m_helpFrom = m_pages->currentWidget();
    m_help->read(name);
    m_pages->open(m_help);
}

void MainWindow::showAbout()
{
    const auto& kernels = engine::kernels::active();
    dialogs::inform(this, SignKind::Info, tr("Convarium %1").arg(QStringLiteral(CONVARIUM_VERSION)),
                    tr("Build convolutional networks by hand, train them live, see every number. Kernels in use: %1, "
                       "%2 numbers at a time. "
                       "Licence: GPL-3.0-or-later. Built with Qt %3.")
                        .arg(QString::fromLatin1(kernels.name))
                        .arg(kernels.width)
                        .arg(QString::fromLatin1(qVersion())));
}

} // namespace convarium::ui
