// The menu of CanvasView for whatever is selected, by the right button and by keys.
#include "ui/canvas/canvas_view.h"

#include "engine/blocks/groups.h"
#include "ui/canvas/canvas_actions.h"

#include <QContextMenuEvent>
#include <QCursor>
#include <QMenu>
#include <algorithm>

namespace convarium::ui
{

using engine::kNoNode;

void CanvasView::contextMenuEvent(QContextMenuEvent* event)
{
    // The right button may begin to pan: its menu comes when it is let go.
    if (event->reason() == QContextMenuEvent::Keyboard)
        openMenu();
}

void CanvasView::openMenu()
{
    const bool nothing = m_scene->selection().isEmpty() && !m_scene->selectedWire() &&
                         m_scene->selectedNotes().empty() && !m_scene->selectedArrow();
    if (nothing && m_scene->focusedNode() != kNoNode)
        m_scene->select({m_scene->focusedNode()});
    openMenuAt(menuPlace());
}

void CanvasView::openMenuAt(QPoint view)
{
    if (m_link)
        endLink({});
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setAccessibleName(tr("What can be done"));
    for (const QList<QAction*>& group : m_actions->possible()) {
        if (!menu->isEmpty())
            menu->addSeparator();
        menu->addActions(group);
    }
    m_menuAt = mapToScene(view);
    // What is chosen is done before the menu goes.
    connect(menu, &QObject::destroyed, this, [this] { m_menuAt.reset(); });
    menu->popup(viewport()->mapToGlobal(view));
}

std::optional<QPointF> CanvasView::pointedAt() const
{
    if (m_menuAt)
        return m_menuAt;
    const QPoint pointer = viewport()->mapFromGlobal(QCursor::pos());
    const bool over = viewport()->underMouse() && viewport()->rect().contains(pointer);
    return over ? std::optional(mapToScene(pointer)) : std::nullopt;
}

/// Below the name of what is selected, as far as that can be seen.
QPoint CanvasView::menuPlace() const
{
    QPointF place = mapToScene(viewport()->rect().center());
    if (!m_scene->selection().isEmpty()) {
        const NodeId id = m_scene->selection().last();
        if (const NodeItem* item = m_scene->itemOf(id))
            place = item->layerRect(m_scene->stacks().isHidden(id) ? item->head() : id).topLeft() +
                    QPointF(kTextLeft, kHeadHeight);
    } else if (const WireItem* wire = m_scene->selectedWire() ? m_scene->wireOf(*m_scene->selectedWire()) : nullptr) {
        const auto& points = wire->route().points;
        place = (points[0] + points[1]) / 2;
    } else if (!m_scene->selectedNotes().empty()) {
        place = m_scene->noteItem(*m_scene->selectedNotes().begin()).rect().center();
    } else if (const auto& arrow = m_scene->selectedArrow()) {
        place = m_scene->noteItem(arrow->note).rect().center();
    }
    const QPoint view = mapFromScene(place);
    const QRect seen = viewport()->rect();
    return {std::clamp(view.x(), seen.left(), seen.right()), std::clamp(view.y(), seen.top(), seen.bottom())};
}

void CanvasView::selectForMenu(const Hit& hit)
{
    switch (hit.kind) {
    case Hit::Kind::OutputPort:
    case Hit::Kind::InputPort:
    case Hit::Kind::Layer:
        if (!m_scene->selection().contains(hit.node))
            m_scene->select({hit.node});
        m_scene->setFocusedNode(hit.node, false);
        break;
    case Hit::Kind::Wire: m_scene->selectWire(*hit.edge); break;
    case Hit::Kind::Block: {
        const std::vector<NodeId> members = engine::membersOf(m_document->graph(), hit.group);
        const QList<NodeId>& chosen = m_scene->selection();
        if (!std::ranges::all_of(members, [&](NodeId id) { return chosen.contains(id); }))
            m_scene->select({members.begin(), members.end()});
        break;
    }
    case Hit::Kind::Note:
    case Hit::Kind::NoteGrip:
    case Hit::Kind::NoteArrowHandle:
        if (!m_scene->selectedNotes().contains(*hit.note)) {
            m_scene->setFocusedNode(kNoNode, false);
            m_scene->selectNotes({*hit.note});
        }
        break;
    case Hit::Kind::NoteArrow: m_scene->selectArrow({*hit.note, static_cast<std::size_t>(hit.port)}); break;
    case Hit::Kind::Nothing:
        m_scene->setFocusedNode(kNoNode, false);
        m_scene->select({});
        break;
    }
}

} // namespace convarium::ui
