#include "ui/theme/icons.h"

#include "resources/resources.h"

#include <QDir>
#include <QFile>
#include <QGuiApplication>
#include <QHash>
#include <QIconEngine>
#include <QImage>
#include <QPaintEngine>
#include <QPainter>
#include <QPainterPath>
#include <QPixmapCache>
#include <QSvgRenderer>
#include <QThread>
#include <cmath>
#include <memory>

namespace convarium::ui
{
namespace
{

const QString kAppName = QStringLiteral("convarium");

QString pathOf(const QString& name)
{
    return resourcePath(QStringLiteral("icons/%1.svg").arg(name));
}

/// Parsed once per name; the SVG itself is black and only its coverage is used.
QSvgRenderer& rendererOf(const QString& name)
{
    static QHash<QString, std::shared_ptr<QSvgRenderer>> renderers;
    std::shared_ptr<QSvgRenderer>& renderer = renderers[name];
    if (!renderer) {
        renderer = std::make_shared<QSvgRenderer>(pathOf(name));
    }
    return *renderer;
}

/// `pixels` x `pixels` device pixels.
QPixmap tinted(const QString& name, int pixels, const QColor& color)
{
    const QString key = QStringLiteral("convarium-icon/%1/%2/%3").arg(name).arg(pixels).arg(color.rgba(), 0, 16);
    QPixmap pixmap;
    if (QPixmapCache::find(key, &pixmap)) {
        return pixmap;
    }
    QImage image(pixels, pixels, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    rendererOf(name).render(&painter, QRectF(0, 0, pixels, pixels));
    painter.setCompositionMode(QPainter::CompositionMode_SourceIn);
    painter.fillRect(image.rect(), color);
    painter.end();
    pixmap = QPixmap::fromImage(image);
    QPixmapCache::insert(key, pixmap);
    return pixmap;
}

/// The same as curves: the SVG is drawn in that colour.
void paintCurves(QPainter* painter, const QRectF& target, const QString& name, const QColor& color)
{
    QFile file(pathOf(name));
    if (!file.open(QIODevice::ReadOnly)) {
        return;
    }
    QSvgRenderer(file.readAll().replace("#000", color.name().toLatin1())).render(painter, target);
}

class IconEngine final : public QIconEngine
{
public:
    IconEngine(QString name, ColorRole role) : m_name(std::move(name)), m_role(role) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override
    {
        paintIcon(painter, rect, m_name, colorFor(mode));
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State) override
    {
        // The size already is in device pixels.
        return tinted(m_name, std::max(1, std::min(size.width(), size.height())), colorFor(mode));
    }

    QSize actualSize(const QSize& size, QIcon::Mode, QIcon::State) override
    {
        const int side = std::min(size.width(), size.height());
        return {side, side};
    }

    QString key() const override { return QStringLiteral("convarium"); }
    QString iconName() override { return m_name; }
    bool isNull() override { return false; }
    QIconEngine* clone() const override { return new IconEngine(*this); }

private:
    [[nodiscard]] QColor colorFor(QIcon::Mode mode) const
    {
        const Theme& theme = Theme::current();
        switch (mode) {
        case QIcon::Disabled: return theme.text3;
        case QIcon::Selected: return theme.onAccent;
        default: return theme.color(m_role);
        }
    }

    QString m_name;
    ColorRole m_role;
};

} // namespace

QIcon icon(const QString& name, ColorRole role)
{
    return hasIcon(name) ? QIcon(new IconEngine(name, role)) : QIcon();
}

QIcon familyIcon(const QString& name, Family family)
{
    return icon(name, familyRole(family));
}

QPixmap iconPixmap(const QString& name, int size, const QColor& color, qreal dpr)
{
    if (!hasIcon(name) || size <= 0) {
        return {};
    }
    QPixmap pixmap = tinted(name, qRound(size * dpr), color);
    pixmap.setDevicePixelRatio(dpr);
    return pixmap;
}

void paintIcon(QPainter* painter, const QRectF& rect, const QString& name, const QColor& color)
{
    if (!hasIcon(name)) {
        return;
    }
    const double side = std::min(rect.width(), rect.height());
    // Strokes stay sharp when the view is zoomed: the mask is made for the pixels it will cover.
    const QTransform transform = painter->deviceTransform();
    const double zoom = std::hypot(transform.m11(), transform.m12());
    const int pixels = static_cast<int>(std::lround(side * zoom));
    if (pixels < 1) {
        return;
    }
    QRectF target(0, 0, side, side);
    target.moveCenter(rect.center());
    if (painter->paintEngine()->type() != QPaintEngine::Raster) {
        paintCurves(painter, target, name, color);
        return;
    }
    if (transform.type() <= QTransform::TxScale) {
        // Snap to whole device pixels, otherwise thin strokes are smeared over two.
        const QPointF corner = transform.map(target.topLeft());
        const QTransform back = transform.inverted();
        target = QRectF(back.map(QPointF(std::round(corner.x()), std::round(corner.y()))),
                        back.map(QPointF(std::round(corner.x()) + pixels, std::round(corner.y()) + pixels)));
    }
    const QPixmap pixmap = tinted(name, pixels, color);
    painter->drawPixmap(target, pixmap, QRectF(pixmap.rect()));
}

QStringList iconNames()
{
    static const QStringList names = [] {
        QStringList found =
            QDir(resourcePath(QStringLiteral("icons"))).entryList({QStringLiteral("*.svg")}, QDir::Files, QDir::Name);
        for (QString& file : found) {
            file.chop(4);
        }
        found.removeAll(kAppName);
        return found;
    }();
    return names;
}

bool hasIcon(const QString& name)
{
    static QHash<QString, bool> known;
    const auto found = known.constFind(name);
    if (found != known.constEnd()) {
        return *found;
    }
    return known[name] = !name.isEmpty() && QFile::exists(pathOf(name));
}

QIcon appIcon()
{
    QIcon result;
    QSvgRenderer& renderer = rendererOf(kAppName);
    for (const int side : {16, 24, 32, 48, 64, 128, 256}) {
        QImage image(side, side, QImage::Format_ARGB32_Premultiplied);
        image.fill(Qt::transparent);
        QPainter painter(&image);
        renderer.render(&painter, QRectF(0, 0, side, side));
        painter.end();
        result.addPixmap(QPixmap::fromImage(image));
    }
    return result;
}

} // namespace convarium::ui
