#include "ui/canvas/card_paint.h"

#include "ui/document/edit_texts.h"
#include "ui/theme/colormap.h"
#include "ui/theme/icons.h"
#include "ui/theme/type.h"
#include "ui/theme/widgets.h"

#include <QFontMetricsF>
#include <QHash>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

namespace
{

// The card's parts are cut by their outlines: not every file format for pictures knows clipping.
constexpr double kCorner = 2 * kCardRadius;
constexpr double kCutAngle = 120; ///< on the corner's circle, where the band ends: its cosine is band / radius - 1
static_assert(kBandWidth * 2 == kCardRadius);
const double kCutDepth = kCardRadius * (1 - std::sqrt(3.0) / 2);

/// The band at the left of a part. first, last: the card's upper or lower corners are this part's.
QPainterPath bandOf(const QRectF& r, bool first, bool last)
{
    QPainterPath path(QPointF(r.left() + kBandWidth, r.top() + (first ? kCutDepth : 0)));
    if (first)
        path.arcTo(QRectF(r.left(), r.top(), kCorner, kCorner), kCutAngle, 180 - kCutAngle);
    else
        path.lineTo(r.topLeft());
    if (last)
        path.arcTo(QRectF(r.left(), r.bottom() - kCorner, kCorner, kCorner), 180, 180 - kCutAngle);
    else
        path.lineTo(r.bottomLeft());
    path.lineTo(r.left() + kBandWidth, r.bottom() - (last ? kCutDepth : 0));
    path.closeSubpath();
    return path;
}

/// The rest of that part.
QPainterPath besideBand(const QRectF& r, bool first, bool last)
{
    QPainterPath path(QPointF(r.left() + kBandWidth, r.top() + (first ? kCutDepth : 0)));
    if (first) {
        path.arcTo(QRectF(r.left(), r.top(), kCorner, kCorner), kCutAngle, 90 - kCutAngle);
        path.arcTo(QRectF(r.right() - kCorner, r.top(), kCorner, kCorner), 90, -90);
    } else {
        path.lineTo(r.topRight());
    }
    if (last) {
        path.arcTo(QRectF(r.right() - kCorner, r.bottom() - kCorner, kCorner, kCorner), 0, -90);
        path.arcTo(QRectF(r.left(), r.bottom() - kCorner, kCorner, kCorner), 270, 90 - kCutAngle);
    } else {
        path.lineTo(r.bottomRight());
        path.lineTo(r.left() + kBandWidth, r.bottom());
    }
    path.closeSubpath();
    return path;
}

void paintPart(QPainter* painter, const QRectF& rect, Family family, const QColor& fill, bool first, bool last)
{
    painter->fillPath(bandOf(rect, first, last), Theme::current().familyInk(family));
    painter->fillPath(besideBand(rect, first, last), fill);
}

void paintText(QPainter* painter, const QRectF& rect, const QString& text, const QFont& font, const QColor& color,
               Qt::Alignment align = Qt::AlignLeft | Qt::AlignVCenter, Qt::TextElideMode elide = Qt::ElideMiddle)
{
    painter->setFont(font);
    painter->setPen(color);
    painter->drawText(rect, static_cast<int>(align) | Qt::TextSingleLine,
                      QFontMetricsF(font).elidedText(text, elide, rect.width()));
}

/// Settings as they fit into the width: with the short words of papers before any is left out.
QString fitted(const QString& settings, const QFont& font, double width)
{
    const QFontMetricsF metrics(font);
    QString text = settings;
    for (const auto& [word, brief] : {std::pair(QStringLiteral("padding "), QStringLiteral("pad ")),
                                      std::pair(QStringLiteral("stride "), QStringLiteral("/"))})
        if (metrics.horizontalAdvance(text) > width)
            text.replace(word, brief);
    return text;
}

void paintHead(QPainter* painter, const CardPicture& p, double scale)
{
    const Theme& theme = Theme::current();
    const CardContent& c = p.content;
    const double small = readablePx(12, scale), large = readablePx(14, scale);
    double right = kCardWidth - 10;
    const QFont nameFont = cardFont(small);
    const double nameWidth = QFontMetricsF(nameFont).horizontalAdvance(c.name) + 2;
    const QFont titleFont = cardFont(large, QFont::Medium);
    const double titleWidth = QFontMetricsF(titleFont).horizontalAdvance(c.title) + 2;
    double left = kTextLeft;
    if (c.frozen) {
        paintIcon(painter, QRectF(right - 14, kHeadHeight / 2 - 7, 14, 14), QStringLiteral("snow"), theme.text2);
        right -= 18;
    }
    // In small pictures, where letters are large, the title is worth more than the icon.
    if (left + 18 + 8 + titleWidth <= right || left + titleWidth > right) {
        paintIcon(painter, QRectF(left, kHeadHeight / 2 - 9, 18, 18), c.icon, theme.familyInk(c.family));
        left += 18 + 8;
    }
    // The name gives way to the title; both are in the tooltip.
    if (left + titleWidth + 6 + nameWidth <= right && !c.name.isEmpty()) {
        paintText(painter, QRectF(right - nameWidth, 0, nameWidth, kHeadHeight), c.name, nameFont, theme.text2,
                  Qt::AlignRight | Qt::AlignVCenter);
        right -= nameWidth + 6;
    }
    paintText(painter, QRectF(left, 0, right - left, kHeadHeight), c.title, titleFont, theme.text);
    if (p.state.work != Work::None)
        painter->fillRect(QRectF(kBandWidth, kHeadHeight - 2, kCardWidth - kBandWidth, 2), workColor(p.state.work));
}

/// What changed is told in place of the shape and the thumbnails, where there is no room for both.
void paintChange(QPainter* painter, const CardPicture& p, double scale)
{
    const Theme& theme = Theme::current();
    const QRectF area(kTextLeft - 6, kHeadHeight + 3, kCardWidth - kTextLeft, p.metrics.bodyHeight(Level::Middle) - 37);
    painter->fillRect(area, theme.accentTint);
    const double line = area.height() / static_cast<double>(p.change.size());
    const double px = std::min(readablePx(20, scale), 0.95 * line);
    for (qsizetype i = 0; i < p.change.size(); ++i) {
        const double middle = area.top() + (static_cast<double>(i) + 0.5) * line;
        paintShapeText(painter, {kTextLeft - 1, middle + 0.36 * px}, p.change[i], px, theme.accent, area.width() - 10);
    }
}

void paintBody(QPainter* painter, const CardPicture& p, Level level, double scale)
{
    const Theme& theme = Theme::current();
    const CardContent& c = p.content;
    const double width = kCardWidth - kTextLeft - 8;
    const bool near = level == Level::Near || level == Level::Close;
    const double shapePx = readablePx(23, scale);
    const double baseline = near ? kHeadHeight + 27 : kHeadHeight + 30;
    const QColor shapeColor = c.stale ? theme.text3 : theme.text;
    const bool changed = !p.change.isEmpty();
    if (changed && !near)
        return paintChange(painter, p, scale);
    if (changed)
        painter->fillRect(QRectF(kTextLeft - 4, baseline - 22, width, 28), theme.accentTint);
    paintShapeText(painter, {kTextLeft - 1, baseline}, c.shape, shapePx, shapeColor, width);
    if (near) {
        const QFont small = cardFont(readablePx(12.5, scale));
        if (changed)
            paintText(painter, QRectF(kTextLeft, 64, width, 17), p.change.join(QStringLiteral(", ")),
                      cardFont(readablePx(12.5, scale), QFont::Medium), theme.accent);
        else
            paintText(painter, QRectF(kTextLeft, 64, width, 17), fitted(c.settings, small, width), small, theme.text2);
        paintText(painter, QRectF(kTextLeft, 81, width, 17), c.count, small, c.stale ? theme.text3 : theme.text2);
        if (c.stale && !c.count.isEmpty()) {
            paintText(painter, QRectF(kTextLeft, kBarTop - 5, width, 16), lastGoodWords(),
                      cardFont(readablePx(12, scale)), theme.text3);
        } else if (c.share > 0) {
            const QRectF bar(kTextLeft, kBarTop, kCardWidth - kTextLeft - 10, 4);
            painter->setPen(Qt::NoPen);
            painter->setBrush(theme.sunken);
            painter->drawRoundedRect(bar, 2, 2);
            painter->setBrush(theme.text2);
            const double part = std::clamp(c.share, 0.0, 1.0) * bar.width();
            painter->drawRoundedRect(QRectF(bar.topLeft(), QSizeF(std::max(2.0, part), 4)), 2, 2);
        }
    }
}

void paintRow(QPainter* painter, const DockedRow& row, double top, bool last, double scale)
{
    const Theme& theme = Theme::current();
    paintPart(painter, QRectF(0, top, kCardWidth, kRowHeight), row.content.family, theme.familyTint(row.content.family),
              false, last);
    painter->fillRect(QRectF(kBandWidth, top, kCardWidth - kBandWidth, 1), theme.line);
    paintIcon(painter, QRectF(kTextLeft, top + 6, 16, 16), row.content.icon, theme.familyInk(row.content.family));
    const double left = kTextLeft + 24;
    const QFont font = cardFont(readablePx(13, scale), QFont::Medium);
    paintText(painter, QRectF(left, top, kCardWidth - left - 8, kRowHeight), row.content.title, font, theme.text);
    if (row.state.work != Work::None)
        painter->fillRect(QRectF(kCardRadius, top + kRowHeight - 2, kCardWidth - 2 * kCardRadius, 2),
                          workColor(row.state.work));
}

void ring(QPainter* painter, const QRectF& rect, const QColor& color, double distance, double width, double radius)
{
    painter->setBrush(Qt::NoBrush);
    painter->setPen(QPen(color, width));
    const double d = distance + width / 2;
    painter->drawRoundedRect(rect.adjusted(-d, -d, d, d), radius + d, radius + d);
}

/// What any layer of the card does with the batch.
Work workingOn(const CardPicture& p)
{
    const auto row =
        std::find_if(p.rows.begin(), p.rows.end(), [](const DockedRow& r) { return r.state.work != Work::None; });
    return row != p.rows.end() ? row->state.work : p.state.work;
}

/// Values that were drawn for the other theme, in the colours of this one: pictures in files are always light.
QImage inColoursOf(const Theme& theme, const QImage& atlas, bool dark)
{
    const Theme& drawn = dark ? darkTheme() : lightTheme();
    QHash<QRgb, QRgb> colours;
    for (const ColorMap map : {ColorMap::Ink, ColorMap::Sequential, ColorMap::Signed})
        for (std::size_t i = 0; i < 256; ++i)
            colours.insert(colorTable(map, drawn)[i], colorTable(map, theme)[i]);
    QImage image = atlas.convertToFormat(QImage::Format_RGB32);
    for (int y = 0; y < image.height(); ++y) {
        auto* row = reinterpret_cast<QRgb*>(image.scanLine(y));
        std::transform(row, row + image.width(), row, [&](QRgb c) { return colours.value(c, c); });
    }
    return image;
}

void paintPorts(QPainter* painter, const CardPicture& p)
{
    const Theme& theme = Theme::current();
    const auto port = [&](double x, double y, int state) {
        painter->setOpacity(state == 0 ? 0.4 : 1.0);
        painter->setBrush(theme.surface);
        painter->setPen(QPen(state == 2                                       ? theme.accent
                             : p.content.fault.isEmpty() || p.content.warning ? theme.wire
                                                                              : theme.error,
                             1.75));
        const double r = state == 2 ? 8 : kPortRadius;
        painter->drawEllipse(QPointF(x, y), r, r);
        painter->setOpacity(1);
    };
    for (std::size_t i = 0; i < p.inputPorts.size(); ++i)
        port(0, p.inputPorts[i], i < p.inputPortStates.size() ? p.inputPortStates[i] : 1);
    if (p.outputPort)
        port(kCardWidth, kPortY, 1);
}

/// How many tiles a card has, and where.
int tilesOf(const CardPicture& p)
{
    const Thumbnails& t = p.thumbnails;
    return p.metrics.image ? 1 : t.atlas.isNull() ? 6 : std::min(6, std::max(1, t.count));
}

QRectF tileRect(const CardPicture& p, Level level, int tile)
{
    const double size = p.metrics.image ? 44 : 20, pitch = p.metrics.image ? 46 : 22;
    return {kTextLeft + tile * pitch, p.metrics.thumbTop(level), size, size};
}

} // namespace

