#include "ui/inside/value_grid.h"

#include "ui/theme/colormap.h"
#include "ui/theme/type.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

namespace
{

constexpr int kLargestCell = 43, kSmallestText = 30;

} // namespace

QColor inkOn(const QColor& fill)
{
    const Theme& theme = Theme::current();
    const QColor& other = theme.dark ? theme.window : theme.surface;
    return contrastRatio(fill, theme.text) >= contrastRatio(fill, other) ? theme.text : other;
}

ValueGrid::ValueGrid(GridColumn column, const QString& accessibleName, QWidget* parent)
    : QWidget(parent), m_column(column)
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
    update();
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
    switch (m_column) {
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
    const int w = std::clamp((width() - 2) / columns, 1, scaled(kLargestCell));
    const int h = std::clamp((height() - top() - 2) / rows, 1, scaled(kLargestCell));
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
    return {scaled(5 * kLargestCell + 2), top() + scaled(5 * kLargestCell + 2)};
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
    const QFont cellFont = ui::font(TextRole::Small);
    painter.setFont(cellFont);
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
}

bool ValueGrid::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const QSize cell = cellSize();
    const int x = (help->pos().x() - 1) / cell.width(), y = (help->pos().y() - top()) / cell.height();
    if (help->pos().y() < top() || x < 0 || x >= m_group.columns || y >= m_group.rows) {
        QToolTip::hideText();
        return true;
    }
    QToolTip::showText(help->globalPos(), cellWords(y, x), this);
    return true;
}

} // namespace convarium::ui
