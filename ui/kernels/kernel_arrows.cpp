#include "ui/kernels/kernel_arrows.h"

#include "ui/inside/number_text.h"
#include "ui/theme/colormap.h"
#include "ui/theme/own_keys.h"
#include "ui/theme/type.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QLineF>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>
#include <limits>

namespace convarium::ui
{

namespace
{

constexpr double kMargin = 34, kLargestRadius = 15, kSmallestPitch = 7, kThickest = 5, kReach = 7;

/// How far a point is from a line between two others.
double distance(const QPointF& at, const QLineF& line)
{
    const QPointF along = line.p2() - line.p1();
    const double length = QPointF::dotProduct(along, along);
    const double t = length > 0 ? std::clamp(QPointF::dotProduct(at - line.p1(), along) / length, 0.0, 1.0) : 0;
    return QLineF(at, line.p1() + t * along).length();
}

} // namespace

KernelArrows::KernelArrows(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(QStringLiteral("Channels and arrows"));
    tellOwnKeys(this, {{tr("Arrow keys"), tr("Another kernel: up and down its map, left and right what it reads")}});
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, qOverload<>(&QWidget::update));
}

QSize KernelArrows::minimumSizeHint() const
{
    return {scaled(220), scaled(140)};
}

void KernelArrows::setWeights(const engine::Tensor& weight, int inputs, int filter, int input)
{
    const auto& shape = weight.shape();
    m_filters = static_cast<int>(shape[0]);
    m_perFilter = static_cast<int>(shape[1]);
    m_inputs = inputs;
    m_filter = filter;
    m_input = input;
    const std::int64_t plane = shape[2] * shape[3];
    m_strengths.assign(static_cast<std::size_t>(shape[0] * shape[1]), 0);
    m_largest = 0;
    for (std::size_t k = 0; k < m_strengths.size(); ++k) {
        const float* values = weight.data() + static_cast<std::int64_t>(k) * plane;
        double squares = 0, sum = 0;
        for (std::int64_t i = 0; i < plane; ++i) {
            squares += static_cast<double>(values[i]) * static_cast<double>(values[i]);
            sum += static_cast<double>(values[i]);
        }
        const auto norm = static_cast<float>(std::sqrt(squares));
        m_strengths[k] = sum < 0 ? -norm : norm;
        if (std::isfinite(norm))
            m_largest = std::max(m_largest, norm);
    }
    setAccessibleDescription(words(filter, input));
    update();
}

float KernelArrows::strength(int filter, int input) const
{
    return m_strengths[static_cast<std::size_t>(filter * m_perFilter + input)];
}

/// The map that a filter reads as its `input`th: filters of a group share theirs.
int KernelArrows::sourceOf(int filter, int input) const
{
    const int groups = std::max(1, m_inputs / std::max(1, m_perFilter));
    return filter / std::max(1, m_filters / groups) * m_perFilter + input;
}

int KernelArrows::shown(int count) const
{
    return std::min(count, std::max(1, static_cast<int>((height() - 2 * scaled(4)) / scaled(kSmallestPitch))));
}

double KernelArrows::pitch(int count) const
{
    return static_cast<double>(height() - 2 * scaled(4)) / std::max(1, shown(count));
}

double KernelArrows::radius() const
{
    return std::min(static_cast<double>(scaled(kLargestRadius)), 0.42 * std::min(pitch(m_inputs), pitch(m_filters)));
}

QPointF KernelArrows::inputCentre(int map) const
{
    return {static_cast<double>(scaled(kMargin)), scaled(4) + (map + 0.5) * pitch(m_inputs)};
}

QPointF KernelArrows::filterCentre(int filter) const
{
    return {static_cast<double>(width() - scaled(kMargin)), scaled(4) + (filter + 0.5) * pitch(m_filters)};
}

QString KernelArrows::words(int filter, int input) const
{
    if (m_strengths.empty())
        return {};
    const auto value = static_cast<double>(strength(filter, input));
    return tr("Filter %1, input map %2: size %3, sum %4")
        .arg(filter + 1)
        .arg(sourceOf(filter, input) + 1)
        .arg(numberText(std::abs(value)), value < 0 ? tr("below zero") : tr("not below zero"));
}

void KernelArrows::paintCircle(QPainter& painter, const QPointF& centre, int number, bool chosen) const
{
    const Theme& theme = Theme::current();
    const double r = radius();
    painter.setPen(QPen(chosen ? theme.accent : theme.line2, chosen ? 2.5 : 1));
    painter.setBrush(theme.familyTint(Family::Convolution));
    painter.drawEllipse(centre, r, r);
    if (r < scaled(9))
        return;
    painter.setFont(ui::font(TextRole::Small));
    painter.setPen(theme.text);
    painter.drawText(QRectF(centre.x() - r, centre.y() - r, 2 * r, 2 * r), Qt::AlignCenter, QString::number(number));
}

