// Everything the program remembers about its user, in one typed table with defaults.
#pragma once

#include "ui/theme/theme.h"

#include <QByteArray>
#include <QObject>
#include <QStringList>
#include <QVariant>
#include <memory>

class QSettings;

namespace convarium::ui
{

/// Order in which the window writes shapes: 28x28x6 or 6x28x28.
enum class ShapeOrder { HeightWidthMaps, MapsHeightWidth };
/// How much of the interface is shown.
enum class InterfaceLevel { Basic, Standard, Full };

/// One entry of the table: the key in the file and the value used when it is absent or unreadable.
template <class T>
struct Setting {
    const char* key;
    T fallback;
};

/// The table. Add an entry here and, for resetting and tests, its key to Settings::keys().
namespace setting
{
inline const Setting<ThemeMode> themeMode{"appearance/theme", ThemeMode::System};
inline const Setting<double> textScale{"appearance/textScale", 1.0};
inline const Setting<bool> reducedMotion{"appearance/reducedMotion", false};
inline const Setting<ShapeOrder> shapeOrder{"appearance/shapeOrder", ShapeOrder::HeightWidthMaps};
inline const Setting<InterfaceLevel> interfaceLevel{"appearance/interfaceLevel", InterfaceLevel::Standard};
inline const Setting<QString> lastFolder{"files/lastFolder", {}};
inline const Setting<QStringList> recentFiles{"files/recent", {}};
inline const Setting<QString> dataFolder{"files/dataFolder", {}};
inline const Setting<bool> numbersAsInTraining{"inside/asInTraining", false};
inline const Setting<QByteArray> windowGeometry{"window/geometry", {}};
inline const Setting<QByteArray> windowState{"window/state", {}};
} // namespace setting

/// Reads and writes the table. UI thread only. Enumerations are stored by name, so that files stay readable.
class Settings final : public QObject
{
    Q_OBJECT
public:
    static constexpr int kMaxRecentFiles = 12;

    static Settings& instance();

    template <class T>
    [[nodiscard]] T get(const Setting<T>& entry) const;
    template <class T>
    void set(const Setting<T>& entry, const T& value);
    /// Written by somebody: get() is not just the fallback.
    template <class T>
    [[nodiscard]] bool isSet(const Setting<T>& entry) const
    {
        return read(entry.key).isValid();
    }
    template <class T>
    void reset(const Setting<T>& entry)
    {
        remove(entry.key);
    }
    /// Back to the defaults, everything.
    void resetAll();

    /// Puts the file first in the list of recent files and remembers its folder.
    void addRecentFile(const QString& path);

    /// Uses this INI file instead of the user's own settings, e.g. in tests and for --settings. Creates it on writing.
    void useFile(const QString& path);
    /// A fresh, empty file in a temporary folder that goes away with the program. First line of every GUI test.
    void useTestMode();
    /// Place of a file that the program keeps for itself; in test mode beside the settings.
    [[nodiscard]] QString ownFile(const QString& name) const;

    [[nodiscard]] static QStringList keys();

Q_SIGNALS:
    /// The value of that key was written or reset.
    void changed(const QString& key);

private:
    Settings();
    ~Settings() override;
    [[nodiscard]] QVariant read(const char* key) const;
    void write(const char* key, const QVariant& value);
    void remove(const char* key);

    struct Private;
    std::unique_ptr<Private> d;
};

namespace detail
{
/// Text of an enumeration value, and back; -1 when the text is unknown.
[[nodiscard]] QString enumText(ThemeMode value);
[[nodiscard]] QString enumText(ShapeOrder value);
[[nodiscard]] QString enumText(InterfaceLevel value);
[[nodiscard]] int enumValue(const QString& text, ThemeMode);
[[nodiscard]] int enumValue(const QString& text, ShapeOrder);
[[nodiscard]] int enumValue(const QString& text, InterfaceLevel);
} // namespace detail

template <class T>
T Settings::get(const Setting<T>& entry) const
{
    const QVariant stored = read(entry.key);
    if (!stored.isValid()) {
        return entry.fallback;
    }
    if constexpr (std::is_enum_v<T>) {
        const int value = detail::enumValue(stored.toString(), T{});
        return value < 0 ? entry.fallback : static_cast<T>(value);
    } else {
        QVariant converted = stored;
        return converted.convert(QMetaType::fromType<T>()) ? converted.value<T>() : entry.fallback;
    }
}

template <class T>
void Settings::set(const Setting<T>& entry, const T& value)
{
    if constexpr (std::is_enum_v<T>) {
        write(entry.key, detail::enumText(value));
    } else {
        write(entry.key, QVariant::fromValue(value));
    }
}

} // namespace convarium::ui
