#include "ui/theme/field_mark.h"

#include "ui/theme/theme.h"

#include <QLineF>
#include <QPainter>

namespace convarium::ui
{

void paintFieldMark(QPainter* painter, const QRectF& picture, const FieldMark& mark, double width)
{
    if (mark.part.isNull())
        return;
    const QRectF r(picture.left() + mark.part.left() * picture.width(),
                   picture.top() + mark.part.top() * picture.height(), mark.part.width() * picture.width(),
                   mark.part.height() * picture.height());
    const auto& theme = Theme::current();
    const std::pair<Qt::Edge, QLineF> sides[] = {{Qt::TopEdge, {r.topLeft(), r.topRight()}},
                                                 {Qt::RightEdge, {r.topRight(), r.bottomRight()}},
                                                 {Qt::BottomEdge, {r.bottomLeft(), r.bottomRight()}},
                                                 {Qt::LeftEdge, {r.topLeft(), r.bottomLeft()}}};
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    for (const auto& [edge, line] : sides) {
        painter->setPen(QPen(theme.surface, 2 * width, Qt::SolidLine, Qt::SquareCap));
        painter->drawLine(line);
    }
    for (const auto& [edge, line] : sides) {
        QPen pen(theme.accent, width, Qt::SolidLine, Qt::FlatCap);
        if (mark.cut.testFlag(edge))
            pen.setDashPattern({2, 1.5});
        painter->setPen(pen);
        painter->drawLine(line);
    }
    painter->restore();
}

} // namespace convarium::ui
