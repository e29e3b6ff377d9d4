#include "ui/inside/value_grid.h"

#include "ui/theme/colormap.h"
#include "ui/theme/type.h"

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

/// A small patch gets larger cells, so that it fills its place and is read from the last row.
constexpr int kSide = 215, kLargestCell = 72, kSmallestText = 30, kLargeText = 58;

} // namespace

QColor inkOn(const QColor& fill)
{
    const Theme& theme = Theme::current();
    const QColor& other = theme.dark ? theme.window : theme.surface;
    return contrastRatio(fill, theme.text) >= contrastRatio(fill, other) ? theme.text : other;
}

ValueGrid::ValueGrid(GridColumn kind, const QString& accessibleName, QWidget* parent) : QWidget(parent), m_kind(kind)
{
    setAccessibleName(accessibleName);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, qOverload<>(&QWidget::update));
}

void ValueGrid::setGroup(const NumberGroup& group, const QString& title, const QString& line, double scale)
{
    m_group = group;
    m_scale = scale;
    double largest = 0;
    for (const NumberCell& c : group.cells)
        largest = std::max(largest, c.used ? std::abs(valueOf(c)) : 0);
    m_unit = unitFor(largest);
    m_line = line;
    m_title = m_unit.power == 0 ? title : tr("%1, %2").arg(title, m_unit.words());
    setAccessibleDescription(m_title + QStringLiteral(", ") + m_line);
    const bool known = m_row >= 0 && m_row < group.rows && m_column >= 0 && m_column < group.columns;
    if (!known) {
        m_row = group.cells.empty() ? -1 : group.rows / 2;
        m_column = group.cells.empty() ? -1 : group.columns / 2;
    }
    updateFocus();
    update();
}

void ValueGrid::setOpens(const QString& hint)
{
    m_hint = hint;
    updateFocus();
}

void ValueGrid::updateFocus()
{
    setFocusPolicy(m_hint.isEmpty() || m_group.cells.empty() ? Qt::NoFocus : Qt::StrongFocus);
}

void ValueGrid::open(const NumberCell* cell)
{
    if (cell && cell->used && !m_hint.isEmpty())
        Q_EMIT opened(NumberCell(*cell)); // the group may be another one before the last slot returns
}

const NumberCell& ValueGrid::numberAt(int row, int column) const
{
    return m_group.cells[static_cast<std::size_t>(row * m_group.columns + column)];
}

QString ValueGrid::cellText(int row, int column) const
{
    return m_unit.text(valueOf(numberAt(row, column)));
}

QString ValueGrid::cellWords(int row, int column) const
{
    const NumberCell& c = numberAt(row, column);
    return c.used ? tr("Row %1, column %2: %3")
                        .arg(c.row + 1)
                        .arg(c.column + 1)
                        .arg(numberText(valueOf(c), decimalsFor(valueOf(c), 6)))
                  : tr("Outside: padding, or not read");
}

double ValueGrid::valueOf(const NumberCell& cell) const
{
    switch (m_kind) {
    case GridColumn::Values: return cell.value;
    case GridColumn::Factors: return cell.factor;
    case GridColumn::Products: break;
    }
    return cell.product;
}

int ValueGrid::top() const
{
    return lineHeight(TextRole::SectionBold) + lineHeight(TextRole::Small) + scaled(8);
}

/// Square; where there is no height for that, flat cells that still hold their number.
QSize ValueGrid::cellSize() const
{
    const int columns = std::max(1, m_group.columns), rows = std::max(1, m_group.rows);
    const int largest = std::min(scaled(kLargestCell), scaled(kSide) / std::min(5, std::max(rows, columns)));
    const int w = std::clamp((width() - 2) / columns, 1, largest);
    const int h = std::clamp((height() - top() - 2) / rows, 1, largest);
    const int square = std::min(w, h);
    return w >= scaled(kSmallestText) && h >= lineHeight(TextRole::Small) ? QSize(w, h) : QSize(square, square);
}

QRect ValueGrid::cellRect(int row, int column) const
{
    const QSize cell = cellSize();
    return {QPoint(1 + column * cell.width(), top() + row * cell.height()), cell};
}

QSize ValueGrid::sizeHint() const
{
    return {scaled(kSide + 2), top() + scaled(kSide + 2)};
}

QSize ValueGrid::minimumSizeHint() const
{
    // Five rows that hold their numbers.
    return {scaled(96), top() + 5 * lineHeight(TextRole::Small) + 2};
}

