#include "ui/training/histogram_strip.h"

#include "ui/theme/colormap.h"
#include "ui/theme/own_keys.h"
#include "ui/theme/type.h"
#include "ui/training/chart_axis.h"

#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

namespace
{

using engine::Histogram;
constexpr int kDecades = 4;
constexpr double kRare = 0.001; ///< bins that never hold more do not widen the strip
constexpr double kLeastScale = 0.02;

/// "0.0147", "4.64·10⁻⁵".
QString sizeText(double magnitude)
{
    const QLocale locale;
    if (magnitude >= 0.001)
        return locale.toString(magnitude, 'g', 3);
    const int power = static_cast<int>(std::floor(std::log10(magnitude) + 1e-9));
    static const QString digits = QStringLiteral("\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079");
    QString raised;
    for (const QChar c : QString::number(-power))
        raised += digits[c.digitValue()];
    const QString ten = QStringLiteral("10\u207b") + raised;
    const QString factor = locale.toString(magnitude / std::pow(10.0, power), 'g', 3);
    return factor == QLatin1String("1") ? ten : factor + QStringLiteral("\u00b7") + ten;
}

QString percent(double share)
{
    return QObject::tr("%1 %").arg(QLocale().toString(100 * share, 'f', 1));
}

QString minus(const QString& text)
{
    return QStringLiteral("\u2212") + text;
}

const Histogram* histogramOf(const HistogramColumn& column, engine::NodeId node, HistogramOf of)
{
    const auto layer = column.layers.find(node);
    if (layer == column.layers.end())
        return nullptr;
    const Histogram& found = of == HistogramOf::Output ? layer->second.output : layer->second.gradient;
    return found.numbers() > 0 ? &found : nullptr;
}

} // namespace

std::pair<int, int> HistogramRows::bins(int row) const
{
    if (row < zeroRow())
        return {Histogram::kMiddle + above - row, Histogram::kMiddle + above - row};
    if (row > zeroRow()) {
        const int distance = nearest + row - zeroRow();
        return {Histogram::kMiddle - distance, Histogram::kMiddle - distance};
    }
    return {Histogram::kMiddle - nearest, Histogram::kMiddle + nearest};
}

HistogramRows histogramRows(const HistogramHistory& history, engine::NodeId node, HistogramOf of)
{
    HistogramRows rows;
    for (const HistogramColumn& column : history.columns()) {
        const Histogram* h = histogramOf(column, node, of);
        for (int distance = Histogram::kSide; h && distance > 0; --distance) {
            if (distance > rows.above && h->share(Histogram::kMiddle + distance) >= kRare)
                rows.above = distance;
            if (distance > rows.below && h->share(Histogram::kMiddle - distance) >= kRare)
                rows.below = distance;
        }
    }
    rows.nearest = std::max(0, std::max(rows.above, rows.below) - kDecades * Histogram::kPerDecade);
    rows.above = std::max(rows.above, rows.nearest);
    rows.below = std::max(rows.below, rows.nearest);
    return rows;
}

HistogramStrip::HistogramStrip(HistogramOf of, QWidget* parent) : QWidget(parent), m_of(of)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(of == HistogramOf::Output ? tr("Outputs over the steps") : tr("Gradients over the steps"));
    tellOwnKeys(this, {{tr("Arrow keys"), tr("Read the counts, step by step")}});
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, &HistogramStrip::draw);
}

QSize HistogramStrip::minimumSizeHint() const
{
    return {scaled(160), scaled(90)};
}

void HistogramStrip::setData(const HistogramHistory* history, engine::NodeId node)
{
    m_history = history;
    m_node = node;
    m_rows = history ? histogramRows(*history, node, m_of) : HistogramRows();
    draw();
}

void HistogramStrip::setHint(const QString& hint)
{
    m_hint = hint;
    update();
}

const Histogram* HistogramStrip::histogram(const HistogramColumn& column) const
{
    return histogramOf(column, m_node, m_of);
}

