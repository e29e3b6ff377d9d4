#include "ui/theme/type.h"

#include <QPointer>
#include <QWidget>
#include <algorithm>
#include <array>
#include <cmath>

namespace convarium::ui
{
namespace
{

constexpr double kSmallest = 12.0;

struct Face {
    double px;
    double line;
    QFont::Weight weight;
};

/// In the order of TextRole.
constexpr std::array<Face, 18> kFaces{{
    {46, 56, QFont::Bold},
    {28, 36, QFont::Bold},
    {30, 36, QFont::Bold},
    {23, 28, QFont::Bold},
    {20, 26, QFont::Bold},
    {17, 22, QFont::Bold},
    {15, 20, QFont::Medium},
    {15, 20, QFont::Bold},
    {16, 20, QFont::Bold},
    {14, 18, QFont::Bold},
    {14, 20, QFont::Normal},
    {14, 18, QFont::Medium},
    {13, 18, QFont::Normal},
    {13, 18, QFont::Medium},
    {13, 18, QFont::Bold},
    {12, 16, QFont::Normal},
    {12, 16, QFont::Normal},
    {12, 16, QFont::Medium},
}};

const Face& faceOf(TextRole role)
{
    return kFaces[static_cast<std::size_t>(role)];
}

int pixels(double px, double extraScale)
{
    return qRound(std::max(kSmallest, px * extraScale * ThemeManager::instance().textScale()));
}

} // namespace

QFont font(TextRole role, double extraScale)
{
    const Face& face = faceOf(role);
    QFont result;
    result.setFamilies({QStringLiteral("Roboto"), QStringLiteral("DejaVu Sans")});
    result.setPixelSize(pixels(face.px, extraScale));
    result.setWeight(face.weight);
    return result;
}

QFont monoFont(double px, double extraScale)
{
    QFont result;
    result.setFamilies({QStringLiteral("JetBrains Mono"), QStringLiteral("DejaVu Sans Mono")});
    result.setStyleHint(QFont::Monospace);
    result.setPixelSize(pixels(px, extraScale));
    return result;
}

int lineHeight(TextRole role, double extraScale)
{
    const Face& face = faceOf(role);
    // Keeps the design's proportion also where the smallest size holds the text up.
    return static_cast<int>(std::ceil(pixels(face.px, extraScale) * face.line / face.px));
}

void setTextRole(QWidget* widget, TextRole role, double extraScale)
{
    static constexpr char kWatcher[] = "convariumTextRole";
    delete widget->findChild<QObject*>(QLatin1String(kWatcher), Qt::FindDirectChildrenOnly);
    widget->setFont(font(role, extraScale));
    auto* watcher = new QObject(widget);
    watcher->setObjectName(QLatin1String(kWatcher));
    QObject::connect(&ThemeManager::instance(), &ThemeManager::changed, watcher,
                     [widget, role, extraScale] { widget->setFont(font(role, extraScale)); });
}

} // namespace convarium::ui
