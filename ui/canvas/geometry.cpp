#include "ui/canvas/geometry.h"

#include "engine/layers/layer.h"

#include <QLineF>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

Level levelFor(double scale)
{
    if (scale < kMiddleScale)
        return Level::Far;
    if (scale < kNearScale)
        return Level::Middle;
    return scale > kCloseScale ? Level::Close : Level::Near;
}

double CardMetrics::thumbTop(Level level) const
{
    if (level == Level::Middle || level == Level::Far)
        return 76;
    return kBarTop + 11;
}

double CardMetrics::bodyHeight(Level level) const
{
    if (thumbs)
        return thumbTop(level) + thumbHeight() + (rows > 0 ? 8 : 7);
    if (level == Level::Middle || level == Level::Far)
        return 80;
    return kBarTop + 12;
}

CardMetrics cardMetrics(const engine::GraphSpec& graph, const Stack& stack)
{
    CardMetrics metrics;
    metrics.rows = static_cast<int>(stack.docked().size());
    if (stack.isFolded()) {
        metrics.thumbs = true;
        return metrics;
    }
    const engine::Node* node = graph.node(stack.head);
    const engine::LayerDescriptor* layer = node ? engine::findLayer(node->type) : nullptr;
    if (!layer)
        return metrics;
    metrics.thumbs = layer->family != "merge" && layer->id != "flatten";
    metrics.image = layer->family == "data";
    return metrics;
}

QPointF snapped(QPointF p)
{
    return {std::round(p.x() / kSnap) * kSnap, std::round(p.y() / kSnap) * kSnap};
}

QPainterPath roundedPath(const std::vector<QPointF>& points, double radius)
{
    QPainterPath path;
    if (points.empty())
        return path;
    path.moveTo(points.front());
    for (std::size_t i = 1; i + 1 < points.size(); ++i) {
        const QLineF in(points[i], points[i - 1]);
        const QLineF out(points[i], points[i + 1]);
        const double r = std::min({radius, in.length() / 2, out.length() / 2});
        if (r < 0.5) {
            path.lineTo(points[i]);
            continue;
        }
        path.lineTo(in.pointAt(r / in.length()));
        path.quadTo(points[i], out.pointAt(r / out.length()));
    }
    path.lineTo(points.back());
    return path;
}

} // namespace convarium::ui
