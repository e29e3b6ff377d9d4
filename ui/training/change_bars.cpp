#include "ui/training/change_bars.h"

#include "ui/theme/theme.h"
#include "ui/theme/type.h"

#include <QHelpEvent>
#include <QLocale>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

namespace
{

constexpr double kSmallest = 1e-6;

QString percent(double share)
{
    return QObject::tr("%1 %").arg(QLocale().toString(100 * share, 'g', 2));
}

} // namespace

ChangeBars::ChangeBars(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(tr("Change of the weights"));
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, &ChangeBars::fit);
    fit();
}

void ChangeBars::setReport(const engine::HealthPtr& report, const engine::GraphSpec& graph)
{
    std::vector<Row> rows;
    QStringList told;
    for (const auto& layer : report ? report->layers : std::vector<engine::LayerHealth>()) {
        const engine::Node* node = graph.node(layer.node);
        if (!node || !layer.change)
            continue;
        rows.push_back({layer.node, QString::fromStdString(node->name), *layer.change});
        told << tr("%1: %2").arg(rows.back().name, percent(*layer.change));
    }
    if (rows == m_rows)
        return;
    m_rows = std::move(rows);
    setAccessibleDescription(told.join(QStringLiteral(", ")));
    fit();
}

void ChangeBars::setNode(engine::NodeId node)
{
    m_node = node;
    update();
}

void ChangeBars::fit()
{
    setFixedHeight(static_cast<int>(m_rows.size()) * scaled(20));
    update();
}

QRect ChangeBars::rowRect(int row) const
{
    return {0, row * scaled(20), width(), scaled(20)};
}

void ChangeBars::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setFont(ui::font(TextRole::Small));
    for (int i = 0; i < static_cast<int>(m_rows.size()); ++i) {
        const Row& row = m_rows[static_cast<std::size_t>(i)];
        const QRect place = rowRect(i);
        const bool chosen = row.node == m_node;
        if (chosen)
            painter.fillRect(place, theme.accentTint);
        const QRect name(scaled(4), place.top(), scaled(64), place.height());
        const QRect value(place.right() - scaled(58), place.top(), scaled(54), place.height());
        QRectF track(name.right() + scaled(6), place.top() + (place.height() - scaled(10)) / 2.0, 0, scaled(10));
        track.setRight(value.left() - scaled(4));
        painter.fillRect(track, theme.dark ? theme.line : theme.sunken);
        const double part = row.change > 0 ? 1 - std::log10(std::min(row.change, 1.0)) / std::log10(kSmallest) : 0;
        track.setWidth(std::max(track.width() * std::clamp(part, 0.0, 1.0), 1.0));
        painter.fillRect(track, theme.training);
        painter.setPen(theme.text);
        painter.drawText(name, Qt::AlignVCenter | Qt::AlignLeft,
                         painter.fontMetrics().elidedText(row.name, Qt::ElideMiddle, name.width()));
        painter.drawText(value, Qt::AlignVCenter | Qt::AlignRight, percent(row.change));
    }
}

void ChangeBars::mousePressEvent(QMouseEvent* event)
{
    for (int i = 0; i < static_cast<int>(m_rows.size()); ++i)
        if (rowRect(i).contains(event->pos()))
            Q_EMIT nodeChosen(m_rows[static_cast<std::size_t>(i)].node);
}

bool ChangeBars::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        for (int i = 0; i < static_cast<int>(m_rows.size()); ++i)
            if (rowRect(i).contains(help->pos()))
                QToolTip::showText(help->globalPos(),
                                   tr("One step moved the weights of %1 by %2 of their size. Around 0.1 % is usual.")
                                       .arg(m_rows[static_cast<std::size_t>(i)].name,
                                            percent(m_rows[static_cast<std::size_t>(i)].change)),
                                   this);
        return true;
    }
    return QWidget::event(event);
}

} // namespace convarium::ui
