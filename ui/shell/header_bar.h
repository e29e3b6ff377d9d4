// The bar below the menu: undo, redo, where one is, and the view of the canvas.
#pragma once

#include <QToolBar>

class QComboBox;
class QToolButton;

namespace convarium::ui
{

class CanvasView;
class ProjectDocument;
class ElidedLabel;
class TextLabel;
class IconButton;

class HeaderBar final : public QToolBar
{
    Q_OBJECT
public:
    HeaderBar(ProjectDocument* document, CanvasView* canvas, QAction* undo, QAction* redo, QWidget* parent = nullptr);
    /// Labels become tooltips.
    void setCompact(bool compact);

Q_SIGNALS:
    void homeRequested();

private:
    QToolButton* addButton(const QString& icon, const QString& text, bool labelled);
    void refresh();

    ProjectDocument* m_document;
    CanvasView* m_canvas;
    ElidedLabel* m_title;
    QComboBox* m_bars;
    QToolButton* m_tidy;
    QToolButton* m_fit;
    QToolButton* m_zoom;
    IconButton* m_theme;
};

} // namespace convarium::ui
