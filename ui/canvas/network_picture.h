// The drawing of a network as a value, and the file formats it can be written in.
#pragma once

#include "engine/core/result.h"

#include <QByteArray>
#include <QPicture>
#include <QSizeF>
#include <QString>
#include <functional>
#include <vector>

namespace convarium::ui
{

/// Painter's commands with the upper left corner at 0, 0; made in the UI thread, read in any.
struct NetworkPicture {
    QPicture drawing;
    QSizeF size; ///< pixels at 100 %
    QString title;
    QString letters; ///< family of the font that the texts were measured with
};

/// A file format for pictures.
struct PictureFormat {
    QString title;  ///< "PNG picture, 2×"
    QString suffix; ///< with the dot
    QString help;
    /// The content of the file. Any thread. Refused: a picture that such a file cannot hold.
    std::function<engine::Result<QByteArray>(const NetworkPicture&)> encode;
};

[[nodiscard]] const std::vector<PictureFormat>& pictureFormats();

} // namespace convarium::ui
