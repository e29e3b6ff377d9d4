#include "ui/inside/number_map.h"

#include "ui/theme/colormap.h"
#include "ui/theme/number_words.h"
#include "ui/theme/own_keys.h"
#include "ui/theme/type.h"
#include "ui/training/map_pictures.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

namespace
{
constexpr int kSide = 320, kLeast = 150, kField = 110;
}

NumberMap::NumberMap(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(QStringLiteral("Chosen map"));
    tellOwnKeys(this, {{tr("Arrow keys"), tr("Another number of the map")}});
    setFocusPolicy(Qt::StrongFocus);
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, [this] { setMaps(m_maps, m_element); });
}

int NumberMap::columns() const
{
    if (m_maps.shape.isMaps())
        return m_maps.width();
    const int n = static_cast<int>(count());
    return n <= 5 ? std::max(1, n) : static_cast<int>(std::ceil(std::sqrt(n)));
}

int NumberMap::rows() const
{
    return m_maps.shape.isMaps() ? m_maps.height() : static_cast<int>((count() + columns() - 1) / columns());
}

std::int64_t NumberMap::count() const
{
    return static_cast<std::int64_t>(m_maps.height()) * m_maps.width();
}

int NumberMap::map() const
{
    return static_cast<int>(m_element / std::max<std::int64_t>(1, count()));
}

int NumberMap::row() const
{
    return static_cast<int>(m_element % std::max<std::int64_t>(1, count()) / columns());
}

int NumberMap::column() const
{
    return static_cast<int>(m_element % std::max<std::int64_t>(1, count()) % columns());
}

void NumberMap::setMaps(const NumberMaps& maps, std::int64_t element)
{
    m_maps = maps;
    m_element = element;
    m_image = {};
    if (maps.values.empty()) {
        update();
        return;
    }
    std::vector<float> values(static_cast<std::size_t>(rows()) * static_cast<std::size_t>(columns()));
    std::copy_n(maps.map(map()), count(), values.begin());
    m_image = mapImage(values.data(), columns(), rows(), columns(), maps.scale);
    const auto value = static_cast<double>(maps.values[static_cast<std::size_t>(element)]);
    setAccessibleDescription(ui::cellWords(map(), row(), column(), value));
    updateGeometry();
    update();
}

QSize NumberMap::sizeHint() const
{
    return {scaled(kSide), heightForWidth(scaled(kSide))};
}

QSize NumberMap::minimumSizeHint() const
{
    return {scaled(kLeast), scaled(40)};
}

int NumberMap::heightForWidth(int width) const
{
    if (m_image.isNull())
        return width;
    return std::clamp(width * m_image.height() / m_image.width(), scaled(40), width);
}

QRect NumberMap::area() const
{
    if (m_image.isNull())
        return {};
    const QSize size = m_image.size().scaled(this->size() - QSize(8, 8), Qt::KeepAspectRatio);
    return {(width() - size.width()) / 2, 4, size.width(), size.height()};
}

QRect NumberMap::cellRect(int row, int column) const
{
    const QRect a = area();
    const int left = a.left() + column * a.width() / columns(), right = a.left() + (column + 1) * a.width() / columns();
    const int top = a.top() + row * a.height() / rows(), bottom = a.top() + (row + 1) * a.height() / rows();
    return {left, top, std::max(1, right - left), std::max(1, bottom - top)};
}

QSize NumberMap::cells() const
{
    return m_image.size();
}

QString NumberMap::cellWords(int row, int column) const
{
    const std::int64_t place = static_cast<std::int64_t>(row) * columns() + column;
    if (place >= count())
        return tr("No number"); // in the last row of a list
    return ui::cellWords(row, column, static_cast<double>(m_maps.map(map())[place]));
}