/// Columns and rows as they are counted; stretched when painted.
void HistogramStrip::draw()
{
    m_picture = {};
    m_scale = kLeastScale;
    if (m_history && !m_history->columns().empty() &&
        std::any_of(m_history->columns().begin(), m_history->columns().end(),
                    [&](const auto& c) { return histogram(c); })) {
        const auto& columns = m_history->columns();
        const int zero = m_rows.zeroRow(), count = m_rows.count();
        std::vector<std::vector<double>> shares;
        for (const HistogramColumn& column : columns) {
            auto& one = shares.emplace_back(static_cast<std::size_t>(count), 0.0);
            const Histogram* h = histogram(column);
            for (int row = 0; h && row < count; ++row) {
                const auto [first, last] = m_rows.bins(row);
                one[static_cast<std::size_t>(row)] = h->share(first, last);
                if (row != zero || count == 1)
                    m_scale = std::max(m_scale, one[static_cast<std::size_t>(row)]);
            }
        }
        const ColorTable& colors = colorTable(ColorMap::Ink);
        m_picture = QImage(static_cast<int>(columns.size()), count, QImage::Format_RGB32);
        for (int x = 0; x < m_picture.width(); ++x)
            for (int row = 0; row < count; ++row) {
                const double share = shares[static_cast<std::size_t>(x)][static_cast<std::size_t>(row)];
                const auto place = static_cast<std::size_t>(std::lround(255 * std::min(share / m_scale, 1.0)));
                m_picture.setPixel(x, row, colors[place]);
            }
        m_column = std::min(m_column, m_picture.width() - 1);
        m_row = std::min(m_row, count - 1);
    }
    if (hasFocus() && m_column >= 0)
        moveCross(0, 0); // the cell that is told goes on
    else
        summarise();
    update();
}

/// The newest column in words.
void HistogramStrip::summarise()
{
    QString text = m_hint;
    if (hasData()) {
        const HistogramColumn& last = m_history->columns().back();
        if (const Histogram* h = histogram(last)) {
            const auto quantile = [&](double wanted) {
                double sum = 0;
                for (int bin = 0; bin < Histogram::kBins; ++bin)
                    if ((sum += h->share(bin)) >= wanted)
                        return bin == Histogram::kMiddle ? QStringLiteral("0")
                               : bin > Histogram::kMiddle
                                   ? sizeText(Histogram::magnitude(bin - Histogram::kMiddle))
                                   : minus(sizeText(Histogram::magnitude(Histogram::kMiddle - bin)));
                return QString();
            };
            text = tr("Steps %1 to %2. At the end nine of ten numbers lie between %3 and %4.")
                       .arg(m_history->columns().front().from)
                       .arg(last.to)
                       .arg(quantile(0.05), quantile(0.95));
        }
    }
    setAccessibleDescription(text);
}

QRect HistogramStrip::plot() const
{
    return rect().adjusted(scaled(52), scaled(22), -scaled(8), -scaled(22));
}

QString HistogramStrip::textOf(int column, int row) const
{
    if (!hasData() || column < 0 || column >= m_picture.width() || row < 0 || row >= m_picture.height())
        return {};
    const HistogramColumn& c = m_history->columns()[static_cast<std::size_t>(column)];
    const Histogram* h = histogram(c);
    if (!h)
        return {};
    const QLocale locale;
    const auto step = [&](std::int64_t s) { return locale.toString(static_cast<qlonglong>(s)); };
    const auto [first, last] = m_rows.bins(row);
    const QString share = percent(h->share(first, last));
    const QString when =
        c.from == c.to ? tr("Step %1").arg(step(c.to)) : tr("Steps %1 to %2").arg(step(c.from), step(c.to));
    if (row == m_rows.zeroRow())
        return tr("%1: %2 are nearer to zero than %3").arg(when, share, sizeText(Histogram::magnitude(m_rows.nearest)));
    const int distance = std::abs(first - Histogram::kMiddle);
    const QString low = sizeText(Histogram::magnitude(distance - 1)), high = sizeText(Histogram::magnitude(distance));
    return first > Histogram::kMiddle ? tr("%1: %2 between %3 and %4").arg(when, share, low, high)
                                      : tr("%1: %2 between %3 and %4").arg(when, share, minus(high), minus(low));
}

