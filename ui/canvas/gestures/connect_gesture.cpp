#include "ui/canvas/gestures/connect_gesture.h"

#include "engine/blocks/groups.h"
#include "ui/canvas/canvas_view.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QPainter>
#include <QToolTip>
#include <algorithm>

namespace convarium::ui
{

using engine::kNoNode;

ConnectGesture::ConnectGesture(CanvasView* view, const Hit& start, const GesturePoint& point)
    : m_view(view), m_scene(view->canvasScene()), m_node(start.node), m_fromOutput(start.kind == Hit::Kind::OutputPort),
      m_start(point.view)
{
    if (start.kind == Hit::Kind::InputPort && start.edge) {
        m_lifted = start.edge;
        m_node = start.edge->from;
        m_fromOutput = true;
    }
    m_draft.from = m_fromOutput ? m_scene->outputPort(m_node) : m_scene->itemOf(m_node)->inputPort(start.port);
    m_draft.to = point.scene;
    m_draft.toInput = m_fromOutput;
    for (const engine::Node& node : m_scene->document()->graph().nodes)
        m_draft.fits[node.id] = verdict(node.id).has_value();
}

engine::Result<void> ConnectGesture::verdict(NodeId other) const
{
    const ProjectDocument* document = m_scene->document();
    if (m_lifted)
        return isOldTarget(other) ? engine::Result<void>() : document->canRewire(*m_lifted, m_scene->entryOf(other));
    return m_fromOutput ? m_scene->canConnect(m_node, other) : m_scene->canConnect(other, m_node);
}

bool ConnectGesture::isOldTarget(NodeId other) const
{
    return other == m_lifted->to || m_scene->wholeOf(other).contains(m_lifted->to);
}

NodeId ConnectGesture::targetAt(QPointF scenePos) const
{
    const Hit hit = m_scene->hitAt(scenePos);
    if (hit.kind == Hit::Kind::Nothing || hit.kind == Hit::Kind::Wire)
        return kNoNode;
    const Stack* stack = m_scene->stacks().of(hit.node);
    if (!stack)
        return kNoNode;
    // Anywhere on a card will do: a wire enters at its top and leaves from its last row.
    if (hit.kind == Hit::Kind::Layer || (hit.kind == Hit::Kind::OutputPort) == m_fromOutput)
        return m_fromOutput ? stack->head : stack->tail();
    return hit.node;
}

void ConnectGesture::move(const GesturePoint& point)
{
    if (!m_moving && (point.view - m_start).manhattanLength() < QApplication::startDragDistance())
        return;
    if (!m_moving)
        m_draft.lifted = m_lifted;
    m_moving = true;
    m_draft.to = point.scene;
    m_target = targetAt(point.scene);
    const Stack* own = m_scene->stacks().of(m_node);
    if (!m_lifted && own && (m_target == own->head || m_target == own->tail()) &&
        QLineF(point.scene, m_draft.from).length() < 3 * kPortHitRadius)
        m_target = kNoNode; // still at the port it began at
    m_reason.clear();
    if (m_target != kNoNode) {
        const auto result = verdict(m_target);
        if (!result)
            m_reason = QString::fromStdString(result.error().text());
        else
            m_draft.to = m_fromOutput
                             ? m_scene->itemOf(m_target)->inputPort(std::max(0, m_scene->inputPortCount(m_target) - 1))
                             : m_scene->outputPort(m_target);
    }
    m_scene->setWireDraft(m_draft);
    if (m_reason.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(m_view->viewport()->mapToGlobal(point.view + QPoint(12, 12)), m_reason, m_view->viewport());
}

void ConnectGesture::finish(const GesturePoint& point)
{
    move(point);
    end();
    if (!m_moving)
        return;
    ProjectDocument* document = m_scene->document();
    if (!m_reason.isEmpty()) {
        m_view->say(m_reason);
    } else if (m_lifted) {
        if (m_target == kNoNode)
            document->removeEdge(*m_lifted);
        else if (isOldTarget(m_target))
            return;
        else if (const auto done = document->rewire(*m_lifted, m_scene->entryOf(m_target)); !done)
            m_view->say(QString::fromStdString(done.error().text()));
    } else if (m_target != kNoNode) {
        const auto done =
            m_fromOutput ? m_scene->connectCards(m_node, m_target) : m_scene->connectCards(m_target, m_node);
        if (!done)
            m_view->say(QString::fromStdString(done.error().text()));
    } else if (const auto block = blockUnder(point.scene)) {
        if (const auto done = document->connectToBlock(m_node, *block); !done)
            m_view->say(QString::fromStdString(done.error().text()));
    } else if (m_scene->hitAt(point.scene).kind == Hit::Kind::Nothing) {
        m_view->offerAtPort(m_node, m_fromOutput, m_draft.from, point.scene);
    }
}

std::optional<std::int64_t> ConnectGesture::blockUnder(QPointF scenePos) const
{
    const BlockItem* block = m_fromOutput ? m_scene->blockAt(scenePos) : nullptr;
    if (!block)
        return std::nullopt;
    const auto members = engine::membersOf(m_scene->document()->graph(), block->group());
    const bool within = std::find(members.begin(), members.end(), m_node) != members.end();
    return within ? std::nullopt : std::optional(block->group());
}

void ConnectGesture::end()
{
    m_scene->setWireDraft(std::nullopt);
    QToolTip::hideText();
}

void ConnectGesture::cancel()
{
    end();
}

void ConnectGesture::paint(QPainter* painter) const
{
    if (!m_moving)
        return;
    const Theme& theme = Theme::current();
    const QPointF out = m_fromOutput ? m_draft.from : m_draft.to, in = m_fromOutput ? m_draft.to : m_draft.from;
    paintWireDraft(painter, out, in, m_draft.to, m_reason.isEmpty() ? theme.accent : theme.error);
}

void paintWireDraft(QPainter* painter, QPointF output, QPointF input, QPointF looseEnd, const QColor& color)
{
    QPen pen(color, 2);
    pen.setDashPattern({4, 3});
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(pen);
    painter->setBrush(Qt::NoBrush);
    const double middle =
        input.x() - output.x() > 2 * kWireTurn ? (output.x() + input.x()) / 2 : output.x() + kWireTurn;
    painter->drawPath(roundedPath({output, {middle, output.y()}, {middle, input.y()}, input}));
    painter->setPen(Qt::NoPen);
    painter->setBrush(color);
    painter->drawEllipse(looseEnd, 4.5, 4.5);
}

} // namespace convarium::ui