void ValueGrid::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setFont(ui::font(TextRole::SectionBold));
    painter.setPen(theme.text);
    painter.drawText(QRect(0, 0, width(), lineHeight(TextRole::SectionBold)), Qt::AlignLeft | Qt::AlignVCenter,
                     m_title);
    QFont small = ui::font(TextRole::Small);
    painter.setFont(small);
    painter.setPen(theme.text2);
    const QRect line(0, lineHeight(TextRole::SectionBold), width(), lineHeight(TextRole::Small));
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(m_line, Qt::ElideRight, width()));
    if (m_group.cells.empty())
        return;
    const QSize cell = cellSize();
    const bool text = cell.width() >= scaled(kSmallestText) && cell.height() >= lineHeight(TextRole::Small);
    const bool large = std::min(cell.width(), cell.height()) >= scaled(kLargeText);
    painter.setFont(ui::font(large ? TextRole::Section : TextRole::Small));
    for (int y = 0; y < m_group.rows; ++y)
        for (int x = 0; x < m_group.columns; ++x) {
            const NumberCell& c = numberAt(y, x);
            const QRect r = cellRect(y, x);
            if (!c.used) {
                painter.fillRect(r, theme.sunken);
                painter.setPen(theme.line);
                painter.drawLine(r.bottomLeft(), r.topRight());
                continue;
            }
            const double v = valueOf(c);
            const QColor fill = QColor::fromRgb(mapColor(ColorMap::Signed, v, m_scale, theme));
            painter.fillRect(r, fill);
            if (!text)
                continue;
            painter.setPen(inkOn(fill));
            QString s = m_unit.text(v);
            if (painter.fontMetrics().horizontalAdvance(s) > cell.width() - 2)
                s = NumberUnit{m_unit.power, std::max(0, m_unit.decimals - 1)}.text(v);
            painter.drawText(r, Qt::AlignCenter, s);
        }
    // Lines between the cells, and a frame that is seen also where all is zero.
    if (cell.height() >= scaled(8)) {
        painter.setPen(QPen(theme.surface, 1));
        for (int y = 1; y < m_group.rows; ++y)
            painter.drawLine(1, top() + y * cell.height(), m_group.columns * cell.width(), top() + y * cell.height());
        for (int x = 1; x < m_group.columns; ++x)
            painter.drawLine(1 + x * cell.width(), top(), 1 + x * cell.width(),
                             top() + m_group.rows * cell.height() - 1);
    }
    painter.setPen(QPen(theme.line2, 1));
    painter.drawRect(QRect(0, top() - 1, m_group.columns * cell.width() + 1, m_group.rows * cell.height() + 1));
    painter.setPen(QPen(theme.accent, 3));
    for (int y = 0; y < m_group.rows; ++y)
        for (int x = 0; x < m_group.columns; ++x)
            if (numberAt(y, x).chosen)
                painter.drawRect(cellRect(y, x).adjusted(1, 1, -2, -2));
    if (hasFocus()) { // between two lines in the surface colour, so that it is seen on every colour
        const QRect ring = cellRect(m_row, m_column).adjusted(-1, -1, 0, 0);
        painter.drawRect(ring);
        painter.setPen(QPen(theme.surface, 1));
        painter.drawRect(ring.adjusted(2, 2, -2, -2));
        painter.drawRect(ring.adjusted(-2, -2, 2, 2));
    }
}

const NumberCell* ValueGrid::cellAt(const QPoint& position) const
{
    const QSize cell = cellSize();
    const int x = (position.x() - 1) / cell.width(), y = (position.y() - top()) / cell.height();
    return position.y() < top() || position.x() < 1 || x >= m_group.columns || y >= m_group.rows ? nullptr
                                                                                                 : &numberAt(y, x);
}

void ValueGrid::mouseMoveEvent(QMouseEvent* event)
{
    const NumberCell* cell = cellAt(event->position().toPoint());
    setCursor(cell && cell->used && !m_hint.isEmpty() ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

void ValueGrid::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        open(cellAt(event->position().toPoint()));
}

void ValueGrid::keyPressEvent(QKeyEvent* event)
{
    const auto move = [this](int rows, int columns) {
        m_row = std::clamp(m_row + rows, 0, std::max(0, m_group.rows - 1));
        m_column = std::clamp(m_column + columns, 0, std::max(0, m_group.columns - 1));
        update();
    };
    switch (event->key()) {
    case Qt::Key_Left: move(0, -1); return;
    case Qt::Key_Right: move(0, 1); return;
    case Qt::Key_Up: move(-1, 0); return;
    case Qt::Key_Down: move(1, 0); return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (!m_group.cells.empty())
            open(&numberAt(m_row, m_column));
        return;
    default: QWidget::keyPressEvent(event);
    }
}

bool ValueGrid::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const NumberCell* cell = cellAt(help->pos());
    if (!cell) {
        QToolTip::hideText();
        return true;
    }
    const auto place = static_cast<int>(cell - m_group.cells.data());
    const QString words = cellWords(place / m_group.columns, place % m_group.columns);
    QToolTip::showText(help->globalPos(), cell->used && !m_hint.isEmpty() ? words + QLatin1Char('\n') + m_hint : words,
                       this);
    return true;
}

} // namespace convarium::ui
