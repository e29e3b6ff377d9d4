#include "ui/canvas/node_item.h"

#include "ui/canvas/canvas_scene.h"
#include "ui/theme/theme.h"

#include <QPaintEngine>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

namespace
{
constexpr qint64 kLargestFrame = 1 << 20; ///< pixels; larger cards fill the view, then only few are painted
} // namespace

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

void NodeItem::setThumbnails(Thumbnails thumbnails)
{
    m_picture.thumbnails = std::move(thumbnails);
    if (m_scene->level() != Level::Far)
        update(thumbnailRect(m_picture, m_scene->level()).adjusted(-2, -2, 2, 2));
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
    const auto& rows = m_stack.docked();
    const auto row = std::find(rows.begin(), rows.end(), id);
    if (row == rows.end())
        return {pos(), QSizeF(kCardWidth, body)};
    const double top = body + kRowHeight * static_cast<double>(row - rows.begin());
    return {pos() + QPointF(0, top), QSizeF(kCardWidth, kRowHeight)};
}

NodeId NodeItem::layerAt(QPointF scenePos) const
{
    for (NodeId row : m_stack.docked())
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
    const QRectF card(0, 0, kCardWidth, m_picture.metrics.height(Level::Near));
    // From afar the name of a block may be wider and lower than its card.
    return m_picture.content.folded ? card.adjusted(-32, -20, 32, 40) : card.adjusted(-16, -20, 20, 16);
}

void NodeItem::paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget*)
{
    const Level level = m_scene->level();
    if (level == Level::Far) {
        paintSilhouette(painter, m_picture, m_shape ? &*m_shape : nullptr, m_scene->viewScale());
        return;
    }
    // A file keeps curves and letters; pixmaps are for the screen.
    if (painter->paintEngine()->type() == QPaintEngine::Raster)
        paintCachedFrame(painter);
    else
        paintFrame(painter, m_picture, level, m_scene->viewScale());
    paintThumbnails(painter, m_picture, level);
}

/// While training runs only thumbnails change, many times a second: the frame around them comes from a pixmap.
void NodeItem::paintCachedFrame(QPainter* painter)
{
    const Level level = m_scene->level();
    const double viewScale = m_scene->viewScale();
    const QTransform transform = painter->worldTransform();
    const double dpr = painter->device()->devicePixelRatioF();
    const double scale = transform.m11() * dpr;
    const QRectF bounds = boundingRect();
    const QSize size(static_cast<int>(std::ceil(bounds.width() * scale)) + 1,
                     static_cast<int>(std::ceil(bounds.height() * scale)) + 1);
    if (transform.type() > QTransform::TxScale || transform.m11() != transform.m22() ||
        static_cast<qint64>(size.width()) * size.height() > kLargestFrame) {
        paintFrame(painter, m_picture, level, viewScale);
        return;
    }
    const QPointF corner = transform.map(bounds.topLeft()) * dpr;
    const QPointF whole(std::floor(corner.x()), std::floor(corner.y()));
    const QPointF fraction = corner - whole;
    const double textScale = ThemeManager::instance().textScale();
    FrameCache& f = m_frame;
    const bool fresh = f.pixmap.size() == size && f.level == level && f.viewScale == viewScale &&
                       f.deviceScale == scale && (f.fraction - fraction).manhattanLength() < 1.0 / 32 &&
                       f.theme == &Theme::current() && f.textScale == textScale && sameFrame(f.picture, m_picture);
    if (!fresh) {
        f = {QPixmap(size), m_picture, level, viewScale, scale, fraction, &Theme::current(), textScale};
        f.picture.thumbnails = {};
        f.pixmap.fill(Qt::transparent);
        QPainter inner(&f.pixmap);
        inner.translate(fraction);
        inner.scale(scale, scale);
        inner.translate(-bounds.topLeft());
        paintFrame(&inner, m_picture, level, viewScale);
        inner.end();
        f.pixmap.setDevicePixelRatio(dpr);
    }
    painter->setWorldTransform({});
    painter->drawPixmap(whole / dpr, f.pixmap);
    painter->setWorldTransform(transform);
}

} // namespace convarium::ui
