#include "ui/training/curve_view.h"

#include "ui/theme/type.h"

#include <QChart>
#include <QPainter>

namespace convarium::ui
{

CurveView::CurveView(QChart* chart, QWidget* parent) : QChartView(chart, parent)
{
    setFrameShape(QFrame::NoFrame);
    setRenderHint(QPainter::Antialiasing);
    setBackgroundBrush(Qt::NoBrush);
    viewport()->setAutoFillBackground(false);
    setFocusPolicy(Qt::NoFocus);
    setAttribute(Qt::WA_TransparentForMouseEvents, false);
}

void CurveView::setHint(const QString& hint)
{
    if (hint == m_hint)
        return;
    m_hint = hint;
    viewport()->update();
}

void CurveView::drawForeground(QPainter* painter, const QRectF&)
{
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
