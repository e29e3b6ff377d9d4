#include "ui/inside/sum_chart.h"

#include "ui/inside/number_text.h"
#include "ui/theme/colormap.h"
#include "ui/theme/type.h"

#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace convarium::ui
{

namespace
{
constexpr int kBarWidth = 48; ///< at least, so that numbers do not run into one another
}

SumChart::SumChart(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(QStringLiteral("Sum"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, qOverload<>(&QWidget::update));
}

QSize SumChart::minimumSizeHint() const
{
    return {scaled(200), scaled(84)};
}

void SumChart::setModel(const NumberModel& model, int current)
{
    m_bars.clear();
    m_isChoice = model.isChoice;
    for (std::size_t i = 0; i < model.groups.size(); ++i) {
        const NumberGroup& g = model.groups[i];
        if (!m_isChoice && g.adds)
            m_bars.push_back({tr("map %1").arg(g.map + 1), g.subtotal, static_cast<int>(i) == current});
        for (const NumberCell& c : g.cells)
            if (m_isChoice && c.used)
                m_bars.push_back({model.groups.size() > 1 ? tr("input %1").arg(g.input + 1)
                                                          : tr("%1, %2").arg(c.row + 1).arg(c.column + 1),
                                  c.value, c.chosen});
    }
    for (const NumberExtra& x : model.extras)
        m_bars.push_back({x.name, x.value, false});
    m_sum = model.sum;
    double largest = std::abs(m_sum);
    for (const Bar& b : m_bars)
        largest = std::max(largest, std::abs(b.value));
    m_unit = unitFor(largest);
    setAccessibleDescription((m_isChoice ? tr("taken %1") : tr("sum %1")).arg(numberText(m_sum)));
    update();
}

/// As many as there is room for, in the order of the maps: the chosen one and the largest, or of a choice those that
/// came nearest to what was taken.
std::vector<SumChart::Bar> SumChart::shownBars() const
{
    const auto room = static_cast<std::size_t>(std::max(3, width() / scaled(kBarWidth) - 1)); // one is the sum's
    if (m_bars.size() <= room)
        return m_bars;
    std::vector<std::tuple<bool, double, std::size_t>> ranks; // the first ones are shown
    for (std::size_t i = 0; i < m_bars.size(); ++i) {
        const Bar& b = m_bars[i];
        const double rank = m_isChoice ? std::abs(b.value - m_sum) : -std::abs(b.value);
        ranks.emplace_back(!b.current, std::isnan(rank) ? std::numeric_limits<double>::infinity() : rank, i);
    }
    std::sort(ranks.begin(), ranks.end());
    std::vector<bool> isShown(m_bars.size());
    for (std::size_t i = 0; i < (m_isChoice ? room : room - 1); ++i)
        isShown[std::get<2>(ranks[i])] = true;
    std::vector<Bar> shown;
    Bar rest;
    for (std::size_t i = 0; i < m_bars.size(); ++i)
        if (isShown[i])
            shown.push_back(m_bars[i]);
        else
            rest.value += m_bars[i].value;
    rest.name = tr("%1 more").arg(m_bars.size() - shown.size());
    if (!m_isChoice) // what was not taken adds nothing
        shown.push_back(rest);
    return shown;
}

void SumChart::paintEvent(QPaintEvent*)
{
    const std::vector<Bar> bars = shownBars();
    if (bars.empty())
        return;
    const Theme& theme = Theme::current();
    QPainter painter(this);
    double low = std::min(0.0, m_sum), high = std::max(0.0, m_sum), running = 0;
    for (const Bar& b : bars) {
        running = m_isChoice ? b.value : running + b.value;
        low = std::min(low, running);
        high = std::max(high, running);
    }
    if (high == low)
        high = low + 1;
    const int text = lineHeight(TextRole::Small);
    const double top = text + 2, bottom = height() - 2 * text - 4;
    const auto y = [&](double v) { return bottom - (v - low) / (high - low) * (bottom - top); };
    const int count = static_cast<int>(bars.size()) + 1;
    const double pitch = static_cast<double>(width()) / count;
    const double bar = std::min(pitch * 0.76, static_cast<double>(scaled(42)));
    painter.setPen(QPen(theme.line2, 1));
    painter.drawLine(QPointF(0, y(0)), QPointF(width(), y(0)));
    running = 0;
    for (int i = 0; i < count; ++i) {
        const bool isSum = i + 1 == count;
        const double value = isSum ? m_sum : bars[static_cast<std::size_t>(i)].value;
        const double from = isSum || m_isChoice ? 0 : running, to = from + value;
        const double x = i * pitch + (pitch - bar) / 2;
        const QRectF r(x, std::min(y(from), y(to)), bar, std::max(1.0, std::abs(y(from) - y(to))));
        const bool faint = m_isChoice && !isSum && !bars[static_cast<std::size_t>(i)].current;
        const double strength = faint ? 0.2 : 0.6;
        const QColor fill =
            isSum ? theme.text
                  : QColor::fromRgb(mapColor(ColorMap::Signed, value >= 0 ? strength : -strength, 1, theme));
        painter.fillRect(r, fill);
        if (!isSum && !m_isChoice) {
            painter.setPen(QPen(theme.text3, 1, Qt::DotLine));
            painter.drawLine(QPointF(x + bar, y(to)), QPointF(x + pitch, y(to)));
        }
        painter.setFont(ui::font(TextRole::SmallMedium));
        painter.setPen(theme.text);
        painter.drawText(QRectF(i * pitch - 8, r.top() - text, pitch + 16, text), Qt::AlignCenter,
                         NumberUnit{m_unit.power, m_unit.decimals + (isSum ? 1 : 0)}.text(value));
        const bool strong = isSum || bars[static_cast<std::size_t>(i)].current;
        painter.setFont(ui::font(strong ? TextRole::SmallMedium : TextRole::Small));
        painter.setPen(strong ? theme.text : theme.text2);
        const QString name = isSum ? m_isChoice ? tr("taken") : tr("sum") : bars[static_cast<std::size_t>(i)].name;
        painter.drawText(QRectF(i * pitch, height() - text, pitch, text), Qt::AlignCenter,
                         painter.fontMetrics().elidedText(name, Qt::ElideRight, static_cast<int>(pitch)));
        running = to;
    }
}

FunctionCurve::FunctionCurve(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(QStringLiteral("Activation curve"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, qOverload<>(&QWidget::update));
}

QSize FunctionCurve::minimumSizeHint() const
{
    return {scaled(140), scaled(72)};
}

void FunctionCurve::setFunction(std::function<double(double)> function, double x)
{
    m_function = std::move(function);
    m_x = x;
    if (m_function)
        setAccessibleDescription(tr("%1 becomes %2").arg(numberText(x), numberText(m_function(x))));
    update();
}

void FunctionCurve::paintEvent(QPaintEvent*)
{
    if (!m_function)
        return;
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    constexpr int kPoints = 121;
    const double reach = std::max(3.0, 1.25 * std::abs(m_x));
    double low = 0, high = 0;
    std::vector<double> ys;
    for (int i = 0; i < kPoints; ++i) {
        ys.push_back(m_function(reach * (2.0 * i / (kPoints - 1) - 1)));
        low = std::min(low, ys.back());
        high = std::max(high, ys.back());
    }
    if (high == low)
        high = low + 1;
    const double margin = scaled(8);
    const auto px = [&](double x) { return margin + (x / reach + 1) / 2 * (width() - 2 * margin); };
    const auto py = [&](double y) { return height() - margin - (y - low) / (high - low) * (height() - 2 * margin); };
    painter.setPen(QPen(theme.line2, 1));
    painter.drawLine(QPointF(px(-reach), py(0)), QPointF(px(reach), py(0)));
    painter.drawLine(QPointF(px(0), py(low)), QPointF(px(0), py(high)));
    QPainterPath path;
    for (int i = 0; i < kPoints; ++i) {
        const QPointF p(px(reach * (2.0 * i / (kPoints - 1) - 1)), py(ys[static_cast<std::size_t>(i)]));
        i == 0 ? path.moveTo(p) : path.lineTo(p);
    }
    painter.setPen(QPen(theme.familyInk(Family::Activation), 2.5));
    painter.drawPath(path);
    const QPointF point(px(m_x), py(m_function(m_x)));
    painter.setPen(QPen(theme.accent, 1.5, Qt::DashLine));
    painter.drawLine(QPointF(point.x(), py(0)), point);
    painter.drawLine(QPointF(px(0), point.y()), point);
    painter.setPen(QPen(theme.surface, 1.5));
    painter.setBrush(theme.accent);
    painter.drawEllipse(point, scaled(5), scaled(5));
}

} // namespace convarium::ui
