#include "ui/canvas/gestures/replacement_mark.h"

#include "ui/canvas/canvas_scene.h"
#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QPainter>

namespace convarium::ui
{

void paintReplacement(QPainter* painter, const CanvasScene& scene, NodeId replaced, const QString& by)
{
    const NodeItem* item = scene.itemOf(replaced);
    if (!item)
        return;
    const Theme& theme = Theme::current();
    const QRectF rect = item->layerRect(item->stack().isFolded() ? item->head() : replaced);
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(theme.accent, 3));
    painter->setBrush(Qt::NoBrush);
    painter->drawRoundedRect(rect, kCardRadius, kCardRadius);
    const QString text = CanvasScene::tr("Replace by %1").arg(by);
    const QFont font = cardFont(readablePx(13, scene.viewScale()), QFont::Medium);
    const QFontMetricsF metrics(font);
    const QRectF label(rect.left(), rect.top() - metrics.height() - 14, metrics.horizontalAdvance(text) + 16,
                       metrics.height() + 8);
    painter->setPen(Qt::NoPen);
    painter->setBrush(theme.accent);
    painter->drawRoundedRect(label, 6, 6);
    painter->setPen(theme.onAccent);
    painter->setFont(font);
    painter->drawText(label, Qt::AlignCenter, text);
}

} // namespace convarium::ui
