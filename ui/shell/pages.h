// The middle of the window: the canvas, and pages one level below it.
#pragma once

#include <QHash>
#include <QStackedWidget>

class QUndoStack;

namespace convarium::ui
{

/// Shows the canvas or one of the pages. A page's window title is its place in the breadcrumb; a page that has levels
/// of its own takes Esc until it is at its first.
class Pages final : public QStackedWidget
{
    Q_OBJECT
public:
    explicit Pages(QWidget* home, QUndoStack* undo, QWidget* parent = nullptr);
    /// undo: what Undo and Redo act on while the page is shown; null: the same as on the canvas.
    void add(QWidget* page, QUndoStack* undo = nullptr);
    void open(QWidget* page);
    /// Back to the canvas.
    void goHome();

    [[nodiscard]] bool isHome() const { return currentIndex() == 0; }
    /// Of the page shown; empty on the canvas.
    [[nodiscard]] QString title() const;
    [[nodiscard]] QUndoStack* undoStack() const { return m_undo.value(currentWidget()); }

Q_SIGNALS:
    /// Another page, or its title.
    void changed();

private:
    QHash<QWidget*, QUndoStack*> m_undo;
};

} // namespace convarium::ui
