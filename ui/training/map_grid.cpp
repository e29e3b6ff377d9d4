#include "ui/training/map_grid.h"

#include "ui/theme/number_words.h"
#include "ui/theme/own_keys.h"
#include "ui/theme/type.h"

#include <QCursor>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>
#include <QWheelEvent>
#include <algorithm>

namespace convarium::ui
{

namespace
{

constexpr int kSmallestCell = 12, kLargestNumber = 28;
constexpr int kKernelHeight = 34, kKernelGap = 5, kMargin = 2;
constexpr std::array<int, 3> kNone{-1, -1, -1};

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
        if (layout.height(count) <= height)
            break;
    }
    layout.cell = std::max(layout.cell, kSmallestCell);
    if (mapSize > 1 && layout.cell / mapSize * mapSize * 5 >= layout.cell * 4)
        layout.cell = layout.cell / mapSize * mapSize;
    return layout;
}

MapGrid::MapGrid(QWidget* parent) : QWidget(parent), m_bar(new QScrollBar(Qt::Vertical, this))
{
    setAccessibleName(QStringLiteral("Map grid"));
    tellOwnKeys(this, {{tr("Arrow keys"), tr("Another map")},
                       {tr("Page up, page down, Home, End"), tr("Maps farther away")},
                       {tr("Shift+arrow keys"), tr("Another number of the map")},
                       {keyName(Qt::Key_Return), tr("How the number comes about")}});
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setMouseTracking(true);
    m_bar->setAccessibleName(QStringLiteral("More maps"));
    m_bar->setCursor(Qt::ArrowCursor);
    m_bar->hide();
    connect(m_bar, &QScrollBar::valueChanged, this, [this] {
        if (m_hovered != kNone)
            hover(numberAt(mapFromGlobal(QCursor::pos())));
        update();
    });
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
    const bool same = result.node == m_result.node && result.count == m_result.count &&
                      result.width == m_result.width && result.height == m_result.height && m_hint.isEmpty();
    m_result = result;
    m_hint.clear();
    m_current = result.map;
    if (!same) {
        m_bar->setValue(0);
        m_row = m_column = -1;
        m_hovered = kNone;
        layOut();
        if (underMouse())
            m_hovered = numberAt(mapFromGlobal(QCursor::pos()));
    }
    tell();
    update();
}

void MapGrid::clear(const QString& hint)
{
    m_result = {};
    m_hint = hint;
    m_bar->hide();
    m_row = m_column = -1;
    m_hovered = kNone;
    tell();
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
    const int mapSize = std::max(m_result.width, m_result.height);
    const QSize room = size() - QSize(2 * kMargin, 2 * kMargin);
    m_layout = layOutGrid(m_result.count, room.width(), room.height(), largest, mapSize);
    const bool scrolls = m_result.count > 0 && m_layout.height(m_result.count) > room.height();
    if (scrolls) {
        const int wide = m_bar->sizeHint().width();
        m_layout = layOutGrid(m_result.count, room.width() - wide, room.height(), largest, mapSize);
        m_bar->setGeometry(width() - wide, 0, wide, height());
        m_bar->setRange(0, m_layout.height(m_result.count) - room.height());
        m_bar->setPageStep(room.height());
        m_bar->setSingleStep(pitch());
    }
    m_bar->setVisible(scrolls);
}

int MapGrid::offset() const
{
    return m_bar->isHidden() ? 0 : m_bar->value();
}

int MapGrid::placeOf(int map) const
{
    return m_result.order ? m_result.order->places[static_cast<std::size_t>(map)] : map;
}

int MapGrid::mapAt(int place) const
{
    return m_result.order ? m_result.order->maps[static_cast<std::size_t>(place)] : place;
}

QRect MapGrid::cellRect(int index) const
{
    return m_layout.rect(placeOf(index)).translated(kMargin, kMargin - offset());
}

