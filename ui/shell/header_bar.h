// The bar below the menu: undo, redo, where one is, and the view of the canvas.
#pragma once

#include "ui/canvas/layer_bars.h"

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
    HeaderBar(ProjectDocument* document, CanvasView* canvas, QAction* undo, QAction* redo, QAction* draw,
              QWidget* parent = nullptr);
    /// Labels become tooltips.
    void setCompact(bool compact);
    /// Name of the page that is shown in place of the canvas; empty: the canvas is.
    void setPage(const QString& title);
    [[nodiscard]] BarMode bars() const;
    /// The button of the presenter mode leads back.
    void setPresenting(bool presenting);
    /// The next quantity for the bars on the cards.
    void nextBars();

Q_SIGNALS:
    void homeRequested();
    void backRequested();
    void presentRequested();
    void barsChanged(convarium::ui::BarMode mode);

private:
    QWidget* makeCanvasTools(QAction* draw);
    QWidget* makePageTools();
    QToolButton* addButton(const QString& icon, const QString& text, bool labelled);
    void refresh();

    ProjectDocument* m_document;
    CanvasView* m_canvas;
    QString m_page;
    QToolButton* m_root; ///< the network, while a page of it is shown
    TextLabel* m_arrow;
    ElidedLabel* m_title;
    QWidget* m_canvasTools;
    QWidget* m_pageTools;
    QComboBox* m_bars;
    QToolButton* m_draw;
    QToolButton* m_tidy;
    QToolButton* m_fit;
    QToolButton* m_zoom;
    IconButton* m_present;
    IconButton* m_theme;
};

} // namespace convarium::ui
