#include "ui/canvas/node_item.h"

#include "ui/canvas/canvas_scene.h"

#include <algorithm>

namespace convarium::ui
{

NodeItem::NodeItem(const CanvasScene* scene, Stack stack) : m_scene(scene), m_stack(std::move(stack))
{
    setZValue(2);
}

void NodeItem::setPicture(CardPicture picture)
{
    if (picture.metrics.height(Level::Near) != m_picture.metrics.height(Level::Near))
        prepareGeometryChange();
    m_picture = std::move(picture);
    update();
}

QRectF NodeItem::fullRect() const
{
    return {pos(), QSizeF(kCardWidth, m_picture.metrics.height(Level::Near))};
}

QRectF NodeItem::shownRect() const
{
    return {pos(), QSizeF(kCardWidth, m_picture.metrics.height(m_scene->level()))};
}

QRectF NodeItem::layerRect(NodeId id) const
{
    const double body = m_picture.metrics.bodyHeight(m_scene->level());
    const auto row = std::find(m_stack.rows.begin(), m_stack.rows.end(), id);
    if (row == m_stack.rows.end())
        return {pos(), QSizeF(kCardWidth, body)};
    const double top = body + kRowHeight * static_cast<double>(row - m_stack.rows.begin());
    return {pos() + QPointF(0, top), QSizeF(kCardWidth, kRowHeight)};
}

NodeId NodeItem::layerAt(QPointF scenePos) const
{
    for (NodeId row : m_stack.rows)
        if (layerRect(row).contains(scenePos))
            return row;
    return m_stack.head;
}

QPointF NodeItem::outputPort() const
{
    return pos() + QPointF(kCardWidth, kPortY);
}

QPointF NodeItem::inputPort(int index) const
{
    const auto& ports = m_picture.inputPorts;
    const auto i = static_cast<std::size_t>(std::max(0, index));
    return pos() + QPointF(0, i < ports.size() ? ports[i] : kPortY);
}

QRectF NodeItem::boundingRect() const
{
    return QRectF(0, 0, kCardWidth, m_picture.metrics.height(Level::Near)).adjusted(-16, -20, 20, 16);
}

void NodeItem::paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget*)
{
    const Level level = m_scene->level();
    if (level == Level::Far)
        paintSilhouette(painter, m_picture, m_shape ? &*m_shape : nullptr);
    else
        paintCard(painter, m_picture, level, m_scene->viewScale());
}

} // namespace convarium::ui