const QColor& workColor(Work work)
{
    const Theme& theme = Theme::current();
    return work == Work::Backward ? theme.validation : work == Work::Update ? theme.success : theme.accent;
}

QFont cardFont(double px, QFont::Weight weight)
{
    QFont result = font(TextRole::Body);
    result.setPixelSize(std::max(1, qRound(px)));
    result.setWeight(weight);
    return result;
}

double readablePx(double px, double scale)
{
    return std::max(px, 12.0 / std::max(scale, 0.2));
}

double paintShapeText(QPainter* painter, QPointF baseline, const QString& text, double px, const QColor& color,
                      double maxWidth)
{
    const Theme& theme = Theme::current();
    const auto measure = [&](double size) {
        const QFontMetricsF digits(cardFont(size, QFont::Bold)), times(cardFont(size));
        double width = 0;
        for (QChar ch : text)
            width += ch == QChar(0x00D7) ? times.horizontalAdvance(ch) : digits.horizontalAdvance(ch);
        return width;
    };
    // Numbers are never elided: a long shape is drawn smaller.
    for (double width = measure(px); width > maxWidth && px > 8; width = measure(px))
        px -= 1;
    double x = baseline.x();
    const QFont digits = cardFont(px, QFont::Bold), times = cardFont(px);
    for (const QString& part : text.split(QChar(0x00D7))) {
        if (x > baseline.x()) {
            painter->setFont(times);
            painter->setPen(theme.text3);
            painter->drawText(QPointF(x, baseline.y()), QString(QChar(0x00D7)));
            x += QFontMetricsF(times).horizontalAdvance(QChar(0x00D7));
        }
        painter->setFont(digits);
        painter->setPen(color);
        painter->drawText(QPointF(x, baseline.y()), part);
        x += QFontMetricsF(digits).horizontalAdvance(part);
    }
    return x - baseline.x();
}

