#include "ui/shell/header_bar.h"

#include "ui/canvas/canvas_view.h"
#include "ui/document/project_document.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/theme/widgets.h"

#include <QAction>
#include <QComboBox>
#include <QHBoxLayout>
#include <QToolButton>

namespace convarium::ui
{

HeaderBar::HeaderBar(ProjectDocument* document, CanvasView* canvas, QAction* undo, QAction* redo, QAction* draw,
                     QWidget* parent)
    : QToolBar(tr("Header"), parent), m_document(document), m_canvas(canvas)
{
    setObjectName(QStringLiteral("header"));
    setAccessibleName(tr("Header"));
    setMovable(false);
    setFloatable(false);
    setContextMenuPolicy(Qt::PreventContextMenu);

    auto* content = new QWidget;
    auto* row = new QHBoxLayout(content);
    row->setContentsMargins(scaled(8), scaled(6), scaled(8), scaled(6));
    row->setSpacing(scaled(4));
    const auto separator = [&] {
        row->addSpacing(scaled(6));
        row->addWidget(new Hairline(Qt::Vertical));
        row->addSpacing(scaled(6));
    };
    auto* home = new IconButton(QStringLiteral("home"), tr("Gallery"));
    home->setToolTip(tr("Gallery: built-in networks and recent files (Ctrl+Shift+H)"));
    connect(home, &QToolButton::clicked, this, &HeaderBar::homeRequested);
    row->addWidget(home);
    separator();
    for (auto [action, icon, text] :
         {std::tuple{undo, QStringLiteral("undo"), tr("Undo")}, {redo, QStringLiteral("redo"), tr("Redo")}}) {
        auto* button = new IconButton(icon, text);
        const auto sync = [button, action, text] {
            button->setEnabled(action->isEnabled());
            const QString what = action->text();
            button->setToolTip(what.isEmpty() ? text : what);
        };
        connect(action, &QAction::changed, button, sync);
        connect(button, &QToolButton::clicked, action, &QAction::trigger);
        sync();
        row->addWidget(button);
    }
    separator();
    m_root = addButton({}, tr("Back to the network"), true);
    connect(m_root, &QToolButton::clicked, this, &HeaderBar::backRequested);
    row->addWidget(m_root);
    m_arrow = new TextLabel(QStringLiteral("\u203a"), TextRole::Section, ColorRole::Text3);
    m_arrow->setContentsMargins(scaled(2), 0, scaled(6), 0);
    row->addWidget(m_arrow);
    m_title = new ElidedLabel({}, TextRole::SectionBold);
    m_title->setAccessibleName(tr("Breadcrumb"));
    row->addWidget(m_title, 1);
    row->addWidget(makeCanvasTools(draw));
    row->addWidget(makePageTools());
    separator();
    m_present = new IconButton(QStringLiteral("present"), tr("Presenter mode"));
    connect(m_present, &QToolButton::clicked, this, &HeaderBar::presentRequested);
    row->addWidget(m_present);
    m_theme = new IconButton(QStringLiteral("moon"), tr("Dark theme"));
    connect(m_theme, &QToolButton::clicked, this, [] {
        auto& themes = ThemeManager::instance();
        themes.setMode(themes.current().dark ? ThemeMode::Light : ThemeMode::Dark);
    });
    row->addWidget(m_theme);
    content->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    addWidget(content);

    connect(canvas, &CanvasView::zoomChanged, this, &HeaderBar::refresh);
    connect(document, &ProjectDocument::changed, this, &HeaderBar::refresh);
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, &HeaderBar::refresh);
    setPage({});
    setPresenting(false);
}

