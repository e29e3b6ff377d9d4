// The part of MainWindow that leads from the judged images to the network and to the drawing, and back.
#include "ui/canvas/canvas_view.h"
#include "ui/document/project_document.h"
#include "ui/drawing/drawing_page.h"
#include "ui/judge/judge_view.h"
#include "ui/shell/main_window.h"
#include "ui/shell/pages.h"
#include "ui/training/training_dock.h"

namespace convarium::ui
{

namespace
{

/// The first layer that makes maps of the image; kNoNode: there is none.
engine::NodeId firstMaps(const engine::GraphSpec& graph)
{
    const engine::ShapedGraph shaped = engine::inferShapes(graph);
    for (const engine::NodeId id : shaped.order)
        if (!graph.edgesInto(id).empty() && shaped.shapes.contains(id) && shaped.shapes.at(id).isMaps())
            return id;
    return engine::kNoNode;
}

} // namespace

void MainWindow::connectJudge()
{
    connect(m_judge, &JudgeView::networkRequested, this, [this] {
        showTraining();
        m_training->showMaps();
        if (!m_canvas->selection().isEmpty())
            return;
        if (const engine::NodeId id = firstMaps(m_document->graph()); id != engine::kNoNode)
            m_canvas->showNode(id);
    });
    connect(m_drawing, &DrawingPage::drawn, m_judge, &JudgeView::setDrawing);
    connect(m_drawing, &DrawingPage::whyRequested, this, [this] {
        m_judge->explainDrawing();
        m_pages->open(m_judge);
    });
}

} // namespace convarium::ui
