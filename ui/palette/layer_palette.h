// All kinds of layers and blocks, to be dragged or doubled-clicked on to the canvas.
#pragma once

#include "ui/document/layer_catalogue.h"
#include "ui/theme/theme.h"

#include <QWidget>
#include <vector>

class QMimeData;
class QScrollArea;
class QStackedWidget;
class QToolButton;
class QVBoxLayout;

namespace convarium::ui
{

class OwnBlockSection;
class SearchField;
class SectionHeader;

/// One layer: icon in its family's tint, and its name. Drag source; Enter or a double click adds it.
class LayerRow final : public QWidget
{
    Q_OBJECT
public:
    LayerRow(const QString& id, const QString& title, const QString& help, const QString& icon, Family family,
             QWidget* parent = nullptr);
    [[nodiscard]] QString id() const { return m_id; }
    [[nodiscard]] bool matches(const QString& text) const;
    [[nodiscard]] QSize sizeHint() const override;
    /// A narrow list elides long titles.
    [[nodiscard]] QSize minimumSizeHint() const override { return {0, sizeHint().height()}; }
    /// What a drag of this row carries: the layer's id under CanvasView::kLayerMime.
    [[nodiscard]] QMimeData* mimeData() const;

Q_SIGNALS:
    void activated(const QString& id);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QString m_id, m_title, m_icon;
    Family m_family;
    QPoint m_pressed;
};

/// Accessible name "Layer palette". A list by family under a search field, or a rail of family buttons with fly-outs.
/// Common layers come first, in the order of the registry; a long family folds the others under "12 more".
class LayerPalette final : public QWidget
{
    Q_OBJECT
public:
    explicit LayerPalette(QWidget* parent = nullptr);
    void setCompact(bool compact);
    [[nodiscard]] bool isCompact() const { return m_compact; }
    /// Puts the cursor into the search field; text is what was typed already.
    void startSearch(const QString& text);
    [[nodiscard]] LayerRow* row(const QString& id) const;
    [[nodiscard]] SearchField* searchField() const { return m_search; }
    [[nodiscard]] OwnBlockSection* ownBlocks() const { return m_own; }

Q_SIGNALS:
    void layerActivated(const QString& id);

protected:
    void paintEvent(QPaintEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Group {
        Family family;
        SectionHeader* header = nullptr;
        QWidget* content = nullptr;
        std::vector<LayerRow*> rows;
        SectionHeader* more = nullptr; ///< of a long group: opens `rest`, the less common layers
        QWidget* rest = nullptr;
    };
    void makeList();
    void foldRest(Group& group, QVBoxLayout* column);
    void makeRail();
    void filter(const QString& text);
    void flyOut(const QString& title, const std::vector<LayerEntry>& entries, QWidget* anchor);
    void closeFlyOut();
    std::vector<LayerRow*> makeRows(const std::vector<LayerEntry>& entries, QVBoxLayout* column);
    [[nodiscard]] std::vector<Family> families() const;

    QStackedWidget* m_pages;
    SearchField* m_search;
    QScrollArea* m_list = nullptr;
    QWidget* m_rail = nullptr;
    QWidget* m_nothing = nullptr;
    OwnBlockSection* m_own = nullptr;
    QToolButton* m_ownButton = nullptr; ///< of the rail
    QWidget* m_flyOut = nullptr;
    QWidget* m_flyOutAnchor = nullptr; ///< the rail button it belongs to
    std::vector<Group> m_groups;
    bool m_compact = false;
};

} // namespace convarium::ui
