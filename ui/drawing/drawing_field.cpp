#include "ui/drawing/drawing_field.h"

#include "ui/theme/theme.h"

#include <QMouseEvent>
#include <QPainter>
#include <QTabletEvent>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

namespace
{
constexpr int kLargest = 18, kSmallest = 8; ///< pixels of a square of the field
constexpr float kShortestPiece = 0.08F;     ///< fields between two points of a stroke
constexpr int kSide = datasets::kDigitSize;
} // namespace

DrawingField::DrawingField(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(tr("Drawing field"));
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::CrossCursor);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setMaximumHeight(kSide * kLargest + 2);
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, &DrawingField::repaintInk);
}

QSize DrawingField::minimumSizeHint() const
{
    return {kSide * kSmallest + 2, kSide * kSmallest + 2};
}

int DrawingField::fieldSize() const
{
    return std::clamp((std::min(width(), height()) - 2) / kSide, 1, kLargest);
}

QRect DrawingField::area() const
{
    const int side = fieldSize() * kSide;
    return {(width() - side) / 2, 1, side, side};
}

void DrawingField::setStrokes(const datasets::DrawnStrokes& strokes)
{
    if (strokes == m_strokes)
        return;
    m_strokes = strokes;
    repaintInk();
}

datasets::DrawnStrokes DrawingField::strokes() const
{
    datasets::DrawnStrokes all = m_strokes;
    if (!m_current.line.empty())
        all.push_back(m_current);
    return all;
}

void DrawingField::setInkBox(const datasets::InkBox& box)
{
    if (box == m_box)
        return;
    m_box = box;
    update();
}

void DrawingField::begin(QPointF position, double pressure)
{
    m_current = {{}, m_erasing};
    extend(position, pressure);
}

void DrawingField::extend(QPointF position, double pressure)
{
    const double size = fieldSize();
    const QPointF at = (position - QPointF(area().topLeft())) / size;
    // Pressure 1 is a mouse; a tablet's pen is half as wide when it hardly touches.
    const datasets::InkPoint p{static_cast<float>(at.x()), static_cast<float>(at.y()),
                               m_pen * static_cast<float>(0.5 + 0.5 * pressure)};
    auto& line = m_current.line;
    if (!line.empty() && std::hypot(p.x - line.back().x, p.y - line.back().y) < kShortestPiece)
        return;
    line.push_back(p);
    QPainter painter(&m_ink);
    paintPiece(painter, m_current, line.size() - 1);
    const datasets::InkPoint& before = line[line.size() < 2 ? 0 : line.size() - 2];
    const double reach = std::max(p.radius, before.radius) * size + 2;
    const QRectF piece = QRectF(QPointF(before.x, before.y) * size, QPointF(p.x, p.y) * size)
                             .normalized()
                             .adjusted(-reach, -reach, reach, reach);
    update(piece.translated(area().topLeft()).toAlignedRect());
    Q_EMIT strokeGrew();
}

void DrawingField::finish()
{
    if (m_current.line.empty())
        return;
    const datasets::DrawnStroke stroke = std::exchange(m_current, {});
    m_strokes.push_back(stroke);
    Q_EMIT strokeFinished(stroke);
}

void DrawingField::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        begin(event->position(), 1);
}

void DrawingField::mouseMoveEvent(QMouseEvent* event)
{
    if (!m_current.line.empty())
        extend(event->position(), 1);
}

void DrawingField::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        finish();
}

void DrawingField::tabletEvent(QTabletEvent* event)
{
    if (event->type() == QEvent::TabletPress)
        begin(event->position(), event->pressure());
    else if (event->type() == QEvent::TabletMove && !m_current.line.empty())
        extend(event->position(), event->pressure());
    else if (event->type() == QEvent::TabletRelease)
        finish();
    event->accept(); // or it would come again as a mouse
}

/// Points from `from` on, each with the piece that leads to it.
void DrawingField::paintPiece(QPainter& painter, const datasets::DrawnStroke& stroke, std::size_t from) const
{
    const double size = fieldSize();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setCompositionMode(stroke.erases ? QPainter::CompositionMode_DestinationOut
                                             : QPainter::CompositionMode_SourceOver);
    for (std::size_t i = from; i < stroke.line.size(); ++i) {
        const auto& a = stroke.line[i == 0 ? 0 : i - 1];
        const auto& b = stroke.line[i];
        painter.setPen(QPen(Theme::current().text, (a.radius + b.radius) * size, Qt::SolidLine, Qt::RoundCap));
        if (i == 0)
            painter.drawPoint(QPointF(b.x, b.y) * size);
        else
            painter.drawLine(QPointF(a.x, a.y) * size, QPointF(b.x, b.y) * size);
    }
}

void DrawingField::repaintInk()
{
    const double dpr = devicePixelRatioF();
    const int side = static_cast<int>(std::ceil(kSide * fieldSize() * dpr));
    m_ink = QImage(side, side, QImage::Format_ARGB32_Premultiplied);
    m_ink.setDevicePixelRatio(dpr);
    m_ink.fill(Qt::transparent);
    QPainter painter(&m_ink);
    for (const auto& stroke : strokes())
        paintPiece(painter, stroke, 0);
    update();
}

bool DrawingField::event(QEvent* event)
{
    if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut)
        update();
    return QWidget::event(event);
}

void DrawingField::resizeEvent(QResizeEvent*)
{
    repaintInk();
}

void DrawingField::paintEvent(QPaintEvent* event)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    const QRect square = area();
    const int size = fieldSize();
    painter.setClipRect(event->rect());
    painter.fillRect(square, theme.surface);
    painter.setPen(QPen(theme.chartGrid, 1));
    for (int i = 1; i < kSide; ++i) {
        painter.drawLine(square.left() + i * size, square.top(), square.left() + i * size, square.bottom());
        painter.drawLine(square.left(), square.top() + i * size, square.right(), square.top() + i * size);
    }
    painter.drawImage(square.topLeft(), m_ink);
    if (m_box.width() > 0) {
        const double scale = double{datasets::kDigitSize} * size / datasets::kInkSize;
        painter.setPen(QPen(theme.accent, 1.5, Qt::DashLine));
        painter.drawRect(QRectF(m_box.left * scale, m_box.top * scale, m_box.width() * scale, m_box.height() * scale)
                             .translated(square.topLeft()));
    }
    painter.setPen(QPen(hasFocus() ? theme.accent : theme.line2, hasFocus() ? 2 : 1));
    painter.drawRect(QRectF(square).adjusted(-0.5, -0.5, 0.5, 0.5));
}

} // namespace convarium::ui
