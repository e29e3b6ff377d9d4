#include "ui/canvas/note_editor.h"

#include "ui/theme/theme.h"
#include "ui/theme/type.h"

#include <QKeyEvent>
#include <utility>

namespace convarium::ui
{

NoteEditor::NoteEditor(ProjectDocument* document, QWidget* parent) : QPlainTextEdit(parent), m_document(document)
{
    setAccessibleName(tr("Text of the note"));
    setCursor(Qt::IBeamCursor);
    setTabChangesFocus(true);
    setPlaceholderText(tr("Write what is to be seen here"));
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    hide();
}

void NoteEditor::open(NoteIndex note, const QRect& place, double textPx)
{
    if (note >= m_document->notes().size())
        return;
    m_note = note;
    QFont text = ui::font(TextRole::Body);
    text.setPixelSize(std::max(text.pixelSize(), qRound(textPx)));
    setFont(text);
    setPlainText(QString::fromStdString(m_document->notes()[note].text));
    setGeometry(QRect(place.topLeft(), place.size().expandedTo(QSize(scaled(140), scaled(60)))));
    show();
    raise();
    selectAll();
    setFocus(Qt::OtherFocusReason);
}

void NoteEditor::close()
{
    const auto index = std::exchange(m_note, std::nullopt);
    if (!index)
        return;
    const bool byKey = hasFocus();
    hide();
    if (*index < m_document->notes().size()) {
        engine::Note note = m_document->notes()[*index];
        note.text = toPlainText().toStdString();
        m_document->setNote(*index, note);
    }
    Q_EMIT closed(byKey);
}

void NoteEditor::keyPressEvent(QKeyEvent* event)
{
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (event->key() == Qt::Key_Escape || (enter && event->modifiers().testFlag(Qt::ControlModifier)))
        close();
    else
        QPlainTextEdit::keyPressEvent(event);
}

void NoteEditor::focusOutEvent(QFocusEvent* event)
{
    QPlainTextEdit::focusOutEvent(event);
    if (event->reason() != Qt::PopupFocusReason && event->reason() != Qt::ActiveWindowFocusReason)
        close();
}

} // namespace convarium::ui
