// Masks as pictures: a colour for every class.
#pragma once

#include "ui/theme/theme.h"

#include <QImage>
#include <QList>
#include <cstdint>
#include <vector>

namespace convarium::ui
{

/// Class 0, the background, is sunken; the others have the inks of the layer families in their order, those after them
/// the same nearer to the text. What is not judged has the colour of lines.
[[nodiscard]] QColor maskColor(int classIndex, const Theme& theme = Theme::current());
/// One pixel each, row by row.
[[nodiscard]] QImage maskPicture(const std::vector<std::uint8_t>& classes, const QSize& size, const Theme& theme);
/// Pictures of one size in a row, without gaps.
[[nodiscard]] QImage sideBySide(const QList<QImage>& pictures);

} // namespace convarium::ui