QString HistogramStrip::textAt(const QPoint& position) const
{
    const QRect area = plot();
    if (!hasData() || !area.contains(position))
        return {};
    const auto& columns = m_history->columns();
    const double first = static_cast<double>(columns.front().from), last = static_cast<double>(columns.back().to);
    const double step = first + (position.x() - area.left() + 0.5) / area.width() * (last - first);
    int column = m_picture.width() - 1;
    while (column > 0 && static_cast<double>(columns[static_cast<std::size_t>(column - 1)].to) >= step)
        --column;
    return textOf(column, (position.y() - area.top()) * m_picture.height() / area.height());
}

void HistogramStrip::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    const QRect area = plot();
    if (!hasData()) {
        painter.setFont(ui::font(TextRole::Body));
        painter.setPen(theme.text2);
        painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap, m_hint);
        return;
    }
    const auto& columns = m_history->columns();
    const double first = static_cast<double>(columns.front().from), last = static_cast<double>(columns.back().to);
    const auto x = [&](std::int64_t step) { // whole pixels: no seams between the columns
        return last > first
                   ? area.left() + std::round((static_cast<double>(step) - first) / (last - first) * area.width())
                   : static_cast<double>(area.left());
    };
    painter.fillRect(area, theme.surface);
    for (int c = 0; c < m_picture.width(); ++c) {
        const HistogramColumn& column = columns[static_cast<std::size_t>(c)];
        QRectF place(QPointF(x(column.from), area.top()), QPointF(x(column.to), area.bottom() + 1));
        if (place.width() < 2)
            place.setWidth(last > first ? 2 : area.width());
        place.moveRight(std::min<double>(place.right(), area.right() + 1));
        painter.drawImage(place, m_picture, QRectF(c, 0, 1, m_picture.height()));
    }
    paintAxes(painter);
    if (hasFocus() && m_column >= 0) {
        const HistogramColumn& column = columns[static_cast<std::size_t>(m_column)];
        const double row = static_cast<double>(area.height()) / m_picture.height();
        QRectF cell(x(column.from), area.top() + m_row * row, x(column.to) - x(column.from), row);
        cell.setWidth(std::max(cell.width(), 3.0));
        painter.setPen(QPen(theme.accent, 2));
        painter.drawRect(cell.adjusted(-1, -1, 1, 1));
    }
}

