// The part of CanvasView that makes, folds and keeps blocks of one's own.
#include "ui/canvas/canvas_view.h"

#include "engine/blocks/groups.h"
#include "ui/canvas/block_form.h"
#include "ui/canvas/placement.h"
#include "ui/document/blocks.h"
#include "ui/document/edit_builder.h"
#include "ui/document/own_blocks.h"
#include "ui/theme/dialogs.h"

namespace convarium::ui
{

namespace
{

std::set<NodeId> setOf(const QList<NodeId>& ids)
{
    return {ids.begin(), ids.end()};
}

} // namespace

std::int64_t CanvasView::selectedBlock() const
{
    return blockOf(m_document->graph(), setOf(m_scene->selection()));
}

bool CanvasView::isFolded(std::int64_t group) const
{
    const engine::BlockCard* card = findBlockCard(m_document->blocks(), group);
    return card && card->folded;
}

const OwnBlock* CanvasView::savedAs(std::int64_t group) const
{
    const engine::BlockCard* card = findBlockCard(m_document->blocks(), group);
    if (card && !card->source.empty())
        if (const OwnBlock* own = OwnBlocks::instance().named(QString::fromStdString(card->source)))
            return own;
    return OwnBlocks::instance().named(blockName(m_document->graph(), group));
}

void CanvasView::openBlockForm(const BlockDraft& draft, std::function<void(const BlockChoice&)> then)
{
    m_blockChosen = std::move(then);
    const QRectF area = m_scene->rectOf(m_scene->selection());
    m_blockForm->open(draft, mapFromScene(QPointF(area.left(), area.bottom())) + QPoint(0, 12));
}

void CanvasView::makeBlock()
{
    std::set<NodeId> ids = setOf(m_scene->selection());
    // Several cards are meant with their docked rows, which lie between them.
    std::set<NodeId> cards;
    for (const NodeId id : ids)
        cards.insert(m_scene->stacks().headOf(id));
    for (const NodeId card : cards)
        if (cards.size() > 1 && ids.contains(card))
            for (const NodeId row : m_scene->stacks().of(card)->rows)
                ids.insert(row);
    if (const auto home = homeOfBlock(m_document->graph(), ids); !home) {
        say(QString::fromStdString(home.error().message));
        return;
    }
    BlockDraft draft;
    draft.title = tr("New block of %1 layers").arg(ids.size());
    draft.button = tr("Make block");
    draft.name = suggestedBlockName(m_document->graph(), ids);
    draft.choices = settingChoices(m_document->graph(), ids);
    draft.offersKeeping = true;
    draft.faultOf = [this](const QString& name) { return faultOfBlockName(m_document->graph(), name); };
    openBlockForm(draft, [this, ids](const BlockChoice& choice) {
        const auto made = ui::makeBlock(*m_document, ids, choice.name, choice.parameters);
        if (!made) {
            say(QString::fromStdString(made.error().message));
            return;
        }
        showBlock(*made);
        if (choice.keep)
            saveBlock();
    });
}

void CanvasView::editBlock()
{
    const std::int64_t group = selectedBlock();
    if (group == -1)
        return;
    const engine::BlockCard* card = findBlockCard(m_document->blocks(), group);
    BlockDraft draft;
    draft.title = tr("Block");
    draft.button = tr("Apply");
    draft.name = blockName(m_document->graph(), group);
    draft.choices = settingChoices(m_document->graph(), setOf(m_scene->selection()));
    if (card)
        draft.ticked = card->parameters;
    draft.faultOf = [this, group](const QString& name) { return faultOfBlockName(m_document->graph(), name, group); };
    openBlockForm(draft, [this, group](const BlockChoice& choice) {
        m_document->edit(tr("Change the block %1").arg(choice.name), [&](EditBuilder& b) {
            b.renameBlock(group, choice.name.toStdString());
            b.setBlockParameters(group, choice.parameters);
        });
    });
}

void CanvasView::showBlock(std::int64_t group)
{
    const auto members = engine::membersOf(m_document->graph(), group);
    showAdded(members);
}

void CanvasView::dissolveBlock()
{
    const std::int64_t group = selectedBlock();
    if (group == -1) {
        say(tr("Select a block first: click the head of its frame."));
        return;
    }
    const auto members = engine::membersOf(m_document->graph(), group);
    ui::dissolveBlock(*m_document, group);
    showAdded(members);
}

void CanvasView::toggleFold()
{
    const auto groups = blocksToFold();
    if (groups.size() == 1) {
        setFolded(groups.front(), !isFolded(groups.front()));
    } else if (!groups.empty()) {
        foldBlocks(*m_document, groups, !allFolded(groups));
        fit();
    } else {
        say(tr("Select a block first: click the head of its frame."));
    }
}

std::vector<std::int64_t> CanvasView::blocksToFold() const
{
    return blocksAmong(m_document->graph(), setOf(m_scene->selection()));
}

bool CanvasView::allFolded(const std::vector<std::int64_t>& groups) const
{
    return std::all_of(groups.begin(), groups.end(), [this](std::int64_t group) { return isFolded(group); });
}

void CanvasView::setFolded(std::int64_t group, bool folded)
{
    foldBlocks(*m_document, {group}, folded);
    showBlock(group);
}

void CanvasView::saveBlock()
{
    const std::int64_t group = selectedBlock();
    if (group == -1) {
        say(tr("Select a block first: click the head of its frame. Ctrl+G makes one of the selected layers."));
        return;
    }
    const OwnBlock* known = savedAs(group);
    const engine::BlockCard* card = findBlockCard(m_document->blocks(), group);
    const bool copy = known && card && QString::fromStdString(card->source) == known->name;
    const QString name = known ? known->name : blockName(m_document->graph(), group);
    if (known && !copy) {
        dialogs::Message message;
        message.kind = SignKind::Warning;
        message.text = tr("Replace %1 in My blocks?").arg(name);
        message.detail =
            tr("There is a saved block of that name. Networks that have copies of it keep them as they are.");
        message.buttons = {tr("Keep the old one"), tr("Replace")};
        message.escape = 0;
        message.destructive = 1;
        if (dialogs::ask(this, message) != 1)
            return;
    }
    const auto saved = OwnBlocks::instance().save(blockContent(m_document->state(), group, name));
    if (!saved) {
        say(QString::fromStdString(saved.error().text()));
        return;
    }
    // From now on it is a copy of that one.
    m_document->edit(tr("Keep %1 in My blocks").arg(name),
                     [&](EditBuilder& b) { b.setBlockSource(group, name.toStdString()); });
    say(known ? tr("%1 is up to date in My blocks.").arg(name)
              : tr("%1 is in My blocks, in the palette. Drag it from there.").arg(name));
}

} // namespace convarium::ui
