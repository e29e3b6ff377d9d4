#include "ui/palette/layer_palette.h"

#include "ui/document/layer_catalogue.h"
#include "ui/palette/own_block_section.h"
#include "ui/theme/icons.h"
#include "ui/theme/own_keys.h"
#include "ui/theme/type.h"
#include "ui/theme/widgets.h"

#include <QAccessible>
#include <QAccessibleWidget>
#include <QApplication>
#include <QDrag>
#include <QKeyEvent>
#include <QMimeData>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollArea>
#include <QStackedWidget>
#include <QStyleOptionFocusRect>
#include <QVBoxLayout>
#include <QtMath>
#include <algorithm>

namespace convarium::ui
{

namespace
{

constexpr int kListWidth = 200, kRailWidth = 56;
/// A family with more than kLongFamily layers shows the first kCommonLayers.
constexpr std::size_t kLongFamily = 7, kCommonLayers = 5;
/// The same text as CanvasView::kLayerMime; the palette does not know the canvas.
const QString kMime = QStringLiteral("application/x-convarium-layer");

QString familyTitle(Family family)
{
    switch (family) {
    case Family::Data: return QObject::tr("Data");
    case Family::Convolution: return QObject::tr("Convolution");
    case Family::Pooling: return QObject::tr("Pooling");
    case Family::Activation: return QObject::tr("Activation");
    case Family::Normalise: return QObject::tr("Normalise");
    case Family::Dense: return QObject::tr("Dense");
    case Family::Merge: return QObject::tr("Merge");
    case Family::Block: break;
    }
    return QObject::tr("Blocks");
}

std::vector<LayerEntry> entriesOf(Family family)
{
    std::vector<LayerEntry> entries = layerCatalogue();
    std::erase_if(entries,
                  [&](const LayerEntry& entry) { return entry.own || familyFromName(entry.family) != family; });
    return entries;
}

std::vector<LayerEntry> ownEntries()
{
    std::vector<LayerEntry> entries = layerCatalogue();
    std::erase_if(entries, [](const LayerEntry& entry) { return !entry.own; });
    return entries;
}

/// A row is a button: pressing it adds the layer.
class RowAccessible final : public QAccessibleWidget
{
public:
    explicit RowAccessible(LayerRow* row) : QAccessibleWidget(row, QAccessible::Button), m_row(row) {}
    [[nodiscard]] QStringList actionNames() const override { return {pressAction(), setFocusAction()}; }
    void doAction(const QString& name) override
    {
        if (name == pressAction())
            Q_EMIT m_row->activated(m_row->id());
        else
            QAccessibleWidget::doAction(name);
    }

private:
    LayerRow* m_row;
};

QAccessibleInterface* makeRowInterface(const QString&, QObject* object)
{
    auto* row = dynamic_cast<LayerRow*>(object);
    return row ? new RowAccessible(row) : nullptr;
}

} // namespace

LayerRow::LayerRow(const QString& id, const QString& title, const QString& help, const QString& icon, Family family,
                   QWidget* parent)
    : QWidget(parent), m_id(id), m_title(title), m_icon(icon), m_family(family)
{
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_Hover);
    setAccessibleName(title);
    setAccessibleDescription(help);
    setToolTip(help);
    setCursor(Qt::OpenHandCursor);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

bool LayerRow::matches(const QString& text) const
{
    return m_title.contains(text, Qt::CaseInsensitive) || m_id.contains(text, Qt::CaseInsensitive);
}

QSize LayerRow::sizeHint() const
{
    // 52: icon and margins, as painted.
    const int text = qCeil(QFontMetricsF(ui::font(TextRole::Body)).horizontalAdvance(m_title));
    return {std::max(scaled(150), scaled(52) + text), scaled(29)};
}

QMimeData* LayerRow::mimeData() const
{
    auto* mime = new QMimeData;
    mime->setData(kMime, m_id.toUtf8());
    return mime;
}

bool LayerRow::event(QEvent* event)
{
    if (event->type() == QEvent::HoverEnter || event->type() == QEvent::HoverLeave)
        update();
    return QWidget::event(event);
}

void LayerRow::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF area = QRectF(rect()).adjusted(scaled(4), 0.5, -scaled(4), -0.5);
    if (underMouse() || hasFocus()) {
        painter.setPen(hasFocus() ? QPen(theme.accent, 2) : Qt::NoPen);
        painter.setBrush(underMouse() ? theme.sunken : QColor(Qt::transparent));
        painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 6, 6);
    }
    const double side = scaled(24);
    const QRectF tile(area.left() + scaled(8), (height() - side) / 2, side, side);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.familyTint(m_family));
    painter.drawRoundedRect(tile, 6, 6);
    paintIcon(&painter, tile.adjusted(3, 3, -3, -3), m_icon, theme.familyInk(m_family));
    painter.setPen(theme.text);
    painter.setFont(ui::font(TextRole::Body));
    painter.drawText(
        QRectF(tile.right() + scaled(8), 0, area.right() - tile.right() - scaled(8), height()),
        Qt::AlignVCenter | Qt::AlignLeft,
        painter.fontMetrics().elidedText(m_title, Qt::ElideMiddle, qFloor(area.right() - tile.right()) - scaled(8)));
}

