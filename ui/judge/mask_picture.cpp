#include "ui/judge/mask_picture.h"

#include "engine/data/dataset.h"

#include <QPainter>
#include <array>

namespace convarium::ui
{

QColor maskColor(int classIndex, const Theme& theme)
{
    constexpr std::array kFamilies{Family::Convolution, Family::Pooling, Family::Activation, Family::Dense,
                                   Family::Normalise,   Family::Merge,   Family::Data};
    if (classIndex == engine::kIgnoredPixel)
        return theme.line;
    if (classIndex <= 0)
        return theme.sunken;
    const auto place = static_cast<std::size_t>(classIndex - 1);
    const QColor ink = theme.familyInk(kFamilies[place % kFamilies.size()]);
    if (place / kFamilies.size() % 2 == 0)
        return ink;
    return {(ink.red() + theme.text.red()) / 2, (ink.green() + theme.text.green()) / 2,
            (ink.blue() + theme.text.blue()) / 2};
}

QImage maskPicture(const std::vector<std::uint8_t>& classes, const QSize& size, const Theme& theme)
{
    QImage image(size, QImage::Format_RGB32);
    std::array<QRgb, 256> colors{};
    for (std::size_t c = 0; c < colors.size(); ++c)
        colors[c] = maskColor(static_cast<int>(c), theme).rgb();
    for (int y = 0; y < size.height(); ++y)
        for (int x = 0; x < size.width(); ++x)
            image.setPixel(x, y, colors[classes[static_cast<std::size_t>(y * size.width() + x)]]);
    return image;
}

QImage sideBySide(const QList<QImage>& pictures)
{
    const QSize one = pictures.first().size();
    QImage row(one.width() * static_cast<int>(pictures.size()), one.height(), QImage::Format_RGB32);
    QPainter painter(&row);
    for (int i = 0; i < pictures.size(); ++i)
        painter.drawImage(i * one.width(), 0, pictures[i]);
    return row;
}

} // namespace convarium::ui
