#include "ui/canvas/wire_item.h"

#include "ui/canvas/canvas_scene.h"
#include "ui/canvas/card_paint.h"
#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QLineF>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <limits>

namespace convarium::ui
{

WireItem::WireItem(const CanvasScene* scene, const engine::Edge& edge) : m_scene(scene), m_edge(edge)
{
    setZValue(1);
}

void WireItem::setRoute(RoutedWire route)
{
    if (route.points == m_route.points && route.labelled == m_route.labelled &&
        route.labelBelow == m_route.labelBelow && route.splits == m_route.splits) {
        m_route.port = route.port;
        return;
    }
    prepareGeometryChange();
    m_route = std::move(route);
    m_path = roundedPath(m_route.points);
    update();
}

void WireItem::setLook(const WireLook& look)
{
    if (look == m_look)
        return;
    m_look = look;
    // What has changed may need more room than there is between two cards.
    setZValue(look.changed ? 2.5 : look.selected || look.faulty || look.flow != Work::None ? 1.5 : 1);
    setOpacity(look.faded ? kFadedOpacity : 1);
    update();
}

double WireItem::distance(QPointF p) const
{
    double best = std::numeric_limits<double>::max();
    for (std::size_t i = 1; i < m_route.points.size(); ++i) {
        const QPointF a = m_route.points[i - 1], b = m_route.points[i];
        const QPointF nearest(std::clamp(p.x(), std::min(a.x(), b.x()), std::max(a.x(), b.x())),
                              std::clamp(p.y(), std::min(a.y(), b.y()), std::max(a.y(), b.y())));
        best = std::min(best, QLineF(p, nearest).length());
    }
    return best;
}

QRectF WireItem::boundingRect() const
{
    // A shape beside a vertical run stands to its left, in letters that grow when the view shrinks.
    const double left = m_route.points.size() > 2 ? 170 : 60;
    return m_path.boundingRect().adjusted(-left, -36, 60, 30);
}

void WireItem::paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget*)
{
    if (m_route.points.size() < 2)
        return;
    const Theme& theme = Theme::current();
    const Level level = m_scene->level();
    const double scale = m_scene->viewScale();
    const bool far = level == Level::Far;
    const bool flows = m_look.flow != Work::None;
    const QColor color = flows                                  ? workColor(m_look.flow)
                         : m_look.faulty                        ? theme.error
                         : m_look.selected || m_look.dropTarget ? theme.accent
                         : m_look.changed                       ? theme.accent
                         : m_look.hovered                       ? theme.text2
                                                                : theme.wire;
    QPen pen(color, flows ? 3 : m_look.selected || m_look.dropTarget ? 3 : m_look.faulty ? 2.5 : 2);
    if (far)
        pen.setWidthF((flows ? 3 : 1.25) / scale);
    if (m_look.faulty)
        pen.setDashPattern({7 / pen.widthF(), 6 / pen.widthF()});
    else if (m_look.waiting)
        pen.setDashPattern({1, 3});
    painter->setRenderHint(QPainter::Antialiasing, !far);
    painter->setPen(pen);
    painter->setBrush(Qt::NoBrush);
    if (m_look.changed) {
        // Above the cards for a moment, but not over their ports.
        std::vector<QPointF> between = m_route.points;
        between.front().rx() += kPortRadius;
        between.back().rx() -= kPortRadius;
        painter->drawPath(roundedPath(between));
    } else {
        painter->drawPath(m_path);
    }
    if (flows)
        paintFlow(painter, std::max(8.0, 5 / scale));
    if (far)
        return;
    painter->setPen(Qt::NoPen);
    painter->setBrush(color);
    for (const QPointF& split : m_route.splits)
        painter->drawEllipse(split, 4.5, 4.5);
    const QPointF tip = m_route.points.back() - QPointF(kPortRadius, 0);
    painter->drawPolygon(QPolygonF({tip, tip - QPointF(9, 4.5), tip - QPointF(9, -4.5)}));
    const bool told = m_look.hovered || m_look.selected || m_look.faulty || m_look.changed;
    if (!m_look.label.isEmpty() && (level != Level::Middle || told))
        paintLabel(painter);
}

/// Dots that run with the data, or against the wire with the gradient; none with reduced motion.
void WireItem::paintFlow(QPainter* painter, double width) const
{
    const auto phase = m_scene->flowPhase();
    if (!phase)
        return;
    const double length = m_path.length(), pitch = 2.75 * width;
    const double share = m_look.flow == Work::Backward ? 1 - *phase : *phase;
    painter->setPen(Qt::NoPen);
    painter->setBrush(workColor(m_look.flow));
    for (double at = share * pitch; at <= length; at += pitch)
        painter->drawEllipse(m_path.pointAtPercent(m_path.percentAtLength(at)), width / 2, width / 2);
}

void WireItem::paintLabel(QPainter* painter) const
{
    const Theme& theme = Theme::current();
    const QFont font = cardFont(readablePx(12, m_scene->viewScale()), QFont::Medium);
    const QFontMetricsF metrics(font);
    const double width = metrics.horizontalAdvance(m_look.label) + 2;
    // On the longest level run: the row change, the skip, or the gap between two cards.
    std::size_t leg = 1;
    for (std::size_t i = 1; i < m_route.points.size(); ++i)
        if (std::abs(m_route.points[i].x() - m_route.points[i - 1].x()) >
            std::abs(m_route.points[leg].x() - m_route.points[leg - 1].x()))
            leg = i;
    const QPointF a = m_route.points[leg - 1], b = m_route.points[leg];
    const double middle = (a.x() + b.x()) / 2;
    QRectF rect(middle - width / 2, m_route.labelBelow ? a.y() + 6 : a.y() - 21, width, 16);
    const bool narrow = std::abs(b.x() - a.x()) < width;
    const bool meant = m_look.hovered || m_look.selected || m_look.changed;
    // Too short a run, as into a branch: beside the middle of the vertical one.
    if (m_route.points.size() > 2 && narrow) {
        const QPointF top = m_route.points[1], bottom = m_route.points[2];
        if (!meant && top.x() - m_route.points[0].x() < width + 6)
            return; // the card beside it would cover it
        if (std::abs(bottom.y() - top.y()) > 48)
            rect.moveCenter({top.x() - width / 2 - 6, (top.y() + bottom.y()) / 2});
    } else if (narrow && m_scene->level() == Level::Middle && !meant) {
        return; // the cards beside it would cut it off
    }
    // A dense gap: keep the words readable where they touch a card or another wire.
    if (m_look.changed) {
        const double more = std::max(0.0, metrics.height() - rect.height()) / 2;
        painter->fillRect(rect.adjusted(-4, -more, 4, more), theme.accentTint);
    } else {
        painter->setOpacity(0.85);
        painter->fillRect(rect.adjusted(1, 2, -1, -1), theme.canvas);
        painter->setOpacity(1);
    }
    painter->setFont(font);
    painter->setPen(m_look.faulty ? theme.error : m_look.changed ? theme.accent : theme.text2);
    painter->drawText(rect, Qt::AlignCenter | Qt::TextDontClip | Qt::TextSingleLine, m_look.label);
}

} // namespace convarium::ui
