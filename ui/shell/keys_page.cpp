#include "ui/shell/keys_page.h"

#include "ui/theme/accessible_tree.h"
#include "ui/theme/own_keys.h"
#include "ui/theme/widgets.h"

#include <QAction>
#include <QHBoxLayout>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>
#include <QPainter>
#include <QSet>
#include <algorithm>

namespace convarium::ui
{

namespace
{

constexpr int kColumn = 400, kMostColumns = 3;

/// As it reads in a sentence: without mnemonics, and the dots of actions that open a dialog.
QString plainText(QString text)
{
    text.remove(QLatin1Char('&'));
    if (text.endsWith(QChar(0x2026)))
        text.chop(1);
    return text;
}

void addActions(const QList<QAction*>& actions, KeyArea& area, QSet<const QAction*>& told)
{
    for (const QAction* action : actions) {
        if (action->menu())
            addActions(action->menu()->actions(), area, told);
        if (action->shortcuts().isEmpty() || told.contains(action))
            continue;
        told.insert(action);
        KeyEntry entry{plainText(action->text()), {}};
        for (const QKeySequence& key : action->shortcuts())
            if (!entry.keys.contains(keyName(key)))
                entry.keys << keyName(key);
        area.entries << entry;
    }
}

/// The accessible name of the widget, or of the nearest around it that has one.
QString placeOf(const QWidget* widget)
{
    for (; widget; widget = widget->parentWidget())
        if (!widget->accessibleName().isEmpty())
            return widget->accessibleName();
    return KeysPage::tr("Window");
}

QWidget* rowOf(const KeyEntry& entry)
{
    auto* row = new QWidget;
    auto* line = rowIn(row, scaled(6));
    auto* does = new TextLabel(entry.does);
    does->setWordWrap(true);
    line->addWidget(does, 1);
    for (const QString& key : entry.keys)
        line->addWidget(new KeyCap(key));
    row->setAccessibleName(KeysPage::tr("%1: %2").arg(entry.does, entry.keys.join(KeysPage::tr(" or "))));
    setReadsAsOne(row);
    return row;
}

QWidget* cardOf(const KeyArea& area)
{
    auto* card = new Panel(Panel::Fill::Surface, true);
    auto* column = new QVBoxLayout(card);
    column->setContentsMargins(scaled(16), scaled(12), scaled(16), scaled(12));
    column->setSpacing(scaled(6));
    column->addWidget(new TextLabel(area.title, TextRole::SectionBold));
    for (const KeyEntry& entry : area.entries)
        column->addWidget(rowOf(entry));
    return card;
}

} // namespace

QList<KeyArea> keyAreas(const QWidget* window)
{
    QList<KeyArea> areas;
    QSet<const QAction*> told;
    if (const auto* main = qobject_cast<const QMainWindow*>(window))
        for (const QAction* menu : main->menuBar()->actions()) {
            KeyArea area{plainText(menu->text()), {}};
            addActions({const_cast<QAction*>(menu)}, area, told);
            if (!area.entries.isEmpty())
                areas << area;
        }
    for (const QWidget* widget : window->findChildren<QWidget*>()) {
        KeyArea own{placeOf(widget), {}};
        addActions(widget->actions(), own, told);
        for (const OwnKey& key : ownKeys(widget))
            own.entries << KeyEntry{key.does, {key.keys}};
        if (own.entries.isEmpty())
            continue;
        auto same = std::find_if(areas.begin(), areas.end(), [&](const KeyArea& a) { return a.title == own.title; });
        if (same == areas.end()) {
            areas << own;
            continue;
        }
        for (const KeyEntry& entry : own.entries) // parts of one name, such as the rows of a list, have the same keys
            if (!same->entries.contains(entry))
                same->entries << entry;
    }
    return areas;
}

KeysPage::KeysPage(QWidget* parent) : QScrollArea(parent)
{
    setAccessibleName(tr("Keys"));
    setWindowTitle(tr("Keys"));
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::StrongFocus); // so that its keys scroll it
    viewport()->setAutoFillBackground(false);
}

int KeysPage::columns() const
{
    return std::clamp(viewport()->width() / scaled(kColumn), 1, kMostColumns);
}

void KeysPage::showEvent(QShowEvent* event)
{
    QScrollArea::showEvent(event);
    fill();
}

void KeysPage::resizeEvent(QResizeEvent* event)
{
    QScrollArea::resizeEvent(event);
    if (isVisible() && columns() != m_columns)
        fill();
}

void KeysPage::paintEvent(QPaintEvent* event)
{
    QPainter(viewport()).fillRect(viewport()->rect(), Theme::current().window);
    QScrollArea::paintEvent(event);
}

/// Each area goes below what is shortest so far.
void KeysPage::fill()
{
    m_columns = columns();
    auto* content = new QWidget;
    content->setAutoFillBackground(false);
    auto* row = new QHBoxLayout(content);
    row->setContentsMargins(scaled(16), scaled(12), scaled(16), scaled(16));
    row->setSpacing(scaled(12));
    std::vector<std::pair<int, QVBoxLayout*>> stacks;
    for (int i = 0; i < m_columns; ++i) {
        stacks.emplace_back(0, new QVBoxLayout);
        stacks.back().second->setSpacing(scaled(12));
        row->addLayout(stacks.back().second, 1);
    }
    for (const KeyArea& area : keyAreas(window())) {
        auto& shortest = *std::min_element(stacks.begin(), stacks.end(),
                                           [](const auto& a, const auto& b) { return a.first < b.first; });
        QWidget* card = cardOf(area);
        shortest.first += card->sizeHint().height();
        shortest.second->addWidget(card);
    }
    for (auto& [height, stack] : stacks)
        stack->addStretch(1);
    setWidget(content);
}

} // namespace convarium::ui
