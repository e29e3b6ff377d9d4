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
    QAction* addNote;
    QAction* selectAll;
    QAction* makeBlock;
    QAction* editBlock; ///< name and parameters
    QAction* foldBlock; ///< or open it
    QAction* saveBlock; ///< to My blocks, or update it there
    QAction* dissolveBlock;
    QAction* lookInside; ///< Enter
    QAction* rename;
    QAction* freeze; ///< checkable
    QAction* tidy;
    QAction* fit;
    QAction* fitSelection;
    QAction* zoomIn;
    QAction* zoomOut;
    QAction* zoomReset;

private:
    QAction* add(const QString& text, const QString& icon, const QList<QKeySequence>& keys);
    void update();
    void updateBlocks();
    [[nodiscard]] std::vector<const engine::Node*> withWeights() const;
    CanvasView* m_view;
};

} // namespace convarium::ui