/// The cells touch each other: half of a gap belongs to each of its two.
int MapGrid::cellAt(const QPoint& position) const
{
    const QPoint inside = position - QPoint(kMargin, kMargin - offset()) + QPoint(m_layout.gap / 2, m_layout.gap / 2);
    if (m_layout.cell <= 0 || inside.x() < 0 || inside.y() < 0 || inside.x() / pitch() >= m_layout.columns)
        return -1;
    const int place = inside.y() / pitch() * m_layout.columns + inside.x() / pitch();
    return place < m_result.count ? mapAt(place) : -1;
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
    const int first = offset() / pitch() * m_layout.columns;
    const int end = std::min(m_result.count, ((offset() + height()) / pitch() + 1) * m_layout.columns);
    for (int place = first; place < end; ++place) {
        const int i = mapAt(place);
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
    if (const auto number = keyNumber(); number != kNone && m_result.width * m_result.height > 1) {
        // Between two lines in the surface colour, so that it is seen on every colour.
        const QRect ring = numberRect(number).adjusted(-1, -1, 0, 0);
        painter.setRenderHint(QPainter::Antialiasing, false);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(theme.surface, 3));
        painter.drawRect(ring);
        painter.setPen(QPen(theme.accent, 1));
        painter.drawRect(ring);
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
        m_bar->setValue(offset() + cell.top() - kMargin);
    else if (cell.bottom() > height())
        m_bar->setValue(offset() + cell.bottom() + 1 - height() + kMargin);
    tell();
    update();
    Q_EMIT mapSelected(index);
}

/// Map, row and column of the number there; all -1: none.
std::array<int, 3> MapGrid::numberAt(const QPoint& position) const
{
    const int index = cellAt(position);
    if (index < 0 || m_result.picture || !pictureRect(index).contains(position))
        return kNone;
    const QRect picture = pictureRect(index);
    return {index, (position.y() - picture.top()) * m_result.height / picture.height(),
            (position.x() - picture.left()) * m_result.width / picture.width()};
}

QRect MapGrid::numberRect(const std::array<int, 3>& number) const
{
    const auto [map, row, column] = number;
    const QRect picture = pictureRect(map);
    const int left = picture.left() + column * picture.width() / m_result.width;
    const int top = picture.top() + row * picture.height() / m_result.height;
    return {left, top, std::max(2, picture.left() + (column + 1) * picture.width() / m_result.width - left),
            std::max(2, picture.top() + (row + 1) * picture.height() / m_result.height - top)};
}

std::array<int, 3> MapGrid::keyNumber() const
{
    const bool chosen = hasFocus() && m_row >= 0 && m_current < m_result.count && !m_result.picture;
    return chosen ? std::array<int, 3>{m_current, m_row, m_column} : kNone;
}

std::array<int, 3> MapGrid::toldNumber() const
{
    return m_hovered != kNone ? m_hovered : keyNumber();
}

QString MapGrid::numberWords(const std::array<int, 3>& number) const
{
    const auto [map, row, column] = number;
    const qsizetype place = (qsizetype{map} * m_result.height + row) * m_result.width + column;
    if (map < 0 || m_result.picture || place >= m_result.values.size())
        return {};
    const auto value = static_cast<double>(m_result.values[place]);
    return m_result.width * m_result.height > 1 ? cellWords(map, row, column, value) : listWords(map, value);
}

/// What is looked at is said, to assistive technology too: with the focus somewhere else, the middle of the map.
void MapGrid::tell()
{
    std::array<int, 3> number = toldNumber();
    if (number != m_told) {
        m_told = number;
        Q_EMIT numberTold(number[0], number[1], number[2]);
    }
    if (number == kNone)
        number = {m_current, m_result.height / 2, m_result.width / 2};
    QString text = numberWords(number);
    if (!text.isEmpty() && m_result.width * m_result.height > 1)
        text += QStringLiteral("; ") + mapWords(number[0], m_result.ranges[number[0]]);
    if (text != accessibleDescription())
        setAccessibleDescription(text);
}

void MapGrid::moveCell(int rows, int columns)
{
    if (m_result.picture || m_result.width * m_result.height <= 1)
        return;
    if (m_row < 0) {
        m_row = m_result.height / 2;
        m_column = m_result.width / 2;
    }
    m_row = std::clamp(m_row + rows, 0, m_result.height - 1);
    m_column = std::clamp(m_column + columns, 0, m_result.width - 1);
    m_hovered = kNone; // the keys have the say until the pointer moves again
    tell();
    update();
}

void MapGrid::mousePressEvent(QMouseEvent* event)
{
    const QPoint position = event->position().toPoint();
    choose(cellAt(position));
    if (const auto [map, row, column] = numberAt(position); map >= 0) {
        m_row = row;
        m_column = column;
        tell();
        update();
        Q_EMIT numberChosen(map, row, column);
    }
}

void MapGrid::mouseMoveEvent(QMouseEvent* event)
{
    hover(numberAt(event->position().toPoint()));
}

void MapGrid::leaveEvent(QEvent*)
{
    hover(kNone);
}

void MapGrid::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    tell();
}

void MapGrid::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    tell();
}

void MapGrid::hover(const std::array<int, 3>& number)
{
    if (number == m_hovered)
        return;
    m_hovered = number;
    tell();
}