void HistogramStrip::paintAxes(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRect area = plot();
    const double row = static_cast<double>(area.height()) / m_picture.height();
    painter.setPen(theme.line2);
    painter.drawRect(area.adjusted(-1, -1, 0, 0));
    painter.setFont(ui::font(TextRole::Small));
    const QFontMetricsF metrics = painter.fontMetrics();
    const double line = metrics.height();
    // Powers of ten from the largest inwards, as many as have room; zero always.
    const double zero = area.top() + (m_rows.zeroRow() + 0.5) * row;
    std::vector<double> taken{zero};
    const auto label = [&](double y, const QString& text) {
        if (std::any_of(taken.begin(), taken.end(), [&](double t) { return std::abs(t - y) < line && t != y; }))
            return;
        taken.push_back(y);
        painter.setPen(theme.line2);
        painter.drawLine(QPointF(area.left() - 4, y), QPointF(area.left() - 1, y));
        painter.setPen(theme.text2);
        painter.drawText(QRectF(0, y - line / 2, area.left() - 6, line), Qt::AlignRight | Qt::AlignVCenter, text);
    };
    label(zero, QStringLiteral("0"));
    for (int distance = Histogram::kSide; distance > m_rows.nearest; distance -= Histogram::kPerDecade) {
        const QString text = sizeText(Histogram::magnitude(distance));
        if (distance <= m_rows.above)
            label(area.top() + (m_rows.above - distance) * row, text);
        if (distance <= m_rows.below)
            label(area.bottom() + 1 - (m_rows.below - distance) * row, minus(text));
    }
    const double first = static_cast<double>(m_history->columns().front().from);
    const double last = static_cast<double>(m_history->columns().back().to);
    const QLocale locale;
    const QRectF below(area.left(), area.bottom() + 3, area.width(), line + 2);
    const QString name = tr("step");
    const double nameWidth = metrics.horizontalAdvance(name) + 8;
    if (last > first) {
        const AxisRange range = niceRange(first, last, std::max(1, area.width() / scaled(70)));
        for (double tick = std::ceil(first / range.step) * range.step; tick <= last; tick += range.step) {
            const double at = area.left() + (tick - first) / (last - first) * area.width();
            painter.setPen(theme.line2);
            painter.drawLine(QPointF(at, area.bottom() + 1), QPointF(at, area.bottom() + 4));
            const QString text = locale.toString(std::llround(tick));
            const double width = metrics.horizontalAdvance(text);
            const double left = std::max(at - width / 2, below.left());
            if (range.step < 1 || left + width > below.right() - nameWidth)
                continue;
            painter.setPen(theme.text2);
            painter.drawText(QRectF(left, below.top(), width + 1, below.height()), Qt::AlignCenter, text);
        }
    } else {
        painter.setPen(theme.text2);
        painter.drawText(below, Qt::AlignLeft | Qt::AlignVCenter, locale.toString(std::llround(last)));
    }
    painter.setPen(theme.text3);
    painter.drawText(below, Qt::AlignRight | Qt::AlignVCenter, name);

    // What the colours say.
    const QString most = percent(m_scale);
    const double width = scaled(70), top = (area.top() - line) / 2;
    QRectF text(0, top, area.right() + 1, line);
    painter.setPen(theme.text2);
    painter.drawText(text, Qt::AlignRight | Qt::AlignVCenter, most);
    const double right = text.right() - metrics.horizontalAdvance(most) - scaled(5);
    const QRectF bar(right - width, top + line / 2 - scaled(5), width, scaled(10));
    QImage colors(256, 1, QImage::Format_RGB32);
    for (int i = 0; i < 256; ++i)
        colors.setPixel(i, 0, colorTable(ColorMap::Ink)[static_cast<std::size_t>(i)]);
    painter.drawImage(bar, colors);
    painter.setPen(theme.line2);
    painter.drawRect(bar);
    painter.setPen(theme.text2);
    painter.drawText(QRectF(0, top, bar.left() - scaled(5), line), Qt::AlignRight | Qt::AlignVCenter,
                     tr("share of the numbers: 0 %"));
}

void HistogramStrip::mouseMoveEvent(QMouseEvent* event)
{
    const QString text = textAt(event->pos());
    Q_EMIT told(text);
    if (text.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(event->globalPosition().toPoint(), text, this);
}

void HistogramStrip::leaveEvent(QEvent*)
{
    Q_EMIT told({});
}

void HistogramStrip::moveCross(int columns, int rows)
{
    if (!hasData())
        return summarise();
    m_column = std::clamp(m_column + columns, 0, m_picture.width() - 1);
    m_row = std::clamp(m_row + rows, 0, m_picture.height() - 1);
    const QString text = textOf(m_column, m_row);
    setAccessibleDescription(text);
    Q_EMIT told(text);
    update();
}

void HistogramStrip::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Left: moveCross(-1, 0); return;
    case Qt::Key_Right: moveCross(1, 0); return;
    case Qt::Key_Up: moveCross(0, -1); return;
    case Qt::Key_Down: moveCross(0, 1); return;
    default: QWidget::keyPressEvent(event);
    }
}

void HistogramStrip::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    if (m_column < 0 && hasData()) {
        m_column = m_picture.width() - 1;
        m_row = m_rows.zeroRow();
    }
    moveCross(0, 0);
}

void HistogramStrip::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    Q_EMIT told({});
    summarise();
    update();
}

} // namespace convarium::ui