QWidget* HeaderBar::makeCanvasTools(QAction* draw)
{
    m_canvasTools = new QWidget;
    auto* row = rowIn(m_canvasTools, scaled(4));
    m_bars = new QComboBox;
    m_bars->setAccessibleName(tr("Bars on the cards"));
    m_bars->setToolTip(tr("What the bar on each card compares (Ctrl+B: the next)"));
    for (const auto& [mode, text] : {std::pair{BarMode::Parameters, tr("Bars: parameters")},
                                     {BarMode::Macs, tr("Bars: MACs")},
                                     {BarMode::Memory, tr("Bars: memory")},
                                     {BarMode::Time, tr("Bars: time")},
                                     {BarMode::None, tr("No bars")}})
        m_bars->addItem(icon(QStringLiteral("bars")), text, static_cast<int>(mode));
    connect(m_bars, &QComboBox::currentIndexChanged, this, [this] {
        m_canvas->setBars(bars());
        Q_EMIT barsChanged(bars());
    });
    row->addWidget(m_bars);
    row->addSpacing(scaled(8));
    row->addWidget(new Hairline(Qt::Vertical));
    m_draw = addButton(QStringLiteral("pen"), draw->text(), true);
    m_draw->setToolTip(tr("Draw with the mouse what the network shall read (D)"));
    connect(m_draw, &QToolButton::clicked, draw, &QAction::trigger);
    row->addWidget(m_draw);
    m_tidy = addButton(QStringLiteral("tidy"), tr("Tidy"), true);
    m_tidy->setToolTip(tr("Lay the network out anew (Ctrl+L)"));
    connect(m_tidy, &QToolButton::clicked, m_canvas, &CanvasView::tidy);
    row->addWidget(m_tidy);
    m_fit = addButton(QStringLiteral("fit"), tr("Fit"), true);
    m_fit->setToolTip(tr("Show the whole network (F)"));
    connect(m_fit, &QToolButton::clicked, m_canvas, &CanvasView::fit);
    row->addWidget(m_fit);
    m_zoom = addButton({}, tr("Zoom"), true);
    m_zoom->setToolTip(tr("Back to 100 % (0)"));
    connect(m_zoom, &QToolButton::clicked, this, [this] { m_canvas->setZoom(1); });
    row->addWidget(m_zoom);
    return m_canvasTools;
}

QWidget* HeaderBar::makePageTools()
{
    m_pageTools = new QWidget;
    auto* row = rowIn(m_pageTools, scaled(4));
    QToolButton* back = addButton(QStringLiteral("chevron-left"), tr("Back to the canvas"), true);
    connect(back, &QToolButton::clicked, this, &HeaderBar::backRequested);
    row->addWidget(back);
    row->addWidget(new KeyCap(tr("Esc")));
    return m_pageTools;
}

void HeaderBar::setPage(const QString& title)
{
    m_page = title;
    const bool page = !title.isEmpty();
    m_root->setVisible(page);
    m_arrow->setVisible(page);
    m_canvasTools->setVisible(!page);
    m_pageTools->setVisible(page);
    refresh();
}

void HeaderBar::setPresenting(bool presenting)
{
    const QString name = presenting ? tr("Leave presenter mode") : tr("Presenter mode");
    m_present->setAccessibleName(name);
    m_present->setIconName(presenting ? QStringLiteral("close") : QStringLiteral("present"));
    m_present->setToolTip(presenting ? tr("Back to the window (Esc)")
                                     : tr("The whole screen with larger type, for an audience (F11)"));
}

QToolButton* HeaderBar::addButton(const QString& iconName, const QString& text, bool labelled)
{
    auto* button = new QToolButton;
    if (!iconName.isEmpty())
        button->setIcon(icon(iconName));
    button->setText(text);
    button->setAccessibleName(text);
    button->setToolButtonStyle(iconName.isEmpty() ? Qt::ToolButtonTextOnly
                               : labelled         ? Qt::ToolButtonTextBesideIcon
                                                  : Qt::ToolButtonIconOnly);
    return button;
}

void HeaderBar::setCompact(bool compact)
{
    for (QToolButton* b : {m_draw, m_tidy, m_fit})
        b->setToolButtonStyle(compact ? Qt::ToolButtonIconOnly : Qt::ToolButtonTextBesideIcon);
}

BarMode HeaderBar::bars() const
{
    return static_cast<BarMode>(m_bars->currentData().toInt());
}

void HeaderBar::nextBars()
{
    m_bars->setCurrentIndex((m_bars->currentIndex() + 1) % m_bars->count());
}

void HeaderBar::refresh()
{
    m_title->setText(m_page.isEmpty() ? m_document->title() : m_page);
    m_root->setText(m_document->title());
    m_zoom->setText(tr("%1 %").arg(qRound(m_canvas->zoom() * 100)));
    const bool dark = Theme::current().dark;
    m_theme->setIconName(dark ? QStringLiteral("sun") : QStringLiteral("moon"));
    const QString name = dark ? tr("Light theme") : tr("Dark theme");
    m_theme->setToolTip(name);
    m_theme->setAccessibleName(name);
}

} // namespace convarium::ui
