#include "ui/training/map_grid.h"

#include "ui/theme/own_keys.h"
#include "ui/theme/type.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <QWheelEvent>
#include <algorithm>

namespace convarium::ui
{

namespace
{

constexpr int kSmallestCell = 12, kLargestNumber = 28;
constexpr int kKernelHeight = 34;

void frame(QPainter& painter, const QRect& rect)
{
    painter.setPen(QPen(Theme::current().line, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(QRectF(rect).adjusted(-0.5, -0.5, 0.5, 0.5));
}

} // namespace

GridLayout layOutGrid(int count, int width, int height, int largest, int mapSize)
{
    GridLayout layout;
    count = std::max(count, 1);
    for (layout.cell = largest; layout.cell >= kSmallestCell; --layout.cell) {
        layout.gap = layout.cell >= 24 ? 6 : 3;
        layout.columns = std::max(1, (width + layout.gap) / (layout.cell + layout.gap));
        if (layout.rows(count) * (layout.cell + layout.gap) - layout.gap <= height)
            break;
    }
    layout.cell = std::max(layout.cell, kSmallestCell);
    if (mapSize > 1 && layout.cell / mapSize * mapSize * 5 >= layout.cell * 4)
        layout.cell = layout.cell / mapSize * mapSize;
    return layout;
}

MapGrid::MapGrid(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(QStringLiteral("Map grid"));
    tellOwnKeys(this, {{tr("Arrow keys"), tr("Another map")},
                       {keyName(Qt::Key_Return), tr("The number in the middle of the map")}});
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setMouseTracking(true);
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, [this] {
        layOut();
        update();
    });
}

QSize MapGrid::minimumSizeHint() const
{
    return {scaled(160), scaled(46)};
}

void MapGrid::setResult(const MapResult& result)
{
    const bool same = result.shown == m_result.shown && result.count == m_result.count &&
                      result.width == m_result.width && result.height == m_result.height && m_hint.isEmpty();
    m_result = result;
    m_hint.clear();
    m_current = result.map;
    if (!same) {
        m_offset = 0;
        layOut();
    }
    update();
}

void MapGrid::clear(const QString& hint)
{
    m_result = {};
    m_hint = hint;
    m_offset = 0;
    update();
}

void MapGrid::setLargestMap(int side)
{
    m_largestMap = side;
    layOut();
}

void MapGrid::layOut()
{
    const bool maps = m_result.width * m_result.height > 1;
    int largest = scaled(maps ? m_largestMap : kLargestNumber);
    if (m_result.count == 1)
        largest = std::max(largest, std::min({width(), height(), scaled(140)}));
    m_layout =
        layOutGrid(m_result.count, width() - 4, height() - 4, largest, std::max(m_result.width, m_result.height));
    m_offset = std::clamp(m_offset, 0, overflow());
}

int MapGrid::overflow() const
{
    return std::max(0, m_layout.rows(m_result.count) * (m_layout.cell + m_layout.gap) - m_layout.gap - height() + 4);
}

QRect MapGrid::cellRect(int index) const
{
    return m_layout.rect(index).translated(2, 2 - m_offset);
}

int MapGrid::cellAt(const QPoint& position) const
{
    for (int i = 0; i < m_result.count; ++i)
        if (cellRect(i)
                .adjusted(-m_layout.gap / 2, -m_layout.gap / 2, m_layout.gap / 2, m_layout.gap / 2)
                .contains(position))
            return i;
    return -1;
}

void MapGrid::paintEvent(QPaintEvent*)
{
    const auto& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.surface);
    if (!m_hint.isEmpty() || m_result.count == 0) {
        painter.setFont(ui::font(TextRole::Body));
        painter.setPen(theme.text3);
        painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap, m_hint);
        return;
    }
    const int w = m_result.picture ? m_result.atlas.width() : m_result.width;
    const int h = m_result.picture ? m_result.atlas.height() : m_result.height;
    for (int i = 0; i < m_result.count; ++i) {
        const QRect cell = cellRect(i);
        if (cell.bottom() < 0 || cell.top() > height())
            continue;
        const QRect target = pictureRect(i);
        painter.drawImage(target, m_result.atlas, QRect((i % m_result.columns) * w, (i / m_result.columns) * h, w, h));
        frame(painter, target);
    }
    if (m_current >= 0 && m_current < m_result.count && m_result.count > 1) {
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(theme.accent, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(cellRect(m_current)).adjusted(-1, -1, 1, 1), 2, 2);
        if (hasFocus()) {
            painter.setPen(QPen(theme.accent, 1, Qt::DotLine));
            painter.drawRect(rect().adjusted(0, 0, -1, -1));
        }
    }
}

/// Maps that are not square keep their proportions.
QRect MapGrid::pictureRect(int index) const
{
    const QRect cell = cellRect(index);
    const QSize numbers = m_result.picture ? m_result.atlas.size() : QSize(m_result.width, m_result.height);
    const QSize size = numbers.scaled(cell.size(), Qt::KeepAspectRatio);
    return {cell.topLeft() + QPoint((cell.width() - size.width()) / 2, (cell.height() - size.height()) / 2), size};
}

void MapGrid::choose(int index)
{
    if (index < 0 || index >= m_result.count || index == m_current)
        return;
    m_current = index;
    const QRect cell = cellRect(index);
    if (cell.top() < 0)
        m_offset += cell.top() - 2;
    else if (cell.bottom() > height())
        m_offset += cell.bottom() - height() + 2;
    update();
    Q_EMIT mapSelected(index);
}

/// Map, row and column of the number there; all -1: none.
std::array<int, 3> MapGrid::numberAt(const QPoint& position) const
{
    const int index = cellAt(position);
    if (index < 0 || m_result.picture || !pictureRect(index).contains(position))
        return {-1, -1, -1};
    const QRect picture = pictureRect(index);
    return {index, (position.y() - picture.top()) * m_result.height / picture.height(),
            (position.x() - picture.left()) * m_result.width / picture.width()};
}

