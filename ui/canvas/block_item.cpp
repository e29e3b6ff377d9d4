#include "ui/canvas/block_item.h"

#include "ui/canvas/canvas_scene.h"
#include "ui/canvas/card_paint.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QPainter>

namespace convarium::ui
{

BlockItem::BlockItem(const CanvasScene* scene, std::int64_t group, int depth)
    : m_scene(scene), m_group(group), m_depth(depth)
{
    setZValue(-1 + 0.001 * depth);
}

void BlockItem::setRect(const QRectF& rect)
{
    if (rect == m_rect)
        return;
    prepareGeometryChange();
    m_rect = rect;
    update();
}

void BlockItem::setContent(const BlockContent& content)
{
    if (content == m_content)
        return;
    m_content = content;
    update();
}

QRectF BlockItem::headRect() const
{
    return {m_rect.topLeft(), QSizeF(m_rect.width(), kFrameHead)};
}

QRectF BlockItem::handleRect() const
{
    return m_scene->level() == Level::Far ? m_rect : headRect();
}

void BlockItem::paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget*)
{
    const Theme& theme = Theme::current();
    const double scale = m_scene->viewScale();
    const bool far = m_scene->level() == Level::Far;
    painter->setRenderHint(QPainter::Antialiasing);
    QPen pen(m_content.selected ? theme.accent : theme.line2, m_content.selected ? 2 : 1);
    pen.setCosmetic(true);
    painter->setPen(pen);
    painter->setBrush(theme.familyTint(Family::Block));
    painter->drawRoundedRect(m_rect, kFrameRadius, kFrameRadius);

    if (far) {
        paintFarName(painter, scale);
        return;
    }
    const QRectF head = headRect().adjusted(14, 0, -14, 0);
    const double side = 18;
    double x = head.left();
    paintIcon(painter, QRectF(x, head.center().y() - side / 2, side, side), QStringLiteral("block"),
              theme.familyInk(Family::Block));
    x += side + 10;
    const QFont nameFont = cardFont(readablePx(15, scale), QFont::Medium);
    const QFontMetricsF metrics(nameFont);
    painter->setFont(nameFont);
    painter->setPen(theme.text);
    const QString name = metrics.elidedText(m_content.name, Qt::ElideRight, head.right() - x);
    painter->drawText(QRectF(x, head.top(), head.right() - x, head.height()), Qt::AlignVCenter | Qt::AlignLeft, name);
    x += metrics.horizontalAdvance(name) + 10;
    const QFont detailFont = cardFont(readablePx(12.5, scale));
    const QFontMetricsF small(detailFont);
    painter->setFont(detailFont);
    painter->setPen(m_content.stale ? theme.text3 : theme.text2);
    // Whole parts only: half a number would be a wrong one.
    QStringList parts = m_content.details.split(QStringLiteral(", "));
    while (!parts.isEmpty() && small.horizontalAdvance(parts.join(QStringLiteral(", "))) > head.right() - x)
        parts.removeLast();
    painter->drawText(QRectF(x, head.top(), head.right() - x, head.height()), Qt::AlignVCenter | Qt::AlignLeft,
                      parts.join(QStringLiteral(", ")));
}

/// From afar the head is too low for readable letters; below the silhouettes, which are lower than their cards, is
/// room.
void BlockItem::paintFarName(QPainter* painter, double scale) const
{
    const double px = readablePx(15, scale);
    const QFont font = cardFont(px, QFont::Medium);
    const QFontMetricsF metrics(font);
    const QRectF area = m_rect.adjusted(px / 2, 0, -px / 2, -px / 4);
    painter->setFont(font);
    painter->setPen(Theme::current().text);
    painter->drawText(area, Qt::AlignBottom | Qt::AlignLeft,
                      metrics.elidedText(m_content.name, Qt::ElideRight, area.width()));
}

} // namespace convarium::ui
