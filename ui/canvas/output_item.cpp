#include "ui/canvas/output_item.h"

#include "ui/canvas/canvas_scene.h"
#include "ui/canvas/card_paint.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QLocale>
#include <QPainter>
#include <cmath>

namespace convarium::ui
{

namespace
{
QString tr(const char* text)
{
    return QCoreApplication::translate("convarium::ui::OutputItem", text);
}
QString percent(double share, int decimals = 1)
{
    return QLocale().toString(share * 100, 'f', decimals) + QStringLiteral(" %");
}
} // namespace

OutputItem::OutputItem(const CanvasScene* scene) : m_scene(scene)
{
    setZValue(1.8);
}

void OutputItem::setReading(const Reading& reading)
{
    m_reading = reading;
    update(QRectF(-2, -2, 160, 122));
}

void OutputItem::setSource(QPointF port)
{
    prepareGeometryChange();
    m_source = port;
    update();
}

QRectF OutputItem::boundingRect() const
{
    const QRectF wire = QRectF(mapFromScene(m_source), QPointF(0, kPortY)).normalized().adjusted(-2, -24, 2, 8);
    return QRectF(-2, -2, 160, 122).united(wire);
}

void OutputItem::paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget*)
{
    const Theme& theme = Theme::current();
    const QRectF card(0, 0, 156, 118);
    const bool far = m_scene->level() == Level::Far;
    const double scale = m_scene->viewScale();
    painter->setRenderHint(QPainter::Antialiasing, !far);
    const QPointF from = mapFromScene(m_source) + QPointF(kPortRadius, 0), to(0, kPortY);
    painter->setPen(QPen(theme.wire, far ? 1.25 / scale : 2));
    painter->setBrush(Qt::NoBrush);
    if (std::abs(from.y() - to.y()) < 1)
        painter->drawLine(from, to - QPointF(far ? 0 : 5, 0));
    else
        painter->drawPath(roundedPath({from, {to.x() - kWireTurn, from.y()}, {to.x() - kWireTurn, to.y()}, to}));
    if (!far) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(theme.wire);
        painter->drawPolygon(QPolygonF({to, to - QPointF(9, 4.5), to - QPointF(9, -4.5)}));
    }
    QPen border(theme.line2, far ? 1 / scale : 1);
    border.setDashPattern({4, 3});
    painter->setPen(border);
    painter->setBrush(Qt::NoBrush);
    painter->drawRoundedRect(card.adjusted(0.5, 0.5, -0.5, -0.5), kCardRadius, kCardRadius);
    const auto& walk = m_scene->walk();
    if (walk && walk->working == engine::kNoNode) { // the loss is at work
        painter->setPen(QPen(workColor(walk->work), far ? 6 : 4));
        painter->drawRoundedRect(card, kCardRadius, kCardRadius);
    }
    if (far)
        return;

    painter->setPen(theme.text);
    painter->setFont(cardFont(readablePx(14, scale), QFont::Medium));
    painter->drawText(QRectF(13, 8, 140, 24), Qt::AlignVCenter | Qt::TextSingleLine, tr("Reads it as"));
    const QFont small = cardFont(readablePx(12, scale)), bold = cardFont(readablePx(12, scale), QFont::Bold);
    if (m_reading.answer.isEmpty()) {
        painter->setFont(cardFont(46, QFont::Bold));
        painter->setPen(theme.text3);
        painter->drawText(QRectF(13, 34, 40, 50), Qt::AlignVCenter, QStringLiteral("?"));
        const QString why = walk ? tr("not reached yet") : tr("not trained yet");
        const QRectF place(52, 34, 100, 50);
        const int flags = static_cast<int>(Qt::AlignVCenter) | Qt::TextWordWrap;
        if (place.contains(QFontMetricsF(small).boundingRect(place, flags, why))) {
            painter->setFont(small);
            painter->drawText(place, flags, why);
        }
        return;
    }
    double px = 46;
    while (px > 18 && QFontMetricsF(cardFont(px, QFont::Bold)).horizontalAdvance(m_reading.answer) > 64)
        px -= 2;
    const QFont digit = cardFont(px, QFont::Bold);
    const double width = QFontMetricsF(digit).horizontalAdvance(m_reading.answer);
    painter->setFont(digit);
    painter->drawText(QRectF(13, 33, 80, 50), Qt::AlignVCenter | Qt::TextSingleLine, m_reading.answer);
    const double x = 13 + width + 12, line = QFontMetricsF(small).height() + 1;
    // In a small picture the letters are larger than the card's: decimals and words give way before anything is cut.
    const double room = card.right() - 6 - x;
    const QFontMetricsF words(small);
    const auto fitting = [&](const QStringList& texts) {
        for (const QString& text : texts)
            if (words.horizontalAdvance(text) <= room)
                return text;
        return QString();
    };
    painter->setFont(bold);
    const QString sure = percent(m_reading.certainty);
    painter->drawText(QPointF(x, 55), sure);
    const double after = QFontMetricsF(bold).horizontalAdvance(sure) + 4;
    painter->setFont(small);
    painter->setPen(theme.text2);
    if (after + words.horizontalAdvance(tr("sure")) <= room)
        painter->drawText(QPointF(x + after, 55), tr("sure"));
    const QString& second = m_reading.second;
    const double share = m_reading.secondCertainty;
    const bool above = 55 + line <= 103 - words.ascent(); // clear of the label's line
    if (!second.isEmpty() && above)
        painter->drawText(QPointF(x, 55 + line),
                          fitting({tr("then %1, %2").arg(second, percent(share)),
                                   tr("then %1, %2").arg(second, percent(share, 0)), tr("then %1").arg(second)}));
    if (m_reading.label.isEmpty())
        return;
    const QString label = tr("Label %1").arg(m_reading.label);
    painter->drawText(QPointF(13, 103), label);
    const double mark = 13 + QFontMetricsF(small).horizontalAdvance(label) + 8;
    const QColor color = m_reading.right ? theme.success : theme.error;
    paintIcon(painter, QRectF(mark, 92, 14, 14), m_reading.right ? QStringLiteral("ok") : QStringLiteral("close"),
              color);
    painter->setPen(color);
    const QFont medium = cardFont(readablePx(12, scale), QFont::Medium);
    const QString verdict = m_reading.right ? tr("right") : tr("wrong");
    if (mark + 17 + QFontMetricsF(medium).horizontalAdvance(verdict) > card.right() - 4)
        return; // the mark says it
    painter->setFont(medium);
    painter->drawText(QPointF(mark + 17, 103), verdict);
}

} // namespace convarium::ui