void LayerRow::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        m_pressed = event->position().toPoint();
}

void LayerRow::mouseMoveEvent(QMouseEvent* event)
{
    if (!(event->buttons() & Qt::LeftButton) ||
        (event->position().toPoint() - m_pressed).manhattanLength() < QApplication::startDragDistance())
        return;
    auto* drag = new QDrag(this);
    drag->setMimeData(mimeData());
    const QPixmap picture = grab();
    drag->setPixmap(picture);
    drag->setHotSpot(m_pressed);
    drag->exec(Qt::CopyAction);
}

void LayerRow::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        Q_EMIT activated(m_id);
}

void LayerRow::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space: Q_EMIT activated(m_id); return;
    case Qt::Key_Down: focusNextChild(); return;
    case Qt::Key_Up: focusPreviousChild(); return;
    default: QWidget::keyPressEvent(event);
    }
}

LayerPalette::LayerPalette(QWidget* parent)
    : QWidget(parent), m_pages(new QStackedWidget), m_search(new SearchField(tr("Find a layer")))
{
    static const bool installed = (QAccessible::installFactory(makeRowInterface), true);
    Q_UNUSED(installed)
    setAccessibleName(tr("Layer palette"));
    tellOwnKeys(this, {{keyName(Qt::Key_Return), tr("Add the layer")}, {tr("Arrow keys"), tr("Another layer")}});
    auto* column = columnIn(this);
    column->addWidget(m_pages);
    makeList();
    makeRail();
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, [this] { setCompact(m_compact); });
    setCompact(false);
}

std::vector<Family> LayerPalette::families() const
{
    std::vector<Family> out;
    for (int f = 0; f < kFamilyCount; ++f)
        if (const auto family = static_cast<Family>(f); !entriesOf(family).empty())
            out.push_back(family);
    return out;
}

std::vector<LayerRow*> LayerPalette::makeRows(const std::vector<LayerEntry>& entries, QVBoxLayout* column)
{
    std::vector<LayerRow*> rows;
    for (const LayerEntry& entry : entries) {
        auto* row = new LayerRow(entry.id, entry.title, entry.help, entry.icon, familyFromName(entry.family));
        connect(row, &LayerRow::activated, this, &LayerPalette::layerActivated);
        column->addWidget(row);
        rows.push_back(row);
    }
    return rows;
}

