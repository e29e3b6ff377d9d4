// Icons: one SVG file per name, used as a mask and painted in a colour of the theme.
#pragma once

#include "ui/theme/theme.h"

#include <QIcon>
#include <QPixmap>
#include <QStringList>

class QPainter;

namespace convarium::ui
{

/// An icon that follows the theme: painted in `role`, disabled in text3, selected in on-accent.
/// Names are those of resources/icons without suffix ("home", "conv"); an unknown name gives a null icon.
[[nodiscard]] QIcon icon(const QString& name, ColorRole role = ColorRole::Text);
/// Icon of a layer in its family's ink.
[[nodiscard]] QIcon familyIcon(const QString& name, Family family);
/// `size` x `size` device-independent pixels in a fixed colour, transparent elsewhere. Cached.
[[nodiscard]] QPixmap iconPixmap(const QString& name, int size, const QColor& color, qreal dpr = 1.0);
/// Paints the icon into the square at the centre of `rect`; as sharp as the painter's device and zoom allow, as curves
/// where the device keeps them.
void paintIcon(QPainter* painter, const QRectF& rect, const QString& name, const QColor& color);
/// All names, sorted, without the program's own icon.
[[nodiscard]] QStringList iconNames();
[[nodiscard]] bool hasIcon(const QString& name);
/// The program's own icon in its colours.
[[nodiscard]] QIcon appIcon();

} // namespace convarium::ui
