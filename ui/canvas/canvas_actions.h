// The edit and view commands of the canvas as actions, for menus, tool bars and keys.
#pragma once

#include "engine/graph/graph_spec.h"

#include <QAction>
#include <QObject>
#include <vector>

namespace convarium::ui
{

class CanvasView;

/// Keys act only while the canvas has the focus. Enabled states follow selection and document.
class CanvasActions final : public QObject
{
    Q_OBJECT
public:
    explicit CanvasActions(CanvasView* view);

    QAction* remove; ///< bridging
    QAction* cut;
    QAction* copy;
    QAction* paste;
    QAction* duplicate;
    QAction* addLayer; ///< found by its name
    QAction* addNote;
    QAction* selectAll;
    QAction* makeBlock;
    QAction* editBlock; ///< name and parameters
    QAction* foldBlock; ///< or open it
    QAction* saveBlock; ///< to My blocks, or update it there
    QAction* dissolveBlock;
    QAction* lookInside; ///< Enter
    QAction* edit;       ///< settings of the layer, or the text of the note
    QAction* replace;    ///< by a layer that is found by its name
    QAction* rename;
    QAction* freeze; ///< checkable
    QAction* tidy;
    QAction* fit;
    QAction* fitSelection;
    QAction* zoomIn;
    QAction* zoomOut;
    QAction* zoomReset;
    QList<QAction*> pages; ///< of the window, about the selected layer

    /// What can be done with what is selected, in groups; with the whole canvas where nothing is.
    [[nodiscard]] QList<QList<QAction*>> possible() const;

private:
    QAction* add(const QString& text, const QString& icon, const QList<QKeySequence>& keys);
    void update();
    void updateBlocks();
    [[nodiscard]] std::vector<const engine::Node*> withWeights() const;
    CanvasView* m_view;
};

} // namespace convarium::ui
