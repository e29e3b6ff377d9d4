#include "ui/canvas/network_picture.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QImage>
#include <QMarginsF>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QRegularExpression>
#include <QSvgGenerator>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

namespace
{

using engine::Error;
using engine::ErrorCode;
using engine::Result;

constexpr double kPixelsPerInch = 96;
constexpr double kPointsPerInch = 72;
constexpr double kLongestPage = 14400; ///< points; readers of PDF refuse more
constexpr int kPrintResolution = 1200;
constexpr double kMostPixels = 2e8; ///< 800 MB while the picture is made

QString tr(const char* text)
{
    return QCoreApplication::translate("convarium::ui::NetworkPicture", text);
}

/// scale: units of the device for each pixel of the drawing.
void draw(QPainter& painter, QPicture drawing, double scale)
{
    // A QPicture keeps its inches on every device; here its pixels count.
    scale *= static_cast<double>(drawing.logicalDpiX()) / painter.device()->logicalDpiX();
    painter.scale(scale, scale);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
    drawing.play(&painter);
}

Error failed(const QString& what)
{
    return {ErrorCode::Io, tr("The picture could not be made: %1.").arg(what).toStdString(), {}, {}};
}

Result<QByteArray> toSvg(const NetworkPicture& picture)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator svg;
    svg.setOutputDevice(&buffer);
    svg.setResolution(static_cast<int>(kPixelsPerInch));
    svg.setSize(picture.size.toSize());
    svg.setViewBox(QRectF(QPointF(), picture.size));
    svg.setTitle(picture.title);
    svg.setDescription(tr("Drawn by Convarium"));
    QPainter painter;
    if (!painter.begin(&svg))
        return failed(tr("no painter for SVG"));
    draw(painter, picture.drawing, 1);
    painter.end();
    // The generator names the family that was asked for; readers need the one that was measured, and a way out.
    static const QRegularExpression family(QStringLiteral("font-family=\"[^\"]*\""));
    return QString::fromUtf8(bytes)
        .replace(family, QStringLiteral("font-family=\"%1, sans-serif\"").arg(picture.letters.toHtmlEscaped()))
        .toUtf8();
}

Result<QByteArray> toPdf(const NetworkPicture& picture)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter pdf(&buffer);
    QSizeF page = picture.size * (kPointsPerInch / kPixelsPerInch);
    page *= std::min(1.0, kLongestPage / std::max(page.width(), page.height()));
    pdf.setResolution(kPrintResolution);
    pdf.setPageMargins(QMarginsF());
    // Points are whole here: the page is never smaller than the drawing.
    pdf.setPageSize(QPageSize(QSizeF(std::ceil(page.width()), std::ceil(page.height())), QPageSize::Point, {},
                              QPageSize::ExactMatch));
    pdf.setTitle(picture.title);
    pdf.setCreator(QStringLiteral("Convarium"));
    QPainter painter;
    if (!painter.begin(&pdf))
        return failed(tr("no painter for PDF"));
    const double scale = page.width() / picture.size.width() * kPrintResolution / kPointsPerInch;
    draw(painter, picture.drawing, scale);
    painter.end();
    return bytes;
}

Result<QByteArray> toPng(const NetworkPicture& picture, int scale)
{
    const QSize size = (picture.size * scale).toSize();
    if (static_cast<double>(size.width()) * size.height() > kMostPixels)
        return Error{ErrorCode::InvalidArgument,
                     tr("The picture would have %1 × %2 pixels, more than %3 million.")
                         .arg(size.width())
                         .arg(size.height())
                         .arg(kMostPixels / 1e6)
                         .toStdString(),
                     tr("Choose a smaller scale, or SVG or PDF, which are sharp at any size.").toStdString(),
                     {}};
    QImage image(size, QImage::Format_RGB32);
    if (image.isNull())
        return failed(tr("there is no memory for %1 × %2 pixels").arg(size.width()).arg(size.height()));
    image.fill(Qt::white);
    image.setDotsPerMeterX(static_cast<int>(std::lround(scale * kPixelsPerInch / 0.0254)));
    image.setDotsPerMeterY(image.dotsPerMeterX());
    QPainter painter(&image);
    draw(painter, picture.drawing, scale);
    painter.end();
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    if (!image.save(&buffer, "PNG"))
        return failed(tr("no writer for PNG"));
    return bytes;
}

} // namespace

const std::vector<PictureFormat>& pictureFormats()
{
    static const std::vector<PictureFormat> all = [] {
        std::vector<PictureFormat> list{{tr("SVG picture"), QStringLiteral(".svg"),
                                         tr("The drawing as curves and letters, for web pages and editing."), toSvg},
                                        {tr("PDF picture"), QStringLiteral(".pdf"),
                                         tr("The drawing as curves on a page of its size, for printing."), toPdf}};
        for (int scale = 1; scale <= 4; ++scale)
            list.push_back({tr("PNG picture, %1×").arg(scale), QStringLiteral(".png"),
                            tr("The drawing as pixels, %1 for each one at 100 %.").arg(scale * scale),
                            [scale](const NetworkPicture& picture) { return toPng(picture, scale); }});
        return list;
    }();
    return all;
}

} // namespace convarium::ui