void KernelArrows::paintEvent(QPaintEvent*)
{
    if (m_strengths.empty())
        return;
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const int filters = shown(m_filters), inputs = shown(m_inputs);
    const auto lineOf = [&](int filter, int input) {
        QLineF line(inputCentre(sourceOf(filter, input)), filterCentre(filter));
        line.setLength(std::max(1.0, line.length() - radius() - 2));
        return line;
    };
    const auto draw = [&](int filter, int input, bool chosen) {
        if (filter >= filters || sourceOf(filter, input) >= inputs)
            return;
        const float value = strength(filter, input);
        const double share = m_largest > 0 ? static_cast<double>(std::abs(value) / m_largest) : 0;
        const QLineF line = lineOf(filter, input);
        const double width = 0.4 + kThickest * share;
        if (chosen) {
            painter.setPen(QPen(theme.accent, width + 4, Qt::SolidLine, Qt::RoundCap));
            painter.drawLine(line);
        }
        // Not paler than the first stop of the map, which is seen on the surface.
        const double tone = std::copysign(0.35 + 0.5 * share, static_cast<double>(value));
        const QColor ink(mapColor(ColorMap::Signed, share > 0 ? tone : 0, 1, theme));
        painter.setPen(QPen(share > 0 ? ink : theme.line, width, Qt::SolidLine, Qt::FlatCap));
        painter.drawLine(line);
        if (radius() < scaled(6))
            return;
        QLineF head(line.p2(), line.p1());
        head.setLength(6 + width);
        painter.setPen(Qt::NoPen);
        painter.setBrush(share > 0 ? ink : theme.line);
        QLineF left = head, right = head;
        left.setAngle(head.angle() + 22);
        right.setAngle(head.angle() - 22);
        painter.drawPolygon(QPolygonF({line.p2(), left.p2(), right.p2()}));
    };
    for (int f = 0; f < filters; ++f)
        for (int c = 0; c < m_perFilter; ++c)
            if (f != m_filter || c != m_input)
                draw(f, c, false);
    draw(m_filter, m_input, true);
    for (int i = 0; i < inputs; ++i)
        paintCircle(painter, inputCentre(i), i + 1, i == sourceOf(m_filter, m_input));
    for (int f = 0; f < filters; ++f)
        paintCircle(painter, filterCentre(f), f + 1, f == m_filter);
    if (hasFocus()) {
        painter.setPen(QPen(theme.accent, 1, Qt::DotLine));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

KernelArrows::Kernel KernelArrows::kernelAt(const QPointF& at) const
{
    if (m_strengths.empty())
        return {};
    for (int f = 0; f < shown(m_filters); ++f)
        if (QLineF(at, filterCentre(f)).length() <= radius() + 2)
            return {f, std::min(m_input, m_perFilter - 1)};
    Kernel nearest;
    double best = scaled(kReach);
    for (int f = 0; f < shown(m_filters); ++f)
        for (int c = 0; c < m_perFilter; ++c) {
            if (sourceOf(f, c) >= shown(m_inputs))
                continue;
            const double d = distance(at, {inputCentre(sourceOf(f, c)), filterCentre(f)});
            if (d < best) {
                best = d;
                nearest = {f, c};
            }
        }
    return nearest;
}

void KernelArrows::mousePressEvent(QMouseEvent* event)
{
    if (const Kernel k = kernelAt(event->position()); k.filter >= 0)
        Q_EMIT kernelChosen(k.filter, k.input);
}

void KernelArrows::keyPressEvent(QKeyEvent* event)
{
    const int key = event->key();
    const int filter = m_filter + (key == Qt::Key_Down ? 1 : key == Qt::Key_Up ? -1 : 0);
    const int input = m_input + (key == Qt::Key_Right ? 1 : key == Qt::Key_Left ? -1 : 0);
    if (filter == m_filter && input == m_input)
        return QWidget::keyPressEvent(event);
    if (filter >= 0 && filter < m_filters && input >= 0 && input < m_perFilter)
        Q_EMIT kernelChosen(filter, input);
}

bool KernelArrows::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const Kernel k = kernelAt(help->pos()); k.filter >= 0)
        QToolTip::showText(help->globalPos(), words(k.filter, k.input), this);
    else
        QToolTip::hideText();
    return true;
}

} // namespace convarium::ui