void MapGrid::mousePressEvent(QMouseEvent* event)
{
    const QPoint position = event->position().toPoint();
    choose(cellAt(position));
    if (const auto [map, row, column] = numberAt(position); map >= 0)
        Q_EMIT numberChosen(map, row, column);
}

void MapGrid::mouseMoveEvent(QMouseEvent* event)
{
    hover(numberAt(event->position().toPoint()));
}

void MapGrid::leaveEvent(QEvent*)
{
    hover({-1, -1, -1});
}

void MapGrid::hover(const std::array<int, 3>& number)
{
    if (number == m_hovered)
        return;
    m_hovered = number;
    Q_EMIT numberHovered(number[0], number[1], number[2]);
}

void MapGrid::keyPressEvent(QKeyEvent* event)
{
    int delta = 0;
    switch (event->key()) {
    case Qt::Key_Left: delta = -1; break;
    case Qt::Key_Right: delta = 1; break;
    case Qt::Key_Up: delta = -m_layout.columns; break;
    case Qt::Key_Down: delta = m_layout.columns; break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_result.count > 0 && !m_result.picture)
            Q_EMIT numberChosen(m_current, m_result.height / 2, m_result.width / 2);
        return;
    default: QWidget::keyPressEvent(event); return;
    }
    choose(m_current + delta);
}

void MapGrid::wheelEvent(QWheelEvent* event)
{
    if (overflow() == 0) {
        event->ignore();
        return;
    }
    m_offset = std::clamp(m_offset - event->angleDelta().y() / 2, 0, overflow());
    update();
}

void MapGrid::resizeEvent(QResizeEvent*)
{
    layOut();
}

bool MapGrid::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const int index = cellAt(help->pos());
        const auto plane = static_cast<std::size_t>(m_result.width) * static_cast<std::size_t>(m_result.height);
        if (index >= 0 && !m_result.picture &&
            m_result.values.size() >= (static_cast<std::size_t>(index) + 1) * plane) {
            const auto first =
                m_result.values.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(index) * plane);
            const auto [low, high] = std::minmax_element(first, first + static_cast<std::ptrdiff_t>(plane));
            const QLocale locale;
            const auto number = [&](float v) {
                return locale.toString(static_cast<double>(v), 'g', 3).replace(QLatin1Char('-'), QChar(0x2212));
            };
            QToolTip::showText(help->globalPos(),
                               (plane == 1
                                    ? tr("Number %1: %2").arg(index + 1).arg(number(*low))
                                    : tr("Map %1: from %2 to %3").arg(index + 1).arg(number(*low), number(*high))) +
                                   tr(". Click a number to see how it comes about."),
                               this);
            return true;
        }
        QToolTip::hideText();
        event->ignore();
        return true;
    }
    return QWidget::event(event);
}

KernelStrip::KernelStrip(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(QStringLiteral("Kernels"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void KernelStrip::setResult(const MapResult& result)
{
    m_result = result;
    setAccessibleDescription(
        tr("%1 kernels of %2×%3").arg(result.kernelCount).arg(result.kernelHeight).arg(result.kernelWidth));
    update();
}

QSize KernelStrip::sizeHint() const
{
    return {scaled(200), scaled(kKernelHeight) + 2};
}

QSize KernelStrip::minimumSizeHint() const
{
    return {scaled(kKernelHeight) + 2, scaled(kKernelHeight) + 2};
}

void KernelStrip::paintEvent(QPaintEvent*)
{
    if (m_result.kernelCount == 0)
        return;
    QPainter painter(this);
    const int kw = m_result.kernelWidth, kh = m_result.kernelHeight;
    const int zoom = std::max(1, scaled(kKernelHeight) / std::max(kw, kh));
    const int pitch = kw * zoom + 5;
    const int fit = std::max(1, (width() - 2 + 5) / pitch);
    const bool cut = m_result.kernelCount > fit;
    const int shown = cut ? std::max(1, fit - 1) : m_result.kernelCount;
    for (int k = 0; k < shown; ++k) {
        const QRect target(1 + k * pitch, (height() - kh * zoom) / 2, kw * zoom, kh * zoom);
        painter.drawImage(target, m_result.kernels, QRect(k * kw, 0, kw, kh));
        frame(painter, target);
    }
    if (cut && fit > 1) {
        painter.setFont(ui::font(TextRole::Small));
        painter.setPen(Theme::current().text3);
        painter.drawText(QRect(1 + shown * pitch, 0, pitch, height()), Qt::AlignVCenter | Qt::AlignLeft,
                         QStringLiteral("+%1").arg(m_result.kernelCount - shown));
    }
}

PixelPicture::PixelPicture(int side, QWidget* parent) : QWidget(parent), m_side(side)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

QSize PixelPicture::sizeHint() const
{
    return {scaled(m_side), scaled(m_side)};
}

void PixelPicture::setImage(const QImage& image)
{
    m_image = image;
    update();
}

void PixelPicture::setMark(const FieldMark& mark)
{
    m_mark = mark;
    update();
}

void PixelPicture::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const QRect area = rect().adjusted(1, 1, -1, -1);
    if (m_image.isNull())
        return;
    frame(painter, area);
    const QSize size = m_image.size().scaled(area.size(), Qt::KeepAspectRatio);
    const QRect picture(area.topLeft() + QPoint((area.width() - size.width()) / 2, (area.height() - size.height()) / 2),
                        size);
    painter.drawImage(picture, m_image);
    paintFieldMark(&painter, picture, m_mark, 1.5);
}

} // namespace convarium::ui