void LayerPalette::makeList()
{
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, scaled(10), 0, 0);
    column->setSpacing(scaled(6));
    auto* searchRow = new QHBoxLayout;
    searchRow->setContentsMargins(scaled(10), 0, scaled(10), 0);
    searchRow->addWidget(m_search);
    m_search->setAccessibleName(tr("Find a layer"));
    m_search->installEventFilter(this);
    column->addLayout(searchRow);
    m_list = new QScrollArea;
    m_list->setWidgetResizable(true);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->viewport()->setAutoFillBackground(false);
    auto* body = new QWidget;
    body->setAutoFillBackground(false);
    auto* list = new QVBoxLayout(body);
    list->setContentsMargins(0, 0, 0, scaled(8));
    list->setSpacing(0);
    m_own = new OwnBlockSection;
    connect(m_own, &OwnBlockSection::activated, this, &LayerPalette::layerActivated);
    connect(m_own, &OwnBlockSection::changed, this, [this] {
        closeFlyOut();
        m_ownButton->setVisible(!m_own->rows().empty());
        filter(m_search->text());
    });
    list->addWidget(m_own);
    for (Family family : families()) {
        Group g;
        g.family = family;
        g.header = new SectionHeader(familyTitle(family));
        g.header->setTextRole(TextRole::SmallMedium, ColorRole::Text2);
        g.header->setAccessibleName(tr("%1 layers").arg(familyTitle(family)));
        g.content = new QWidget;
        auto* rows = new QVBoxLayout(g.content);
        rows->setContentsMargins(0, 0, 0, scaled(4));
        rows->setSpacing(0);
        g.rows = makeRows(entriesOf(family), rows);
        if (g.rows.size() > kLongFamily)
            foldRest(g, rows);
        g.header->setContent(g.content);
        list->addWidget(g.header);
        list->addWidget(g.content);
        m_groups.push_back(g);
    }
    auto* nothing = new TextLabel({}, TextRole::Body, ColorRole::Text2);
    nothing->setWordWrap(true);
    nothing->setContentsMargins(scaled(14), scaled(8), scaled(14), 0);
    nothing->hide();
    m_nothing = nothing;
    list->addWidget(nothing);
    list->addStretch(1);
    m_list->setWidget(body);
    body->setAutoFillBackground(false); // the palette paints its own surface
    column->addWidget(m_list, 1);
    m_pages->addWidget(page);
    connect(m_search, &QLineEdit::textChanged, this, &LayerPalette::filter);
    connect(m_search, &QLineEdit::returnPressed, this, [this] {
        if (m_search->text().isEmpty())
            return;
        for (LayerRow* row : m_own->rows())
            if (row->matches(m_search->text())) {
                Q_EMIT layerActivated(row->id());
                m_search->clear();
                return;
            }
        for (const Group& g : m_groups)
            for (LayerRow* row : g.rows)
                if (row->matches(m_search->text())) {
                    Q_EMIT layerActivated(row->id());
                    m_search->clear();
                    return;
                }
    });
}

void LayerPalette::foldRest(Group& group, QVBoxLayout* column)
{
    const std::size_t hidden = group.rows.size() - kCommonLayers;
    group.more = new SectionHeader(tr("%1 more").arg(hidden));
    group.more->setTextRole(TextRole::SmallMedium, ColorRole::Text2);
    group.more->setAccessibleName(tr("%1 more layers: %2").arg(hidden).arg(familyTitle(group.family)));
    group.rest = new QWidget;
    auto* rest = columnIn(group.rest, 0);
    for (std::size_t i = kCommonLayers; i < group.rows.size(); ++i)
        rest->addWidget(group.rows[i]); // leaves its place in `column`
    column->addWidget(group.more);
    column->addWidget(group.rest);
    group.more->setContent(group.rest);
    group.more->setExpanded(false);
}

void LayerPalette::makeRail()
{
    m_rail = new QWidget;
    auto* column = new QVBoxLayout(m_rail);
    column->setContentsMargins(scaled(8), scaled(10), scaled(8), scaled(8));
    column->setSpacing(scaled(6));
    auto* search = new IconButton(QStringLiteral("search"), tr("Find a layer"));
    connect(search, &QToolButton::clicked, this, [this] { startSearch({}); });
    column->addWidget(search, 0, Qt::AlignHCenter);
    const auto addButton = [&](const QString& icon, Family family, const QString& title, const QString& name) {
        auto* button = new QToolButton;
        button->setIcon(familyIcon(icon, family));
        button->setToolTip(title);
        button->setAccessibleName(name);
        column->addWidget(button, 0, Qt::AlignHCenter);
        return button;
    };
    m_ownButton = addButton(QStringLiteral("block"), Family::Block, tr("My blocks"), tr("My blocks"));
    m_ownButton->setVisible(!m_own->rows().empty());
    connect(m_ownButton, &QToolButton::clicked, this, [this] { flyOut(tr("My blocks"), ownEntries(), m_ownButton); });
    for (Family family : families()) {
        auto* button = addButton(entriesOf(family).front().icon, family, familyTitle(family),
                                 tr("%1 layers").arg(familyTitle(family)));
        connect(button, &QToolButton::clicked, this,
                [this, family, button] { flyOut(familyTitle(family), entriesOf(family), button); });
    }
    column->addStretch(1);
    m_pages->addWidget(m_rail);
}

