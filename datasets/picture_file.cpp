#include "datasets/picture_file.h"

#include "datasets/picture_format.h"

#include <QBuffer>
#include <QFile>
#include <QFileInfo>
#include <QImageReader>

#include <algorithm>
#include <new>

namespace convarium::datasets
{

using engine::Error;
using engine::ErrorCode;
using engine::Result;
using engine::Shape;

namespace
{

Error pictureError(ErrorCode code, const std::string& path, const std::string& what,
                   const std::string& hint = "Replace it by a whole copy, or remove it.")
{
    Error error{code, "The picture '" + path + "' cannot be read: " + what + ".", hint, {}};
    error.place.file = path;
    return error;
}

Error noMemory(const std::string& path)
{
    return pictureError(ErrorCode::OutOfMemory, path, "there is not enough memory to decode it",
                        "Close other programs or make the picture smaller.");
}

Result<void> openFile(QFile& file, const std::string& path)
{
    const QFileInfo info(file.fileName());
    if (!info.exists())
        return pictureError(ErrorCode::NotFound, path, info.isSymLink() ? "it is a link to nothing" : "it is gone",
                            "Put it back, or open the folder again.");
    if (!info.isFile())
        return pictureError(ErrorCode::Io, path, "it is no ordinary file", "Remove it from the folder.");
    if (!file.open(QIODevice::ReadOnly))
        return pictureError(ErrorCode::Io, path, file.errorString().toStdString(), "Check its permissions.");
    if (file.size() > kMaxPictureFile)
        return pictureError(ErrorCode::BadFormat, path,
                            "it has " + std::to_string(file.size()) + " bytes; at most " +
                                std::to_string(kMaxPictureFile) + " are read",
                            "Make it smaller or remove it.");
    return {};
}

Result<PictureFormat> formatOf(const QByteArray& start, const std::string& path)
{
    if (start.isEmpty())
        return pictureError(ErrorCode::BadFormat, path, "it is empty");
    const auto format = pictureFormat(start);
    if (!format)
        return pictureError(ErrorCode::BadFormat, path, "its content is neither PNG nor JPEG nor BMP",
                            "Save it in one of these formats, or remove it.");
    return *format;
}

/// Size as shown, within the limit, from a reader that has decoded nothing yet.
Result<QSize> sizeOf(QImageReader& reader, PictureFormat format, const std::string& path)
{
    if (!reader.canRead() && QImageReader::supportedImageFormats().indexOf(readerName(format)) < 0)
        return pictureError(ErrorCode::Io, path,
                            std::string("this installation has no decoder for ") + readerName(format),
                            "Install Qt's image format plugins, or save it as PNG.");
    const QSize size = reader.size();
    if (size.width() < 1 || size.height() < 1)
        return pictureError(ErrorCode::BadFormat, path, "its header is damaged");
    if (std::int64_t{size.width()} * size.height() > kMaxPicturePixels)
        return pictureError(ErrorCode::BadFormat, path,
                            "it is " + std::to_string(size.width()) + "x" + std::to_string(size.height()) +
                                " pixels by its header; at most " + std::to_string(kMaxPicturePixels) +
                                " pixels are decoded",
                            "Make it smaller or remove it.");
    return size;
}

bool turned(const QImageReader& reader)
{
    return reader.transformation().testFlag(QImageIOHandler::TransformationRotate90);
}

/// The largest centred part of a picture that has the aspect of width x height, at least one pixel each way.
QRect centrePart(QSize picture, std::int64_t width, std::int64_t height)
{
    std::int64_t w = picture.width();
    std::int64_t h = picture.height();
    if (w * height > h * width)
        w = std::max<std::int64_t>(1, (h * width + height / 2) / height);
    else
        h = std::max<std::int64_t>(1, (w * height + width / 2) / width);
    return {static_cast<int>((picture.width() - w) / 2), static_cast<int>((picture.height() - h) / 2),
            static_cast<int>(w), static_cast<int>(h)};
}

/// How much a JPEG may shrink while it is decoded, which its format does at little cost: 1, 2, 4 or 8, so that what is
/// left is still at least as large as the network's input.
int jpegShrink(QSize shown, const Shape& shape)
{
    const QRect part = centrePart(shown, shape.width(), shape.height());
    int shrink = 1;
    while (shrink < 8 && part.width() >= 2 * shrink * shape.width() && part.height() >= 2 * shrink * shape.height())
        shrink *= 2;
    return shrink;
}

QImage onWhite(const QImage& image)
{
    if (!image.hasAlphaChannel())
        return image.convertToFormat(QImage::Format_RGB32);
    QImage flat = image.convertToFormat(QImage::Format_ARGB32_Premultiplied);
    for (int y = 0; y < flat.height(); ++y) {
        auto* row = reinterpret_cast<QRgb*>(flat.scanLine(y));
        for (int x = 0; x < flat.width(); ++x) {
            const int white = 255 - qAlpha(row[x]);
            row[x] = qRgb(qRed(row[x]) + white, qGreen(row[x]) + white, qBlue(row[x]) + white);
        }
    }
    return flat.convertToFormat(QImage::Format_RGB32);
}

/// image: RGB32 of the wanted size.
void store(const QImage& image, const Shape& shape, std::span<std::uint8_t> out)
{
    const auto plane = static_cast<std::size_t>(shape.height() * shape.width());
    std::size_t at = 0;
    for (int y = 0; y < image.height(); ++y) {
        const auto* row = reinterpret_cast<const QRgb*>(image.constScanLine(y));
        for (int x = 0; x < image.width(); ++x, ++at) {
            const QRgb p = row[x];
            if (shape.channels() == 1) {
                out[at] = static_cast<std::uint8_t>((299 * qRed(p) + 587 * qGreen(p) + 114 * qBlue(p) + 500) / 1000);
            } else {
                out[at] = static_cast<std::uint8_t>(qRed(p));
                out[at + plane] = static_cast<std::uint8_t>(qGreen(p));
                out[at + 2 * plane] = static_cast<std::uint8_t>(qBlue(p));
            }
        }
    }
}

Result<QImage> decode(const std::string& path, const Shape& shape)
{
    QFile file(QString::fromStdString(path));
    if (auto opened = openFile(file, path); !opened)
        return opened.error();
    QByteArray data = file.read(kMaxPictureFile);
    const auto format = formatOf(data, path);
    if (!format)
        return format.error();
    QBuffer buffer(&data);
    QImageReader reader(&buffer, readerName(*format));
    reader.setAutoTransform(true);
    const auto size = sizeOf(reader, *format, path);
    if (!size)
        return size.error();
    if (const auto fault = whyDamaged(*format, data))
        return pictureError(ErrorCode::BadFormat, path, *fault);
    if (*format == PictureFormat::Jpeg) {
        const int shrink = jpegShrink(turned(reader) ? size->transposed() : *size, shape);
        if (shrink > 1)
            reader.setScaledSize({(size->width() + shrink - 1) / shrink, (size->height() + shrink - 1) / shrink});
    }
    QImage image = reader.read();
    if (image.isNull())
        return pictureError(ErrorCode::BadFormat, path,
                            "its data are damaged (" + reader.errorString().toStdString() + ")");
    return image;
}

} // namespace

bool isPictureName(const std::string& name)
{
    const QString suffix = QFileInfo(QString::fromStdString(name)).suffix().toLower();
    static const QStringList kSuffixes{QStringLiteral("png"), QStringLiteral("jpg"), QStringLiteral("jpeg"),
                                       QStringLiteral("bmp")};
    return kSuffixes.contains(suffix);
}

Result<PictureInfo> readPictureInfo(const std::string& path)
{
    QFile file(QString::fromStdString(path));
    if (auto opened = openFile(file, path); !opened)
        return opened.error();
    const auto format = formatOf(file.peek(8), path);
    if (!format)
        return format.error();
    QImageReader reader(&file, readerName(*format));
    const auto size = sizeOf(reader, *format, path);
    if (!size)
        return size.error();
    const QSize shown = turned(reader) ? size->transposed() : *size;
    PictureInfo info{shown.width(), shown.height(), PictureColours::Colour};
    switch (reader.imageFormat()) {
    case QImage::Format_Grayscale8:
    case QImage::Format_Grayscale16: info.colours = PictureColours::Grey; break;
    case QImage::Format_Mono:
    case QImage::Format_MonoLSB:
    case QImage::Format_Indexed8: info.colours = PictureColours::Palette; break;
    default: break;
    }
    return info;
}

Result<void> readPicture(const std::string& path, const Shape& shape, std::span<std::uint8_t> out)
{
    try {
        auto image = decode(path, shape);
        if (!image)
            return image.error();
        const QImage flat = onWhite(image->copy(centrePart(image->size(), shape.width(), shape.height())));
        const QImage scaled = flat.scaled(static_cast<int>(shape.width()), static_cast<int>(shape.height()),
                                          Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
        if (scaled.isNull())
            return noMemory(path);
        store(scaled.convertToFormat(QImage::Format_RGB32), shape, out);
        return {};
    } catch (const std::bad_alloc&) { // nothing may be thrown through the engine's threads
        return noMemory(path);
    }
}

} // namespace convarium::datasets
