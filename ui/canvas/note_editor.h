// The field in which the text of a note is written, lying over the note.
#pragma once

#include "ui/document/project_document.h"

#include <QPlainTextEdit>
#include <optional>

namespace convarium::ui
{

/// A child of the canvas. Esc, Ctrl+Enter or a click elsewhere keep what was written; undo takes it back. Accessible
/// name "Text of the note".
class NoteEditor final : public QPlainTextEdit
{
    Q_OBJECT
public:
    NoteEditor(ProjectDocument* document, QWidget* parent);
    void open(NoteIndex note, const QRect& place, double textPx);
    [[nodiscard]] std::optional<NoteIndex> note() const { return m_note; }
    void close();

Q_SIGNALS:
    /// byKey: the focus is to go back to the canvas.
    void closed(bool byKey);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    ProjectDocument* m_document;
    std::optional<NoteIndex> m_note;
};

} // namespace convarium::ui