void MapGrid::keyPressEvent(QKeyEvent* event)
{
    if (event->modifiers() == Qt::ShiftModifier)
        switch (event->key()) {
        case Qt::Key_Left: return moveCell(0, -1);
        case Qt::Key_Right: return moveCell(0, 1);
        case Qt::Key_Up: return moveCell(-1, 0);
        case Qt::Key_Down: return moveCell(1, 0);
        default: break;
        }
    switch (event->key()) {
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_result.count > 0 && !m_result.picture)
            Q_EMIT numberChosen(m_current, m_row < 0 ? m_result.height / 2 : m_row,
                                m_row < 0 ? m_result.width / 2 : m_column);
        return;
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down:
    case Qt::Key_PageUp:
    case Qt::Key_PageDown:
    case Qt::Key_Home:
    case Qt::Key_End:
        if (m_result.count > 0)
            walk(event->key());
        return;
    default: QWidget::keyPressEvent(event);
    }
}

/// To the map at another place; a page ends at the first or last map of its column.
void MapGrid::walk(int key)
{
    const int columns = m_layout.columns, last = m_result.count - 1, place = placeOf(m_current);
    const int page = std::max(1, (height() - 2 * kMargin + m_layout.gap) / pitch()) * columns;
    int to = place;
    switch (key) {
    case Qt::Key_Left: to = place - 1; break;
    case Qt::Key_Right: to = place + 1; break;
    case Qt::Key_Up: to = place - columns; break;
    case Qt::Key_Down: to = place + columns; break;
    case Qt::Key_PageUp: to = std::max(place - page, place % columns); break;
    case Qt::Key_PageDown: to = std::min(place + page, last - (last - place % columns) % columns); break;
    case Qt::Key_Home: to = 0; break;
    default: to = last;
    }
    if (to >= 0 && to <= last)
        choose(mapAt(to));
}

void MapGrid::wheelEvent(QWheelEvent* event)
{
    if (m_bar->isHidden()) {
        event->ignore();
        return;
    }
    m_bar->setValue(offset() - event->angleDelta().y() / 2);
}

void MapGrid::resizeEvent(QResizeEvent*)
{
    layOut();
}

QString MapGrid::toolTipAt(const QPoint& position) const
{
    const int index = cellAt(position);
    if (index < 0 || m_result.picture || index >= m_result.ranges.size())
        return {};
    QStringList lines{numberWords(numberAt(position))};
    if (m_result.width * m_result.height > 1)
        lines << mapWords(index, m_result.ranges[index]);
    lines << tr("Click a number to see how it comes about.");
    lines.removeAll(QString());
    return lines.join(u'\n');
}

bool MapGrid::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    QToolTip::showText(help->globalPos(), toolTipAt(help->pos()), this); // hides it where there is no text
    return true;
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

int KernelStrip::zoom() const
{
    return std::max(1, scaled(kKernelHeight) / std::max({1, m_result.kernelWidth, m_result.kernelHeight}));
}

int KernelStrip::room() const
{
    return std::max(1, (width() - 2 + kKernelGap) / (m_result.kernelWidth * zoom() + kKernelGap));
}

/// Where not all find room, the last place tells how many more there are.
int KernelStrip::shown() const
{
    return m_result.kernelCount > room() ? std::max(1, room() - 1) : m_result.kernelCount;
}

QRect KernelStrip::kernelRect(int kernel) const
{
    const int w = m_result.kernelWidth * zoom(), h = m_result.kernelHeight * zoom();
    return {1 + kernel * (w + kKernelGap), (height() - h) / 2, w, h};
}

void KernelStrip::paintEvent(QPaintEvent*)
{
    if (m_result.kernelCount == 0)
        return;
    QPainter painter(this);
    const int kw = m_result.kernelWidth, kh = m_result.kernelHeight;
    for (int k = 0; k < shown(); ++k) {
        painter.drawImage(kernelRect(k), m_result.kernels, QRect(k * kw, 0, kw, kh));
        frame(painter, kernelRect(k));
    }
    if (shown() < m_result.kernelCount && room() > 1) {
        painter.setFont(ui::font(TextRole::Small));
        painter.setPen(Theme::current().text3);
        QRect place = kernelRect(shown());
        place.setTop(0);
        place.setHeight(height());
        painter.drawText(place.adjusted(0, 0, kKernelGap, 0), Qt::AlignVCenter | Qt::AlignLeft,
                         QStringLiteral("+%1").arg(m_result.kernelCount - shown()));
    }
}

QString KernelStrip::toolTipAt(const QPoint& position) const
{
    for (int k = 0; k < shown(); ++k) {
        const QRect rect = kernelRect(k);
        if (!rect.contains(position))
            continue;
        const int row = (position.y() - rect.top()) / zoom(), column = (position.x() - rect.left()) / zoom();
        const auto place = static_cast<std::size_t>((k * m_result.kernelHeight + row) * m_result.kernelWidth + column);
        if (place < m_result.kernelValues.size())
            return kernelWords(k, row, column, static_cast<double>(m_result.kernelValues[place]));
    }
    return {};
}

bool KernelStrip::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    QToolTip::showText(help->globalPos(), toolTipAt(help->pos()), this);
    return true;
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