void paintPopup(QPainter* painter, const QRectF& rect)
{
    const Theme& theme = Theme::current();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(theme.accent, 1.5));
    painter->setBrush(theme.surface);
    painter->drawRoundedRect(rect.adjusted(1, 1, -1, -1), 8, 8);
}

void paintFrame(QPainter* painter, const CardPicture& p, Level level, double scale)
{
    const Theme& theme = Theme::current();
    const QRectF card(0, 0, kCardWidth, p.metrics.height(level));
    const bool faulty = !p.content.fault.isEmpty() && !p.content.warning;
    const bool hovered = p.state.hovered ||
                         std::any_of(p.rows.begin(), p.rows.end(), [](const DockedRow& r) { return r.state.hovered; });
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const double body = p.metrics.bodyHeight(level);
    if (p.content.folded)
        for (const double sheet : {2.0, 1.0}) {
            painter->setPen(QPen(theme.line2, 1));
            painter->setBrush(theme.familyTint(p.content.family));
            painter->drawRoundedRect(QRectF(5 * sheet, -4 * sheet, kCardWidth - 10 * sheet, 20), kCardRadius,
                                     kCardRadius);
        }
    paintPart(painter, QRectF(0, 0, kCardWidth, body), p.content.family, theme.surface, true, p.rows.empty());
    painter->fillPath(besideBand({0, 0, kCardWidth, kHeadHeight}, true, false), theme.familyTint(p.content.family));
    paintHead(painter, p, scale);
    paintBody(painter, p, level, scale);
    double top = body;
    for (std::size_t i = 0; i < p.rows.size(); ++i) {
        paintRow(painter, p.rows[i], top, i + 1 == p.rows.size(), scale);
        top += kRowHeight;
    }
    if (p.content.frozen) {
        painter->setPen(QPen(theme.surface, 1));
        for (double y = kCardRadius; y < card.height() - kBandWidth; y += kBandWidth)
            painter->drawLine(QPointF(0, y), QPointF(kBandWidth, y - kBandWidth));
    }

    ring(painter, card, hovered ? theme.text2 : theme.line2, -0.5, 1, kCardRadius);
    if (faulty)
        ring(painter, card, theme.error, 0, 2, kCardRadius);
    if (p.state.selected)
        ring(painter, card, theme.accent, faulty ? 2 : 0, 2, kCardRadius);
    const Work work = workingOn(p);
    if (work != Work::None)
        ring(painter, card, workColor(work), (faulty ? 2 : 0) + (p.state.selected ? 2 : 0), 4, kCardRadius);
    if (p.state.focused)
        ring(painter, card, theme.accent, (faulty ? 2 : 0) + (p.state.selected ? 4 : 2), 2, kCardRadius);
    top = body;
    for (const DockedRow& row : p.rows) {
        const QRectF rect(0, top, kCardWidth, kRowHeight);
        if (!row.content.fault.isEmpty() && !row.content.warning)
            ring(painter, rect, theme.error, -1, 2, 2);
        if (row.state.selected)
            ring(painter, rect, theme.accent, -1, 2, 2);
        if (row.state.focused)
            ring(painter, rect, theme.accent, row.state.selected ? 3 : 2, 2, 2);
        top += kRowHeight;
    }
    paintPorts(painter, p);
    if (!p.content.fault.isEmpty())
        paintSign(painter, QPointF(kCardWidth, 0), 27, p.content.warning ? SignKind::Warning : SignKind::Error, true);
    painter->restore();
}

