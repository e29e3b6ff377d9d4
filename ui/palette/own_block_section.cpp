#include "ui/palette/own_block_section.h"

#include "ui/document/own_blocks.h"
#include "ui/palette/layer_palette.h"
#include "ui/theme/dialogs.h"
#include "ui/theme/type.h"
#include "ui/theme/widgets.h"

#include <QAction>
#include <QLineEdit>
#include <QVBoxLayout>

namespace convarium::ui
{

OwnBlockSection::OwnBlockSection(QWidget* parent)
    : QWidget(parent), m_header(new SectionHeader(tr("My blocks"))), m_content(new QWidget),
      m_column(new QVBoxLayout(m_content)), m_faults(new TextLabel({}, TextRole::Small, ColorRole::Error))
{
    auto* column = columnIn(this, 0);
    m_header->setTextRole(TextRole::SmallMedium, ColorRole::Text2);
    m_header->setAccessibleName(tr("My blocks"));
    m_header->setContent(m_content);
    m_column->setContentsMargins(0, 0, 0, scaled(4));
    m_column->setSpacing(0);
    m_faults->setWordWrap(true);
    m_faults->setContentsMargins(scaled(14), 0, scaled(14), scaled(6));
    m_column->addWidget(m_faults);
    column->addWidget(m_header);
    column->addWidget(m_content);
    connect(&OwnBlocks::instance(), &OwnBlocks::changed, this, &OwnBlockSection::rebuild);
    rebuild();
}

void OwnBlockSection::rebuild()
{
    // The edit may have come from a row or from the field over it, which are still at work.
    for (LayerRow* row : m_rows) {
        row->hide();
        row->deleteLater();
    }
    m_rows.clear();
    m_field = nullptr;
    for (const auto& own : OwnBlocks::instance().all())
        addRow(own->name, QString::fromStdString(own->descriptor.id), QString::fromStdString(own->descriptor.help));
    m_faults->setText(OwnBlocks::instance().faults().join(u'\n'));
    filter(m_filter);
    Q_EMIT changed();
}

void OwnBlockSection::addRow(const QString& name, const QString& id, const QString& help)
{
    auto* row = new LayerRow(id, name, help, QStringLiteral("block"), Family::Block);
    connect(row, &LayerRow::activated, this, &OwnBlockSection::activated);
    auto* rename = new QAction(tr("Rename"), row);
    rename->setShortcut(QKeySequence(Qt::Key_F2));
    auto* remove = new QAction(tr("Delete from My blocks\u2026"), row);
    remove->setShortcut(QKeySequence(Qt::Key_Delete));
    for (QAction* action : {rename, remove}) {
        action->setShortcutContext(Qt::WidgetShortcut);
        row->addAction(action);
    }
    row->setContextMenuPolicy(Qt::ActionsContextMenu);
    connect(rename, &QAction::triggered, this, [this, row, name] { startRename(row, name); });
    connect(remove, &QAction::triggered, this, [this, name] { this->remove(name); });
    m_column->insertWidget(static_cast<int>(m_rows.size()), row);
    m_rows.push_back(row);
}

bool OwnBlockSection::filter(const QString& text)
{
    m_filter = text;
    bool any = false;
    for (LayerRow* row : m_rows) {
        const bool match = text.isEmpty() || row->matches(text);
        row->setVisible(match);
        any = any || match;
    }
    const bool faults = text.isEmpty() && !m_faults->text().isEmpty();
    m_faults->setVisible(faults);
    m_header->setVisible(any || faults);
    m_content->setVisible((any || faults) && (!text.isEmpty() || m_header->isExpanded()));
    return any;
}

/// Enter takes the name, leaving the field by Esc or otherwise does not.
void OwnBlockSection::startRename(LayerRow* row, const QString& name)
{
    delete m_field;
    auto* field = new QLineEdit(name, row);
    m_field = field;
    field->setAccessibleName(tr("New name of %1").arg(name));
    field->setGeometry(row->rect().adjusted(scaled(36), 1, -scaled(6), -1));
    connect(field, &QLineEdit::returnPressed, this, [this, field, name] {
        const auto done = OwnBlocks::instance().rename(name, field->text());
        if (!done) {
            field->setToolTip(QString::fromStdString(done.error().message));
            dialogs::inform(this, SignKind::Warning, tr("%1 keeps its name").arg(name),
                            QString::fromStdString(done.error().text()));
        }
    });
    connect(field, &QLineEdit::editingFinished, this, [this, field] {
        if (field->hasFocus())
            return; // Enter
        field->deleteLater();
        if (m_field == field)
            m_field = nullptr;
    });
    auto* leave = new QAction(field);
    leave->setShortcut(QKeySequence(Qt::Key_Escape));
    leave->setShortcutContext(Qt::WidgetShortcut);
    field->addAction(leave);
    connect(leave, &QAction::triggered, row, [row] { row->setFocus(Qt::OtherFocusReason); });
    field->show();
    field->setFocus(Qt::OtherFocusReason);
    field->selectAll();
}

void OwnBlockSection::remove(const QString& name)
{
    dialogs::Message message;
    message.kind = SignKind::Warning;
    message.text = tr("Delete %1 from My blocks?").arg(name);
    message.detail = tr("Networks that have copies of it keep them. The saved block cannot be brought back.");
    message.buttons = {tr("Keep it"), tr("Delete")};
    message.escape = 0;
    message.destructive = 1;
    if (dialogs::ask(this, message) != 1)
        return;
    if (const auto done = OwnBlocks::instance().remove(name); !done)
        dialogs::inform(this, SignKind::Error, tr("%1 is still there").arg(name),
                        QString::fromStdString(done.error().text()));
}

} // namespace convarium::ui
