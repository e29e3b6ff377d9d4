#include "ui/training/curve_view.h"

#include "ui/theme/type.h"

#include <QChart>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

CurveView::CurveView(QChart* chart, QWidget* parent) : QChartView(chart, parent)
{
    setFrameShape(QFrame::NoFrame);
    setRenderHint(QPainter::Antialiasing);
    setBackgroundBrush(Qt::NoBrush);
    viewport()->setAutoFillBackground(false);
    setFocusPolicy(Qt::NoFocus);
    viewport()->setMouseTracking(true);
}

void CurveView::setHint(const QString& hint)
{
    if (hint == m_hint)
        return;
    m_hint = hint;
    viewport()->update();
}

void CurveView::setMarks(const QList<Mark>& marks)
{
    if (marks == m_marks)
        return;
    m_marks = marks;
    viewport()->update();
}

void CurveView::drawMarks(QPainter* painter)
{
    const QRectF plot = chart()->plotArea();
    const Theme& theme = Theme::current();
    painter->setFont(ui::font(TextRole::Small));
    const QFontMetricsF metrics(painter->font());
    for (const Mark& mark : m_marks) {
        const double x = chart()->mapToPosition({mark.x, 0}).x();
        if (x < plot.left() || x > plot.right())
            continue;
        painter->setPen(QPen(theme.text3, 1, Qt::DashLine));
        painter->drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
        const double width = metrics.horizontalAdvance(mark.words) + 4;
        const bool left = x + width > plot.right();
        painter->setPen(theme.text2);
        painter->drawText(QRectF(left ? x - width - 2 : x + 4, plot.top(), width, metrics.height()),
                          Qt::AlignVCenter | (left ? Qt::AlignRight : Qt::AlignLeft), mark.words);
    }
}

void CurveView::setEndLabels(const QList<EndLabel>& labels)
{
    if (labels == m_labels)
        return;
    m_labels = labels;
    viewport()->update();
}

/// One above the other where they would lie on each other.
void CurveView::drawEndLabels(QPainter* painter)
{
    const QRectF plot = chart()->plotArea();
    painter->setFont(ui::font(TextRole::SmallMedium));
    const QFontMetricsF metrics(painter->font());
    QList<QRectF> taken;
    for (const EndLabel& label : m_labels) {
        const QPointF end = chart()->mapToPosition(label.at);
        const QString words = metrics.elidedText(label.words, Qt::ElideMiddle, std::max(40.0, plot.width() / 3));
        const QSizeF size(metrics.horizontalAdvance(words) + 2, metrics.height());
        QRectF place(QPointF(std::min(end.x() + 4, plot.right() - size.width()), end.y() - size.height() - 1), size);
        place.moveTop(std::clamp(place.top(), plot.top(), plot.bottom() - size.height()));
        for (const QRectF& other : taken)
            if (place.intersects(other))
                place.moveTop(other.bottom());
        taken.append(place);
        QColor ground = Theme::current().surface; // the curves go on below it
        ground.setAlpha(210);
        painter->fillRect(place, ground);
        painter->setPen(label.color);
        painter->drawText(place, Qt::AlignCenter, words);
    }
}

void CurveView::setReading(const std::optional<EndLabel>& reading)
{
    if (reading == m_reading)
        return;
    m_reading = reading;
    viewport()->update();
}

void CurveView::drawReading(QPainter* painter)
{
    if (!m_reading)
        return;
    const Theme& theme = Theme::current();
    const QRectF plot = chart()->plotArea();
    const QPointF at = chart()->mapToPosition(m_reading->at);
    painter->setPen(QPen(theme.text3, 1));
    painter->drawLine(QPointF(at.x(), plot.top()), QPointF(at.x(), plot.bottom()));
    painter->setFont(ui::font(TextRole::SmallMedium));
    const QFontMetricsF metrics(painter->font());
    QRectF place(QPointF(), QSizeF(metrics.horizontalAdvance(m_reading->words) + scaled(8), metrics.height()));
    const bool left = at.x() + place.width() + scaled(8) > plot.right();
    place.moveTopLeft({left ? at.x() - place.width() - scaled(6) : at.x() + scaled(6), plot.top() + scaled(16)});
    painter->fillRect(place, theme.surface);
    painter->setPen(theme.text);
    painter->drawText(place, Qt::AlignCenter, m_reading->words);
    if (!plot.adjusted(-1, -1, 1, 1).contains(at))
        return;
    painter->setPen(QPen(theme.surface, 2));
    painter->setBrush(m_reading->color);
    painter->drawEllipse(at, scaled(4), scaled(4));
}

double CurveView::placeOf(const QPointF& at) const
{
    const QRectF plot = chart()->plotArea();
    return plot.width() > 0 ? (at.x() - plot.left()) / plot.width() : 0;
}

void CurveView::wheelEvent(QWheelEvent* event)
{
    if (const int turned = event->angleDelta().y(); turned != 0)
        Q_EMIT zoomed(std::pow(0.8, turned / 120.0), std::clamp(placeOf(event->position()), 0.0, 1.0));
    event->accept();
}

void CurveView::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        m_held = placeOf(event->position());
}

void CurveView::mouseMoveEvent(QMouseEvent* event)
{
    const double place = placeOf(event->position());
    if (m_held) {
        const double share = *std::exchange(m_held, place) - place;
        Q_EMIT dragged(share);
    }
    Q_EMIT pointed(place >= 0 && place <= 1 ? place : -1);
}

void CurveView::mouseReleaseEvent(QMouseEvent*)
{
    m_held.reset();
}

void CurveView::mouseDoubleClickEvent(QMouseEvent*)
{
    Q_EMIT wholeAsked();
}

void CurveView::leaveEvent(QEvent* event)
{
    Q_EMIT pointed(-1);
    QChartView::leaveEvent(event);
}

void CurveView::drawForeground(QPainter* painter, const QRectF&)
{
    drawMarks(painter);
    drawEndLabels(painter);
    drawReading(painter);
    if (m_hint.isEmpty())
        return;
    painter->setFont(ui::font(TextRole::Body));
    painter->setPen(Theme::current().text3);
    painter->drawText(chart()->plotArea(), Qt::AlignCenter | Qt::TextWordWrap, m_hint);
}

SeriesName::SeriesName(const QString& name, ColorRole color, bool ring, QWidget* parent)
    : QWidget(parent), m_name(name), m_color(color), m_ring(ring)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, [this] {
        updateGeometry();
        update();
    });
}

QSize SeriesName::sizeHint() const
{
    const QFontMetrics metrics(ui::font(TextRole::SmallMedium));
    return {scaled(16) + metrics.horizontalAdvance(m_name) + 1, lineHeight(TextRole::SmallMedium)};
}

void SeriesName::paintEvent(QPaintEvent*)
{
    const auto& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor color = theme.color(m_color);
    const double y = height() / 2.0;
    painter.setPen(QPen(color, m_ring ? 2 : 2.5));
    if (m_ring) {
        painter.setBrush(theme.surface);
        painter.drawEllipse(QPointF(scaled(6), y), scaled(4), scaled(4));
    } else {
        painter.drawLine(QPointF(scaled(1), y), QPointF(scaled(11), y));
    }
    painter.setPen(color);
    painter.setFont(ui::font(TextRole::SmallMedium));
    painter.drawText(rect().adjusted(scaled(16), 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft, m_name);
}

} // namespace convarium::ui