bool sameFrame(const CardPicture& a, const CardPicture& b)
{
    return a.content == b.content && a.metrics == b.metrics && a.state == b.state && a.change == b.change &&
           a.rows == b.rows && a.inputPorts == b.inputPorts && a.inputPortStates == b.inputPortStates &&
           a.outputPort == b.outputPort;
}

QString thumbnailWords(const CardPicture& p, Level level, const QPointF& at)
{
    const Thumbnails& t = p.thumbnails;
    if (!t.bars.isEmpty() || t.ranges.isEmpty() || level == Level::Far || !thumbnailRect(p, level).contains(at))
        return {};
    if (t.strip)
        return rangeWords(t.ranges.first());
    for (int i = 0; i < std::min(tilesOf(p), static_cast<int>(t.ranges.size())); ++i)
        if (tileRect(p, level, i).contains(at))
            return mapWords(i, t.ranges[i]);
    return {};
}

QRectF thumbnailRect(const CardPicture& picture, Level level)
{
    if (!picture.metrics.thumbs)
        return {};
    return {kTextLeft, picture.metrics.thumbTop(level), kCardWidth - kTextLeft - 10, picture.metrics.thumbHeight()};
}

void paintThumbnails(QPainter* painter, const CardPicture& p, Level level)
{
    if (!p.metrics.thumbs || (level == Level::Middle && !p.change.isEmpty()))
        return;
    const Theme& theme = Theme::current();
    const double top = p.metrics.thumbTop(level), height = p.metrics.thumbHeight();
    const double width = thumbnailRect(p, level).width();
    const Thumbnails& t = p.thumbnails;
    if (!t.bars.isEmpty()) {
        const double pitch = width / static_cast<double>(t.bars.size());
        for (qsizetype i = 0; i < t.bars.size(); ++i) {
            const double h = std::max(1.0, std::clamp(t.bars[i], 0.0, 1.0) * height);
            painter->fillRect(QRectF(kTextLeft + static_cast<double>(i) * pitch, top + height - h, pitch - 2, h),
                              h > 1 ? theme.text : theme.line2);
        }
        return;
    }
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setRenderHint(QPainter::SmoothPixmapTransform, false);
    const QImage atlas = t.atlas.isNull() || t.dark == theme.dark ? t.atlas : inColoursOf(theme, t.atlas, t.dark);
    const auto tile = [&](const QRectF& to, const QRectF& from) {
        if (!atlas.isNull())
            painter->drawImage(to, atlas, from);
        else
            painter->fillRect(to, theme.sunken);
        painter->setPen(QPen(theme.line, 0));
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(to);
    };
    if (t.strip) {
        tile(QRectF(kTextLeft, top + 1, width, 18), t.atlas.rect());
        return;
    }
    const double side = t.atlas.isNull() || t.count < 1 ? 1 : static_cast<double>(t.atlas.width()) / t.count;
    for (int i = 0; i < tilesOf(p); ++i)
        tile(tileRect(p, level, i), QRectF(i * side, 0, side, t.atlas.height()));
    if (p.metrics.image)
        paintFieldMark(painter, tileRect(p, level, 0), t.seen, 1.5);
}

