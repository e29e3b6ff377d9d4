#include "ui/canvas/gestures/drop_gesture.h"

#include "engine/layers/layer.h"
#include "ui/canvas/canvas_view.h"
#include "ui/canvas/gestures/connect_gesture.h"
#include "ui/canvas/gestures/replacement_mark.h"
#include "ui/canvas/placement.h"
#include "ui/document/own_blocks.h"
#include "ui/theme/theme.h"

#include <QPainter>
#include <algorithm>

namespace convarium::ui
{

using engine::NodeId;

namespace
{
constexpr double kWireReach = 16; ///< a card is larger than the pointer: near a wire is on it
} // namespace

void DropGesture::move(const GesturePoint& point)
{
    // The pointer holds the card by the middle of its head.
    QPointF corner = point.scene - QPointF(kCardWidth / 2, kPortY);
    m_wire.reset();
    m_replaced = engine::kNoNode;
    m_joint.reset();
    const CanvasScene* scene = m_view->canvasScene();
    const engine::LayerDescriptor* layer = engine::findLayer(m_layer);
    const bool block = findBlock(m_layer) != nullptr;
    const QSizeF size(block ? 2 * kCardWidth : kCardWidth, block ? kCardWidth : 96);
    const Hit hit = scene->hitAt(point.scene);
    const engine::Node* node = m_view->document()->graph().node(hit.node);
    if (hit.kind != Hit::Kind::Layer && (block || (layer && layer->maxInputs > 0)))
        m_wire = scene->wireAt(point.scene, kWireReach / std::min(1.0, scene->viewScale()));
    if (hit.kind == Hit::Kind::Layer && layer && node && node->type != m_layer &&
        !scene->stacks().of(hit.node)->isFolded())
        m_replaced = hit.node;
    else if (!m_wire && !point.modifiers.testFlag(Qt::AltModifier))
        m_joint = jointFor(*m_view->document(), m_layer, corner);
    if (!m_joint && !m_wire && m_replaced == engine::kNoNode && !block)
        corner = freePlace(*m_view->document(), corner); // the ghost stands where the card will be
    m_ghost = m_joint ? m_joint->place : QRectF(corner, size);
    m_view->canvasScene()->setDropWire(m_wire);
}

void DropGesture::finish(const GesturePoint& point)
{
    move(point);
    const auto wire = m_wire;
    const NodeId replaced = m_replaced;
    cancel();
    ProjectDocument* document = m_view->document();
    if (m_joint) {
        m_view->showAdded(addAtJoint(*document, m_layer, *m_joint));
        return;
    }
    if (findBlock(m_layer)) {
        m_view->showAdded(insertBlock(*document, m_layer, wire, engine::kNoNode, m_ghost.topLeft()));
        return;
    }
    const NodeId added = wire                          ? insertIntoWire(*document, *wire, m_layer)
                         : replaced != engine::kNoNode ? replaceLayer(*document, replaced, m_layer)
                                                       : document->addNode(m_layer, m_ghost.topLeft());
    m_view->showAdded(added);
}

void DropGesture::cancel()
{
    m_view->canvasScene()->setDropWire(std::nullopt);
}

void DropGesture::paint(QPainter* painter) const
{
    if (m_replaced != engine::kNoNode)
        return paintReplacement(painter, *m_view->canvasScene(), m_replaced,
                                QString::fromStdString(engine::findLayer(m_layer)->title));
    if (m_wire || m_ghost.isEmpty())
        return;
    const Theme& theme = Theme::current();
    const engine::LayerDescriptor* layer = engine::findLayer(m_layer);
    const engine::BlockDescriptor* block = findBlock(m_layer);
    const Family family = block ? Family::Block : familyFromName(QString::fromStdString(layer ? layer->family : ""));
    QPen pen(theme.familyInk(family), 1.5);
    pen.setDashPattern({4, 3});
    painter->setRenderHint(QPainter::Antialiasing);
    if (m_joint && m_joint->output != m_joint->input)
        paintWireDraft(painter, m_joint->output, m_joint->input, m_joint->behind ? m_joint->input : m_joint->output,
                       theme.accent);
    painter->setPen(pen);
    QColor fill = theme.familyTint(family);
    fill.setAlphaF(0.7F);
    painter->setBrush(fill);
    painter->drawRoundedRect(m_ghost, kCardRadius, kCardRadius);
    painter->setPen(theme.text);
    painter->setFont(cardFont(14, QFont::Medium));
    painter->drawText(m_ghost, Qt::AlignCenter,
                      QString::fromStdString(block   ? block->title
                                             : layer ? layer->title
                                                     : m_layer));
}

} // namespace convarium::ui
