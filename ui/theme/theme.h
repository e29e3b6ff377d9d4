// The colours of the window: every value of a light and a dark theme, and the manager that applies one of them.
#pragma once

#include <QColor>
#include <QObject>
#include <QString>
#include <array>
#include <optional>

class QDBusVariant;

namespace convarium::ui
{

/// What a layer does; decides its colour, icon and place in the palette.
enum class Family { Data, Convolution, Pooling, Activation, Normalise, Dense, Merge, Block };
inline constexpr int kFamilyCount = 8;

/// Maps "data", "convolution", "pooling", "activation", "normalise", "dense", "merge", "block" (any case).
/// An unknown name gives Family::Block, the neutral one.
[[nodiscard]] Family familyFromName(const QString& name);
/// The inverse: the stable lower-case name.
[[nodiscard]] QString familyName(Family family);

/// A colour by its use. Widgets keep the role, never the value, so that they follow the theme.
enum class ColorRole {
    Text,
    Text2,
    Text3,
    Accent,
    OnAccent,
    Success,
    Warning,
    Error,
    Line,
    Line2,
    Wire,
    Training,
    Validation,
    // The ink of each family, in the order of Family.
    DataInk,
    ConvolutionInk,
    PoolingInk,
    ActivationInk,
    NormaliseInk,
    DenseInk,
    MergeInk,
    BlockInk,
};

/// The role of a family's ink, for icons of layers.
[[nodiscard]] constexpr ColorRole familyRole(Family family)
{
    return static_cast<ColorRole>(static_cast<int>(ColorRole::DataInk) + static_cast<int>(family));
}

/// All colour tokens. No other file holds a colour value.
struct Theme {
    bool dark = false;
    QColor window, surface, sunken, canvas, dot;
    QColor line;  ///< decoration between areas
    QColor line2; ///< borders of controls and cards, at least 3:1 on surface
    QColor text, text2, text3;
    QColor accent, onAccent, accentTint;
    QColor success, successTint, warning, warningTint, error, errorTint;
    QColor wire, chartGrid, training, validation;
    std::array<QColor, kFamilyCount> inks;  ///< by Family: band, icon, silhouette
    std::array<QColor, kFamilyCount> tints; ///< by Family: head of a card

    [[nodiscard]] const QColor& familyInk(Family family) const { return inks[static_cast<std::size_t>(family)]; }
    [[nodiscard]] const QColor& familyTint(Family family) const { return tints[static_cast<std::size_t>(family)]; }
    [[nodiscard]] const QColor& color(ColorRole role) const;

    /// The theme on screen now: ThemeManager::instance().current().
    [[nodiscard]] static const Theme& current();
};

/// The two themes there are.
[[nodiscard]] const Theme& lightTheme();
[[nodiscard]] const Theme& darkTheme();

/// `amount` of `over` (0..1) laid on `under`, opaque. For hover and pressed states.
[[nodiscard]] QColor blend(const QColor& under, const QColor& over, double amount);
/// Contrast ratio of two opaque colours, 1..21 (WCAG 2.1, relative luminance).
[[nodiscard]] double contrastRatio(const QColor& a, const QColor& b);

enum class ThemeMode { System, Light, Dark };

/// Chooses and applies the theme, the text size and the motion setting. One per process, UI thread only.
/// Repaint on changed(): current(), style and application font are the new ones then. Qt hands the new QPalette to
/// existing widgets in the next turn of the event loop, so paint with current() rather than with palette().
class ThemeManager final : public QObject
{
    Q_OBJECT
public:
    static constexpr double kMinTextScale = 0.9;
    static constexpr double kMaxTextScale = 1.5;
    static constexpr double kTextScaleStep = 0.1;

    static ThemeManager& instance();

    /// Installs CalmStyle, palette and font in the QApplication and reads the stored settings. Call once, before any
    /// window is made.
    void install();

    [[nodiscard]] const Theme& current() const { return *m_current; }
    [[nodiscard]] ThemeMode mode() const { return m_mode; }
    /// Follows the desktop (System) or fixes one theme; stored in the settings.
    void setMode(ThemeMode mode);

    [[nodiscard]] double textScale() const { return m_textScale; }
    /// 0.9 .. 1.5 in steps of 0.1 (rounded, clamped); stored in the settings unless it is for a while only.
    void setTextScale(double scale, bool stored = true);

    /// What was chosen here, else what the system asks for.
    [[nodiscard]] bool reducedMotion() const { return m_reducedMotion.value_or(systemReducesMotion()); }
    /// Stored in the settings while it differs from what the system asks for, else the system is followed again.
    void setReducedMotion(bool reduced);

Q_SIGNALS:
    /// Theme, text size or motion changed.
    void changed();

private Q_SLOTS:
    void portalSettingChanged(const QString& group, const QString& key, const QDBusVariant& value);

private:
    friend class ScopedTheme;
    ThemeManager();
    void readSystem();
    void readPortal(const QString& group, const QString& key);
    [[nodiscard]] bool systemReducesMotion() const { return m_styleIsStill || m_portalIsStill || m_gnomeIsStill; }
    void apply();

    const Theme* m_current;
    ThemeMode m_mode = ThemeMode::System;
    double m_textScale = 1.0;
    std::optional<bool> m_reducedMotion;
    bool m_systemDark = false;
    bool m_styleIsStill = false, m_portalIsStill = false, m_gnomeIsStill = false; ///< who asks for less motion
    bool m_installed = false;
};

/// Theme::current() is this one while it lives: for drawing something that is not shown in the window. Must outlive no
/// turn of the event loop. UI thread only.
class ScopedTheme final
{
public:
    explicit ScopedTheme(const Theme& theme);
    ~ScopedTheme();
    ScopedTheme(const ScopedTheme&) = delete;
    ScopedTheme& operator=(const ScopedTheme&) = delete;

private:
    const Theme* m_before;
};

/// Layout length in device-independent pixels: `px` of the design times the text size, rounded.
[[nodiscard]] int scaled(double px);
/// Duration of an animation: `ms`, or 0 with reduced motion.
[[nodiscard]] int motionMs(int ms);

} // namespace convarium::ui