void paintSilhouette(QPainter* painter, const CardPicture& p, const engine::Shape* shape, double scale)
{
    const Theme& theme = Theme::current();
    const double lane = p.metrics.height(Level::Near);
    const double size = shape && shape->isMaps() ? static_cast<double>(std::max(shape->height(), shape->width())) : 1;
    const double maps = shape ? static_cast<double>(shape->channels()) : 1;
    const double height = 6 + 0.62 * lane * std::min(1.0, std::log2(size + 1) / std::log2(257));
    // The design gives the width of a bar of 62 px; cards lie farther apart, so it grows with them.
    const double width = 2.5 * (4 + 2.2 * std::log2(maps + 1));
    const bool faulty = !p.content.fault.isEmpty() && !p.content.warning;
    const QRectF bar(kCardWidth / 2 - width / 2, kPortY - height / 2, width, height);
    painter->setRenderHint(QPainter::Antialiasing, false);
    // Wires end at the ports of the card, which is not drawn here: lead them on to the bar.
    const double rowsEnd = bar.right() + 9 * static_cast<double>(p.rows.size());
    QPen stub(theme.wire, 1.25);
    stub.setCosmetic(true);
    painter->setPen(stub);
    for (double y : p.inputPorts)
        painter->drawPolyline(
            QPolygonF({{0, y}, {bar.left() - 6, y}, {bar.left(), std::clamp(y, bar.top(), bar.bottom())}}));
    if (p.outputPort)
        painter->drawLine(QPointF(rowsEnd, kPortY), QPointF(kCardWidth, kPortY));
    painter->setPen(Qt::NoPen);
    painter->setBrush(faulty ? theme.error : theme.familyInk(p.content.family));
    painter->drawRoundedRect(bar, 4, 4);
    double x = bar.right() + 3;
    for (const DockedRow& row : p.rows) {
        painter->setBrush(theme.familyInk(row.content.family));
        painter->drawRect(QRectF(x, bar.top(), 6, height));
        x += 9;
    }
    const Work work = workingOn(p);
    if (p.state.selected || p.state.focused || work != Work::None) {
        painter->setPen(QPen(work != Work::None ? workColor(work) : theme.accent, 6));
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(QRectF(bar.left() - 8, bar.top() - 8, x - bar.left() + 13, height + 16));
    }
    if (!p.content.folded)
        return;
    // Blocks are told by their names, where those fit between the neighbours'.
    const QFont font = cardFont(readablePx(12, scale), QFont::Medium);
    const QFontMetricsF metrics(font);
    if (metrics.horizontalAdvance(p.content.title) > kCardWidth + kColumnGap / 2)
        return;
    painter->setFont(font);
    painter->setPen(theme.text);
    painter->drawText(QRectF(0, bar.bottom() + 10, kCardWidth, metrics.height()),
                      Qt::AlignHCenter | Qt::AlignTop | Qt::TextDontClip, p.content.title);
}

} // namespace convarium::ui
