#include "ui/theme/calm_style.h"
#include "ui/theme/settings.h"
#include "ui/theme/theme.h"
#include "ui/theme/type.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCall>
#include <QDBusPendingReply>
#include <QDBusVariant>
#include <QPalette>
#include <QStyle>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{
namespace
{

const QString kPortalService = QStringLiteral("org.freedesktop.portal.Desktop");
const QString kPortalPath = QStringLiteral("/org/freedesktop/portal/desktop");
const QString kPortalInterface = QStringLiteral("org.freedesktop.portal.Settings");
const QString kAppearance = QStringLiteral("org.freedesktop.appearance");
const QString kColorScheme = QStringLiteral("color-scheme");
const QString kReducedMotion = QStringLiteral("reduced-motion");
const QString kGnome = QStringLiteral("org.gnome.desktop.interface");
const QString kAnimations = QStringLiteral("enable-animations");

/// The portal wraps its answer once or twice, depending on the version of Read.
QVariant unwrapped(QVariant value)
{
    while (value.canConvert<QDBusVariant>()) {
        value = value.value<QDBusVariant>().variant();
    }
    return value;
}

double validScale(double scale)
{
    if (!std::isfinite(scale)) {
        return 1.0;
    }
    const double step = ThemeManager::kTextScaleStep;
    return std::clamp(std::round(scale / step) * step, ThemeManager::kMinTextScale, ThemeManager::kMaxTextScale);
}

} // namespace

ThemeManager& ThemeManager::instance()
{
    static ThemeManager manager;
    return manager;
}

ThemeManager::ThemeManager() : m_current(&lightTheme()) {}

void ThemeManager::install()
{
    const Settings& settings = Settings::instance();
    m_mode = settings.get(setting::themeMode);
    m_textScale = validScale(settings.get(setting::textScale));
    m_reducedMotion.reset();
    if (settings.isSet(setting::reducedMotion)) {
        m_reducedMotion = settings.get(setting::reducedMotion);
    }
    if (!m_installed) {
        m_installed = true;
        readSystem();
    }
    apply();
}

void ThemeManager::readSystem()
{
    // Without a portal the palette the desktop gave to Qt decides, as long as it is not yet ours.
    const QPalette palette = QApplication::palette();
    m_systemDark = palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
    // The style the desktop gave to Qt knows its wish where there is no portal.
    m_styleIsStill = QApplication::style()->styleHint(QStyle::SH_Widget_Animation_Duration) == 0;

    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) {
        return;
    }
    bus.connect(kPortalService, kPortalPath, kPortalInterface, QStringLiteral("SettingChanged"), QStringLiteral("ssv"),
                this, SLOT(portalSettingChanged(QString, QString, QDBusVariant)));
    readPortal(kAppearance, kColorScheme);
    readPortal(kAppearance, kReducedMotion);
    readPortal(kGnome, kAnimations);
}

void ThemeManager::readPortal(const QString& group, const QString& key)
{
    QDBusMessage call =
        QDBusMessage::createMethodCall(kPortalService, kPortalPath, kPortalInterface, QStringLiteral("Read"));
    call << group << key;
    // Asynchronous: a portal that starts slowly must not delay the window.
    auto* watcher = new QDBusPendingCallWatcher(QDBusConnection::sessionBus().asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, group, key](QDBusPendingCallWatcher* done) {
        const QDBusPendingReply<QDBusVariant> reply = *done;
        if (reply.isValid()) {
            portalSettingChanged(group, key, reply.value());
        }
        done->deleteLater();
    });
}

void ThemeManager::portalSettingChanged(const QString& group, const QString& key, const QDBusVariant& wrapped)
{
    const QVariant value = unwrapped(wrapped.variant());
    const bool dark = m_systemDark, reduced = reducedMotion();
    if (group == kAppearance && key == kColorScheme) {
        // 0 no preference, 1 dark, 2 light; without a preference what the palette said holds.
        const uint scheme = value.toUInt();
        m_systemDark = scheme == 1 || (scheme != 2 && m_systemDark);
    } else if (group == kAppearance && key == kReducedMotion) {
        m_portalIsStill = value.toUInt() == 1;
    } else if (group == kGnome && key == kAnimations) {
        m_gnomeIsStill = !value.toBool();
    }
    if ((dark != m_systemDark && m_mode == ThemeMode::System) || reduced != reducedMotion()) {
        apply();
    }
}

void ThemeManager::setMode(ThemeMode mode)
{
    if (mode != m_mode) {
        m_mode = mode;
        Settings::instance().set(setting::themeMode, mode);
        apply();
    }
}

void ThemeManager::setTextScale(double scale, bool stored)
{
    const double valid = validScale(scale);
    if (!qFuzzyCompare(valid, m_textScale)) {
        m_textScale = valid;
        if (stored)
            Settings::instance().set(setting::textScale, valid);
        apply();
    }
}

void ThemeManager::setReducedMotion(bool reduced)
{
    const bool before = reducedMotion();
    if (reduced == systemReducesMotion()) {
        m_reducedMotion.reset();
        Settings::instance().reset(setting::reducedMotion);
    } else {
        m_reducedMotion = reduced;
        Settings::instance().set(setting::reducedMotion, reduced);
    }
    if (before != reduced) {
        apply();
    }
}

void ThemeManager::apply()
{
    const bool dark = m_mode == ThemeMode::Dark || (m_mode == ThemeMode::System && m_systemDark);
    m_current = dark ? &darkTheme() : &lightTheme();
    if (m_installed) {
        // Font first: setting the style polishes all widgets with the final sizes.
        QApplication::setFont(font(TextRole::Body));
        auto* style = new CalmStyle;
        const QPalette palette = style->standardPalette();
        QApplication::setPalette(palette);
        QApplication::setStyle(style);
        QToolTip::setPalette(palette);
        QToolTip::setFont(font(TextRole::Body));
        // After the style: installing one forgets the fonts of single classes.
        for (const char* name : {"QPushButton", "QToolButton", "QTabBar"}) {
            QApplication::setFont(font(TextRole::BodyMedium), name);
        }
        QApplication::setFont(font(TextRole::SmallMedium), "QHeaderView");
    }
    Q_EMIT changed();
}

ScopedTheme::ScopedTheme(const Theme& theme) : m_before(ThemeManager::instance().m_current)
{
    ThemeManager::instance().m_current = &theme;
}

ScopedTheme::~ScopedTheme()
{
    ThemeManager::instance().m_current = m_before;
}

int scaled(double px)
{
    return qRound(px * ThemeManager::instance().textScale());
}

int motionMs(int ms)
{
    return ThemeManager::instance().reducedMotion() ? 0 : ms;
}

} // namespace convarium::ui
