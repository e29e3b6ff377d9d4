#include "ui/canvas/note_item.h"

#include "ui/canvas/canvas_scene.h"
#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

namespace
{

constexpr double kPadding = 10, kTextPx = 13, kRadius = 6, kArrowGap = 4, kHead = 9;
constexpr int kTextFlags = Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap;

QFont noteFont(double viewScale)
{
    // From afar there are no letters to read.
    return cardFont(levelFor(viewScale) == Level::Far ? kTextPx : readablePx(kTextPx, viewScale));
}

double distance(const QLineF& line, QPointF p)
{
    const QPointF along = line.p2() - line.p1(), to = p - line.p1();
    const double length = QPointF::dotProduct(along, along);
    const double t = length > 0 ? std::clamp(QPointF::dotProduct(to, along) / length, 0.0, 1.0) : 0;
    return QLineF(p, line.pointAt(t)).length();
}

/// Where the ray from the middle of the rectangle leaves it.
QPointF border(const QRectF& rect, QPointF towards)
{
    const QPointF by = towards - rect.center();
    const double x = by.x() == 0 ? 1e9 : rect.width() / 2 / std::abs(by.x());
    const double y = by.y() == 0 ? 1e9 : rect.height() / 2 / std::abs(by.y());
    return rect.center() + by * std::min({x, y, 1.0});
}

} // namespace

QSizeF noteSize(const engine::Note& note, double viewScale)
{
    const double width = std::max(note.width, NoteItem::kMinWidth);
    const QFontMetricsF metrics(noteFont(viewScale));
    const QRectF text =
        metrics.boundingRect(QRectF(0, 0, width - 2 * kPadding, 1e6), kTextFlags, QString::fromStdString(note.text));
    return {width, std::max({note.height, NoteItem::kMinHeight, text.height() + 2 * kPadding})};
}

QLineF arrowLine(const QRectF& note, const QRectF& target)
{
    const QRectF grown = target.isEmpty() ? target : target.adjusted(-kArrowGap, -kArrowGap, kArrowGap, kArrowGap);
    return {border(note, target.center()), target.isEmpty() ? target.center() : border(grown, note.center())};
}

void paintNoteArrow(QPainter* painter, const QLineF& line, const QColor& color, double width)
{
    if (line.length() < 1)
        return;
    painter->setPen(QPen(color, width, Qt::SolidLine, Qt::RoundCap));
    painter->drawLine(line);
    const QPointF along = (line.p2() - line.p1()) / line.length(), across(-along.y(), along.x());
    const QPointF back = line.p2() - along * kHead;
    painter->setPen(Qt::NoPen);
    painter->setBrush(color);
    painter->drawPolygon(QPolygonF({line.p2(), back + across * kHead / 2, back - across * kHead / 2}));
}

NoteItem::NoteItem(const CanvasScene* scene, NoteIndex index) : m_scene(scene), m_index(index)
{
    setZValue(3); // what explains a card may lie on it
}

void NoteItem::setNote(const engine::Note& note, std::vector<QLineF> arrows)
{
    prepareGeometryChange();
    m_text = QString::fromStdString(note.text);
    m_rect = QRectF(QPointF(note.x, note.y), noteSize(note, m_scene->viewScale()));
    m_arrows = std::move(arrows);
    update();
}

void NoteItem::setState(const NoteState& state)
{
    if (state == m_state)
        return;
    m_state = state;
    update();
}

QRectF NoteItem::gripRect() const
{
    return {m_rect.bottomRight() - QPointF(2 * kHandle, 2 * kHandle), QSizeF(2 * kHandle, 2 * kHandle)};
}

QPointF NoteItem::arrowHandle() const
{
    return {m_rect.right() + kHandle + 2, m_rect.center().y()};
}

int NoteItem::arrowAt(QPointF scenePos, double reach) const
{
    int best = -1;
    for (std::size_t i = 0; i < m_arrows.size(); ++i)
        if (const double d = distance(m_arrows[i], scenePos); d < reach) {
            reach = d;
            best = static_cast<int>(i);
        }
    return best;
}

QRectF NoteItem::boundingRect() const
{
    QRectF all = m_rect.adjusted(-4, -4, 3 * kHandle, 4);
    for (const QLineF& line : m_arrows)
        all |= QRectF(line.p1(), line.p2()).normalized().adjusted(-kHead, -kHead, kHead, kHead);
    return all;
}

void NoteItem::paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget*)
{
    const Theme& theme = Theme::current();
    painter->setRenderHint(QPainter::Antialiasing);
    for (std::size_t i = 0; i < m_arrows.size(); ++i) {
        const bool selected = m_state.arrow == static_cast<int>(i);
        paintNoteArrow(painter, m_arrows[i], theme.accent, selected ? 3 : 1.5);
    }
    painter->setPen(QPen(m_state.hovered ? theme.text2 : blend(theme.accentTint, theme.accent, 0.4), 1));
    painter->setBrush(theme.accentTint);
    painter->drawRoundedRect(m_rect, kRadius, kRadius);
    if (m_state.selected || m_state.focused) {
        const double gap = m_state.focused ? 3 : 1;
        painter->setPen(QPen(theme.accent, 2));
        painter->setBrush(Qt::NoBrush);
        painter->drawRoundedRect(m_rect.adjusted(-gap, -gap, gap, gap), kRadius + gap, kRadius + gap);
    }
    if (m_scene->level() != Level::Far) {
        painter->setPen(theme.text);
        painter->setFont(noteFont(m_scene->viewScale()));
        painter->drawText(m_rect.adjusted(kPadding, kPadding, -kPadding, -kPadding), kTextFlags, m_text);
    }
    if (!m_state.selected && !m_state.hovered)
        return;
    painter->setPen(QPen(theme.accent, 1.5));
    const QPointF corner = m_rect.bottomRight() - QPointF(3, 3);
    for (const double by : {4.0, 8.0})
        painter->drawLine(corner - QPointF(by, 0), corner - QPointF(0, by));
    const QPointF handle = arrowHandle();
    paintNoteArrow(painter, {handle - QPointF(kHandle, 0), handle + QPointF(kHandle, 0)}, theme.accent, 1.5);
}

} // namespace convarium::ui