void NumberMap::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    if (m_image.isNull())
        return;
    const QRect a = area();
    painter.drawImage(a, m_image);
    painter.setPen(QPen(theme.line2, 1));
    painter.drawRect(a.adjusted(-1, -1, 0, 0));
    // The ring stands between two lines in the surface colour, so that it is seen on every colour.
    const QRect ring = cellRect(row(), column()).adjusted(-2, -2, 1, 1);
    painter.setPen(QPen(theme.surface, 1));
    painter.drawRect(ring.adjusted(-2, -2, 2, 2));
    painter.drawRect(ring.adjusted(2, 2, -2, -2));
    painter.setPen(QPen(theme.accent, 3));
    painter.drawRect(ring);
    if (hasFocus()) {
        painter.setPen(QPen(theme.accent, 1, Qt::DotLine));
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

void NumberMap::choose(int row, int column)
{
    row = std::clamp(row, 0, rows() - 1);
    column = std::clamp(column, 0, columns() - 1);
    const std::int64_t place = static_cast<std::int64_t>(row) * columns() + column;
    if (place >= count())
        return;
    const std::int64_t element = map() * count() + place;
    if (element != m_element)
        Q_EMIT elementChosen(element);
}

void NumberMap::chooseAt(const QPoint& position)
{
    const QRect a = area();
    if (a.contains(position))
        choose((position.y() - a.top()) * rows() / a.height(), (position.x() - a.left()) * columns() / a.width());
}

void NumberMap::mousePressEvent(QMouseEvent* event)
{
    setFocus(Qt::MouseFocusReason);
    chooseAt(event->position().toPoint());
}

/// Drags the ring: the kernel slides along.
void NumberMap::mouseMoveEvent(QMouseEvent* event)
{
    if (event->buttons() & Qt::LeftButton)
        chooseAt(event->position().toPoint());
}

void NumberMap::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Left: choose(row(), column() - 1); return;
    case Qt::Key_Right: choose(row(), column() + 1); return;
    case Qt::Key_Up: choose(row() - 1, column()); return;
    case Qt::Key_Down: choose(row() + 1, column()); return;
    default: QWidget::keyPressEvent(event);
    }
}

bool NumberMap::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const QRect a = area();
    if (!a.contains(help->pos())) {
        QToolTip::hideText();
        return true;
    }
    const int y = (help->pos().y() - a.top()) * rows() / a.height();
    const int x = (help->pos().x() - a.left()) * columns() / a.width();
    if (static_cast<std::int64_t>(y) * columns() + x < count())
        QToolTip::showText(help->globalPos(), cellWords(y, x), this);
    return true;
}

FieldPicture::FieldPicture(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(QStringLiteral("Where it looks"));
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, qOverload<>(&QWidget::update));
}

QSize FieldPicture::sizeHint() const
{
    return {scaled(kField), scaled(kField)};
}

void FieldPicture::setField(const std::vector<std::uint8_t>& pixels, const engine::Shape& shape,
                            const engine::PixelBox& box)
{
    m_pixels = pixels;
    m_shape = shape;
    m_box = box;
    setAccessibleDescription(tr("rows %1 to %2, columns %3 to %4")
                                 .arg(box.top + 1)
                                 .arg(box.bottom + 1)
                                 .arg(box.left + 1)
                                 .arg(box.right + 1));
    update();
}

void FieldPicture::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    const QImage image = inputPicture(m_pixels, m_shape, theme);
    if (image.isNull())
        return;
    QPainter painter(this);
    const QSize size = image.size().scaled(this->size() - QSize(2, 2), Qt::KeepAspectRatio);
    const QRect target(QPoint(1, 1), size);
    painter.drawImage(target, image);
    painter.setPen(QPen(theme.line, 1));
    painter.drawRect(target.adjusted(-1, -1, 0, 0));
    if (m_box.isEmpty())
        return;
    const double sx = static_cast<double>(size.width()) / image.width();
    const double sy = static_cast<double>(size.height()) / image.height();
    painter.setPen(QPen(theme.accent, 2));
    painter.drawRect(QRectF(target.left() + static_cast<double>(m_box.left) * sx,
                            target.top() + static_cast<double>(m_box.top) * sy, static_cast<double>(m_box.width()) * sx,
                            static_cast<double>(m_box.height()) * sy));
}

} // namespace convarium::ui
