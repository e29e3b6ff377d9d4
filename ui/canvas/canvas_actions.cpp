#include "ui/canvas/canvas_actions.h"

#include "ui/canvas/canvas_view.h"
#include "ui/document/own_blocks.h"
#include "ui/theme/icons.h"

#include <algorithm>
#include <set>

namespace convarium::ui
{

CanvasActions::CanvasActions(CanvasView* view) : QObject(view), m_view(view)
{
    remove = add(tr("Delete"), QStringLiteral("trash"), {QKeySequence::Delete, Qt::Key_Backspace});
    cut = add(tr("Cut"), {}, {QKeySequence::Cut});
    copy = add(tr("Copy"), QStringLiteral("copy"), {QKeySequence::Copy});
    paste = add(tr("Paste"), {}, {QKeySequence::Paste});
    addLayer = add(tr("Add a layer\u2026"), QStringLiteral("plus"), {Qt::Key_Slash});
    addNote = add(tr("Add a note"), QStringLiteral("note"), {Qt::CTRL | Qt::Key_T});
    duplicate = add(tr("Duplicate"), {}, {Qt::CTRL | Qt::Key_D});
    selectAll = add(tr("Select all"), {}, {QKeySequence::SelectAll});
    makeBlock = add(tr("Make block\u2026"), QStringLiteral("block"), {Qt::CTRL | Qt::Key_G});
    editBlock = add(tr("Name and parameters of the block\u2026"), {}, {Qt::CTRL | Qt::SHIFT | Qt::Key_E});
    foldBlock = add(tr("Fold the block"), {}, {Qt::CTRL | Qt::Key_E});
    saveBlock = add(tr("Save to My blocks"), {}, {Qt::CTRL | Qt::Key_M});
    dissolveBlock = add(tr("Dissolve the block"), {}, {Qt::CTRL | Qt::SHIFT | Qt::Key_G});
    lookInside = add(tr("The number behind a pixel"), QStringLiteral("zoom"),
                     {Qt::CTRL | Qt::Key_Return, Qt::CTRL | Qt::Key_Enter});
    edit = add(tr("Settings"), {}, {});
    replace = add(tr("Replace with\u2026"), {}, {Qt::CTRL | Qt::Key_R});
    rename = add(tr("Rename"), {}, {Qt::Key_F2});
    freeze = add(tr("Freeze weights"), QStringLiteral("snow"), {});
    freeze->setCheckable(true);
    tidy = add(tr("Tidy"), QStringLiteral("tidy"), {Qt::CTRL | Qt::Key_L});
    fit = add(tr("Fit"), QStringLiteral("fit"), {Qt::Key_F});
    fitSelection = add(tr("Fit selection"), {}, {Qt::SHIFT | Qt::Key_F});
    zoomIn = add(tr("Zoom in"), QStringLiteral("plus"), {Qt::Key_Plus, Qt::Key_Equal});
    zoomOut = add(tr("Zoom out"), QStringLiteral("minus"), {Qt::Key_Minus});
    zoomReset = add(tr("100 %"), {}, {Qt::Key_0});

    connect(remove, &QAction::triggered, view, &CanvasView::removeSelection);
    connect(cut, &QAction::triggered, view, &CanvasView::cutSelection);
    connect(copy, &QAction::triggered, view, &CanvasView::copySelection);
    connect(paste, &QAction::triggered, view, &CanvasView::paste);
    connect(addLayer, &QAction::triggered, view, [view] { view->searchLayer({}); });
    connect(edit, &QAction::triggered, view, &CanvasView::editSelected);
    connect(replace, &QAction::triggered, view, &CanvasView::searchReplacement);
    connect(addNote, &QAction::triggered, view, &CanvasView::addNote);
    connect(duplicate, &QAction::triggered, view, &CanvasView::duplicateSelection);
    connect(selectAll, &QAction::triggered, view, &CanvasView::selectAll);
    connect(makeBlock, &QAction::triggered, view, &CanvasView::makeBlock);
    connect(editBlock, &QAction::triggered, view, &CanvasView::editBlock);
    connect(foldBlock, &QAction::triggered, view, &CanvasView::toggleFold);
    connect(saveBlock, &QAction::triggered, view, &CanvasView::saveBlock);
    connect(dissolveBlock, &QAction::triggered, view, &CanvasView::dissolveBlock);
    connect(&OwnBlocks::instance(), &OwnBlocks::changed, this, &CanvasActions::updateBlocks);
    connect(lookInside, &QAction::triggered, view, [view] {
        if (!view->selection().isEmpty())
            Q_EMIT view->lookInsideRequested(view->selection().last());
    });
    connect(rename, &QAction::triggered, view, [view] {
        if (!view->selection().isEmpty())
            Q_EMIT view->renameRequested(view->selection().last());
    });
    connect(freeze, &QAction::triggered, view, [this](bool on) {
        std::vector<NodeId> ids;
        for (const engine::Node* node : withWeights())
            ids.push_back(node->id);
        m_view->document()->setFrozen(ids, on);
    });
    connect(tidy, &QAction::triggered, view, &CanvasView::tidy);
    connect(fit, &QAction::triggered, view, &CanvasView::fit);
    connect(fitSelection, &QAction::triggered, view, &CanvasView::fitSelection);
    connect(zoomIn, &QAction::triggered, view, [view] { view->setZoom(view->zoom() * 1.25); });
    connect(zoomOut, &QAction::triggered, view, [view] { view->setZoom(view->zoom() / 1.25); });
    connect(zoomReset, &QAction::triggered, view, [view] { view->setZoom(1); });
    connect(view, &CanvasView::selectionChanged, this, &CanvasActions::update);
    connect(view->document(), &ProjectDocument::changed, this, &CanvasActions::update);
    update();
}

QAction* CanvasActions::add(const QString& text, const QString& iconName, const QList<QKeySequence>& keys)
{
    auto* action = new QAction(text, m_view);
    if (!iconName.isEmpty())
        action->setIcon(icon(iconName));
    action->setShortcuts(keys);
    action->setShortcutContext(Qt::WidgetShortcut);
    m_view->addAction(action);
    return action;
}

void CanvasActions::update()
{
    const QList<NodeId>& ids = m_view->selection();
    const bool any = !ids.isEmpty();
    const CanvasScene* scene = m_view->canvasScene();
    const bool anything = any || !scene->selectedNotes().empty();
    remove->setEnabled(anything || scene->selectedWire() || scene->selectedArrow());
    for (QAction* action : {cut, copy, duplicate, fitSelection})
        action->setEnabled(anything);
    for (QAction* action : {lookInside, rename})
        action->setEnabled(any);
    const bool note = !any && scene->selectedNotes().size() == 1;
    edit->setEnabled(ids.size() == 1 || note);
    edit->setText(note ? tr("Write in the note") : tr("Settings"));
    replace->setEnabled(m_view->replaceable() != engine::kNoNode);
    addLayer->setText(scene->selectedWire() ? tr("Insert a layer\u2026") : tr("Add a layer\u2026"));
    const std::vector<const engine::Node*> weighted = withWeights();
    freeze->setEnabled(!weighted.empty());
    freeze->setChecked(!weighted.empty() && std::ranges::all_of(weighted, &engine::Node::frozen));
    const bool filled = !m_view->document()->graph().nodes.empty();
    for (QAction* action : {selectAll, tidy, fit})
        action->setEnabled(filled);
    updateBlocks();
}

QList<QList<QAction*>> CanvasActions::possible() const
{
    const CanvasScene* scene = m_view->canvasScene();
    const bool layers = !m_view->selection().isEmpty();
    const bool nothing = !layers && scene->selectedNotes().empty() && !scene->selectedWire() && !scene->selectedArrow();
    QList<QList<QAction*>> groups{{edit, lookInside}, {addLayer}, {replace, rename, freeze}};
    if (layers)
        groups.first() << pages;
    groups << QList<QAction*>{cut, copy, paste, duplicate, remove};
    groups << QList<QAction*>{editBlock, foldBlock, saveBlock, dissolveBlock};
    if (layers)
        groups.last().prepend(makeBlock);
    if (nothing)
        groups << QList<QAction*>{addNote, selectAll} << QList<QAction*>{tidy, fit};
    else
        groups << QList<QAction*>{fitSelection};
    for (QList<QAction*>& group : groups)
        group.removeIf([](const QAction* action) { return !action->isEnabled(); });
    groups.removeIf([](const QList<QAction*>& group) { return group.isEmpty(); });
    return groups;
}

/// Of the selected layers those that can be frozen.
std::vector<const engine::Node*> CanvasActions::withWeights() const
{
    const QList<NodeId> ids = m_view->selection();
    const std::set<NodeId> selected(ids.begin(), ids.end());
    std::vector<const engine::Node*> weighted;
    for (const engine::Node& node : m_view->document()->graph().nodes)
        if (selected.contains(node.id) && m_view->document()->lastGoodCounts(node.id).parameters() > 0)
            weighted.push_back(&node);
    return weighted;
}

/// Making one is always possible to ask for: then it is said what is missing.
void CanvasActions::updateBlocks()
{
    const std::int64_t block = m_view->selectedBlock();
    for (QAction* action : {editBlock, saveBlock, dissolveBlock})
        action->setEnabled(block != -1);
    const auto blocks = m_view->blocksToFold();
    foldBlock->setEnabled(!blocks.empty());
    if (blocks.size() > 1)
        foldBlock->setText(m_view->allFolded(blocks) ? tr("Open the blocks") : tr("Fold the blocks"));
    else
        foldBlock->setText(m_view->allFolded(blocks) && !blocks.empty() ? tr("Open the block") : tr("Fold the block"));
    const OwnBlock* saved = block == -1 ? nullptr : m_view->savedAs(block);
    saveBlock->setText(saved ? tr("Update My blocks '%1'").arg(saved->name) : tr("Save to My blocks"));
}

} // namespace convarium::ui
