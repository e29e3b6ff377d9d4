#include "ui/canvas/layer_search.h"

#include "ui/canvas/card_paint.h"
#include "ui/theme/icons.h"
#include "ui/theme/widgets.h"

#include <QKeyEvent>
#include <QListWidget>
#include <QPainter>
#include <QRegularExpression>
#include <QVBoxLayout>
#include <algorithm>

namespace convarium::ui
{

namespace
{
constexpr int kWidth = 320, kListHeight = 232, kHelpHeight = 34;

/// "16 filters 5×5, valid"
QString settingsText(const QString& id, const LayerSettings& settings)
{
    const engine::LayerDescriptor* layer = engine::findLayer(id.toStdString());
    engine::Params params;
    for (const auto& [key, value] : settings)
        params.set(key, value);
    const auto complete = engine::completeParams(*layer, params);
    return layer->summary && complete ? QString::fromStdString(layer->summary(*complete)) : QString();
}
} // namespace

LayerSearch::LayerSearch(QWidget* parent)
    : QFrame(parent), m_field(new SearchField({})), m_list(new QListWidget),
      m_help(new TextLabel({}, TextRole::Small, ColorRole::Text2))
{
    setAccessibleName(tr("Quick search"));
    setCursor(Qt::ArrowCursor);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(scaled(10), scaled(10), scaled(10), scaled(8));
    column->setSpacing(scaled(6));
    column->addWidget(m_field);
    column->addWidget(m_list, 1);
    column->addWidget(m_help);
    m_field->setAccessibleName(tr("Name of the layer"));
    m_field->installEventFilter(this);
    m_list->setAccessibleName(tr("Layers found"));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setFocusPolicy(Qt::NoFocus); // the keys stay with the field
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->viewport()->setAutoFillBackground(false);
    m_help->setWordWrap(true);
    m_help->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    connect(m_field, &QLineEdit::textChanged, this, &LayerSearch::filter);
    connect(m_list, &QListWidget::itemClicked, this, &LayerSearch::take);
    connect(m_list, &QListWidget::currentItemChanged, this, [this](QListWidgetItem* item) {
        const QString help = item ? item->toolTip() : QString();
        // The beginning is enough to tell layers apart; all of it is the tooltip.
        m_help->setText(help.section(QRegularExpression(QStringLiteral("[.:;] ")), 0, 0));
        m_field->setAccessibleDescription(item ? item->text() : m_help->text());
    });
    hide();
}

void LayerSearch::open(std::vector<LayerEntry> entries, QPoint at, const QString& text, const QString& prompt)
{
    m_entries = std::move(entries);
    m_field->setPlaceholderText(prompt.isEmpty() ? tr("Find a layer") : prompt);
    m_list->setIconSize(QSize(scaled(18), scaled(18)));
    m_help->setFixedHeight(scaled(kHelpHeight));
    const QSize room = parentWidget()->size();
    resize(std::min(scaled(kWidth), room.width()),
           std::min(scaled(kListHeight + kHelpHeight) + m_field->sizeHint().height(), room.height()));
    move(std::clamp(at.x(), 0, std::max(0, room.width() - width())),
         std::clamp(at.y(), 0, std::max(0, room.height() - height())));
    m_field->setText(text);
    filter(text);
    show();
    raise();
    m_field->setFocus(Qt::PopupFocusReason);
}

void LayerSearch::filter(const QString& text)
{
    m_list->clear();
    m_found = found(m_entries, text);
    for (const auto& [entry, settings] : m_found) {
        QString title = entry.title;
        if (!settings.empty())
            title += QStringLiteral("   ") + settingsText(entry.id, settings);
        auto* item = new QListWidgetItem(familyIcon(entry.icon, familyFromName(entry.family)), title, m_list);
        item->setToolTip(entry.help);
        item->setSizeHint(QSize(0, scaled(28)));
    }
    m_list->setCurrentRow(0);
    if (m_list->count() == 0)
        m_help->setText(m_entries.empty() ? tr("No layer fits here.") : tr("No such layer fits here."));
}

void LayerSearch::take()
{
    if (m_list->currentRow() < 0)
        return;
    const FoundLayer& row = m_found.at(static_cast<std::size_t>(m_list->currentRow()));
    const LayerChoice choice(row.entry.id.toStdString(), row.settings);
    hide();
    Q_EMIT chosen(choice);
}

void LayerSearch::cancel()
{
    if (isHidden())
        return;
    const bool byKey = m_field->hasFocus();
    hide();
    Q_EMIT cancelled(byKey);
}

void LayerSearch::step(int by)
{
    if (const int count = m_list->count(); count > 0)
        m_list->setCurrentRow(std::clamp(m_list->currentRow() + by, 0, count - 1));
}

bool LayerSearch::eventFilter(QObject* watched, QEvent* event)
{
    // A popup of the field (its menu) takes the focus for a while only.
    if (event->type() == QEvent::FocusOut && static_cast<QFocusEvent*>(event)->reason() != Qt::PopupFocusReason &&
        static_cast<QFocusEvent*>(event)->reason() != Qt::ActiveWindowFocusReason)
        cancel();
    if (event->type() != QEvent::KeyPress)
        return QFrame::eventFilter(watched, event);
    switch (static_cast<QKeyEvent*>(event)->key()) {
    case Qt::Key_Down: step(1); return true;
    case Qt::Key_Up: step(-1); return true;
    case Qt::Key_PageDown: step(6); return true;
    case Qt::Key_PageUp: step(-6); return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Tab: take(); return true;
    case Qt::Key_Escape: cancel(); return true;
    default: return false;
    }
}

void LayerSearch::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paintPopup(&painter, rect());
}

} // namespace convarium::ui
