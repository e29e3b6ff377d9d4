// The part of a picture that a unit sees, drawn on it.
#pragma once

#include <QRectF>
#include <Qt>

QT_BEGIN_NAMESPACE
class QPainter;
QT_END_NAMESPACE

namespace convarium::ui
{

struct FieldMark {
    QRectF part;   ///< 0..1 of the picture; null: nothing is marked
    Qt::Edges cut; ///< where the unit would see more than there is
    friend bool operator==(const FieldMark&, const FieldMark&) = default;
};

/// A frame in the accent colour between two lines of the surface, dashed where it is cut. picture: where the picture is
/// drawn; width: of the line, in the painter's units.
void paintFieldMark(QPainter* painter, const QRectF& picture, const FieldMark& mark, double width);

} // namespace convarium::ui
