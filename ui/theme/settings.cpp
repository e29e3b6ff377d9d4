#include "ui/theme/settings.h"

#include <QFileInfo>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <array>

namespace convarium::ui
{

struct Settings::Private {
    std::unique_ptr<QSettings> store;
    std::unique_ptr<QTemporaryDir> folder; ///< only in test mode
};

Settings& Settings::instance()
{
    static Settings settings;
    return settings;
}

Settings::Settings() : d(std::make_unique<Private>())
{
    d->store = std::make_unique<QSettings>(QSettings::IniFormat, QSettings::UserScope, QStringLiteral("Convarium"),
                                           QStringLiteral("Convarium"));
}

Settings::~Settings() = default;

QVariant Settings::read(const char* key) const
{
    return d->store->value(QLatin1String(key));
}

void Settings::write(const char* key, const QVariant& value)
{
    if (read(key) != value) {
        d->store->setValue(QLatin1String(key), value);
        Q_EMIT changed(QLatin1String(key));
    }
}

void Settings::remove(const char* key)
{
    if (d->store->contains(QLatin1String(key))) {
        d->store->remove(QLatin1String(key));
        Q_EMIT changed(QLatin1String(key));
    }
}

void Settings::resetAll()
{
    for (const QString& key : keys()) {
        remove(key.toLatin1().constData());
    }
}

void Settings::addRecentFile(const QString& path)
{
    const QString absolute = QFileInfo(path).absoluteFilePath();
    QStringList files = get(setting::recentFiles);
    files.removeAll(absolute);
    files.prepend(absolute);
    set(setting::recentFiles, files.mid(0, kMaxRecentFiles));
    set(setting::lastFolder, QFileInfo(absolute).absolutePath());
}

void Settings::useFile(const QString& path)
{
    d->store = std::make_unique<QSettings>(path, QSettings::IniFormat);
    for (const QString& key : keys()) {
        Q_EMIT changed(key);
    }
}

void Settings::useTestMode()
{
    auto folder = std::make_unique<QTemporaryDir>();
    useFile(folder->filePath(QStringLiteral("settings.ini")));
    d->folder = std::move(folder);
}

QString Settings::ownFile(const QString& name) const
{
    return d->folder ? d->folder->filePath(name)
                     : QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + u'/' + name;
}

QStringList Settings::keys()
{
    QStringList all;
    for (const char* key :
         {setting::themeMode.key, setting::textScale.key, setting::reducedMotion.key, setting::shapeOrder.key,
          setting::interfaceLevel.key, setting::lastFolder.key, setting::recentFiles.key, setting::dataFolder.key,
          setting::numbersAsInTraining.key, setting::windowGeometry.key, setting::windowState.key}) {
        all.append(QLatin1String(key));
    }
    return all;
}

namespace detail
{
namespace
{

template <std::size_t N>
int indexOf(const std::array<const char*, N>& names, const QString& text)
{
    for (std::size_t i = 0; i < N; ++i) {
        if (text == QLatin1String(names[i])) {
            return static_cast<int>(i);
        }
    }
    return -1;
}

// In the order of the enumerations.
constexpr std::array<const char*, 3> kThemeModes{"system", "light", "dark"};
constexpr std::array<const char*, 2> kShapeOrders{"hwc", "chw"};
constexpr std::array<const char*, 3> kLevels{"basic", "standard", "full"};

} // namespace

QString enumText(ThemeMode value)
{
    return QLatin1String(kThemeModes[static_cast<std::size_t>(value)]);
}
QString enumText(ShapeOrder value)
{
    return QLatin1String(kShapeOrders[static_cast<std::size_t>(value)]);
}
QString enumText(InterfaceLevel value)
{
    return QLatin1String(kLevels[static_cast<std::size_t>(value)]);
}
int enumValue(const QString& text, ThemeMode)
{
    return indexOf(kThemeModes, text);
}
int enumValue(const QString& text, ShapeOrder)
{
    return indexOf(kShapeOrders, text);
}
int enumValue(const QString& text, InterfaceLevel)
{
    return indexOf(kLevels, text);
}

} // namespace detail
} // namespace convarium::ui