void LayerPalette::setCompact(bool compact)
{
    m_compact = compact;
    closeFlyOut();
    m_pages->setCurrentIndex(compact ? 1 : 0);
    setFixedWidth(scaled(compact ? kRailWidth : kListWidth));
}

void LayerPalette::startSearch(const QString& text)
{
    if (m_compact) {
        // The search field lives in the list: show the list for as long as one searches.
        m_pages->setCurrentIndex(0);
        setFixedWidth(scaled(kListWidth));
    }
    m_search->setText(text);
    m_search->setFocus(Qt::ShortcutFocusReason);
}

LayerRow* LayerPalette::row(const QString& id) const
{
    for (LayerRow* row : m_own->rows())
        if (row->id() == id)
            return row;
    for (const Group& g : m_groups)
        for (LayerRow* row : g.rows)
            if (row->id() == id)
                return row;
    return nullptr;
}

void LayerPalette::filter(const QString& text)
{
    bool any = m_own->filter(text);
    for (const Group& g : m_groups) {
        bool shown = false;
        for (LayerRow* row : g.rows) {
            const bool match = text.isEmpty() || row->matches(text);
            row->setVisible(match);
            shown = shown || match;
        }
        g.header->setVisible(shown);
        g.content->setVisible(shown && (!text.isEmpty() || g.header->isExpanded()));
        if (g.more) {
            g.more->setVisible(text.isEmpty());
            g.rest->setVisible(!text.isEmpty() || g.more->isExpanded());
        }
        any = any || shown;
    }
    static_cast<TextLabel*>(m_nothing)->setText(
        tr("No layer called \u2018%1\u2019. Layers have names such as Conv2D.").arg(text));
    m_nothing->setVisible(!any);
}

void LayerPalette::flyOut(const QString& titleText, const std::vector<LayerEntry>& entries, QWidget* anchor)
{
    const bool again = m_flyOutAnchor == anchor;
    closeFlyOut();
    if (again)
        return;
    auto* panel = new Panel(Panel::Fill::Surface, true, window());
    auto* column = new QVBoxLayout(panel);
    column->setContentsMargins(scaled(4), scaled(8), scaled(4), scaled(8));
    column->setSpacing(0);
    auto* title = new TextLabel(titleText, TextRole::SmallMedium, ColorRole::Text2);
    title->setContentsMargins(scaled(12), 0, 0, scaled(4));
    column->addWidget(title);
    const auto rows = makeRows(entries, column);
    for (LayerRow* row : rows)
        connect(row, &LayerRow::activated, this, &LayerPalette::closeFlyOut, Qt::QueuedConnection);
    panel->adjustSize();
    const QPoint beside = anchor->mapTo(window(), QPoint(anchor->width() + scaled(10), 0));
    const int lowest = window()->height() - panel->height() - scaled(8); // a long family moves up
    panel->move(beside.x(), std::max(0, std::min(beside.y(), lowest)));
    panel->show();
    panel->raise();
    m_flyOut = panel;
    m_flyOutAnchor = anchor;
    if (!rows.empty())
        rows.front()->setFocus(Qt::PopupFocusReason);
    qApp->installEventFilter(this);
}

void LayerPalette::closeFlyOut()
{
    if (!m_flyOut)
        return;
    qApp->removeEventFilter(this);
    m_search->installEventFilter(this);
    m_flyOut->hide();
    m_flyOut->deleteLater();
    m_flyOut = nullptr;
    m_flyOutAnchor = nullptr;
}

bool LayerPalette::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_search && m_compact && m_pages->currentIndex() == 0 && event->type() == QEvent::FocusOut) {
        const auto reason = static_cast<QFocusEvent*>(event)->reason();
        if (reason != Qt::PopupFocusReason && !isAncestorOf(QApplication::focusWidget()))
            setCompact(true);
    }
    if (m_flyOut) {
        if (event->type() == QEvent::MouseButtonPress) {
            const auto* widget = qobject_cast<QWidget*>(watched);
            // The button that opened it closes it by its click.
            if (widget && widget != m_flyOut && widget != m_flyOutAnchor && !m_flyOut->isAncestorOf(widget))
                closeFlyOut();
        } else if (event->type() == QEvent::KeyPress && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
            closeFlyOut();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void LayerPalette::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.surface);
    painter.fillRect(QRect(width() - 1, 0, 1, height()), theme.line);
}

} // namespace convarium::ui
